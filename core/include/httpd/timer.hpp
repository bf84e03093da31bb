// SPDX-License-Identifier: Apache-2.0
//
// Timers and watched descriptors (timer.h) with lambdas. `self` is the module that log lines name
// when the lambda throws. Loop thread.
//
//   api::After(worker, self, 1000ms, [=] { … });                 // once
//   api::Every(worker, self, 5s, [=](httpd_timer* timer) { … });  // until httpd_timer_stop(timer)
#ifndef HTTPD_TIMER_HPP
#define HTTPD_TIMER_HPP

#include <httpd/timer.h>

#include <chrono>
#include <httpd/callback.hpp>

namespace httpd::api {
namespace internal {

template <typename Owner, typename Fn, typename Start>
httpd_timer* StartTimer(Owner* owner, const httpd_module_handle* self,
                        std::chrono::milliseconds first, std::chrono::milliseconds repeat, Fn&& fn,
                        Start start) {
  auto callback = MakeCallback(self, std::forward<Fn>(fn));
  using Kept = typename decltype(callback)::element_type;
  httpd_timer_options options = {};
  options.size = sizeof(options);
  options.first_ms = static_cast<uint64_t>(first.count());
  options.repeat_ms = static_cast<uint64_t>(repeat.count());
  options.user = callback.get();
  options.destroy = Kept::Destroy;
  options.fn = [](httpd_timer* timer, void* user) {
    if constexpr (std::is_invocable_v<decltype(Kept::fn)&, httpd_timer*>) {
      Kept::From(user).Run(timer);
    } else {
      Kept::From(user).Run();
    }
  };
  httpd_timer* timer = start(owner, &options);
  if (timer != nullptr) callback.release();  // the core destroys it
  return timer;
}

}  // namespace internal

// Calls fn() or fn(httpd_timer*) once; NULL when it was not started. Ends with the worker or, by
// the second form, with the request.
template <typename Fn>
httpd_timer* After(httpd_worker* worker, const httpd_module_handle* self,
                   std::chrono::milliseconds delay, Fn&& fn) {
  return internal::StartTimer(worker, self, delay, {}, std::forward<Fn>(fn), httpd_timer_start);
}
template <typename Fn>
httpd_timer* After(httpd_request* request, const httpd_module_handle* self,
                   std::chrono::milliseconds delay, Fn&& fn) {
  return internal::StartTimer(request, self, delay, {}, std::forward<Fn>(fn), httpd_request_timer);
}

// Calls it again and again, first after one period.
template <typename Fn>
httpd_timer* Every(httpd_worker* worker, const httpd_module_handle* self,
                   std::chrono::milliseconds period, Fn&& fn) {
  return internal::StartTimer(worker, self, period, period, std::forward<Fn>(fn),
                              httpd_timer_start);
}
template <typename Fn>
httpd_timer* Every(httpd_request* request, const httpd_module_handle* self,
                   std::chrono::milliseconds period, Fn&& fn) {
  return internal::StartTimer(request, self, period, period, std::forward<Fn>(fn),
                              httpd_request_timer);
}

// Calls fn(httpd_watch*, int32_t fd, uint32_t events) for HTTPD_WATCH_* of a descriptor; NULL when
// it cannot be watched. httpd_watch_stop() ends it.
template <typename Fn>
httpd_watch* Watch(httpd_worker* worker, const httpd_module_handle* self, int32_t fd,
                   uint32_t events, Fn&& fn) {
  auto callback = MakeCallback(self, std::forward<Fn>(fn));
  using Kept = typename decltype(callback)::element_type;
  httpd_watch_options options = {};
  options.size = sizeof(options);
  options.events = events;
  options.fd = fd;
  options.user = callback.get();
  options.destroy = Kept::Destroy;
  options.fn = [](httpd_watch* watch, int32_t watched, uint32_t what, void* user) {
    Kept::From(user).Run(watch, watched, what);
  };
  httpd_watch* watch = httpd_watch_start(worker, &options);
  if (watch != nullptr) callback.release();
  return watch;
}

}  // namespace httpd::api

#endif  // HTTPD_TIMER_HPP
