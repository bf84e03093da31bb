// SPDX-License-Identifier: Apache-2.0
//
// The life of a worker's services: made before the first hook, tied to requests where one asks for
// it, and given back in an order in which nobody is called after what it uses has gone.

#include "server/services.h"

#include "server/module_call.h"
#include "server/shared_services.h"

namespace httpd::server {
namespace {

constexpr uint64_t kMonitorPeriod = 10000;  // milliseconds; see HTTPD_HOOK_MONITOR

void RunMonitorHooks(httpd_timer*, void* user) {
  auto* worker = static_cast<httpd_worker*>(user);
  for (const module::HookEntry& entry : worker->generation->hooks.Of(HTTPD_HOOK_MONITOR)) {
    httpd_result result = HTTPD_ERR_INVALID;
    CallModule(worker, entry.slot, entry.hook, [&] { result = entry.worker(worker, entry.user); });
    if (result == HTTPD_OK || result == HTTPD_DECLINED) continue;
    log::Write(log::Level::kError, worker->generation->registry.at(entry.slot)->name,
               base::Concat("the ", HookName(entry.hook), " hook answered ", result, " [HS-16]"));
  }
}

}  // namespace

WorkerServices::WorkerServices(httpd_worker* worker, int channel)
    : timers(worker),
      watches(worker),
      tasks(worker, &wake_),
      inbox(worker, &wake_),
      broadcast(worker, channel, &wake_),
      worker_(worker) {}

bool WorkerServices::Start() {
  wake_.data = this;
  const auto woken = [](uv_async_t* async) {
    auto* services = static_cast<WorkerServices*>(async->data);
    services->inbox.Deliver();
    services->tasks.Deliver();
    services->broadcast.Read();
  };
  if (uv_async_init(&worker_->loop, &wake_, woken) != 0) return false;
  worker_->generation->shared->EnterWorker(worker_->number);
  broadcast.Start();
  if (worker_->generation->hooks.Of(HTTPD_HOOK_MONITOR).empty()) return true;
  httpd_timer_options options = {};
  options.flags = HTTPD_TIMER_GENERATION;
  options.first_ms = options.repeat_ms = kMonitorPeriod;
  options.fn = RunMonitorHooks;
  options.user = worker_;
  options.name = HTTPD_STR("monitor");
  return timers.Start(nullptr, options) != nullptr;
}

void WorkerServices::End() {
  ended_ = true;
  inbox.Close();
  timers.End();
  watches.End();
  broadcast.End();
}

RequestServices* WorkerServices::Of(Request* request) {
  if (of_requests_.size() <= request->index) of_requests_.resize(request->index + 1);
  RequestServices*& services = of_requests_[request->index];
  if (services != nullptr) return services;
  auto* made = request->pool.New<RequestServices>();
  if (made == nullptr || !request->pool.AddCleanup(OnRequestEnd, made)) return nullptr;
  made->request = request;
  services = made;
  return made;
}

// The request's pool calls this, so that a request that has neither timers nor tasks pays nothing.
void WorkerServices::OnRequestEnd(void* user) {
  auto* ending = static_cast<RequestServices*>(user);
  WorkerServices* services = ending->request->worker->services.get();
  services->of_requests_[ending->request->index] = nullptr;
  services->timers.EndOf(ending);
  services->tasks.EndOf(ending);
}

}  // namespace httpd::server
