/* SPDX-License-Identifier: Apache-2.0
 *
 * Directives: the table a module hands in, and the handle its handlers get for each line of the
 * configuration that names one of them. Everything here is configuration time; handlers of
 * directives with HTTPD_IN_HTACCESS are also called by workers, on the loop thread, when a
 * .htaccess file is read. "As long as the generation" then means as long as the settings of that
 * file.
 */
#ifndef HTTPD_CONFIG_H
#define HTTPD_CONFIG_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

/* Where a directive may stand; or-ed together. */
#define HTTPD_IN_SERVER 0x01u    /* outside sections, and in <VirtualHost> */
#define HTTPD_IN_GLOBAL 0x02u    /* only outside every section */
#define HTTPD_IN_DIRECTORY 0x04u /* <Directory>, <DirectoryMatch> */
#define HTTPD_IN_LOCATION 0x08u  /* <Location>, <LocationMatch> */
#define HTTPD_IN_FILES 0x10u     /* <Files>, <FilesMatch> */
#define HTTPD_IN_HTACCESS 0x20u  /* .htaccess files, where AllowOverride has one of its classes */
#define HTTPD_IN_SECTIONS (HTTPD_IN_DIRECTORY | HTTPD_IN_LOCATION | HTTPD_IN_FILES)
#define HTTPD_IN_ANYWHERE (HTTPD_IN_SERVER | HTTPD_IN_SECTIONS)

/* How its arguments are read. */
#define HTTPD_DIRECTIVE_SERVER_CONFIG 0x01u /* `config` is the server's, else the location's */
#define HTTPD_DIRECTIVE_FLAG 0x02u          /* one argument, On or Off; ask httpd_call_flag() */
#define HTTPD_DIRECTIVE_RAW 0x04u           /* arguments are not split; ask httpd_call_raw() */
#define HTTPD_DIRECTIVE_SECTION 0x08u  /* <Name arguments> … </Name>; see httpd_call_walk() */
#define HTTPD_DIRECTIVE_RAW_BODY 0x10u /* a section whose lines are not read: httpd_call_body() */

/* The class of AllowOverride that a HTTPD_IN_HTACCESS directive needs; one of them. Without one it
 * may stand wherever .htaccess files are read. HTTPD_DIRECTIVE_SERVER_CONFIG never may. */
#define HTTPD_OVERRIDE_OPTIONS 0x100u
#define HTTPD_OVERRIDE_FILE_INFO 0x200u
#define HTTPD_OVERRIDE_AUTH_CONFIG 0x400u
#define HTTPD_OVERRIDE_LIMIT 0x800u
#define HTTPD_OVERRIDE_INDEXES 0x1000u

#define HTTPD_ARGS_ANY 0xffffu

/* Called for each line. `config` is what the module's create function made for this scope (NULL
 * when it has none). Answers HTTPD_OK, or an error after httpd_call_error(). */
typedef httpd_result (*httpd_directive_handler)(httpd_directive_call* call, void* config,
                                                void* user);

/* One row of the table. */
typedef struct httpd_directive {
  uint32_t size;     /* sizeof(httpd_directive) */
  uint32_t contexts; /* HTTPD_IN_* */
  const char* name;  /* as written in the configuration; compared without regard to case */
  uint32_t flags;    /* HTTPD_DIRECTIVE_* */
  uint16_t min_args; /* checked before the handler is called */
  uint16_t max_args; /* HTTPD_ARGS_ANY: no upper limit */
  httpd_directive_handler handler;
  void* user;
  const char* usage; /* "DirectoryIndex file ...": shown with a wrong number of arguments */
} httpd_directive;

/* The number of arguments. Since 1.0. */
HTTPD_API uint32_t httpd_call_argc(const httpd_directive_call* call);

/* Argument `index` from 0, quotes and escapes resolved, variables put in; {NULL, 0} beyond the
 * last. Lives as long as the generation, and a NUL follows it. Since 1.0. */
HTTPD_API httpd_str httpd_call_arg(const httpd_directive_call* call, uint32_t index);

/* The text behind the directive's name as written. Lives as long as the generation. Since 1.0. */
HTTPD_API httpd_str httpd_call_raw(const httpd_directive_call* call);

