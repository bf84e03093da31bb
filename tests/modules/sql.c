/* SPDX-License-Identifier: Apache-2.0
 *
 * A front end without knowledge of its back ends, as ProFTPD's mod_sql: answers /sql/NAME with what
 * back end NAME says, and offers them what they have in common. */
#include "sql.h"

#include <httpd/hooks.h>
#include <httpd/module.h>
#include <httpd/provider.h>
#include <httpd/request.h>
#include <httpd/response.h>
#include <stdio.h>
#include <string.h>

#include "trail.h"

enum { kMost = 4 };
static httpd_module_handle* self_;
static const sql_backend_v1* backend_[kMost];
static httpd_str name_[kMost];
static uint32_t count_;

static void Quote(const char* text, char* out, size_t room) { snprintf(out, room, "'%s'", text); }

static const sql_quote_v1 kQuote = {sizeof(sql_quote_v1), Quote};

static httpd_result PostConfig(httpd_generation* generation, void* user) {
  httpd_str name;
  uint32_t index;
  for (index = 0; count_ < kMost; ++index) {
    const void* table;
    if (httpd_provider_at(self_, HTTPD_STR("sql_backend"), index, &name, NULL, NULL) != HTTPD_OK) {
      break;
    }
    if (httpd_provider_find(self_, HTTPD_STR("sql_backend"), name, HTTPD_PROVIDER_VERSION(1, 0),
                            &table, NULL) != HTTPD_OK) {
      continue;
    }
    backend_[count_] = table;
    name_[count_++] = name;
  }
  return HTTPD_OK;
}

static httpd_result Handle(httpd_request* request, void* user) {
  httpd_str path = httpd_request_path(request);
  httpd_str answer;
  char text[128];
  uint32_t i;
  if (path.len < 5 || memcmp(path.data, "/sql/", 5) != 0) return HTTPD_DECLINED;
  for (i = 0; i < count_; ++i) {
    if (path.len - 5 != name_[i].len || memcmp(path.data + 5, name_[i].data, name_[i].len) != 0) {
      continue;
    }
    backend_[i]->ask("it", text, sizeof text);
    answer.data = text;
    answer.len = strlen(text);
    httpd_response_set_content_type(request, HTTPD_STR("text/plain"));
    return httpd_response_write(request, answer);
  }
  return 404;
}

static httpd_result Register(httpd_module_handle* self, void* user) {
  self_ = self;
  httpd_hook_generation(self, HTTPD_HOOK_POST_CONFIG, PostConfig, NULL);
  httpd_hook_request(self, HTTPD_HOOK_HANDLER, Handle, NULL);
  TrailAdd(self, HTTPD_ORDER_MIDDLE, NULL);
  return httpd_provider_add(self, HTTPD_STR("sql"), HTTPD_STR("quote"),
                            HTTPD_PROVIDER_VERSION(1, 0), &kQuote, NULL);
}

HTTPD_MODULE(sql, "version=1.2.0\0description=Asks databases\0provides=sql.quote/1.0\0",
             .register_module = Register);
