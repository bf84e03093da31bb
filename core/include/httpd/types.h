/* SPDX-License-Identifier: Apache-2.0
 *
 * The few types that every other header uses. C99; also compiles as C++.
 *
 * Rules of the whole interface, stable within 1.x:
 *  - Objects are opaque handles. The only structs with a visible layout are those a module fills
 * in; each starts with its own `size`, is zero-filled when shorter than the core's and refused when
 *    longer with a tail that is not zero.
 *  - Scalars have fixed width. No enum, bit-field, off_t, time_t, long, errno or va_list.
 *  - Functions whose contract says "loop thread" are called by the thread that runs the worker's
 *    loop, from inside a hook or callback. "configuration time" is the register function, directive
 *    handlers and post_config hooks, before any worker exists.
 *  - "any thread" functions may be called from threads that the module started in WORKER_START or
 *    from an offloaded task. Every other function answers HTTPD_ERR_THREAD (or NULL) there in
 *    builds with checks (preset dev); otherwise the behaviour is undefined.
 *  - NULL for a handle, a handle of something that has ended, and a call at the wrong time are
 *    answered: HTTPD_ERR_INVALID, HTTPD_ERR_STALE or HTTPD_ERR_STATE (NULL, 0 or an empty httpd_str
 *    where the function returns a value), with one line in the error log that names the module
 *    and the function (HS-30 and following). Nothing happened then.
 *  - A callback may not throw or longjmp; the core stops what gets through, logs it (HS-02) and
 *    goes on as if the callback had answered 500 or an error.
 *  - A httpd_str that a function returns lives as long as the object it was asked of, unless its
 *    contract says otherwise, and is not NUL-terminated.
 */
#ifndef HTTPD_TYPES_H
#define HTTPD_TYPES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define HTTPD_EXTERN_C extern "C"
#define HTTPD_EXTERN_C_BEGIN extern "C" {
#define HTTPD_EXTERN_C_END }
#else
#define HTTPD_EXTERN_C
#define HTTPD_EXTERN_C_BEGIN
#define HTTPD_EXTERN_C_END
#endif

#if defined(_WIN32)
#define HTTPD_API
#define HTTPD_EXPORT HTTPD_EXTERN_C __declspec(dllexport)
#else
#define HTTPD_API __attribute__((visibility("default")))
#define HTTPD_EXPORT HTTPD_EXTERN_C __attribute__((visibility("default")))
#endif

HTTPD_EXTERN_C_BEGIN

/* Bytes with a length; `data` may be NULL when `len` is 0. Not NUL-terminated. */
typedef struct httpd_str {
  const char* data;
  size_t len;
} httpd_str;

/* The httpd_str of a string literal. */
#ifdef __cplusplus
#define HTTPD_STR(literal) (httpd_str{(literal), sizeof(literal) - 1})
#else
#define HTTPD_STR(literal) ((httpd_str){(literal), sizeof(literal) - 1})
#endif

/* A field of a message, or any name with a value. */
typedef struct httpd_field {
  httpd_str name;
  httpd_str value;
} httpd_field;

/* What hooks and functions answer: one of the constants below, or for request hooks an HTTP status
 * (100 to 599), which ends the request with that status. */
typedef int32_t httpd_result;

#define HTTPD_OK 0           /* done; for a hook of which the first answer counts: mine, settled */
#define HTTPD_DECLINED (-1)  /* not mine; ask the next */
#define HTTPD_DONE (-2)      /* the response is complete; skip to the log hooks */
#define HTTPD_SUSPENDED (-3) /* the answer comes later, by httpd_request_resume() */

/* Not now: the core calls again when there is data, room or a ready socket. */
#define HTTPD_AGAIN (-4)
#define HTTPD_AGAIN_READ (-5)  /* as HTTPD_AGAIN; waits until the socket is readable */
#define HTTPD_AGAIN_WRITE (-6) /* as HTTPD_AGAIN; waits until the socket is writable */

#define HTTPD_ERR_INVALID (-16)     /* an argument is not acceptable */
#define HTTPD_ERR_NO_MEMORY (-17)   /* memory or a pool's limit is used up */
#define HTTPD_ERR_UNSUPPORTED (-18) /* a kind or flag that this core does not know */
#define HTTPD_ERR_STATE (-19)       /* not now: too early, too late, or twice */
#define HTTPD_ERR_NOT_FOUND (-20)   /* no such thing */
#define HTTPD_ERR_LIMIT (-21)       /* a configured limit was reached */
#define HTTPD_ERR_STALE (-22)       /* the token or handle belongs to something that has ended */
#define HTTPD_ERR_IO (-23)          /* the system refused; the log says why */
#define HTTPD_ERR_THREAD (-24)      /* called from a thread that may not */
#define HTTPD_ERR_EXISTS (-25)      /* the name is taken */
#define HTTPD_ERR_CANCELLED (-26)   /* given up before it was done */
#define HTTPD_ERR_TIMEOUT (-27)     /* took longer than it may */
#define HTTPD_ERR_VERSION (-28)     /* there is one, but of another version */

/* A request that waits (request.h). Good for one resume; zero is never a token. */
typedef uint64_t httpd_token;

typedef struct httpd_pool httpd_pool;                     /* memory with one end of life: pool.h */
typedef struct httpd_module_handle httpd_module_handle;   /* a loaded module: module.h */
typedef struct httpd_generation httpd_generation;         /* one loaded configuration: server.h */
typedef struct httpd_worker httpd_worker;                 /* one event loop: server.h */
typedef struct httpd_server httpd_server;                 /* a virtual host: server.h */
typedef struct httpd_location httpd_location;             /* merged section settings: server.h */
typedef struct httpd_connection httpd_connection;         /* a transport connection: request.h */
typedef struct httpd_request httpd_request;               /* one request: request.h */
typedef struct httpd_directive_call httpd_directive_call; /* one directive being read: config.h */
typedef struct httpd_regex httpd_regex;                   /* a compiled expression: regex.h */
typedef struct httpd_logfile httpd_logfile;               /* an append-only file: log.h */
typedef struct httpd_section httpd_section;               /* settings of a section: config.h */
typedef struct httpd_buffer httpd_buffer;                 /* counted memory: chain.h */
typedef struct httpd_chain httpd_chain;                   /* a piece of a body: chain.h */
typedef struct httpd_filter httpd_filter;                 /* a registered filter: filter.h */
typedef struct httpd_filter_link httpd_filter_link;       /* it, in one request: filter.h */
typedef struct httpd_layer httpd_layer;                   /* a transport below: transport.h */
typedef struct httpd_variable httpd_variable;             /* a named value: variable.h */
typedef struct httpd_expression httpd_expression;         /* a compiled one: variable.h */
typedef struct httpd_timer httpd_timer;                   /* timer.h */
typedef struct httpd_watch httpd_watch;                   /* a watched descriptor: timer.h */
typedef struct httpd_task httpd_task;                     /* work in another thread: task.h */
typedef struct httpd_helper httpd_helper;                 /* a helper process: helper.h */
typedef struct httpd_zone httpd_zone;                     /* shared memory: zone.h */
typedef struct httpd_metric httpd_metric;                 /* a number to watch: metric.h */

/* Called once when the core is done with `user` of a callback or table, after the last call of
 * that callback; also when the function that took `user` answered an error only if its contract
 * says so. NULL where nothing has to be released. */
typedef void (*httpd_destroy)(void* user);

HTTPD_EXTERN_C_END

#endif /* HTTPD_TYPES_H */
