/* SPDX-License-Identifier: Apache-2.0
 *
 * A module that takes memory from the heap for each request: the fault with which the test of the
 * allocation-free hot path is shown to fail. */
#include <httpd/hooks.h>
#include <httpd/module.h>
#include <stdlib.h>

static httpd_result Fixup(httpd_request* request, void* user) {
  void* volatile memory = malloc(64);
  free(memory);
  return HTTPD_DECLINED;
}

static httpd_result Register(httpd_module_handle* self, void* user) {
  return httpd_hook_request(self, HTTPD_HOOK_FIXUP, Fixup, NULL);
}

HTTPD_MODULE(hot_malloc, "version=1.0.0\0description=Allocates on each request\0",
             .register_module = Register);
