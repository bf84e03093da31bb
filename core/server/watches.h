// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/timer.h>
#include <uv.h>

#include <cstdint>

// A descriptor that the loop watches for a module. As with timers, dead handles are kept for a
// while so that they are recognised.
struct httpd_watch {
  uv_poll_t poll;
  httpd_worker* worker = nullptr;
  httpd_watch_fn fn = nullptr;
  void* user = nullptr;
  httpd_destroy destroy = nullptr;
  int fd = -1;
  uint16_t module = 0;
  bool live = false;
  bool firing = false;
  bool closed = true;  // the loop has let go of it
  httpd_watch* previous = nullptr;
  httpd_watch* next = nullptr;
};

namespace httpd::server {

// The watched descriptors of a worker. Loop thread.
class Watches {
 public:
  explicit Watches(httpd_worker* worker) : worker_(worker) {}

  // `options` were checked. Null with the loop's error (UV_…) in *error.
  httpd_watch* Start(const httpd_watch_options& options, int* error);
  static int Set(httpd_watch* watch, uint32_t events);
  void Stop(httpd_watch* watch);
  void End();

 private:
  static void OnEvent(uv_poll_t* poll, int status, int events);
  static void OnClosed(uv_handle_t* handle);
  void Free(httpd_watch* watch);

  httpd_worker* worker_;
  httpd_watch* live_ = nullptr;
  httpd_watch* free_ = nullptr;
  httpd_watch* last_free_ = nullptr;
  uint32_t free_count_ = 0;
};

}  // namespace httpd::server
