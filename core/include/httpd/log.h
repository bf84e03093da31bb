/* SPDX-License-Identifier: Apache-2.0
 *
 * The error log, and log files of a module's own. Lines never block a worker's loop for long: they
 * are buffered and flushed by size and time.
 */
#ifndef HTTPD_LOG_H
#define HTTPD_LOG_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

/* Levels as Apache's LogLevel. */
#define HTTPD_LOG_EMERG 0u
#define HTTPD_LOG_ALERT 1u
#define HTTPD_LOG_CRIT 2u
#define HTTPD_LOG_ERROR 3u
#define HTTPD_LOG_WARN 4u
#define HTTPD_LOG_NOTICE 5u
#define HTTPD_LOG_INFO 6u
#define HTTPD_LOG_DEBUG 7u
#define HTTPD_LOG_TRACE 8u

/* One line in the error log, with the module's name; control characters are escaped. Any thread.
 * Since 1.0. */
HTTPD_API void httpd_log(const httpd_module_handle* module, uint32_t level, httpd_str text);

/* As httpd_log(), with the client's address, by the request's LogLevel. Loop thread. Since 1.0. */
HTTPD_API void httpd_log_request(const httpd_request* request, const httpd_module_handle* module,
                                 uint32_t level, httpd_str text);

/* 1 when a line of that level would be written: for texts that are costly to make. `request` may be
 * NULL. Any thread without a request, else loop thread. Since 1.0. */
HTTPD_API int32_t httpd_log_enabled(const httpd_module_handle* module, const httpd_request* request,
                                    uint32_t level);

/* A line with a code of the module's own ("CACHE-03") and fields behind the text, as name="value"
 * in the text format and as members of "fields" in JSON (ErrorLogFormat json). Levels are those of
 * `LogLevel` and `LogLevel MODULE:level` at the request's location. `request` may be NULL; `code`
 * may be empty. Any thread without a request, else loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_log_event(const httpd_module_handle* module,
                                       const httpd_request* request, uint32_t level, httpd_str code,
                                       httpd_str text, const httpd_field* fields,
                                       uint32_t field_count);

/* Opens a log file for appending through the server's owner, who may write where the workers may
 * not: `directive` and `argument` must be a line of the configuration that the module's manifest
 * declares as privileged=DIRECTIVE:append:ARGUMENT, counted from 1. Two calls with the same file
 * share it. NULL after the reason was reported with httpd_module_error(). OPEN_LOGS hook.
 * Since 1.0. */
HTTPD_API httpd_logfile* httpd_logfile_open(httpd_module_handle* self, httpd_str directive,
                                            httpd_str argument);

/* Room for one line of at most `size` bytes in this worker's buffer; NULL when the line is longer
 * than the buffer (64 KiB) or the file cannot be written (the loss is counted). Follow with
 * httpd_logfile_commit() before anything else. Loop thread. Since 1.0. */
HTTPD_API char* httpd_logfile_reserve(httpd_logfile* file, size_t size);

/* Keeps the first `size` bytes written there; ends with a newline of the caller's. Loop thread.
 * Since 1.0. */
HTTPD_API void httpd_logfile_commit(httpd_logfile* file, size_t size);

HTTPD_EXTERN_C_END

#endif /* HTTPD_LOG_H */
