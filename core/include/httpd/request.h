/* SPDX-License-Identifier: Apache-2.0
 *
 * A request as hooks see it: the message (RFC 9110) and where it came from; waiting for a later
 * answer. What it was mapped to is in resource.h, its body in body.h. A request is not a
 * connection: everything here works for any protocol that makes requests. Every function: loop
 * thread, between READ_REQUEST and REQUEST_END, unless it says otherwise.
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

/* ---- Around it ---- */

/* The connection it came by. Since 1.0. */
HTTPD_API httpd_connection* httpd_request_connection(const httpd_request* request);
/* The worker that serves it. Since 1.0. */
HTTPD_API httpd_worker* httpd_request_worker(const httpd_request* request);

/* 1 when it came over a secure transport. Since 1.0. */
HTTPD_API int32_t httpd_request_is_secure(const httpd_request* request);

/* Says that a trusted proxy saw another client (mod_remoteip): address in numbers and port; from
 * now on the request, its rules and its logs show that one. Copied. Since 1.0. */
HTTPD_API httpd_result httpd_request_set_client(httpd_request* request, httpd_str address,
                                                uint16_t port);

/* Bytes received for it so far: its head and its body with framing. Since 1.0. */
HTTPD_API int64_t httpd_request_received_bytes(const httpd_request* request);

/* Field `n` from 0 among those of that name, in the order received; data is NULL beyond the last.
 * Since 1.0. */
HTTPD_API httpd_str httpd_request_header_nth(const httpd_request* request, httpd_str name,
                                             uint32_t n);

/* Replaces the fields of that name by one, as modules further on see the request; copied.
 * HTTPD_ERR_INVALID: a byte that may not stand there, or a field that frames the message
 * (Content-Length, Transfer-Encoding, Connection, Host); HTTPD_ERR_LIMIT: too many. Since 1.0. */
HTTPD_API httpd_result httpd_request_set_header(httpd_request* request, httpd_str name,
                                                httpd_str value);
/* Adds one beside them; as httpd_request_set_header(). Since 1.0. */
HTTPD_API httpd_result httpd_request_add_header(httpd_request* request, httpd_str name,
                                                httpd_str value);
/* Takes them out; HTTPD_ERR_NOT_FOUND when there was none. Since 1.0. */
HTTPD_API httpd_result httpd_request_unset_header(httpd_request* request, httpd_str name);

/* The status of the error whose document is being made; 0 otherwise. Since 1.0. */
HTTPD_API uint32_t httpd_request_error_status(const httpd_request* request);

/* Puts the settings of a section that a module keeps (httpd_call_new_section()) over those that
 * apply. HTTPD_ERR_STATE before MAP_STORAGE and behind FIXUP. The core finds the sections of the
 * file in MAP_STORAGE after the modules: a hook there that enters a section answers HTTPD_OK, or
 * what it entered is replaced. An internal redirect begins without it. Since 1.0. */
HTTPD_API httpd_result httpd_request_enter_section(httpd_request* request,
                                                   const httpd_section* section);

/* ---- Later answers ---- */

/* Announces that the calling hook is going to return HTTPD_SUSPENDED. The token stays good until
 * the request is resumed or ends. Since 1.0. */
HTTPD_API httpd_token httpd_request_suspend(httpd_request* request);

/* Goes on as if the suspended hook had answered `result` now. HTTPD_ERR_STALE: resumed before, the
 * request has ended, or the token is of another worker or generation; nothing happened. Any thread.
 * Since 1.0. */
HTTPD_API httpd_result httpd_request_resume(httpd_token token, httpd_result result);

/* Calls fn(user) when the request ends without having been resumed (the client left, a deadline
 * passed, the worker stops). Since 1.0. */
HTTPD_API httpd_result httpd_request_on_cancel(httpd_request* request, void (*fn)(void* user),
                                               void* user);

HTTPD_EXTERN_C_END

#endif /* HTTPD_REQUEST_H */
