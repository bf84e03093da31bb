/* SPDX-License-Identifier: Apache-2.0
 *
 * The body of a request, by being called or by asking. Every function: loop thread.
 */
#ifndef HTTPD_BODY_H
#define HTTPD_BODY_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

#define HTTPD_BODY_END 1u   /* `data` is the last piece; it may be empty */
#define HTTPD_BODY_ERROR 2u /* the body broke off or broke a limit; nothing follows */

/* Gets the body piece by piece; `data` lives during the call. */
typedef void (*httpd_body_reader)(httpd_request* request, httpd_str data, uint32_t flags,
                                  void* user);

/* Starts reading the body: `fn` is called until END or ERROR, also when there is no body (END at
 * once), possibly before this returns. A handler that reads returns HTTPD_SUSPENDED and resumes
 * from `fn`. Bodies nobody reads are read and dropped by the core. HANDLER only; once. Since 1.0.
 */
HTTPD_API httpd_result httpd_request_read_body(httpd_request* request, httpd_body_reader fn,
                                               void* user);

/* Content-Length of the request, -1 when it is not known beforehand, 0 without a body. Since 1.0.
 */
HTTPD_API int64_t httpd_request_body_length(const httpd_request* request);

#define HTTPD_BODY_PULL_ALL UINT64_MAX

/* Called once when a pull may give something again. Loop thread. */
typedef void (*httpd_body_ready)(httpd_request* request, void* user);

/* The other way to read the body: appends at most `max` bytes to `into`, behind the request
 * filters. HTTPD_OK with data, trailers and at last EOS (or ERROR) in it; HTTPD_AGAIN: nothing is
 * there, and ready(user) is called once when that changes. No more is read from the client than is
 * pulled, but for 64 KiB. An ERROR has status 413 when LimitRequestBody was broken, 400 when the
 * body broke off, or that of the filter. HTTPD_ERR_STATE after httpd_request_read_body(), and
 * behind EOS or ERROR. HANDLER, or while it is suspended. Since 1.0. */
HTTPD_API httpd_result httpd_request_pull_body(httpd_request* request, httpd_chain* into,
                                               uint64_t max, httpd_body_ready ready, void* user);

/* A trailer field of the request, complete once the body has ended; data is NULL when there is
 * none. Since 1.0. */
HTTPD_API httpd_str httpd_request_trailer(const httpd_request* request, httpd_str name);
/* Trailer field `index` from 0; HTTPD_ERR_NOT_FOUND beyond the last. Since 1.0. */
HTTPD_API httpd_result httpd_request_trailer_at(const httpd_request* request, uint32_t index,
                                                httpd_str* name, httpd_str* value);

HTTPD_EXTERN_C_END

#endif /* HTTPD_BODY_H */
