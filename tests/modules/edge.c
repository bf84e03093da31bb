/* SPDX-License-Identifier: Apache-2.0
 *
 * A module that uses the interface in the ways that are easy to get wrong in a server: a response
 * that is flushed before it is complete, a head larger than any buffer, and a hook that takes its
 * time while the client leaves. */
#include <httpd/body.h>
#include <httpd/hooks.h>
#include <httpd/module.h>
#include <httpd/pool.h>
#include <httpd/request.h>
#include <httpd/response.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int Is(httpd_str text, const char* word) {
  return text.len == strlen(word) && memcmp(text.data, word, text.len) == 0;
}

/* ---- /edge/stream: one part is flushed, one is written behind it ---- */

static void Flushed(httpd_request* request, httpd_result result, void* user) {
  httpd_token* token = user;
  if (result != HTTPD_OK) return;
  httpd_response_write(request, HTTPD_STR("second"));
  httpd_request_resume(*token, HTTPD_OK);
}

static void StreamAtEnd(httpd_request* request, httpd_str data, uint32_t flags, void* user) {
  if (flags == 0) return;
  httpd_response_write(request, HTTPD_STR("first "));
  httpd_response_flush(request, Flushed, user);
}

/* ---- /edge/drop: the body is read to its end, and nothing is answered but "read" ---- */

static void AnswerAtEnd(httpd_request* request, httpd_str data, uint32_t flags, void* user) {
  httpd_token* token = user;
  if (flags == 0) return;
  httpd_response_write(request, HTTPD_STR("read"));
  httpd_request_resume(*token, flags & HTTPD_BODY_ERROR ? 400 : HTTPD_OK);
}

/* ---- /edge/wait?PATH: makes PATH.in, and reads the body once PATH.go is there ---- */

static void WaitForTest(httpd_request* request) {
  char name[512];
  httpd_str path = httpd_request_query(request);
  int i;
  FILE* file;
  snprintf(name, sizeof name, "%.*s.in", (int)path.len, path.data);
  file = fopen(name, "w");
  if (file != NULL) fclose(file);
  snprintf(name, sizeof name, "%.*s.go", (int)path.len, path.data);
  for (i = 0; i < 10000 && access(name, F_OK) != 0; ++i) usleep(1000);
}

static httpd_result Read(httpd_request* request, httpd_body_reader reader) {
  httpd_token* token = httpd_pool_alloc(httpd_request_pool(request), sizeof *token);
  if (token == NULL) return HTTPD_ERR_NO_MEMORY;
  *token = httpd_request_suspend(request);
  if (httpd_request_read_body(request, reader, token) != HTTPD_OK) return 500;
  return HTTPD_SUSPENDED;
}

static httpd_result LargeHead(httpd_request* request) {
  static char value[4000];
  int i;
  memset(value, 'v', sizeof value);
  for (i = 0; i < 20; ++i) {
    httpd_str text = {value, sizeof value};
    if (httpd_response_add_header(request, HTTPD_STR("X-Large"), text) != HTTPD_OK) return 500;
  }
  return HTTPD_OK;
}

static httpd_result Handle(httpd_request* request, void* user) {
  httpd_str path = httpd_request_path(request);
  if (Is(path, "/edge/stream")) return Read(request, StreamAtEnd);
  if (Is(path, "/edge/drop")) return Read(request, AnswerAtEnd);
  if (Is(path, "/edge/large-head")) return LargeHead(request);
  if (!Is(path, "/edge/wait")) return HTTPD_DECLINED;
  WaitForTest(request);
  return Read(request, AnswerAtEnd);
}

static httpd_result Register(httpd_module_handle* self, void* user) {
  return httpd_hook_request(self, HTTPD_HOOK_HANDLER, Handle, NULL);
}

HTTPD_MODULE(edge, "version=1.0.0\0description=Uses the interface in unusual ways\0",
             .register_module = Register);
