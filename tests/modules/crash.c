/* SPDX-License-Identifier: Apache-2.0
 *
 * A module whose handler writes to address 0 when /crash is asked for: the worker dies, and one
 * line of the log must name this module, the hook and the request. */
#include <httpd/hooks.h>
#include <httpd/module.h>
#include <httpd/request.h>
#include <string.h>

static httpd_result Handle(httpd_request* request, void* user) {
  httpd_str path = httpd_request_path(request);
  volatile int* volatile nowhere = NULL;
  if (path.len != 6 || memcmp(path.data, "/crash", 6) != 0) return HTTPD_DECLINED;
  *nowhere = 1;
  return HTTPD_OK;
}

static httpd_result Register(httpd_module_handle* self, void* user) {
  return httpd_hook_request(self, HTTPD_HOOK_HANDLER, Handle, NULL);
}

HTTPD_MODULE(crash, "version=1.0.0\0description=Crashes on request\0", .register_module = Register);
