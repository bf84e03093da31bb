/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts by name on a request or connection: notes for other modules, environment variables for
 * programs, expressions and logs. Names compare with case for the environment, without for notes.
 * Texts are copied into the object's pool. Every function: loop thread.
 */
#ifndef HTTPD_NOTES_H
#define HTTPD_NOTES_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

/* The note of that name; data is NULL when there is none. Loop thread. Since 1.0. */
HTTPD_API httpd_str httpd_request_note(const httpd_request* request, httpd_str name);

/* Sets it; a value whose data is NULL removes it. Notes survive internal redirects. Loop thread.
 * Since 1.0. */
HTTPD_API httpd_result httpd_request_set_note(httpd_request* request, httpd_str name,
                                              httpd_str value);

/* Note `index` from 0 in the order they were first set; HTTPD_ERR_NOT_FOUND beyond the last. Loop
 * thread. Since 1.0. */
HTTPD_API httpd_result httpd_request_note_at(const httpd_request* request, uint32_t index,
                                             httpd_str* name, httpd_str* value);

/* The same on a connection, for all its requests. Loop thread. Since 1.0. */
HTTPD_API httpd_str httpd_connection_note(const httpd_connection* connection, httpd_str name);

/* Sets it; a value whose data is NULL removes it. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_connection_set_note(httpd_connection* connection, httpd_str name,
                                                 httpd_str value);

/* The environment variable of that name; data is NULL when there is none. Loop thread. Since 1.0.
 */
HTTPD_API httpd_str httpd_request_env(const httpd_request* request, httpd_str name);

/* Sets it; a value whose data is NULL removes it. On an internal redirect NAME becomes
 * REDIRECT_NAME, as in Apache. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_request_set_env(httpd_request* request, httpd_str name,
                                             httpd_str value);

/* Variable `index` from 0 in the order they were first set; HTTPD_ERR_NOT_FOUND beyond the last.
 * Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_request_env_at(const httpd_request* request, uint32_t index,
                                            httpd_str* name, httpd_str* value);

HTTPD_EXTERN_C_END

#endif /* HTTPD_NOTES_H */
