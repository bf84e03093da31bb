/* SPDX-License-Identifier: Apache-2.0
 *
 * The response: status, fields and body. The core does the framing (Content-Length or chunked),
 * Date and Server, HEAD, and leaves bodies away where RFC 9110 has none. Every function: loop
 * thread, from a request hook or while the request is suspended.
 */
#ifndef HTTPD_RESPONSE_H
#define HTTPD_RESPONSE_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

/* The status; 200 until set. Since 1.0. */
HTTPD_API uint32_t httpd_response_status(const httpd_request* request);

/* Sets it (200 to 599). HTTPD_ERR_STATE when the head was sent. Since 1.0. */
HTTPD_API httpd_result httpd_response_set_status(httpd_request* request, uint32_t status);

/* The first field of that name set so far; data is NULL when there is none. Since 1.0. */
HTTPD_API httpd_str httpd_response_header(const httpd_request* request, httpd_str name);

/* The number of fields set so far. Since 1.0. */
HTTPD_API uint32_t httpd_response_header_count(const httpd_request* request);

/* Field `index` from 0; HTTPD_ERR_NOT_FOUND beyond the last. Since 1.0. */
HTTPD_API httpd_result httpd_response_header_at(const httpd_request* request, uint32_t index,
                                                httpd_str* name, httpd_str* value);

/* Replaces every field of that name by one. Copied. HTTPD_ERR_INVALID: a byte that may not stand in
 * a field (RFC 9110 §5), or a field the core writes itself (Content-Length, Transfer-Encoding,
 * Connection, Date); HTTPD_ERR_STATE: the head was sent. Since 1.0. */
HTTPD_API httpd_result httpd_response_set_header(httpd_request* request, httpd_str name,
                                                 httpd_str value);

/* Adds a field beside those of that name. Otherwise as httpd_response_set_header(). Since 1.0. */
HTTPD_API httpd_result httpd_response_add_header(httpd_request* request, httpd_str name,
                                                 httpd_str value);

/* Removes every field of that name; HTTPD_ERR_NOT_FOUND when there was none. Since 1.0. */
HTTPD_API httpd_result httpd_response_unset_header(httpd_request* request, httpd_str name);

/* The content type, empty when none is set. Since 1.0. */
HTTPD_API httpd_str httpd_response_content_type(const httpd_request* request);

/* Sets it ("text/html; charset=utf-8"). The text is not copied: it must live as long as the request
 * (literals, settings and the request's pool do). Since 1.0. */
HTTPD_API httpd_result httpd_response_set_content_type(httpd_request* request, httpd_str type);

/* Adds a piece to the body; copied. HTTPD_ERR_LIMIT: too much waits to be sent, nothing was added;
 * go on after a flush. HTTPD_ERR_STATE: the response is complete. HTTPD_DONE: a filter ended the
 * response, nobody wants more (a handler may return it). Since 1.0. */
HTTPD_API httpd_result httpd_response_write(httpd_request* request, httpd_str data);

/* As httpd_response_write() without copying: the bytes must live until the request ends. Since 1.0.
 */
HTTPD_API httpd_result httpd_response_write_static(httpd_request* request, httpd_str data);

/* Adds `length` bytes from `offset` of an open regular file. The descriptor stays the caller's and
 * must stay open until the request ends. Since 1.0. */
HTTPD_API httpd_result httpd_response_write_file(httpd_request* request, int32_t fd, int64_t offset,
                                                 int64_t length);

/* Called with HTTPD_OK when what was written has left (and no filter holds back any of it). Any
 * other result says that the request ends when this returns, so do not touch it afterwards:
 * HTTPD_ERR_IO, the client is gone; HTTPD_DONE, a filter has ended the response;
 * HTTPD_ERR_CANCELLED, it was broken off. */
typedef void (*httpd_flushed)(httpd_request* request, httpd_result result, void* user);

/* Sends what was written so far and calls fn(user) when the client has taken it (possibly before
 * this returns), so that a producer keeps step with its client. Makes the response chunked (1.1) or
 * ended by close (1.0) unless it was complete. Only while the handler is suspended, or has
 * its token and is about to answer HTTPD_SUSPENDED: then it is sent when it has. The request may
 * have ended when this returns: what comes next belongs into `fn`. HTTPD_DONE: a filter has ended
 * the response, `fn` is not called. Since 1.0. */
HTTPD_API httpd_result httpd_response_flush(httpd_request* request, httpd_flushed fn, void* user);

/* Bytes of the body that the client is sent; final in the LOG hook. Since 1.0. */
HTTPD_API int64_t httpd_response_body_bytes(const httpd_request* request);

/* All bytes of the response including its head; final in the LOG hook. Since 1.0. */
HTTPD_API int64_t httpd_response_bytes(const httpd_request* request);

/* 1 when the connection stays open behind this response. Since 1.0. */
HTTPD_API int32_t httpd_response_keeps_alive(const httpd_request* request);

/* Adds the items of `chain` to the body, emptying it; it can be filled again. An EOS in it is as
 * returning from the handler: a hook that is suspended counts as resumed, its token is stale. FLUSH
 * sends as soon as the hook has returned; ERROR ends the request with its status. HTTPD_ERR_LIMIT
 * as httpd_response_write(), with nothing taken. Since 1.0. */
HTTPD_API httpd_result httpd_response_write_chain(httpd_request* request, httpd_chain* chain);

/* A trailer field (RFC 9110 §6.5), sent behind the body when the framing has room for one: not with
 * HTTP/1.0, where HTTPD_OK is answered and it is left away. Not allowed are fields for framing,
 * routing and control (§6.5.1): HTTPD_ERR_INVALID. Call it before the last piece is written; the
 * first call before the head is sent announces `Trailer`. Copied. Since 1.0. */
HTTPD_API httpd_result httpd_response_add_trailer(httpd_request* request, httpd_str name,
                                                  httpd_str value);

/* Sends an interim response (RFC 9110 §15.2) with these fields at once: 103 Early Hints (RFC 8297),
 * 102. HTTPD_DECLINED: the client speaks HTTP/1.0, nothing was sent; HTTPD_ERR_STATE: the head was
 * sent; HTTPD_ERR_INVALID: not 102 to 199, or a bad field. 100 is the core's business. Since 1.0.
 */
HTTPD_API httpd_result httpd_response_send_interim(httpd_request* request, uint32_t status,
                                                   const httpd_field* fields, uint32_t field_count);

/* Takes back status, fields and body, when no byte was sent; else HTTPD_ERR_STATE. Since 1.0. */
HTTPD_API httpd_result httpd_response_reset(httpd_request* request);

/* 1 once a byte of the final head was sent. Since 1.0. */
HTTPD_API int32_t httpd_response_head_sent(const httpd_request* request);

/* 1 when the client went away before it had the whole response. LOG and REQUEST_END. Since 1.0. */
HTTPD_API int32_t httpd_response_is_aborted(const httpd_request* request);

HTTPD_EXTERN_C_END

#endif /* HTTPD_RESPONSE_H */
