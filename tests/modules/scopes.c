/* SPDX-License-Identifier: Apache-2.0
 *
 * Shows how settings are merged: `Scope word` in a place adds the word to what applies there, and
 * ?scopes shows the words in the order of their scopes. `ScopeOfServer word` does so by server.
 * ?live counts the settings that there are. */
#include <httpd/config.h>
#include <httpd/hooks.h>
#include <httpd/module.h>
#include <httpd/pool.h>
#include <httpd/request.h>
#include <httpd/response.h>
#include <httpd/server.h>
#include <stdio.h>
#include <string.h>

typedef struct Words {
  httpd_str text;
} Words;

static unsigned live; /* settings whose memory is not given back */

static void Gone(void* words) { --live; }

static void* Create(httpd_pool* pool, void* user) {
  Words* words = httpd_pool_calloc(pool, sizeof(Words));
  if (words == NULL || httpd_pool_cleanup_add(pool, Gone, words) != HTTPD_OK) return NULL;
  ++live;
  return words;
}

static httpd_str Joined(httpd_pool* pool, httpd_str outer, httpd_str inner) {
  httpd_str parts[3];
  if (outer.len == 0) return inner;
  if (inner.len == 0) return outer;
  parts[0] = outer;
  parts[1] = HTTPD_STR(">");
  parts[2] = inner;
  return httpd_pool_join(pool, parts, 3);
}

static void* Merge(httpd_pool* pool, const void* outer, const void* inner, void* user) {
  Words* merged = Create(pool, user);
  if (merged == NULL) return NULL;
  merged->text = Joined(pool, ((const Words*)outer)->text, ((const Words*)inner)->text);
  return merged;
}

static httpd_result Scope(httpd_directive_call* call, void* config, void* user) {
  Words* words = config;
  words->text = Joined(httpd_call_pool(call), words->text, httpd_call_arg(call, 0));
  return words->text.data == NULL ? HTTPD_ERR_NO_MEMORY : HTTPD_OK;
}

static httpd_result Handle(httpd_request* request, void* user) {
  const httpd_module_handle* self = user;
  const httpd_str query = httpd_request_query(request);
  const Words* server = httpd_server_config(httpd_request_server(request), self);
  const Words* location = httpd_request_config(request, self);
  if (query.len == 4 && memcmp(query.data, "live", 4) == 0) {
    char text[20];
    snprintf(text, sizeof text, "%u", live);
    httpd_response_write(request, (httpd_str){text, strlen(text)});
    return HTTPD_OK;
  }
  if (query.len != 6 || memcmp(query.data, "scopes", 6) != 0) return HTTPD_DECLINED;
  httpd_response_set_content_type(request, HTTPD_STR("text/plain"));
  httpd_response_write(request, server->text);
  httpd_response_write(request, HTTPD_STR("|"));
  httpd_response_write(request, location->text);
  return HTTPD_OK;
}

static httpd_result Register(httpd_module_handle* self, void* user) {
  httpd_hook_options options;
  memset(&options, 0, sizeof options);
  options.size = sizeof options;
  options.user = self;
  options.order = HTTPD_ORDER_FIRST;
  return httpd_hook_request(self, HTTPD_HOOK_HANDLER, Handle, &options);
}

static const httpd_directive kDirectives[] = {
    {.size = sizeof(httpd_directive),
     .contexts = HTTPD_IN_ANYWHERE | HTTPD_IN_HTACCESS | HTTPD_OVERRIDE_FILE_INFO,
     .name = "Scope",
     .min_args = 1,
     .max_args = 1,
     .handler = Scope,
     .usage = "Scope word"},
    {.size = sizeof(httpd_directive),
     .contexts = HTTPD_IN_SERVER,
     .name = "ScopeOfServer",
     .flags = HTTPD_DIRECTIVE_SERVER_CONFIG,
     .min_args = 1,
     .max_args = 1,
     .handler = Scope,
     .usage = "ScopeOfServer word"},
    {0}};

HTTPD_MODULE(scopes,
             "version=1.0.0\0description=Shows merged settings\0"
             "directive=Scope,ScopeOfServer\0",
             .directives = kDirectives, .create_server_config = Create,
             .merge_server_config = Merge, .create_location_config = Create,
             .merge_location_config = Merge, .register_module = Register);
