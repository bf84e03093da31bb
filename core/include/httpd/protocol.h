/* SPDX-License-Identifier: Apache-2.0
 *
 * Protocols: what is spoken on a connection. A protocol reads and writes the connection, makes
 * requests, feeds their bodies and takes their responses, several at a time when it can: HTTP/1 is
 * one of them. Also a connection that a handler takes over (Upgrade, CONNECT) speaks a protocol.
 * Every function and callback: loop thread.
 */
#ifndef HTTPD_PROTOCOL_H
#define HTTPD_PROTOCOL_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

struct httpd_protocol;

#define HTTPD_IO_READ 1u
#define HTTPD_IO_WRITE 2u

#define HTTPD_SEND_INTERIM 1u /* a 1xx response: httpd_stream_status() and fields, no body */
#define HTTPD_SEND_HEAD 2u    /* status and fields are final and were not sent yet */
#define HTTPD_SEND_END 4u     /* nothing follows what is in httpd_stream_body() */

/* What a module fills in; open() and readable() are needed. `state` is the connection's, made by
 * open(); `stream` the request's, given to httpd_stream_open(). Callbacks may close the connection.
 */
typedef struct httpd_protocol {
  uint32_t size;    /* sizeof(httpd_protocol) */
  uint32_t flags;   /* 0 */
  const char* name; /* "h2": its ALPN identifier */
  /* Whether these first bytes of a connection are this protocol's: HTTPD_OK, HTTPD_DECLINED, or
   * HTTPD_AGAIN for more (at most 64). NULL: it is never recognised by its bytes. */
  httpd_result (*detect)(httpd_str bytes, void* user);
  /* The connection is its own from now on. An error closes it. */
  httpd_result (*open)(httpd_connection* connection, void** state, void* user);
  void (*readable)(httpd_connection* connection, void* state);
  void (*writable)(httpd_connection* connection, void* state); /* while HTTPD_IO_WRITE is watched */
  void (*timeout)(httpd_connection* connection, void* state);  /* NULL: the connection is closed */
  /* The worker finishes: begin nothing new, close when done. NULL: closed when no request runs. */
  void (*drain)(httpd_connection* connection, void* state);
  /* The connection is gone, and so are its requests. The last call. */
  void (*closed)(httpd_connection* connection, void* state);
  /* There is something to send for a request: HTTPD_SEND_*; 0: more of the body. Take it now, or
   * keep in mind that it is there (flow control) and take it later. An interim response is there
   * during the call only. NULL: the protocol makes no requests. */
  void (*send)(httpd_request* request, uint32_t flags, void* stream);
  /* The reader has room again after httpd_stream_feed() took less than it was given. */
  void (*want_body)(httpd_request* request, void* stream);
  /* The core gives the request up (a filter broke off, the worker stops): reset it. The handle is
   * dead when this returns. */
  void (*reset)(httpd_request* request, httpd_result reason, void* stream);
  void* user;
  httpd_destroy destroy; /* when the generation ends */
} httpd_protocol;

/* Brings a protocol; copied. It is chosen by ALPN, by detect(), or by
 * httpd_connection_set_protocol(). HTTPD_ERR_EXISTS: the name is taken. Register function. Since
 * 1.0. */
HTTPD_API httpd_result httpd_protocol_add(httpd_module_handle* self,
                                          const httpd_protocol* protocol);

/* The name of protocol `index` from 0, "http/1.1" last; data is NULL beyond the last. What a TLS
 * layer offers by ALPN. Loop thread. Since 1.0. */
HTTPD_API httpd_str httpd_protocol_name(const httpd_connection* connection, uint32_t index);

/* Has the connection speak that protocol, whatever its bytes say. HTTPD_ERR_NOT_FOUND: nobody
 * brings it; HTTPD_ERR_STATE: not in CONNECTION_OPEN or a preface. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_connection_set_protocol(httpd_connection* connection, httpd_str name);

/* ---- The connection of a protocol ---- */

/* Reads what is there, first what was read ahead: bytes, 0 at the end, HTTPD_AGAIN, HTTPD_ERR_IO.
 * Loop thread. Since 1.0. */
HTTPD_API int64_t httpd_connection_read(httpd_connection* connection, char* to, size_t size);
/* Writes as much as the transport takes now: bytes, HTTPD_AGAIN, HTTPD_ERR_IO. Loop thread. Since
 * 1.0. */
HTTPD_API int64_t httpd_connection_write(httpd_connection* connection, const httpd_str* pieces,
                                         uint32_t count);
/* The same from an open regular file. Loop thread. Since 1.0. */
HTTPD_API int64_t httpd_connection_write_file(httpd_connection* connection, int32_t fd,
                                              int64_t offset, uint64_t length);
/* What to be called for: HTTPD_IO_*. Reading is watched from open() on. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_connection_watch(httpd_connection* connection, uint32_t events);
/* Has timeout() called when that many milliseconds passed without another call of this; 0: never.
 * Starts as the server's Timeout. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_connection_set_timeout(httpd_connection* connection, uint64_t ms);
/* Ends the writing side; reading goes on. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_connection_shutdown(httpd_connection* connection);

/* ---- Taking a connection over ---- */

/* Has the connection speak `protocol` (which need not be added) once 101 with `Upgrade: token`, or
 * for CONNECT the 2xx that is set, was sent. open() gets `user`; what the client sent ahead is read
 * first. The hook that calls it returns what this returns (HTTPD_DONE); when it answers another
 * status in the end, nothing is taken over. `destroy` of the protocol is called when the connection
 * is gone, not when this answers an error. HTTPD_ERR_UNSUPPORTED: this request's protocol cannot do
 * that; HTTPD_ERR_STATE: neither in HANDLER nor while it is suspended, the head was sent, the
 * request has a body, or the client did not offer `token` (RFC 9110 §7.8). Loop thread. Since 1.0.
 */
HTTPD_API httpd_result httpd_request_take_over(httpd_request* request, httpd_str token,
                                               const httpd_protocol* protocol);

/* The priority of a request (RFC 9218). Out parameters may be NULL. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_request_priority(const httpd_request* request, uint32_t* urgency,
                                              int32_t* incremental);
/* Changes it; the protocol asks when it chooses what to send next. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_request_set_priority(httpd_request* request, uint32_t urgency,
                                                  int32_t incremental);

HTTPD_EXTERN_C_END

#endif /* HTTPD_PROTOCOL_H */
