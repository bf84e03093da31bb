// SPDX-License-Identifier: Apache-2.0
//
// Timers of modules: one uv_timer each. Those of a generation run in every worker, but only the one
// that owns the shared entry calls; the others look once a second whether its owner has gone.

#include "server/timers.h"

#include <new>

#include "base/sized.h"
#include "process/scoreboard.h"
#include "server/api_check.h"
#include "server/module_call.h"
#include "server/services.h"
#include "server/shared_services.h"

namespace httpd::server {
namespace {

constexpr uint64_t kPoll = 1000;    // milliseconds; fail-over is promised within two seconds
constexpr uint32_t kKeptFree = 16;  // handles that died recently are not given out again

void Unlink(httpd_timer** list, httpd_timer* timer) {
  (timer->previous == nullptr ? *list : timer->previous->next) = timer->next;
  if (timer->next != nullptr) timer->next->previous = timer->previous;
  timer->previous = timer->next = nullptr;
}

}  // namespace

httpd_timer* Timers::Take() {
  if (free_count_ > kKeptFree) {
    httpd_timer* timer = free_;
    free_ = timer->next;
    --free_count_;
    timer->next = nullptr;
    return timer;
  }
  auto* timer = new (std::nothrow) httpd_timer;
  if (timer == nullptr) return nullptr;
  uv_timer_init(&worker_->loop, &timer->uv);
  timer->uv.data = timer;
  timer->worker = worker_;
  return timer;
}

httpd_timer* Timers::Start(RequestServices* of, const httpd_timer_options& options) {
  httpd_timer* timer = Take();
  if (timer == nullptr) return nullptr;
  timer->of = of;
  timer->fn = options.fn;
  timer->user = options.user;
  timer->destroy = options.destroy;
  timer->first = options.first_ms;
  timer->repeat = options.repeat_ms;
  timer->module = CallerSlot(worker_);
  timer->shared = -1;
  timer->owner = timer->firing = false;
  timer->live = true;
  httpd_timer** list = of == nullptr ? &live_ : &of->timers;
  timer->next = *list;
  if (*list != nullptr) (*list)->previous = timer;
  *list = timer;
  if ((options.flags & HTTPD_TIMER_GENERATION) == 0) {
    uv_timer_start(&timer->uv, OnTimeout, timer->first, timer->repeat);
    return timer;
  }
  SharedTimers& shared = worker_->generation->shared->timers();
  timer->shared = shared.Find(timer->module, base::View(options.name));
  if (timer->shared < 0) {
    timer->destroy = nullptr;
    Release(timer, true);
    return nullptr;
  }
  Poll(timer, true);
  return timer;
}

void Timers::OnTimeout(uv_timer_t* uv) {
  auto* timer = static_cast<httpd_timer*>(uv->data);
  Timers& timers = timer->worker->services->timers;
  if (timer->shared < 0) return timers.Fire(timer);
  if (!timer->owner) return timers.Poll(timer, false);
  if (timers.Due(timer)) timers.Fire(timer);
}

void Timers::Fire(httpd_timer* timer) {
  timer->firing = true;
  worker_->UpdateClock();
  if (timer->of != nullptr) {
    worker_->slot->SetRequest(timer->of->request->line);
  } else {
    worker_->slot->request_length.store(0, std::memory_order_relaxed);
  }
  CallModule(worker_, timer->module, module::kInTimer, [&] { timer->fn(timer, timer->user); });
  timer->firing = false;
  if (!timer->live) return Discard(timer);  // it stopped itself
  if (timer->repeat == 0) return Release(timer, true);
  if (timer->shared >= 0) Own(timer);
}

// Has the owner called when the generation's timer is due next.
void Timers::Own(httpd_timer* timer) {
  SharedTimers& shared = worker_->generation->shared->timers();
  const uint64_t now = worker_->loop_now();
  const uint64_t due = shared.FirstDue(timer->shared, now + timer->first);
  timer->owner = true;
  uv_timer_start(&timer->uv, OnTimeout, due > now ? due - now : 0, 0);
}

// One that is not the owner: becomes it when there is none, else looks again later.
void Timers::Poll(httpd_timer* timer, bool starting) {
  SharedTimers& shared = worker_->generation->shared->timers();
  if (shared.Done(timer->shared)) {
    if (!starting) return Release(timer, true);  // it fired for the last time elsewhere
    uv_timer_start(&timer->uv, OnTimeout, 0, 0);
    return;
  }
  if (shared.Take(timer->shared, worker_->number)) return Own(timer);
  uv_timer_start(&timer->uv, OnTimeout, kPoll, 0);
}

// Notes the next time before the call, so that a call that kills the worker is not repeated for
// ever. False when another worker has it.
bool Timers::Due(httpd_timer* timer) {
  SharedTimers& shared = worker_->generation->shared->timers();
  if (!shared.Owns(timer->shared, worker_->number)) {
    timer->owner = false;
    Poll(timer, false);
    return false;
  }
  shared.Fires(timer->shared, worker_->loop_now(), timer->repeat);
  return true;
}

// Out of the list and dead. With `destroy_now` false the destroy function waits for the end of the
// call that is under way.
void Timers::Release(httpd_timer* timer, bool destroy_now) {
  timer->live = false;
  uv_timer_stop(&timer->uv);
  Unlink(timer->of == nullptr ? &live_ : &timer->of->timers, timer);
  timer->of = nullptr;
  if (timer->owner) {
    worker_->generation->shared->timers().Leave(timer->shared, worker_->number);
    timer->owner = false;
  }
  if (timer->firing && !destroy_now) return;
  Destroy(worker_, timer->module, module::kInTimer, timer->destroy, timer->user);
  timer->destroy = nullptr;
  if (!timer->firing) Discard(timer);
}

void Timers::Discard(httpd_timer* timer) {
  Destroy(worker_, timer->module, module::kInTimer, timer->destroy, timer->user);
  timer->destroy = nullptr;
  timer->previous = timer->next = nullptr;
  (free_ == nullptr || free_count_ == 0 ? free_ : last_free_->next) = timer;
  last_free_ = timer;
  ++free_count_;
}

void Timers::Stop(httpd_timer* timer) { Release(timer, false); }

void Timers::EndOf(RequestServices* request) {
  // At once: what `user` points to often ends with the request.
  while (request->timers != nullptr) Release(request->timers, true);
}

void Timers::End() {
  while (live_ != nullptr) Release(live_, false);
}

}  // namespace httpd::server

