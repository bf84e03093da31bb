// SPDX-License-Identifier: Apache-2.0
//
// A module written with the C++ layer: hooks, timers and tasks as lambdas, an object on each
// request, connection and worker, chains with owners. What throws becomes 500 and a line in the
// log.
#include <httpd/response.h>

#include <httpd/callback.hpp>
#include <httpd/chain.hpp>
#include <httpd/context.hpp>
#include <httpd/task.hpp>
#include <httpd/timer.hpp>
#include <memory>
#include <stdexcept>
#include <string>

namespace {

namespace api = httpd::api;
using std::chrono_literals::operator""ms;

// Counted on three objects; destroyed with them.
struct Count {
  explicit Count(int start) : value(start) {}
  ~Count() { ++destroyed; }
  int value;
  static int destroyed;
};
int Count::destroyed = 0;

// A request that goes on when `token` is resumed from some lambda.
httpd_result Answer(httpd_request* request, const std::string& text) {
  return httpd_response_write(request, api::Str(text));
}

httpd_result Counts(httpd_request* request, httpd_module_handle* self) {
  httpd_connection* connection = httpd_request_connection(request);
  httpd_worker* worker = httpd_request_worker(request);
  const int on_request = ++api::ContextOrNew<Count>(request, self, 0).value;
  const int on_connection = ++api::ContextOrNew<Count>(connection, self, 0).value;
  const int on_worker = ++api::ContextOrNew<Count>(worker, self, 100).value;
  if (api::Context<Count>(request, self)->value != on_request) return 500;
  return Answer(request, std::to_string(on_request) + " " + std::to_string(on_connection) + " " +
                             std::to_string(on_worker) + " " + std::to_string(Count::destroyed));
}

httpd_result Chains(httpd_request* request) {
  api::Chain chain = api::Chain::In(httpd_request_pool(request));
  api::Buffer buffer(4);
  std::memcpy(buffer.data(), "abcd", 4);
  const api::Buffer shared = buffer;
  chain.Write("copied ");
  chain.Give("moved ");
  chain.Write(shared, 1, 2);
  if (chain.bytes() != 15 || chain.data().substr(0, 1) != "c" || shared.size() != 4) return 500;
  return httpd_response_write_chain(request, chain.get());
}

httpd_result Later(httpd_request* request, httpd_module_handle* self) {
  const httpd_token token = httpd_request_suspend(request);
  const auto resume = [=] {
    Answer(request, "later");
    httpd_request_resume(token, HTTPD_OK);
  };
  if (api::After(request, self, 1ms, resume) == nullptr) return 500;
  return HTTPD_SUSPENDED;
}

// Three ticks of one timer, which then stops itself.
httpd_result Ticks(httpd_request* request, httpd_module_handle* self) {
  const httpd_token token = httpd_request_suspend(request);
  int left = 3;
  const auto tick = [=](httpd_timer* timer) mutable {
    Answer(request, "tick ");
    if (--left > 0) return;
    httpd_request_resume(token, HTTPD_OK);
    httpd_timer_stop(timer);
  };
  if (api::Every(request, self, 1ms, tick) == nullptr) return 500;
  return HTTPD_SUSPENDED;
}

// In a thread, back on the loop, and once more through the post queue.
httpd_result Offloaded(httpd_request* request, httpd_module_handle* self) {
  const httpd_token token = httpd_request_suspend(request);
  httpd_worker* worker = httpd_request_worker(request);
  auto text = std::make_shared<std::string>();
  const auto run = [=](httpd_task*) { *text = "thread "; };
  const auto done = [=](httpd_result result) {
    *text += result == HTTPD_OK ? "loop " : "failed ";
    api::Post(worker, self, [=](httpd_worker*) {
      Answer(request, *text + "posted");
      httpd_request_resume(token, HTTPD_OK);
    });
  };
  return api::Offload(request, self, run, done) == nullptr ? 503 : HTTPD_SUSPENDED;
}

// What a lambda throws is logged, and done() follows.
httpd_result ThrowsInThread(httpd_request* request, httpd_module_handle* self) {
  const httpd_token token = httpd_request_suspend(request);
  const auto run = [](httpd_task*) { throw std::runtime_error("thrown in a thread"); };
  const auto done = [=](httpd_result) { httpd_request_resume(token, 204); };
  return api::Offload(request, self, run, done) == nullptr ? 503 : HTTPD_SUSPENDED;
}

httpd_result ThrowsInTimer(httpd_request* request, httpd_module_handle* self) {
  const httpd_token token = httpd_request_suspend(request);
  const auto fire = [=] {
    httpd_request_resume(token, 204);
    throw std::runtime_error("thrown in a timer");
  };
  return api::After(request, self, 1ms, fire) == nullptr ? 500 : HTTPD_SUSPENDED;
}

httpd_result Handle(httpd_request* request, httpd_module_handle* self) {
  const std::string_view path = api::View(httpd_request_path(request));
  if (path == "/cxx/counts") return Counts(request, self);
  if (path == "/cxx/chains") return Chains(request);
  if (path == "/cxx/later") return Later(request, self);
  if (path == "/cxx/ticks") return Ticks(request, self);
  if (path == "/cxx/offloaded") return Offloaded(request, self);
  if (path == "/cxx/throws") throw std::runtime_error("thrown in a hook");
  if (path == "/cxx/throws-int") throw 7;
  if (path == "/cxx/throws-thread") return ThrowsInThread(request, self);
  if (path == "/cxx/throws-timer") return ThrowsInTimer(request, self);
  return HTTPD_DECLINED;
}

httpd_result Register(httpd_module_handle* self, void*) {
  const httpd_result result = api::OnRequest(
      self, HTTPD_HOOK_HANDLER, [self](httpd_request* request) { return Handle(request, self); });
  if (result != HTTPD_OK) return result;
  return api::OnWorker(self, HTTPD_HOOK_WORKER_START, [self](httpd_worker* worker) {
    api::MakeContext<Count>(worker, self, 100);
    return HTTPD_OK;
  });
}

}  // namespace

HTTPD_MODULE(cxx_layer, "version=1.0.0\0description=Uses the C++ layer\0",
             .register_module = Register);
