/* SPDX-License-Identifier: Apache-2.0
 *
 * Timers and watched descriptors of a worker's loop. Callbacks run on the loop thread and may stop
 * or start timers and watches, their own included.
 */
#ifndef HTTPD_TIMER_H
#define HTTPD_TIMER_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

#define HTTPD_TIMER_GENERATION 1u /* runs in one worker of the generation at a time */

typedef void (*httpd_timer_fn)(httpd_timer* timer, void* user);

/* When and what. Times in milliseconds, as exact as the loop is free. */
typedef struct httpd_timer_options {
  uint32_t size;      /* sizeof(httpd_timer_options) */
  uint32_t flags;     /* HTTPD_TIMER_* */
  uint64_t first_ms;  /* from now */
  uint64_t repeat_ms; /* 0: once */
  httpd_timer_fn fn;
  void* user;
  httpd_destroy destroy; /* when it has fired for the last time or was stopped */
  httpd_str name;        /* with HTTPD_TIMER_GENERATION: of the module, 1 to 64 bytes, copied */
} httpd_timer_options;

/* Starts a timer; it ends by itself with the worker. With HTTPD_TIMER_GENERATION every worker
 * starts it in WORKER_START under one name, and it fires in one of them; when that worker dies
 * another one takes over within two seconds (a firing under way at that moment may happen twice or
 * not at all). One that does not repeat fires once in the generation's life. Stopping it stops it
 * in this worker; another one takes over. NULL: out of memory, more than 256 names in the
 * generation, or what the log says. Loop thread. Since 1.0. */
HTTPD_API httpd_timer* httpd_timer_start(httpd_worker* worker, const httpd_timer_options* options);

/* The same for a request: it stops by itself when the request ends. For handlers that are suspended
 * and go on by time: they may write, flush and resume from it. NULL with HTTPD_TIMER_GENERATION.
 * Loop thread. Since 1.0. */
HTTPD_API httpd_timer* httpd_request_timer(httpd_request* request,
                                           const httpd_timer_options* options);

/* Stops it; the handle is dead afterwards, as it is when a timer that does not repeat has fired.
 * Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_timer_stop(httpd_timer* timer);

/* Milliseconds of a clock that never goes back, as the loop last saw it. Loop thread. Since 1.0. */
HTTPD_API uint64_t httpd_worker_clock(const httpd_worker* worker);

#define HTTPD_WATCH_READ 1u
#define HTTPD_WATCH_WRITE 2u
#define HTTPD_WATCH_ERROR 4u /* told always, once; the watch rests then: stop or set it */

typedef void (*httpd_watch_fn)(httpd_watch* watch, int32_t fd, uint32_t events, void* user);

/* A descriptor and what to look for. */
typedef struct httpd_watch_options {
  uint32_t size;     /* sizeof(httpd_watch_options) */
  uint32_t events;   /* HTTPD_WATCH_READ, HTTPD_WATCH_WRITE or both */
  int32_t fd;        /* non-blocking; a socket or pipe; stays the module's, open while watched */
  uint32_t reserved; /* 0 */
  httpd_watch_fn fn;
  void* user;
  httpd_destroy destroy; /* when it was stopped, or with the worker */
} httpd_watch_options;

/* Watches. NULL: the descriptor cannot be watched, for the reason in the log. Loop thread.
 * Since 1.0.
 */
HTTPD_API httpd_watch* httpd_watch_start(httpd_worker* worker, const httpd_watch_options* options);

/* Looks for other events; 0 rests. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_watch_set(httpd_watch* watch, uint32_t events);

/* Ends it; the handle is dead afterwards. Close the descriptor only now. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_watch_stop(httpd_watch* watch);

HTTPD_EXTERN_C_END

#endif /* HTTPD_TIMER_H */
