/* SPDX-License-Identifier: Apache-2.0
 *
 * A request as hooks see it: the message (RFC 9110), where it came from, and what it was mapped to.
 * A request is not a connection: everything here works for any protocol that makes requests.
 * Every function: loop thread, between READ_REQUEST and REQUEST_END, unless it says otherwise.
 */
#ifndef HTTPD_REQUEST_H
#define HTTPD_REQUEST_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

/* "GET"; case matters (RFC 9110 §9.1). Since 1.0. */
HTTPD_API httpd_str httpd_request_method(const httpd_request* request);

/* 1 for HEAD: the handler works as for GET, the core leaves the body away. Since 1.0. */
HTTPD_API int32_t httpd_request_is_head(const httpd_request* request);

/* The first line as received, without CRLF: "GET /a%20b?c HTTP/1.1". Since 1.0. */
HTTPD_API httpd_str httpd_request_line(const httpd_request* request);

/* The protocol as 1000 * major + minor: 1001 for HTTP/1.1. Since 1.0. */
HTTPD_API uint32_t httpd_request_protocol(const httpd_request* request);

/* "http" or "https". Since 1.0. */
HTTPD_API httpd_str httpd_request_scheme(const httpd_request* request);

/* Host and port the client asked for ("example.org:8080"); empty when it named none. Since 1.0. */
HTTPD_API httpd_str httpd_request_authority(const httpd_request* request);

/* The path, percent-decoded and normalised: starts with "/", has no "." or ".." segment and no NUL.
 * Since 1.0. */
HTTPD_API httpd_str httpd_request_path(const httpd_request* request);

/* Path as received, still encoded, without the query. Since 1.0. */
HTTPD_API httpd_str httpd_request_raw_path(const httpd_request* request);

/* What follows the "?", encoded as received; data is NULL when there is no "?". Since 1.0. */
HTTPD_API httpd_str httpd_request_query(const httpd_request* request);

/* The first field of that name in the request, case of the name ignored; data is NULL when there is
 * none. Since 1.0. */
HTTPD_API httpd_str httpd_request_header(const httpd_request* request, httpd_str name);

/* The number of header fields received. Since 1.0. */
HTTPD_API uint32_t httpd_request_header_count(const httpd_request* request);

/* Field `index` from 0 in the order received; HTTPD_ERR_NOT_FOUND beyond the last. Since 1.0. */
HTTPD_API httpd_result httpd_request_header_at(const httpd_request* request, uint32_t index,
                                               httpd_str* name, httpd_str* value);

/* The client's address in numbers, and its port. Since 1.0. */
HTTPD_API httpd_str httpd_request_client_address(const httpd_request* request);
/* The client's port. Since 1.0. */
HTTPD_API uint16_t httpd_request_client_port(const httpd_request* request);
/* The address in numbers that the client connected to. Since 1.0. */
HTTPD_API httpd_str httpd_request_local_address(const httpd_request* request);
/* The port that the client connected to. Since 1.0. */
HTTPD_API uint16_t httpd_request_local_port(const httpd_request* request);

/* The authenticated user, empty when there is none. Since 1.0. */
HTTPD_API httpd_str httpd_request_user(const httpd_request* request);

/* Sets it; copied. Since 1.0. */
HTTPD_API httpd_result httpd_request_set_user(httpd_request* request, httpd_str user);

/* Nanoseconds since the epoch at which the first byte arrived, as the loop saw it. Since 1.0. */
HTTPD_API int64_t httpd_request_time(const httpd_request* request);

/* Nanoseconds from then until now (LOG hook: until the response was handed over). Since 1.0. */
HTTPD_API int64_t httpd_request_duration(const httpd_request* request);

/* How many requests the connection had answered before this one. Since 1.0. */
HTTPD_API uint32_t httpd_request_keepalive_count(const httpd_request* request);

/* The pool that ends with the request. Since 1.0. */
HTTPD_API httpd_pool* httpd_request_pool(httpd_request* request);

/* The request's server and the merged settings that apply to it; the latter are those of the server
 * until MAP_STORAGE has run. Since 1.0. */
HTTPD_API httpd_server* httpd_request_server(const httpd_request* request);
/* The merged settings of all sections that apply so far. Since 1.0. */
HTTPD_API httpd_location* httpd_request_location(const httpd_request* request);

