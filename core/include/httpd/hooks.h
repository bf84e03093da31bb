/* SPDX-License-Identifier: Apache-2.0
 *
 * Hooks: the points at which a module takes part. Registered in the module's register function;
 * ordered per hook by `order` and by the names in `before` and `after`, then by load order.
 */
#ifndef HTTPD_HOOKS_H
#define HTTPD_HOOKS_H

#include <httpd/types.h>

HTTPD_EXTERN_C_BEGIN

/* Hooks on a request, in the order they run. All but the last three may answer an HTTP status,
 * which ends the request with its error page, or HTTPD_SUSPENDED (request.h). "first": the first
 * answer other than HTTPD_DECLINED ends the hook. "all": every module is called; HTTPD_OK and
 * HTTPD_DECLINED both mean go on. */
#define HTTPD_HOOK_READ_REQUEST 1u /* all: the head was read, the server is chosen */
#define HTTPD_HOOK_TRANSLATE 2u    /* first: path to filename; the core's answer is DocumentRoot */
#define HTTPD_HOOK_MAP_STORAGE 3u  /* first: settings of the file; the core walks <Directory> */
#define HTTPD_HOOK_HEADER_PARSE 4u /* all: settings are known */
#define HTTPD_HOOK_ACCESS 5u       /* all: may this client have it? The core's Require is last */
#define HTTPD_HOOK_AUTHENTICATE 6u /* first: who is it? Only where a user is needed: auth.h */
#define HTTPD_HOOK_AUTHORIZE 7u    /* first: may this user have it? As AUTHENTICATE */
#define HTTPD_HOOK_TYPE 8u         /* all: content type, encoding, language */
#define HTTPD_HOOK_FIXUP 9u        /* all: last changes before the answer is made */
#define HTTPD_HOOK_INSERT_FILTER 10u /* all: filters of this request */
#define HTTPD_HOOK_HANDLER 11u       /* first: makes the response; the core's answer is the file */
#define HTTPD_HOOK_ERROR_PAGE 12u    /* first: makes the body of an error response */
#define HTTPD_HOOK_LOG 13u           /* all: the response was handed to the connection */
#define HTTPD_HOOK_REQUEST_END 14u   /* all: the request goes away */

/* Hooks on a connection. All: every module is called. */
#define HTTPD_HOOK_CONNECTION_OPEN                                 \
  32u /* accepted, nothing read; an error closes it. Here is where \
       * transports and prefaces go on it: transport.h */
#define HTTPD_HOOK_CONNECTION_CLOSE                                    \
  33u /* it goes away, its requests are gone; also behind an OPEN that \
       * failed. Its answer is not looked at */
#define HTTPD_HOOK_HANDOVER_EXPORT                                 \
  34u /* idle, about to move to the next generation: connection.h; \
       * anything but OK or DECLINED keeps it here */
#define HTTPD_HOOK_HANDOVER_IMPORT                               \
  35u /* it came from the generation before; an error closes it, \
       * without CONNECTION_CLOSE */

/* Hooks on the life of a generation and its workers. */
#define HTTPD_HOOK_OPEN_LOGS 48u      /* configuration was read; log files are opened */
#define HTTPD_HOOK_POST_CONFIG 49u    /* last chance to refuse the configuration */
#define HTTPD_HOOK_WORKER_START 50u   /* in each worker, before it accepts */
#define HTTPD_HOOK_DRAIN 51u          /* in each worker: no new connections from now on */
#define HTTPD_HOOK_WORKER_STOP 52u    /* in each worker: the last connection is closed */
#define HTTPD_HOOK_GENERATION_END 53u /* the generation's process ends, all workers are gone */
#define HTTPD_HOOK_PRE_CONFIG 54u     /* before the first directive is read */
#define HTTPD_HOOK_MONITOR 55u        /* every ten seconds, in one worker of the generation */

/* Positions. Within one position load order decides. */
#define HTTPD_ORDER_FIRST (-100)
#define HTTPD_ORDER_MIDDLE 0
#define HTTPD_ORDER_LAST 100

/* How a callback is entered into its hook. NULL in its place means all defaults. */
typedef struct httpd_hook_options {
  uint32_t size;             /* sizeof(httpd_hook_options) */
  int32_t order;             /* HTTPD_ORDER_* */
  const char* const* before; /* names of modules that must run later; ends with NULL; may be NULL */
  const char* const* after;  /* names of modules that must have run earlier */
  void* user;                /* passed to the callback */
  void (*destroy)(void* user); /* called with `user` when the generation ends; may be NULL */
} httpd_hook_options;

typedef httpd_result (*httpd_request_hook)(httpd_request* request, void* user);
typedef httpd_result (*httpd_connection_hook)(httpd_connection* connection, void* user);
typedef httpd_result (*httpd_generation_hook)(httpd_generation* generation, void* user);
typedef httpd_result (*httpd_worker_hook)(httpd_worker* worker, void* user);

/* Enters `fn` into request hook `hook` (1 to 31). HTTPD_ERR_UNSUPPORTED: this core does not know
 * the hook or a field of `options`; HTTPD_ERR_STATE: not in the register function. `options` and
 * its names are copied. Configuration time. Since 1.0. */
HTTPD_API httpd_result httpd_hook_request(httpd_module_handle* self, uint32_t hook,
                                          httpd_request_hook fn, const httpd_hook_options* options);

/* The same for connection hooks (32 to 47). Configuration time. Since 1.0. */
HTTPD_API httpd_result httpd_hook_connection(httpd_module_handle* self, uint32_t hook,
                                             httpd_connection_hook fn,
                                             const httpd_hook_options* options);

/* The same for PRE_CONFIG, OPEN_LOGS, POST_CONFIG and GENERATION_END; an error answered by the
 * first three refuses the configuration. Configuration time. Since 1.0. */
HTTPD_API httpd_result httpd_hook_generation(httpd_module_handle* self, uint32_t hook,
                                             httpd_generation_hook fn,
                                             const httpd_hook_options* options);

/* The same for WORKER_START, DRAIN, WORKER_STOP and MONITOR; an error answered by WORKER_START ends
 * the worker. Configuration time. Since 1.0. */
HTTPD_API httpd_result httpd_hook_worker(httpd_module_handle* self, uint32_t hook,
                                         httpd_worker_hook fn, const httpd_hook_options* options);

HTTPD_EXTERN_C_END

#endif /* HTTPD_HOOKS_H */
