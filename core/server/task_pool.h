// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/task.h>
#include <uv.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

namespace httpd::server {
struct RequestServices;
}

// Work handed to a thread. Objects are kept and used again, so that a dead handle is recognised.
struct httpd_task {
  enum class State : uint8_t { kFree, kWaiting, kRunning, kFinished };

  httpd_task_run run = nullptr;
  httpd_task_done done = nullptr;
  void* user = nullptr;
  httpd_destroy destroy = nullptr;
  httpd_worker* worker = nullptr;
  httpd::server::RequestServices* of = nullptr;  // null: of the worker, or the request has ended
  std::string_view module_name;
  uint16_t module = 0;
  State state = State::kFree;  // by the pool's mutex
  bool threw = false;
  std::atomic<bool> cancelled{false};
  httpd_task* next = nullptr;         // in the list of its state
  httpd_task* previous_of = nullptr;  // in the list of its request
  httpd_task* next_of = nullptr;
};

namespace httpd::server {

// Threads of a worker that may block; they are started with the first task.
class TaskPool {
 public:
  static constexpr uint32_t kThreads = 4;
  static constexpr uint32_t kMaxWaiting = 1024;

  TaskPool(httpd_worker* worker, uv_async_t* wake) : worker_(worker), wake_(wake) {}

  // Loop thread. `of` null: the worker's. Null with the reason in *why.
  httpd_task* Start(RequestServices* of, const httpd_task_options& options, httpd_result* why);
  void Cancel(httpd_task* task);
  void EndOf(RequestServices* request);
  bool IsLive(const httpd_task* task);
  // Calls done() of what has finished.
  void Deliver();
  // Cancels everything and waits, but not for ever, for what runs.
  void Finish();

 private:
  struct List {
    httpd_task* first = nullptr;
    httpd_task* last = nullptr;
    void Push(httpd_task* task);
    httpd_task* Pop();
    bool Remove(httpd_task* task);
  };

  void Work(uint32_t thread);
  bool StartThreads();
  void Ended(httpd_task* task);

  httpd_worker* worker_;
  uv_async_t* wake_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable idle_;
  List waiting_;
  List finished_;
  uint32_t waiting_count_ = 0;
  uint32_t running_ = 0;
  httpd_task* running_list_[kThreads] = {};
  bool stopping_ = false;
  std::vector<std::thread> threads_;
  List free_;
  uint32_t free_count_ = 0;
};

}  // namespace httpd::server
