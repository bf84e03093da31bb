/* SPDX-License-Identifier: Apache-2.0
 *
 * A user of one back end, which wants to come behind the other if that is there. Answers /report.
 */
#include <httpd/hooks.h>
#include <httpd/module.h>
#include <httpd/provider.h>
#include <httpd/request.h>
#include <httpd/response.h>
#include <string.h>

#include "sql.h"
#include "trail.h"

static httpd_module_handle* self_;
static const sql_backend_v1* backend_;

static httpd_result PostConfig(httpd_generation* generation, void* user) {
  const void* table;
  const httpd_result found =
      httpd_provider_find(self_, HTTPD_STR("sql_backend"), HTTPD_STR("mysql"),
                          HTTPD_PROVIDER_VERSION(1, 0), &table, NULL);
  backend_ = table;
  return found;
}

static httpd_result Handle(httpd_request* request, void* user) {
  httpd_str path = httpd_request_path(request);
  httpd_str answer;
  char text[128];
  if (path.len != 7 || memcmp(path.data, "/report", 7) != 0) return HTTPD_DECLINED;
  backend_->ask("a report", text, sizeof text);
  answer.data = text;
  answer.len = strlen(text);
  return httpd_response_write(request, answer);
}

static httpd_result Register(httpd_module_handle* self, void* user) {
  static const char* const kAfter[] = {"sql_mysql", "sql_postgres", NULL};
  self_ = self;
  httpd_hook_generation(self, HTTPD_HOOK_POST_CONFIG, PostConfig, NULL);
  httpd_hook_request(self, HTTPD_HOOK_HANDLER, Handle, NULL);
  return TrailAdd(self, HTTPD_ORDER_MIDDLE, kAfter);
}

HTTPD_MODULE(sql_report,
             "version=1.0.0\0description=Reports\0requires=sql_backend.mysql/1\0"
             "wants=sql_postgres\0",
             .register_module = Register);
