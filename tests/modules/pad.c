/* SPDX-License-Identifier: Apache-2.0
 *
 * A module with one directive and one hook of no effect, built under forty names (pad01 to pad40):
 * what a module costs at start is measured with them. */
#include <httpd/config.h>
#include <httpd/hooks.h>
#include <httpd/module.h>

static httpd_result Read(httpd_directive_call* call, void* config, void* user) { return HTTPD_OK; }

static httpd_result Start(httpd_worker* worker, void* user) { return HTTPD_OK; }

static const httpd_directive kDirectives[] = {
    {.size = sizeof(httpd_directive),
     .contexts = HTTPD_IN_SERVER,
     .name = PAD_DIRECTIVE,
     .max_args = HTTPD_ARGS_ANY,
     .handler = Read,
     .usage = PAD_DIRECTIVE " word ..."},
    {.size = sizeof(httpd_directive)},
};

static httpd_result Register(httpd_module_handle* self, void* user) {
  return httpd_hook_worker(self, HTTPD_HOOK_WORKER_START, Start, NULL);
}

#define PAD_MODULE(ident)                                                                       \
  HTTPD_MODULE(ident, "version=1.0.0\0description=Does nothing\0directive=" PAD_DIRECTIVE "\0", \
               .directives = kDirectives, .register_module = Register)

PAD_MODULE(PAD_NAME);
