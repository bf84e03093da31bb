/* SPDX-License-Identifier: Apache-2.0
 *
 * Uses greeting/polite in the versions that its directive Greeting names, both at once if it is
 * told to, and answers /greeting with what they say. */
#include <httpd/config.h>
#include <httpd/hooks.h>
#include <httpd/module.h>
#include <httpd/provider.h>
#include <httpd/request.h>
#include <httpd/response.h>
#include <stdio.h>
#include <string.h>

#include "provider_greeting.h"

static httpd_module_handle* self_;
static uint32_t wanted_[4];
static int count_;
static const greeting_v1* first_;
static const greeting_v2* second_;
static void* user_;

static httpd_result Greeting(httpd_directive_call* call, void* config, void* user) {
  httpd_str text = httpd_call_arg(call, 0);
  if (text.len != 3 || count_ == 4) {
    return httpd_call_error(call, 0, HTTPD_STR("wanted a version such as 1.0"), HTTPD_STR(""));
  }
  wanted_[count_++] = HTTPD_PROVIDER_VERSION(text.data[0] - '0', text.data[2] - '0');
  return HTTPD_OK;
}

static httpd_result PostConfig(httpd_generation* generation, void* user) {
  int i;
  for (i = 0; i < count_; ++i) {
    const void* table = NULL;
    void* provider_user = NULL;
    const httpd_result found = httpd_provider_find(
        self_, HTTPD_STR("greeting"), HTTPD_STR("polite"), wanted_[i], &table, &provider_user);
    if (found != HTTPD_OK) return found;
    if (wanted_[i] >> 16 == 1) {
      first_ = table;
      user_ = provider_user;
    } else {
      second_ = table;
    }
  }
  return HTTPD_OK;
}

static httpd_result Handle(httpd_request* request, void* user) {
  char text[128];
  httpd_str path = httpd_request_path(request);
  httpd_str whole;
  if (path.len != 9 || memcmp(path.data, "/greeting", 9) != 0) return HTTPD_DECLINED;
  snprintf(text, sizeof text, "%s %s %u", first_ == NULL ? "-" : first_->hello(user_),
           first_ == NULL ? "-" : first_->goodbye(user_),
           second_ == NULL ? 0u : (unsigned)second_->answer(NULL));
  whole.data = text;
  whole.len = strlen(text);
  httpd_response_set_content_type(request, HTTPD_STR("text/plain"));
  return httpd_response_write(request, whole);
}

static const httpd_directive kDirectives[] = {
    {.size = sizeof(httpd_directive),
     .contexts = HTTPD_IN_GLOBAL,
     .name = "Greeting",
     .min_args = 1,
     .max_args = 1,
     .handler = Greeting,
     .usage = "Greeting version"},
    {.size = sizeof(httpd_directive)},
};

static httpd_result Register(httpd_module_handle* self, void* user) {
  self_ = self;
  httpd_hook_generation(self, HTTPD_HOOK_POST_CONFIG, PostConfig, NULL);
  return httpd_hook_request(self, HTTPD_HOOK_HANDLER, Handle, NULL);
}

HTTPD_MODULE(provider_user, "version=1.0.0\0description=Uses greetings\0directive=Greeting\0",
             .directives = kDirectives, .register_module = Register);
