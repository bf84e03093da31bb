/* SPDX-License-Identifier: Apache-2.0
 *
 * Regular expressions of the configuration (Perl-compatible), so that modules need no library of
 * their own for them.
 */
#ifndef HTTPD_REGEX_H
#define HTTPD_REGEX_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

#define HTTPD_REGEX_CASELESS 1u

#define HTTPD_REGEX_CAPTURES 10u /* $0 to $9 */

/* Compiles; lives as long as `pool`. On an error NULL, with the reason ("missing closing
 * parenthesis at offset 4") from `pool` in *error. Configuration time. Since 1.0. */
HTTPD_API httpd_regex* httpd_regex_compile(httpd_pool* pool, httpd_str pattern, uint32_t flags,
                                           httpd_str* error);

/* Searches `subject`: HTTPD_OK with captures (views into `subject`; data is NULL for a group that
 * took no part), HTTPD_DECLINED without a match, HTTPD_ERR_LIMIT when the expression needs more
 * steps than a request may take. `captures` has HTTPD_REGEX_CAPTURES entries or is NULL. Any
 * thread. Since 1.0. */
HTTPD_API httpd_result httpd_regex_match(const httpd_regex* regex, httpd_str subject,
                                         httpd_str* captures);

/* `text` with $0 to $9 replaced by captures ("\$" is a dollar, "$&" as $0); {NULL, 0} when out of
 * memory. The pool's thread. Since 1.0. */
HTTPD_API httpd_str httpd_regex_expand(httpd_pool* pool, httpd_str text, const httpd_str* captures);

HTTPD_EXTERN_C_END

#endif /* HTTPD_REGEX_H */
