/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests as a protocol makes them: it opens a stream, feeds its body, and takes the response as
 * fast as the other end wants it. Every function: loop thread.
 */
#ifndef HTTPD_STREAM_H
#define HTTPD_STREAM_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

/* A request as it arrived (RFC 9113 §8.3); copied. */
typedef struct httpd_request_head {
  uint32_t size;     /* sizeof(httpd_request_head) */
  uint32_t protocol; /* 1000 * major + minor: 2000 for HTTP/2 */
  httpd_str method;
  httpd_str scheme;
  httpd_str authority;
  httpd_str path;            /* with query, as received */
  const httpd_field* fields; /* without pseudo-fields and connection fields */
  uint32_t field_count;
  uint32_t urgency;       /* RFC 9218: 0 to 7; 3 when nothing was said */
  int64_t content_length; /* -1: not known; 0 with no body at all */
  uint32_t incremental;   /* RFC 9218: 1 or 0 */
  uint32_t reserved;      /* 0 */
} httpd_request_head;

/* Makes a request; it runs with httpd_stream_start(). A head that no request may have (a field that
 * cannot be, two Content-Length …) is HTTPD_ERR_INVALID: the stream is to be reset.
 * HTTPD_ERR_LIMIT: too many requests. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_stream_open(httpd_connection* connection,
                                         const httpd_request_head* head, void* stream,
                                         httpd_request** request);
/* Runs its hooks; send() may be called before this returns, and when that took everything the
 * handle is dead. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_stream_start(httpd_request* request);

/* Gives bytes of the body, with HTTPD_BODY_END or HTTPD_BODY_ERROR of request.h behind the last.
 * Answers how many were taken: what was not is the client's to wait with (flow control) until
 * want_body(). Flags count once all bytes were taken. Bytes that nobody is going to read are taken
 * and dropped. HTTPD_ERR_INVALID: the body is not as long as its Content-Length; its reader is
 * told. Loop thread. Since 1.0. */
HTTPD_API int64_t httpd_stream_feed(httpd_request* request, httpd_str data, uint32_t flags);
/* A trailer field of the request, before HTTPD_BODY_END; copied. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_stream_trailer(httpd_request* request, httpd_str name,
                                            httpd_str value);

/* The status to send. In and after send() with HEAD or INTERIM. Loop thread. Since 1.0. */
HTTPD_API uint32_t httpd_stream_status(const httpd_request* request);
/* Field `index` from 0 of the head to send, those of the core (Date, Content-Length …) included,
 * names in lower case, none that belong to a connection; HTTPD_ERR_NOT_FOUND beyond the last. Loop
 * thread. Since 1.0. */
HTTPD_API httpd_result httpd_stream_field(const httpd_request* request, uint32_t index,
                                          httpd_str* name, httpd_str* value);
/* The body that waits to be sent; with HTTPD_SEND_END it ends with EOS. Consume what was sent, then
 * call httpd_stream_sent(). Loop thread. Since 1.0. */
HTTPD_API httpd_chain* httpd_stream_body(httpd_request* request);
/* Says that items were taken from the body (or the head was sent, when there is none): the producer
 * goes on. When EOS was taken the request ends here and the handle is dead. Loop thread. Since 1.0.
 */
HTTPD_API httpd_result httpd_stream_sent(httpd_request* request);
/* The client gave the request up, or the connection is broken: the request ends, a suspended hook
 * is told, the handle is dead. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_stream_abort(httpd_request* request);

HTTPD_EXTERN_C_END

#endif /* HTTPD_STREAM_H */