/* 1 for On, 0 for Off, of a HTTPD_DIRECTIVE_FLAG. Since 1.0. */
HTTPD_API int32_t httpd_call_flag(const httpd_directive_call* call);

/* The directive's name as in the table. Since 1.0. */
HTTPD_API httpd_str httpd_call_name(const httpd_directive_call* call);

/* The pool that lives as long as the generation. Since 1.0. */
HTTPD_API httpd_pool* httpd_call_pool(httpd_directive_call* call);

/* The server (virtual host) that the line belongs to. Since 1.0. */
HTTPD_API httpd_server* httpd_call_server(httpd_directive_call* call);

/* The module's settings of that server, NULL without create_server_config. Since 1.0. */
HTTPD_API void* httpd_call_server_config(httpd_directive_call* call);

/* The context the line stands in: one HTTPD_IN_* bit. Since 1.0. */
HTTPD_API uint32_t httpd_call_context(const httpd_directive_call* call);

/* The argument of the innermost section ("/var/www" of <Directory /var/www>); empty outside. Since
 * 1.0. */
HTTPD_API httpd_str httpd_call_section(const httpd_directive_call* call);

/* A path as the server understands it: absolute as it is, else below ServerRoot; tidied, and a
 * slash at its end stays. From the generation's pool; {NULL, 0} when out of memory. Since 1.0. */
HTTPD_API httpd_str httpd_call_server_path(httpd_directive_call* call, httpd_str path);

/* Reports an error at argument `index` (HTTPD_CALL_WHOLE_LINE: at the directive), with what cures
 * it (`fix` may be empty). Texts are copied. Reading goes on, so that all errors of a configuration
 * are shown at once; it does not go live. Returns HTTPD_ERR_INVALID. Since 1.0. */
HTTPD_API httpd_result httpd_call_error(httpd_directive_call* call, uint32_t index,
                                        httpd_str message, httpd_str fix);

/* As httpd_call_error(), but the configuration still goes live. Returns HTTPD_OK. Since 1.0. */
HTTPD_API httpd_result httpd_call_warn(httpd_directive_call* call, uint32_t index,
                                       httpd_str message, httpd_str fix);

#define HTTPD_CALL_WHOLE_LINE 0xffffffffu

/* ---- Where a line stands ---- */

/* File, line and column (from 1) of argument `index`, or of the directive with
 * HTTPD_CALL_WHOLE_LINE. Out parameters may be NULL. `file` is empty for lines that are in no file
 * and HTTPD_ERR_INVALID says that there is no such argument. Since 1.0. */
HTTPD_API httpd_result httpd_call_position(const httpd_directive_call* call, uint32_t index,
                                           httpd_str* file, uint32_t* line, uint32_t* column);

/* Adds a note to the error or warning of this call that was reported last: "… was given here", with
 * the position of an earlier line as httpd_call_position() told it. HTTPD_ERR_STATE: nothing was
 * reported yet; HTTPD_ERR_NOT_FOUND: the configuration has no such line. Since 1.0. */
HTTPD_API httpd_result httpd_call_note(httpd_directive_call* call, httpd_str message,
                                       httpd_str file, uint32_t line, uint32_t column);

/* Says that the module read this file while it read the line (absolute, or below ServerRoot). It is
 * listed with the configuration: by httpd -S and httpd -t, by httpd_generation_tracked_file() and
 * as one of "files" in run/httpd.state, for whoever reloads the server when one of them changes;
 * the server does not reload by itself. In a .htaccess file it is looked at whenever the .htaccess
 * file is, and a change of either has the .htaccess file read again. Since 1.0. */
HTTPD_API httpd_result httpd_call_track_file(httpd_directive_call* call, httpd_str path);

/* Reads a file whole (at most `max` bytes) into the generation's pool and tracks it; a NUL follows
 * the content. On an error the reason is reported at argument `index`: the handler returns what
 * this returns. The server's User reads it. Since 1.0. */
HTTPD_API httpd_result httpd_call_read_file(httpd_directive_call* call, uint32_t index,
                                            httpd_str path, uint64_t max, httpd_str* content);

HTTPD_EXTERN_C_END

#endif /* HTTPD_CONFIG_H */
