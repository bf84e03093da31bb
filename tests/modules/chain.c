/* SPDX-License-Identifier: Apache-2.0
 *
 * Ten modules, chain0 to chain9, each of which needs what the one before it provides. The last
 * answers /chain with what the whole chain says. */
#include <httpd/hooks.h>
#include <httpd/module.h>
#include <httpd/provider.h>
#include <httpd/request.h>
#include <httpd/response.h>
#include <string.h>

typedef struct chain_v1 {
  uint32_t size;
  void (*say)(char* out); /* appends its number behind those before it */
} chain_v1;

static httpd_module_handle* self_;
static const chain_v1* before_;

static void Say(char* out) {
  if (before_ != NULL) before_->say(out);
  strcat(out, CHAIN_NUMBER);
}

static const chain_v1 kLink = {sizeof(chain_v1), Say};

static httpd_result PostConfig(httpd_generation* generation, void* user) {
#ifdef CHAIN_BEFORE
  const void* table;
  const httpd_result found = httpd_provider_find(self_, HTTPD_STR("chain"), HTTPD_STR(CHAIN_BEFORE),
                                                 HTTPD_PROVIDER_VERSION(1, 0), &table, NULL);
  before_ = table;
  return found;
#else
  return HTTPD_OK;
#endif
}

static httpd_result Handle(httpd_request* request, void* user) {
  httpd_str path = httpd_request_path(request);
  httpd_str answer;
  char text[32] = "";
  if (path.len != 6 || memcmp(path.data, "/chain", 6) != 0) return HTTPD_DECLINED;
  Say(text);
  answer.data = text;
  answer.len = strlen(text);
  return httpd_response_write(request, answer);
}

static httpd_result Register(httpd_module_handle* self, void* user) {
  self_ = self;
  httpd_hook_generation(self, HTTPD_HOOK_POST_CONFIG, PostConfig, NULL);
  if (strcmp(CHAIN_NUMBER, "9") == 0) {
    httpd_hook_request(self, HTTPD_HOOK_HANDLER, Handle, NULL);
  }
  return httpd_provider_add(self, HTTPD_STR("chain"), HTTPD_STR(CHAIN_NUMBER),
                            HTTPD_PROVIDER_VERSION(1, 0), &kLink, NULL);
}

#ifdef CHAIN_BEFORE
#define CHAIN_REQUIRES "requires=chain." CHAIN_BEFORE "/1\0"
#else
#define CHAIN_REQUIRES
#endif
#define CHAIN_MODULE(ident)                                                                \
  HTTPD_MODULE(ident, "version=1.0.0\0provides=chain." CHAIN_NUMBER "/1\0" CHAIN_REQUIRES, \
               .register_module = Register)

CHAIN_MODULE(CHAIN_NAME);