namespace {

using httpd::base::ReportMisuse;

// Null when the options cannot be used; the reason was logged.
bool ReadTimerOptions(const char* function, const httpd_timer_options* raw,
                      httpd_timer_options* options) {
  if (httpd::base::ReadSizedOrReport(function, "httpd_timer_options", raw, options) != HTTPD_OK) {
    return false;
  }
  if (options->fn == nullptr) {
    ReportMisuse(function, HTTPD_ERR_INVALID, "httpd_timer_options.fn is NULL");
    return false;
  }
  if ((options->flags & ~HTTPD_TIMER_GENERATION) != 0) {
    ReportMisuse(function, HTTPD_ERR_UNSUPPORTED, "a flag is not known");
    return false;
  }
  return true;
}

}  // namespace

httpd_timer* httpd_timer_start(httpd_worker* worker, const httpd_timer_options* raw) {
  HTTPD_REQUIRE_HANDLE(worker, nullptr);
  HTTPD_REQUIRE_LOOP_THREAD(nullptr);
  httpd_timer_options options;
  if (!ReadTimerOptions(__func__, raw, &options)) return nullptr;
  HTTPD_REQUIRE(!worker->services->ended(), nullptr, HTTPD_ERR_STATE, "the worker has stopped");
  const bool shared = (options.flags & HTTPD_TIMER_GENERATION) != 0;
  HTTPD_REQUIRE(!shared || (options.name.len > 0 && options.name.data != nullptr &&
                            options.name.len <= httpd::server::SharedTimers::kMaxName),
                nullptr, HTTPD_ERR_INVALID,
                "a timer of the generation needs a name of at most 64 bytes");
  httpd_timer* timer = worker->services->timers.Start(nullptr, options);
  HTTPD_REQUIRE(timer != nullptr, nullptr, shared ? HTTPD_ERR_LIMIT : HTTPD_ERR_NO_MEMORY,
                shared ? "no memory, or the generation has 256 timers" : "no memory");
  return timer;
}

httpd_timer* httpd_request_timer(httpd_request* request, const httpd_timer_options* raw) {
  HTTPD_CHECK_REQUEST_VALUE(request);
  httpd_timer_options options;
  if (!ReadTimerOptions(__func__, raw, &options)) return nullptr;
  HTTPD_REQUIRE((options.flags & HTTPD_TIMER_GENERATION) == 0, nullptr, HTTPD_ERR_UNSUPPORTED,
                "HTTPD_TIMER_GENERATION is not for timers of a request");
  httpd::server::WorkerServices* services = request->worker->services.get();
  httpd::server::RequestServices* of = services->Of(request);
  httpd_timer* timer = of == nullptr ? nullptr : services->timers.Start(of, options);
  HTTPD_REQUIRE(timer != nullptr, nullptr, HTTPD_ERR_NO_MEMORY, "no memory");
  return timer;
}

httpd_result httpd_timer_stop(httpd_timer* timer) {
  HTTPD_REQUIRE_HANDLE(timer, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  HTTPD_REQUIRE(timer->live, HTTPD_ERR_STALE, HTTPD_ERR_STALE, "the timer has ended");
  timer->worker->services->timers.Stop(timer);
  return HTTPD_OK;
}

uint64_t httpd_worker_clock(const httpd_worker* worker) {
  HTTPD_REQUIRE_HANDLE(worker, 0);
  HTTPD_REQUIRE_LOOP_THREAD(0);
  return worker->loop_now();
}
