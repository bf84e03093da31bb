// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/timer.h>
#include <uv.h>

#include <cstdint>

#include "server/request.h"

namespace httpd::server {
struct RequestServices;
}

// A timer. Objects are kept and used again, so that a dead handle is recognised, the one that died
// first before the others.
struct httpd_timer {
  uv_timer_t uv;
  httpd_worker* worker = nullptr;
  httpd::server::RequestServices* of = nullptr;  // null: of the worker
  httpd_timer_fn fn = nullptr;
  void* user = nullptr;
  httpd_destroy destroy = nullptr;
  uint64_t first = 0;
  uint64_t repeat = 0;
  int32_t shared = -1;  // index of the generation's timer, -1: of this worker alone
  uint16_t module = 0;
  bool live = false;
  bool firing = false;
  bool owner = false;  // of the generation's timer
  httpd_timer* previous = nullptr;
  httpd_timer* next = nullptr;
};

namespace httpd::server {

// The timers of a worker and of its requests. Loop thread.
class Timers {
 public:
  explicit Timers(httpd_worker* worker) : worker_(worker) {}

  // `of` null: the worker's. `options` were checked. Null when there is no memory, or no room for
  // another name in the generation, which is logged.
  httpd_timer* Start(RequestServices* of, const httpd_timer_options& options);
  void Stop(httpd_timer* timer);
  void EndOf(RequestServices* request);
  void End();

 private:
  static void OnTimeout(uv_timer_t* uv);
  void Fire(httpd_timer* timer);
  void Own(httpd_timer* timer);
  void Poll(httpd_timer* timer, bool starting);
  bool Due(httpd_timer* timer);
  httpd_timer* Take();
  void Release(httpd_timer* timer, bool destroy_now);
  void Discard(httpd_timer* timer);

  httpd_worker* worker_;
  httpd_timer* live_ = nullptr;  // those of the worker
  httpd_timer* free_ = nullptr;
  httpd_timer* last_free_ = nullptr;
  uint32_t free_count_ = 0;
};

}  // namespace httpd::server
