// SPDX-License-Identifier: Apache-2.0
//
// Work that would block the loop. A few threads per worker, made with the first task: a worker that
// never offloads stays a process of one thread.

#include "server/task_pool.h"

#include <signal.h>

#include <chrono>
#include <new>
#include <system_error>

#include "base/sized.h"
#include "process/scoreboard.h"
#include "server/api_check.h"
#include "server/module_call.h"
#include "server/services.h"

namespace httpd::server {
namespace {
constexpr uint32_t kKeptFree = 16;  // handles that died recently are not given out again
// The generation kills a worker two seconds after its deadline (process/worker_set.cc).
constexpr std::chrono::milliseconds kPatience{1000};
}  // namespace

void TaskPool::List::Push(httpd_task* task) {
  task->next = nullptr;
  (first == nullptr ? first : last->next) = task;
  last = task;
}

httpd_task* TaskPool::List::Pop() {
  httpd_task* task = first;
  if (task != nullptr) first = task->next;
  return task;
}

bool TaskPool::List::Remove(httpd_task* task) {
  httpd_task* before = nullptr;
  for (httpd_task* at = first; at != nullptr; before = at, at = at->next) {
    if (at != task) continue;
    (before == nullptr ? first : before->next) = task->next;
    if (last == task) last = before;
    return true;
  }
  return false;
}

// Signals are for the loop's thread. False when the system gives no thread at all.
bool TaskPool::StartThreads() {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  while (threads_.size() < kThreads) {
    try {
      threads_.emplace_back(
          [this, number = static_cast<uint32_t>(threads_.size())] { Work(number); });
    } catch (const std::system_error&) {
      break;
    }
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return !threads_.empty();
}

httpd_task* TaskPool::Start(RequestServices* of, const httpd_task_options& options,
                            httpd_result* why) {
  *why = HTTPD_ERR_NO_MEMORY;
  if (threads_.empty() && !stopping_ && !StartThreads()) return nullptr;
  httpd_task* task = nullptr;
  if (free_count_ > kKeptFree) {
    task = free_.Pop();
    --free_count_;
  } else {
    task = new (std::nothrow) httpd_task;
  }
  if (task == nullptr) return nullptr;
  task->run = options.run;
  task->done = options.done;
  task->user = options.user;
  task->destroy = options.destroy;
  task->worker = worker_;
  task->module = CallerSlot(worker_);
  task->module_name = worker_->generation->registry.at(task->module)->name;
  task->cancelled.store(false, std::memory_order_relaxed);
  task->threw = false;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (stopping_ || waiting_count_ >= kMaxWaiting) {
      *why = stopping_ ? HTTPD_ERR_STATE : HTTPD_ERR_LIMIT;
      free_.Push(task);
      ++free_count_;
      return nullptr;
    }
    task->state = httpd_task::State::kWaiting;
    waiting_.Push(task);
    ++waiting_count_;
  }
  work_.notify_one();
  task->of = of;
  task->previous_of = task->next_of = nullptr;
  if (of != nullptr) {
    task->next_of = of->tasks;
    if (of->tasks != nullptr) of->tasks->previous_of = task;
    of->tasks = task;
  }
  return task;
}

void TaskPool::Work(uint32_t thread) {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    work_.wait(lock, [this] { return stopping_ || waiting_.first != nullptr; });
    httpd_task* task = waiting_.Pop();
    if (task == nullptr) return;
    --waiting_count_;
    ++running_;
    running_list_[thread] = task;
    task->state = httpd_task::State::kRunning;
    lock.unlock();
    {
      const base::ThreadModuleScope scope(task->module_name);
      try {
        task->run(task, task->user);
      } catch (...) {
        task->threw = true;
        log::Write(log::Level::kError, task->module_name,
                   "a C++ exception left a task's run function [HS-02]");
      }
    }
    lock.lock();
    --running_;
    running_list_[thread] = nullptr;
    task->state = httpd_task::State::kFinished;
    finished_.Push(task);
    if (running_ == 0) idle_.notify_all();
    uv_async_send(wake_);
  }
}

bool TaskPool::IsLive(const httpd_task* task) {
  std::lock_guard<std::mutex> lock(mutex_);
  return task->state != httpd_task::State::kFree;
}

void TaskPool::Cancel(httpd_task* task) {
  task->cancelled.store(true, std::memory_order_relaxed);
  std::lock_guard<std::mutex> lock(mutex_);
  if (task->state != httpd_task::State::kWaiting || !waiting_.Remove(task)) return;
  --waiting_count_;
  task->state = httpd_task::State::kFinished;
  finished_.Push(task);
  uv_async_send(wake_);
}

void TaskPool::EndOf(RequestServices* request) {
  while (request->tasks != nullptr) {
    httpd_task* task = request->tasks;
    request->tasks = task->next_of;
    task->of = nullptr;
    Cancel(task);
  }
}

