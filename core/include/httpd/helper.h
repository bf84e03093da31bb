/* SPDX-License-Identifier: Apache-2.0
 *
 * Helper processes: programs or functions that run beside the workers, started again when they die,
 * and ended with the generation. A helper listens on a socket that the core made; workers connect
 * to it. Helpers run unprivileged, as the workers do.
 */
#ifndef HTTPD_HELPER_H
#define HTTPD_HELPER_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

/* The body of a helper that is a function: its process ends when this returns, with that exit code.
 * It gets the listening socket; SIGTERM asks it to end, SIGKILL follows. No function of this
 * interface but httpd_log() and those of zone.h for any thread may be called here. In a process of
 * its own, forked from the generation as it was when the configuration had been read; it holds no
 * descriptor but its socket and the log's. */
typedef int32_t (*httpd_helper_main)(int32_t listening_fd, void* user);

/* A helper: a program or a function. A program's output goes to the error log. */
typedef struct httpd_helper_options {
  uint32_t size;           /* sizeof(httpd_helper_options) */
  uint32_t flags;          /* 0 */
  const char* name;        /* unique per module; shown in logs and as the process's title */
  const char* const* argv; /* argv[0] is an absolute path; the listening socket is descriptor 0 */
  httpd_helper_main main;  /* when argv is NULL */
  void* user;
  httpd_destroy destroy; /* when the generation ends */
} httpd_helper_options;

/* Declares a helper; copied. It is started before the workers and started again when it dies, after
 * a pause that grows from 0 to 10 seconds; each death is a line in the log. What it started itself
 * ends with it. It outlives the last worker of its generation and ends with the generation, however
 * that ends. Not started with httpd -t. HTTPD_ERR_NOT_FOUND: no program there, or not executable
 * for the workers' user; HTTPD_ERR_LIMIT: 64 helpers. Until POST_CONFIG is over. Configuration
 * time. Since 1.0. */
HTTPD_API httpd_result httpd_helper_add(httpd_module_handle* self,
                                        const httpd_helper_options* options,
                                        const httpd_helper** helper);

/* Connects to it: a non-blocking stream socket of the caller's, to watch and to close; or an error:
 * HTTPD_AGAIN when its queue of connections is full, HTTPD_ERR_IO. Works while the helper is being
 * started again: the connection waits for it. Loop thread. Since 1.0. */
HTTPD_API int32_t httpd_helper_connect(httpd_worker* worker, const httpd_helper* helper);

/* How often it was started so far; 0 before the first. Any thread. Since 1.0. */
HTTPD_API uint32_t httpd_helper_starts(const httpd_helper* helper);

HTTPD_EXTERN_C_END

#endif /* HTTPD_HELPER_H */
