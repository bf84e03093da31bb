// SPDX-License-Identifier: Apache-2.0
//
// A module that does what no module may do, one offence per path below /misuse/. The server must
// answer each with an error code, write one line that names this module and the function, and go
// on serving.
#include <httpd/body.h>
#include <httpd/config.h>
#include <httpd/hooks.h>
#include <httpd/log.h>
#include <httpd/module.h>
#include <httpd/pool.h>
#include <httpd/request.h>
#include <httpd/resource.h>
#include <httpd/response.h>

#include <cstring>
#include <string>
#include <thread>

namespace {

httpd_module_handle* g_self;
httpd_request* g_ended;  // a request that is gone
httpd_token g_waiting;   // of /misuse/wait

bool Is(httpd_str text, const char* word) {
  return text.len == strlen(word) && memcmp(text.data, word, text.len) == 0;
}

httpd_result Answer(httpd_request* request, const std::string& text) {
  return httpd_response_write(request, {text.data(), text.size()});
}

httpd_result Say(httpd_request* request, httpd_result result) {
  return Answer(request, std::to_string(result));
}

// What a function answers in another thread, where it may not be called.
httpd_result Elsewhere(httpd_request* request) {
  httpd_result result = HTTPD_OK;
  std::thread([&] { result = httpd_response_set_status(request, 204); }).join();
  return Say(request, result);
}

void ThrowingReader(httpd_request*, httpd_str, uint32_t, void*) { throw 1; }
void Cancelled(void*) { throw 1; }

httpd_result Handle(httpd_request* request, void*) {
  const httpd_str path = httpd_request_path(request);
  if (Is(path, "/misuse/null")) return Say(request, httpd_response_set_status(nullptr, 200));
  if (Is(path, "/misuse/argument")) return Say(request, httpd_response_set_status(request, 99));
  if (Is(path, "/misuse/thread")) return Elsewhere(request);
  if (Is(path, "/misuse/throw")) throw 1;
  if (Is(path, "/misuse/late")) return Answer(request, "late");  // see Log()
  if (Is(path, "/misuse/hook")) {
    return Say(request, httpd_hook_request(g_self, HTTPD_HOOK_LOG, Handle, nullptr));
  }
  if (Is(path, "/misuse/no-token")) return HTTPD_SUSPENDED;
  if (Is(path, "/misuse/wait")) {
    g_waiting = httpd_request_suspend(request);
    return HTTPD_SUSPENDED;
  }
  if (Is(path, "/misuse/remember")) {
    g_ended = request;
    return Answer(request, "remembered");
  }
  if (Is(path, "/misuse/release")) {
    return Say(request, httpd_request_resume(g_waiting, 204));
  }
  if (Is(path, "/misuse/reader")) {
    const httpd_token token = httpd_request_suspend(request);
    httpd_request_read_body(request, ThrowingReader, nullptr);
    httpd_request_resume(token, 500);
    return HTTPD_SUSPENDED;
  }
  if (Is(path, "/misuse/cancel")) {
    httpd_request_suspend(request);
    httpd_request_on_cancel(request, Cancelled, nullptr);
    return HTTPD_SUSPENDED;
  }
  if (Is(path, "/misuse/memory")) {
    httpd_pool* small = httpd_pool_create(httpd_request_pool(request), 16384);
    const void* memory = httpd_pool_alloc(small, 65536);
    httpd_pool_destroy(small);
    return Answer(request, memory == nullptr ? "none" : "some");
  }
  return HTTPD_DECLINED;
}

httpd_result Log(httpd_request* request, void*) {
  const httpd_str path = httpd_request_path(request);
  if (Is(path, "/misuse/late")) {
    httpd_response_write(request, HTTPD_STR("behind the end"));
    httpd_response_set_header(request, HTTPD_STR("X-Late"), HTTPD_STR("1"));
  }
  // The one that waited has been resumed; the other one, in another slot, is gone.
  if (Is(path, "/misuse/wait") && g_ended != nullptr) {
    httpd_response_set_status(g_ended, 200);
    httpd_request_method(g_ended);
    g_ended = nullptr;
  }
  if (Is(path, "/misuse/throw-late")) throw 1;
  return HTTPD_OK;
}

httpd_result Directive(httpd_directive_call* call, void*, void*) {
  if (Is(httpd_call_arg(call, 0), "throw")) throw 1;
  return HTTPD_OK;
}

const httpd_directive kDirectives[] = {
    {.size = sizeof(httpd_directive),
     .contexts = HTTPD_IN_SERVER,
     .name = "Misuse",
     .flags = 0,
     .min_args = 1,
     .max_args = 1,
     .handler = Directive,
     .user = nullptr,
     .usage = "Misuse throw|off"},
    {},
};

httpd_result Register(httpd_module_handle* self, void*) {
  g_self = self;
  httpd_hook_request(self, HTTPD_HOOK_HANDLER, Handle, nullptr);
  return httpd_hook_request(self, HTTPD_HOOK_LOG, Log, nullptr);
}

}  // namespace

HTTPD_MODULE(misuse, "version=1.0.0\0description=Does what no module may do\0directive=Misuse\0",
             .directives = kDirectives, .register_module = Register);
