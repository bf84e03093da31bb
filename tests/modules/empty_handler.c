/* SPDX-License-Identifier: Apache-2.0
 *
 * The least that a handler can be: 1 KiB of memory for /empty. What it costs per request, against
 * the core's own handler with a file of that size, is what the module interface costs. */
#include <httpd/hooks.h>
#include <httpd/module.h>
#include <httpd/request.h>
#include <httpd/response.h>
#include <string.h>

static char body[1024];

static httpd_result Handle(httpd_request* request, void* user) {
  const httpd_str path = httpd_request_path(request);
  const httpd_str bytes = {body, sizeof body};
  if (path.len != 6 || memcmp(path.data, "/empty", 6) != 0) return HTTPD_DECLINED;
  httpd_response_set_content_type(request, HTTPD_STR("text/plain"));
  return httpd_response_write_static(request, bytes);
}

static httpd_result Register(httpd_module_handle* self, void* user) {
  memset(body, 'k', sizeof body);
  return httpd_hook_request(self, HTTPD_HOOK_HANDLER, Handle, NULL);
}

HTTPD_MODULE(empty_handler, "version=1.0.0\0description=Answers 1 KiB of memory\0",
             .register_module = Register);