void TaskPool::Ended(httpd_task* task) {
  if (task->of != nullptr) {
    (task->previous_of == nullptr ? task->of->tasks : task->previous_of->next_of) = task->next_of;
    if (task->next_of != nullptr) task->next_of->previous_of = task->previous_of;
    worker_->slot->SetRequest(task->of->request->line);
    task->of = nullptr;
  } else {
    worker_->slot->request_length.store(0, std::memory_order_relaxed);
  }
  const bool cancelled = task->cancelled.load(std::memory_order_relaxed) || task->threw;
  if (task->done != nullptr) {
    worker_->UpdateClock();
    CallModule(worker_, task->module, module::kInTaskDone,
               [&] { task->done(task, cancelled ? HTTPD_ERR_CANCELLED : HTTPD_OK, task->user); });
  }
  Destroy(worker_, task->module, module::kInTaskDone, task->destroy, task->user);
  std::lock_guard<std::mutex> lock(mutex_);
  task->state = httpd_task::State::kFree;
  free_.Push(task);
  ++free_count_;
}

void TaskPool::Deliver() {
  for (;;) {
    httpd_task* task = nullptr;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      task = finished_.Pop();
    }
    if (task == nullptr) return;
    Ended(task);
  }
}

void TaskPool::Finish() {
  std::unique_lock<std::mutex> lock(mutex_);
  stopping_ = true;
  if (threads_.empty()) return;  // there never was a task
  while (httpd_task* task = waiting_.Pop()) {
    task->cancelled.store(true, std::memory_order_relaxed);
    task->state = httpd_task::State::kFinished;
    finished_.Push(task);
  }
  waiting_count_ = 0;
  lock.unlock();
  work_.notify_all();
  Deliver();  // what is done by now may be what running tasks wait for
  lock.lock();
  for (httpd_task* task : running_list_) {
    if (task != nullptr) task->cancelled.store(true, std::memory_order_relaxed);
  }
  const bool idle = idle_.wait_for(lock, kPatience, [this] { return running_ == 0; });
  std::string_view blocking;
  for (const httpd_task* task : running_list_) {
    if (task != nullptr) blocking = task->module_name;
  }
  lock.unlock();
  Deliver();
  for (std::thread& thread : threads_) idle ? thread.join() : thread.detach();
  threads_.clear();
  if (idle) return;
  log::Write(log::Level::kWarn, blocking,
             base::Concat("a task of module ", blocking,
                          " did not return within a second after it was cancelled; the worker ends "
                          "without it [HS-60]"));
}

}  // namespace httpd::server

namespace {

using httpd::base::ReportMisuse;
using httpd::server::RequestServices;

bool ReadTaskOptions(const char* function, const httpd_task_options* raw,
                     httpd_task_options* options) {
  if (httpd::base::ReadSizedOrReport(function, "httpd_task_options", raw, options) != HTTPD_OK) {
    return false;
  }
  if (options->run != nullptr && options->flags == 0) return true;
  ReportMisuse(function, options->run == nullptr ? HTTPD_ERR_INVALID : HTTPD_ERR_UNSUPPORTED,
               options->run == nullptr ? "httpd_task_options.run is NULL" : "a flag is not known");
  return false;
}

httpd_task* Offload(const char* function, httpd_worker* worker, RequestServices* of,
                    const httpd_task_options& options) {
  httpd_result why = HTTPD_OK;
  httpd_task* task = worker->services->tasks.Start(of, options, &why);
  if (task != nullptr) return task;
  ReportMisuse(function, why,
               why == HTTPD_ERR_LIMIT   ? "1024 tasks wait already"
               : why == HTTPD_ERR_STATE ? "the worker stops"
                                        : "no memory or no thread");
  httpd::server::Destroy(worker, httpd::server::CallerSlot(worker), httpd::module::kInTaskDone,
                         options.destroy, options.user);
  return nullptr;
}

}  // namespace

httpd_task* httpd_offload(httpd_worker* worker, const httpd_task_options* raw) {
  HTTPD_REQUIRE_HANDLE(worker, nullptr);
  HTTPD_REQUIRE_LOOP_THREAD(nullptr);
  httpd_task_options options;
  if (!ReadTaskOptions(__func__, raw, &options)) return nullptr;
  return Offload(__func__, worker, nullptr, options);
}

httpd_task* httpd_request_offload(httpd_request* request, const httpd_task_options* raw) {
  HTTPD_CHECK_REQUEST_VALUE(request);
  httpd_task_options options;
  if (!ReadTaskOptions(__func__, raw, &options)) return nullptr;
  RequestServices* of = request->worker->services->Of(request);
  if (of == nullptr) {
    httpd::server::Destroy(request->worker, httpd::server::CallerSlot(request->worker),
                           httpd::module::kInTaskDone, options.destroy, options.user);
    HTTPD_REQUIRE(of != nullptr, nullptr, HTTPD_ERR_NO_MEMORY, "no memory");
  }
  return Offload(__func__, request->worker, of, options);
}

httpd_result httpd_task_cancel(httpd_task* task) {
  HTTPD_REQUIRE_HANDLE(task, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  HTTPD_REQUIRE(task->worker->services->tasks.IsLive(task), HTTPD_ERR_STALE, HTTPD_ERR_STALE,
                "the task has ended");
  task->worker->services->tasks.Cancel(task);
  return HTTPD_OK;
}

int32_t httpd_task_is_cancelled(const httpd_task* task) {
  HTTPD_REQUIRE_HANDLE(task, 0);
  return task->cancelled.load(std::memory_order_relaxed);
}
