/* SPDX-License-Identifier: Apache-2.0
 *
 * Hands every struct of the interface to the function that reads it, as a newer module would that
 * relies on a field this server does not have. Nothing of it may be taken: each call must answer an
 * error, and the log must name the struct and the byte. Compiled with the headers of a newer
 * server, in which each struct has a field `future`. */
#include <httpd/auth.h>
#include <httpd/filter.h>
#include <httpd/helper.h>
#include <httpd/hooks.h>
#include <httpd/log.h>
#include <httpd/metric.h>
#include <httpd/module.h>
#include <httpd/protocol.h>
#include <httpd/request.h>
#include <httpd/server.h>
#include <httpd/subrequest.h>
#include <httpd/task.h>
#include <httpd/timer.h>
#include <httpd/transport.h>
#include <httpd/variable.h>
#include <httpd/zone.h>
#include <stdio.h>
#include <string.h>

static httpd_module_handle* me;

/* One line per struct: what the function answered. */
static void Report(const char* name, int refused) {
  char line[128];
  const int size = snprintf(line, sizeof line, "%s %s", name, refused ? "refused" : "TAKEN");
  httpd_log(me, HTTPD_LOG_NOTICE, (httpd_str){line, (size_t)size});
}

/* A struct of all zeros but its size and the field of the future. */
#define FUTURE(type)                   \
  type options;                        \
  memset(&options, 0, sizeof options); \
  options.size = sizeof options;       \
  options.future = 1

#define TRY_RESULT(type, call)                      \
  do {                                              \
    FUTURE(type);                                   \
    Report(#type, (call) == HTTPD_ERR_UNSUPPORTED); \
  } while (0)
#define TRY_POINTER(type, call)    \
  do {                             \
    FUTURE(type);                  \
    Report(#type, (call) == NULL); \
  } while (0)

static httpd_result OpenLogs(httpd_generation* generation, void* user) {
  httpd_zone* zone = NULL;
  TRY_RESULT(httpd_zone_options, httpd_zone_open(me, &options, &zone));
  return HTTPD_OK;
}

static httpd_result Start(httpd_worker* worker, void* user) {
  TRY_POINTER(httpd_timer_options, httpd_timer_start(worker, &options));
  TRY_POINTER(httpd_watch_options, httpd_watch_start(worker, &options));
  TRY_POINTER(httpd_task_options, httpd_offload(worker, &options));
  return HTTPD_OK;
}

static httpd_result Open(httpd_connection* connection, void* user) {
  TRY_RESULT(httpd_layer_table, httpd_connection_push_layer(connection, &options, NULL));
  TRY_RESULT(httpd_preface_options, httpd_connection_set_preface(connection, &options));
  return HTTPD_OK;
}

static httpd_result Handle(httpd_request* request, void* user) {
  httpd_request* sub = NULL;
  TRY_RESULT(httpd_subrequest_options,
             httpd_subrequest_create(request, HTTPD_STR("/"), &options, &sub));
  return HTTPD_DECLINED;
}

static httpd_result Register(httpd_module_handle* self, void* user) {
  const httpd_filter* filter = NULL;
  httpd_metric* metric = NULL;
  const httpd_helper* helper = NULL;
  me = self;
  TRY_RESULT(httpd_filter_options, httpd_filter_add(self, &options, &filter));
  TRY_RESULT(httpd_authz_provider, httpd_authz_add(self, &options));
  TRY_RESULT(httpd_authn_provider, httpd_authn_add(self, &options));
  TRY_RESULT(httpd_variable_options, httpd_variable_add(self, HTTPD_STR("future"), &options));
  TRY_RESULT(httpd_metric_options, httpd_metric_add(self, &options, &metric));
  TRY_RESULT(httpd_protocol, httpd_protocol_add(self, &options));
  TRY_RESULT(httpd_helper_options, httpd_helper_add(self, &options, &helper));
  httpd_hook_generation(self, HTTPD_HOOK_OPEN_LOGS, OpenLogs, NULL);
  httpd_hook_worker(self, HTTPD_HOOK_WORKER_START, Start, NULL);
  httpd_hook_connection(self, HTTPD_HOOK_CONNECTION_OPEN, Open, NULL);
  return httpd_hook_request(self, HTTPD_HOOK_HANDLER, Handle, NULL);
}

HTTPD_MODULE(age_structs, "version=1.0.0\0description=Sets fields of a newer server\0",
             .register_module = Register);