/* Short for httpd_location_config(httpd_request_location(request), module). Since 1.0. */
HTTPD_API void* httpd_request_config(const httpd_request* request,
                                     const httpd_module_handle* module);

/* ---- What it was mapped to ---- */

/* The file or directory, absolute; empty before TRANSLATE. A directory has no "/" at its end unless
 * it is the root. Since 1.0. */
HTTPD_API httpd_str httpd_request_filename(const httpd_request* request);

/* Sets it (absolute); copied. TRANSLATE only, else HTTPD_ERR_STATE. Since 1.0. */
HTTPD_API httpd_result httpd_request_set_filename(httpd_request* request, httpd_str filename);

/* The part of the path behind the file ("/x/y" of /cgi/script/x/y). Since 1.0. */
HTTPD_API httpd_str httpd_request_path_info(const httpd_request* request);

#define HTTPD_FILE_NONE 0u /* nothing there */
#define HTTPD_FILE_REGULAR 1u
#define HTTPD_FILE_DIRECTORY 2u
#define HTTPD_FILE_OTHER 3u /* device, FIFO, socket: never served */

/* The kind of the file found, after MAP_STORAGE. Since 1.0. */
HTTPD_API uint32_t httpd_request_file_kind(const httpd_request* request);

/* Its size in bytes. Since 1.0. */
HTTPD_API int64_t httpd_request_file_size(const httpd_request* request);

/* Its last change, nanoseconds since the epoch. Since 1.0. */
HTTPD_API int64_t httpd_request_file_mtime(const httpd_request* request);

/* What Options allows at this place. */
#define HTTPD_OPTION_INDEXES 1u
#define HTTPD_OPTION_FOLLOW_SYMLINKS 2u
#define HTTPD_OPTION_MULTIVIEWS 4u
#define HTTPD_OPTION_EXEC_CGI 8u
#define HTTPD_OPTION_INCLUDES 16u

/* The HTTPD_OPTION_* bits that apply, after MAP_STORAGE. Since 1.0. */
HTTPD_API uint32_t httpd_request_options(const httpd_request* request);

/* Names the handler ("cgi-script"); a handler hook that does not know the name declines. Copied.
 * Since 1.0. */
HTTPD_API httpd_result httpd_request_set_handler(httpd_request* request, httpd_str name);

/* The name set, empty when none. Since 1.0. */
HTTPD_API httpd_str httpd_request_handler(const httpd_request* request);

/* What lies at `path` (decoded, starting with "/") of this server, by the way of TRANSLATE and
 * MAP_STORAGE, as one HTTPD_FILE_*; also HTTPD_FILE_NONE when this client may not have it. `size`
 * and `mtime` may be NULL. Since 1.0. */
HTTPD_API uint32_t httpd_request_lookup(httpd_request* request, httpd_str path, int64_t* size,
                                        int64_t* mtime);

/* Starts over with another path of this server (decoded, starting with "/") as if the client had
 * asked for it; `query` replaces the query, {NULL, 0} keeps it. The hook that calls it returns what
 * this returns. HTTPD_ERR_LIMIT: ten in a row, which is a loop. Up to HANDLER, before a byte of the
 * response was written, else HTTPD_ERR_STATE. Since 1.0. */
HTTPD_API httpd_result httpd_request_redirect_internal(httpd_request* request, httpd_str path,
                                                       httpd_str query);

/* ---- Later answers ---- */

/* A request that waits. Zero is never a token. */
typedef uint64_t httpd_token;

/* Announces that the calling hook is going to return HTTPD_SUSPENDED. The token stays good until
 * the request is resumed or ends. Since 1.0. */
HTTPD_API httpd_token httpd_request_suspend(httpd_request* request);

/* Goes on as if the suspended hook had answered `result` now. HTTPD_ERR_STALE: resumed before, or
 * the client went away; nothing happened. Any thread. Since 1.0. */
HTTPD_API httpd_result httpd_request_resume(httpd_token token, httpd_result result);

/* Calls fn(user) when the request ends without having been resumed (the client left, a deadline
 * passed, the worker stops). Since 1.0. */
HTTPD_API httpd_result httpd_request_on_cancel(httpd_request* request, void (*fn)(void* user),
                                               void* user);

/* ---- The body ---- */

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

HTTPD_EXTERN_C_END

#endif /* HTTPD_REQUEST_H */
