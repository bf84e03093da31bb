/* SPDX-License-Identifier: Apache-2.0
 *
 * Work that would block a loop, done by other threads; and messages between threads and workers.
 */
#ifndef HTTPD_TASK_H
#define HTTPD_TASK_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

/* Runs in a thread of the worker's pool and may block. May call only functions for any thread. */
typedef void (*httpd_task_run)(httpd_task* task, void* user);

/* Runs on the loop thread afterwards: HTTPD_OK, or HTTPD_ERR_CANCELLED when the task was cancelled
 * before or while it ran, or run() threw. Called exactly once, also when the worker stops: before
 * its WORKER_STOP hooks. Only a run() that goes on for a second after that is left alone with its
 * `user`, and the process ends. */
typedef void (*httpd_task_done)(httpd_task* task, httpd_result result, void* user);

/* What to do. */
typedef struct httpd_task_options {
  uint32_t size;  /* sizeof(httpd_task_options) */
  uint32_t flags; /* 0 */
  httpd_task_run run;
  httpd_task_done done; /* may be NULL */
  void* user;
  httpd_destroy destroy; /* after done */
} httpd_task_options;

/* Hands `run` to a thread. NULL: out of memory, the worker stops, or more than 1024 tasks wait (the
 * log says which); `destroy` was called then. Loop thread. Since 1.0. */
HTTPD_API httpd_task* httpd_offload(httpd_worker* worker, const httpd_task_options* options);

/* The same for a request: the task is cancelled when the request ends. done() then comes later, so
 * `user` must not lie in the request's pool. Loop thread. Since 1.0. */
HTTPD_API httpd_task* httpd_request_offload(httpd_request* request,
                                            const httpd_task_options* options);

/* Cancels: a task that did not start never runs, one that runs sees httpd_task_is_cancelled(). Its
 * done() is called in both cases, from the loop. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_task_cancel(httpd_task* task);

/* 1 when run() should stop early. Any thread, from run(). Since 1.0. */
HTTPD_API int32_t httpd_task_is_cancelled(const httpd_task* task);

typedef void (*httpd_post_fn)(httpd_worker* worker, void* user);

/* Has fn(worker, user) called on the worker's loop thread, in the order of the posts of one thread.
 * HTTPD_ERR_STATE: the worker has stopped. `destroy` is called after fn, or when it is never
 * called. Any thread. Since 1.0. */
HTTPD_API httpd_result httpd_post(httpd_worker* worker, httpd_post_fn fn, void* user,
                                  httpd_destroy destroy);

/* ---- Between the workers of a generation ---- */

#define HTTPD_BROADCAST_LOST 1u /* messages before this one did not fit and are lost */

/* Gets a message; `message` lives during the call, `flags` are HTTPD_BROADCAST_*. Loop thread. */
typedef void (*httpd_broadcast_fn)(httpd_worker* worker, httpd_str message, uint32_t flags,
                                   void* user);

/* Has fn called for each message on `topic`, from whatever module. HTTPD_ERR_LIMIT: topics are at
 * most 64 bytes. Ends with the worker. WORKER_START hook. Since 1.0. */
HTTPD_API httpd_result httpd_broadcast_subscribe(httpd_worker* worker,
                                                 const httpd_module_handle* module, httpd_str topic,
                                                 httpd_broadcast_fn fn, void* user,
                                                 httpd_destroy destroy);

/* Sends to every worker of this generation, the sending one included (from the loop, after this has
 * returned). At most once and in order per sender; a worker that is far behind loses messages and
 * is told so with the next. HTTPD_ERR_LIMIT: longer than 16384 bytes; HTTPD_AGAIN: too much is
 * under way, send later. Loop thread. Since 1.0. */
HTTPD_API httpd_result httpd_broadcast(httpd_worker* worker, httpd_str topic, httpd_str message);

HTTPD_EXTERN_C_END

#endif /* HTTPD_TASK_H */
