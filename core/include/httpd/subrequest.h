/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests within a request: what another path of this server would be, or its response. A
 * subrequest runs the same hooks as a request of a client with the parent's client, server and
 * fields (without its body, conditions and ranges), READ_REQUEST, LOG and, for PASS, the head left
 * away. It ends with its parent, or earlier by httpd_subrequest_end(). Ten deep at most.
 */
#ifndef HTTPD_SUBREQUEST_H
#define HTTPD_SUBREQUEST_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

#define HTTPD_SUBREQUEST_CAPTURE 1u /* the response is kept: httpd_subrequest_body() */
#define HTTPD_SUBREQUEST_PASS 2u    /* its body becomes the next piece of the parent's body */

/* What is asked for. NULL in its place means GET and HTTPD_SUBREQUEST_CAPTURE. */
typedef struct httpd_subrequest_options {
  uint32_t size;      /* sizeof(httpd_subrequest_options) */
  uint32_t flags;     /* one of HTTPD_SUBREQUEST_* */
  httpd_str method;   /* empty: GET */
  httpd_str query;    /* data NULL: none */
  uint64_t max_bytes; /* of a captured body; more ends it with HTTPD_ERR_LIMIT; 0: 1 MiB */
} httpd_subrequest_options;

/* Called once when the response is complete: `result` is HTTPD_OK, or why there is none
 * (HTTPD_ERR_LIMIT, HTTPD_ERR_IO). `sub` is good until httpd_subrequest_end() or the parent's end;
 * ask it with httpd_response_status() and the like. Not called when the parent ends before. Loop
 * thread. */
typedef void (*httpd_subrequest_done)(httpd_request* sub, httpd_result result, void* user);

/* Makes a subrequest for `path` (decoded, starting with "/", without "." and ".." segments: else
 * HTTPD_ERR_INVALID), in *sub; nothing runs yet, and request fields may be changed (request.h).
 * HTTPD_ERR_LIMIT: too deep, or too many requests. Loop thread, from a hook or while `parent` is
 * suspended. Since 1.0. */
HTTPD_API httpd_result httpd_subrequest_create(httpd_request* parent, httpd_str path,
                                               const httpd_subrequest_options* options,
                                               httpd_request** sub);

/* Runs it up to ACCESS: HTTPD_OK, then httpd_request_filename() and the like tell what it is; or
 * the status with which it would end: 403, 404 …, and 401 when a user is needed, which
 * httpd_subrequest_run() may still find out. A hook that suspends here answers HTTPD_ERR_STATE. No
 * error page is made. Once, before httpd_subrequest_run(). Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_subrequest_lookup(httpd_request* sub);

/* Runs it to its end and calls `done`, possibly before this returns. A parent that waits for it
 * suspends and resumes in `done`. HTTPD_ERR_STATE: it ran before, or for PASS the parent's response
 * is complete. `destroy` is called also on an error. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_subrequest_run(httpd_request* sub, httpd_subrequest_done done,
                                            void* user, httpd_destroy destroy);

/* The body of a captured response, without trailers; NULL before `done`. The items are the caller's
 * to consume or move. Loop thread. Since 1.0. */
HTTPD_API httpd_chain* httpd_subrequest_body(httpd_request* sub);

/* Ends it, running or not: `done` is not called any more. HTTPD_ERR_STATE from one of its own
 * hooks. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_subrequest_end(httpd_request* sub);

/* The request it is part of; NULL for a request of a client. Loop thread. Since 1.0. */
HTTPD_API httpd_request* httpd_request_parent(const httpd_request* request);

HTTPD_EXTERN_C_END

#endif /* HTTPD_SUBREQUEST_H */
