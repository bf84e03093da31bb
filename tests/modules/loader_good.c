/* SPDX-License-Identifier: Apache-2.0
 *
 * A module of which nothing is wrong: one directive, one hook. */
#include <httpd/config.h>
#include <httpd/hooks.h>
#include <httpd/module.h>

static httpd_result SetGood(httpd_directive_call* call, void* config, void* user) {
  return HTTPD_OK;
}

static const httpd_directive kDirectives[] = {
    {.size = sizeof(httpd_directive),
     .contexts = HTTPD_IN_ANYWHERE,
     .name = "LoaderGood",
     .min_args = 1,
     .max_args = 1,
     .handler = SetGood},
    {0},
};

static httpd_result Handle(httpd_request* request, void* user) { return HTTPD_DECLINED; }

static httpd_result Register(httpd_module_handle* self, void* user) {
  return httpd_hook_request(self, HTTPD_HOOK_HANDLER, Handle, NULL);
}

HTTPD_MODULE(loader_good, "version=1.0.0\0description=Loads\0directive=LoaderGood\0",
             .directives = kDirectives, .register_module = Register);
