// SPDX-License-Identifier: Apache-2.0
//
// Descriptors of modules in the worker's loop. What the loop says of an error (libuv answers
// EPOLLERR with UV_EBADF and stops) becomes one event, so that a module never spins on a broken
// socket.

#include "server/watches.h"

#include <new>

#include "base/sized.h"
#include "process/scoreboard.h"
#include "server/api_check.h"
#include "server/module_call.h"
#include "server/services.h"

namespace httpd::server {
namespace {
constexpr uint32_t kKeptFree = 16;  // handles that died recently are not given out again
}

httpd_watch* Watches::Start(const httpd_watch_options& options, int* error) {
  httpd_watch* watch = nullptr;
  if (free_count_ > kKeptFree) {
    watch = free_;
    free_ = watch->next;
    --free_count_;
  } else {
    watch = new (std::nothrow) httpd_watch;
  }
  *error = UV_ENOMEM;
  if (watch == nullptr) return nullptr;
  watch->worker = worker_;
  watch->fn = options.fn;
  watch->user = options.user;
  watch->destroy = options.destroy;
  watch->fd = options.fd;
  watch->module = CallerSlot(worker_);
  watch->firing = false;
  watch->poll.data = watch;
  *error = uv_poll_init(&worker_->loop, &watch->poll, watch->fd);
  if (*error != 0) {
    watch->destroy = nullptr;
    Free(watch);
    return nullptr;
  }
  watch->live = true;
  watch->closed = false;
  watch->previous = nullptr;
  watch->next = live_;
  if (live_ != nullptr) live_->previous = watch;
  live_ = watch;
  *error = Set(watch, options.events);
  if (*error == 0) return watch;
  watch->destroy = nullptr;
  Stop(watch);
  return nullptr;
}

int Watches::Set(httpd_watch* watch, uint32_t events) {
  if (events == 0) return uv_poll_stop(&watch->poll);
  const int wanted = ((events & HTTPD_WATCH_READ) != 0 ? UV_READABLE : 0) |
                     ((events & HTTPD_WATCH_WRITE) != 0 ? UV_WRITABLE : 0);
  return uv_poll_start(&watch->poll, wanted, OnEvent);
}

void Watches::OnEvent(uv_poll_t* poll, int status, int events) {
  auto* watch = static_cast<httpd_watch*>(poll->data);
  httpd_worker* worker = watch->worker;
  uint32_t told = status < 0 ? HTTPD_WATCH_ERROR : 0;
  if ((events & UV_READABLE) != 0) told |= HTTPD_WATCH_READ;
  if ((events & UV_WRITABLE) != 0) told |= HTTPD_WATCH_WRITE;
  if (status < 0) uv_poll_stop(poll);
  watch->firing = true;
  worker->slot->request_length.store(0, std::memory_order_relaxed);
  CallModule(worker, watch->module, module::kInWatch,
             [&] { watch->fn(watch, watch->fd, told, watch->user); });
  watch->firing = false;
  if (watch->live) return;
  Destroy(worker, watch->module, module::kInWatch, watch->destroy, watch->user);
  watch->destroy = nullptr;
  if (watch->closed) worker->services->watches.Free(watch);
}

void Watches::Stop(httpd_watch* watch) {
  watch->live = false;
  (watch->previous == nullptr ? live_ : watch->previous->next) = watch->next;
  if (watch->next != nullptr) watch->next->previous = watch->previous;
  uv_close(reinterpret_cast<uv_handle_t*>(&watch->poll), OnClosed);
  if (watch->firing) return;  // destroyed when the call has ended
  Destroy(worker_, watch->module, module::kInWatch, watch->destroy, watch->user);
  watch->destroy = nullptr;
}

void Watches::OnClosed(uv_handle_t* handle) {
  auto* watch = static_cast<httpd_watch*>(handle->data);
  watch->closed = true;
  if (!watch->firing) watch->worker->services->watches.Free(watch);
}

void Watches::Free(httpd_watch* watch) {
  watch->previous = watch->next = nullptr;
  (free_count_ == 0 ? free_ : last_free_->next) = watch;
  last_free_ = watch;
  ++free_count_;
}

void Watches::End() {
  while (live_ != nullptr) Stop(live_);
}

}  // namespace httpd::server

namespace {
constexpr uint32_t kWatchable = HTTPD_WATCH_READ | HTTPD_WATCH_WRITE;
}

httpd_watch* httpd_watch_start(httpd_worker* worker, const httpd_watch_options* raw) {
  HTTPD_REQUIRE_HANDLE(worker, nullptr);
  HTTPD_REQUIRE_LOOP_THREAD(nullptr);
  httpd_watch_options options;
  if (httpd::base::ReadSizedOrReport(__func__, "httpd_watch_options", raw, &options) != HTTPD_OK) {
    return nullptr;
  }
  HTTPD_REQUIRE(options.fn != nullptr && options.fd >= 0, nullptr, HTTPD_ERR_INVALID,
                "httpd_watch_options.fn is NULL or .fd is negative");
  HTTPD_REQUIRE((options.events & ~kWatchable) == 0 && options.reserved == 0, nullptr,
                HTTPD_ERR_UNSUPPORTED, "an event or flag is not known");
  HTTPD_REQUIRE(!worker->services->ended(), nullptr, HTTPD_ERR_STATE, "the worker has stopped");
  int error = 0;
  httpd_watch* watch = worker->services->watches.Start(options, &error);
  if (watch == nullptr) {
    httpd::base::ReportMisuse(
        __func__, HTTPD_ERR_IO,
        httpd::base::Concat("descriptor ", options.fd, " cannot be watched: ", uv_strerror(error)));
  }
  return watch;
}

httpd_result httpd_watch_set(httpd_watch* watch, uint32_t events) {
  HTTPD_REQUIRE_HANDLE(watch, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  HTTPD_REQUIRE(watch->live, HTTPD_ERR_STALE, HTTPD_ERR_STALE, "the watch has ended");
  HTTPD_REQUIRE((events & ~kWatchable) == 0, HTTPD_ERR_UNSUPPORTED, HTTPD_ERR_UNSUPPORTED,
                "an event is not known");
  return httpd::server::Watches::Set(watch, events) == 0 ? HTTPD_OK : HTTPD_ERR_IO;
}

httpd_result httpd_watch_stop(httpd_watch* watch) {
  HTTPD_REQUIRE_HANDLE(watch, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  HTTPD_REQUIRE(watch->live, HTTPD_ERR_STALE, HTTPD_ERR_STALE, "the watch has ended");
  watch->worker->services->watches.Stop(watch);
  return HTTPD_OK;
}
