/* SPDX-License-Identifier: Apache-2.0
 *
 * What a request was mapped to: the file behind its path, the handler, other paths instead. Every
 * function: loop thread, between READ_REQUEST and REQUEST_END, unless it says otherwise.
 */
#ifndef HTTPD_RESOURCE_H
#define HTTPD_RESOURCE_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

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
 * MAP_STORAGE, as one HTTPD_FILE_*; also HTTPD_FILE_NONE when this client may not have it (which of
 * both: httpd_subrequest_lookup()). `size` and `mtime` may be NULL. Since 1.0. */
HTTPD_API uint32_t httpd_request_lookup(httpd_request* request, httpd_str path, int64_t* size,
                                        int64_t* mtime);

/* Starts over with another path of this server (decoded, starting with "/") as if the client had
 * asked for it; `query` replaces the query, {NULL, 0} keeps it. The hook that calls it returns what
 * this returns. HTTPD_ERR_LIMIT: ten in a row, which is a loop. Up to HANDLER, before a byte of the
 * response was written, else HTTPD_ERR_STATE. Since 1.0. */
HTTPD_API httpd_result httpd_request_redirect_internal(httpd_request* request, httpd_str path,
                                                       httpd_str query);

/* How many internal redirects led here. Since 1.0. */
HTTPD_API uint32_t httpd_request_redirect_count(const httpd_request* request);
/* The path before redirect `index`: 0 is what the client asked for; data is NULL beyond the last.
 * Since 1.0. */
HTTPD_API httpd_str httpd_request_redirect_path(const httpd_request* request, uint32_t index);

HTTPD_EXTERN_C_END

#endif /* HTTPD_RESOURCE_H */
