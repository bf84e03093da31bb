/* SPDX-License-Identifier: Apache-2.0
 *
 * A module that answers /echo with the body of the request, as it arrives: request bodies of every
 * framing come out again, and the response's length is not known beforehand. */
#include <httpd/body.h>
#include <httpd/hooks.h>
#include <httpd/module.h>
#include <httpd/pool.h>
#include <httpd/request.h>
#include <httpd/response.h>
#include <string.h>

static void Take(httpd_request* request, httpd_str data, uint32_t flags, void* user) {
  httpd_token* token = user;
  if (data.len > 0) httpd_response_write(request, data);
  if (flags & HTTPD_BODY_ERROR) {
    httpd_request_resume(*token, 400);
  } else if (flags & HTTPD_BODY_END) {
    httpd_request_resume(*token, HTTPD_OK);
  }
}

static httpd_result Handle(httpd_request* request, void* user) {
  httpd_str path = httpd_request_path(request);
  httpd_token* token;
  if (path.len != 5 || memcmp(path.data, "/echo", 5) != 0) return HTTPD_DECLINED;
  token = httpd_pool_alloc(httpd_request_pool(request), sizeof *token);
  if (token == NULL) return HTTPD_ERR_NO_MEMORY;
  *token = httpd_request_suspend(request);
  httpd_response_set_content_type(request, HTTPD_STR("application/octet-stream"));
  if (httpd_request_read_body(request, Take, token) != HTTPD_OK) return 500;
  return HTTPD_SUSPENDED;
}

static httpd_result Register(httpd_module_handle* self, void* user) {
  return httpd_hook_request(self, HTTPD_HOOK_HANDLER, Handle, NULL);
}

HTTPD_MODULE(echo, "version=1.0.0\0description=Answers with the request's body\0",
             .register_module = Register);
