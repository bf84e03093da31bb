/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections of a module's own, raw bodies, and lines whose directive nobody knows. Everything here
 * is configuration time, as in config.h.
 *
 * A section is read before its module is known, so nothing in it counts outside of it: Listen,
 * LoadModule and the other directives of the server itself are errors in a section whose lines are
 * read, and text in one whose lines are not; a Define counts up to the section's end. <IfModule>,
 * <IfDefine>, Include and ${name} mean what they mean elsewhere. What is wrong with the lines is
 * reported when the module asks for them.
 */
#ifndef HTTPD_SECTION_H
#define HTTPD_SECTION_H

#include <httpd/config.h>
#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

/* The lines between <Name> and </Name> as written, of a HTTPD_DIRECTIVE_RAW_BODY: up to the first
 * line that is </Name>. A line in between that opens <Name> again is an error of the configuration.
 * Lives as long as the generation. Since 1.0. */
HTTPD_API httpd_str httpd_call_body(const httpd_directive_call* call);

/* Reads the directives inside a HTTPD_DIRECTIVE_SECTION now: into `section`, or with NULL where the
 * section stands, as for <IfModule>. A handler that does not call it leaves them out. HTTPD_OK also
 * when they have errors, which are reported. Once: HTTPD_ERR_STATE then, and for a line that is no
 * section of directives. Lines in `section` stand where the section itself stands; outside of
 * sections and in <VirtualHost> they may be what a <Location> may hold. <Directory> and the like
 * cannot be in one. Since 1.0. */
HTTPD_API httpd_result httpd_call_walk(httpd_directive_call* call, httpd_section* section);

/* New settings that the module keeps and puts over a request with httpd_request_enter_section(), as
 * <If> or <Proxy> do; empty until they are given to httpd_call_walk(). They live as long as the
 * generation. NULL when out of memory. Since 1.0. */
HTTPD_API httpd_section* httpd_call_new_section(httpd_directive_call* call);

/* The number of lines inside a section, and line `index` from 0 as a call of its own, to be read by
 * the module itself: every function above works on it, and it ends with `call`. Since 1.0. */
HTTPD_API uint32_t httpd_call_child_count(const httpd_directive_call* call);
/* See httpd_call_child_count(); NULL beyond the last. Since 1.0. */
HTTPD_API httpd_directive_call* httpd_call_child(httpd_directive_call* call, uint32_t index);

/* ---- Directives nobody knows ---- */

/* Has fn called for each line, and each section, whose directive no module has: HTTPD_OK when it
 * took the line, HTTPD_DECLINED to leave it to the next; in load order. `config` is NULL. Also
 * called in workers, for .htaccess files. `destroy` is called when the generation ends. Register
 * function. Since 1.0. */
HTTPD_API httpd_result httpd_unknown_directive_add(httpd_module_handle* self,
                                                   httpd_directive_handler fn, void* user,
                                                   httpd_destroy destroy);

HTTPD_EXTERN_C_END

#endif /* HTTPD_SECTION_H */
