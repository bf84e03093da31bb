// SPDX-License-Identifier: Apache-2.0
//
// The worker: one event loop from the first accept to the last response.

#include "server/worker.h"

#include <errno.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "base/concat.h"
#include "http/date.h"
#include "log/error_log.h"
#include "os/descriptors.h"
#include "os/packets.h"
#include "process/worker_channel.h"
#include "server/access_files.h"
#include "server/api_check.h"
#include "server/filters.h"
#include "server/generation_impl.h"
#include "server/intake.h"
#include "server/lifecycle.h"
#include "server/listener.h"
#include "server/services.h"

using httpd::process::FromWorker;
using httpd::process::ToWorker;
using httpd::process::WorkerMessage;
using httpd::server::Buffer;
using httpd::server::Listener;
using httpd::server::Request;

namespace {
constexpr uint64_t kLogFlush = 1000;  // milliseconds
constexpr size_t kKeptBuffers = 256;

void RunWorkerHooks(httpd_worker* worker, uint32_t hook, bool* ok) {
  for (const auto& entry : worker->generation->hooks.Of(hook)) {
    worker->slot->Blame(entry.slot, entry.hook);
    httpd_result result;
    try {
      result = entry.worker(worker, entry.user);
    } catch (...) {
      result = HTTPD_ERR_INVALID;  // C++ exceptions may not leave a module
    }
    worker->slot->Blame(0, 0);
    if (result == HTTPD_OK || result == HTTPD_DECLINED) continue;
    *ok = false;
    httpd::log::Write(httpd::log::Level::kError, worker->generation->registry.at(entry.slot)->name,
                      httpd::base::Concat("the ", httpd::server::HookName(entry.hook),
                                          " hook answered ", result, " [HS-16]"));
  }
}
}  // namespace

httpd_worker::httpd_worker(httpd_generation* owner, const httpd::server::WorkerInput& input)
    : generation(owner),
      number(input.index),
      slot(input.slot),
      locations(&owner->registry),
      handover(this, input.handover),
      input_(input),
      requests_(new std::atomic<Request*>[kMaxRequests]()) {
  if (owner->servers.reads_access_files) {
    access_files = std::make_unique<httpd::server::AccessFiles>(this);
  }
}

httpd_worker::~httpd_worker() = default;  // the process ends by _exit; nothing is torn down

int httpd_worker::Run() {
  if (uv_loop_init(&loop) != 0) return 1;
  max_connections_ = generation->main_core().max_connections.value;
  generation->worker = this;
  httpd::server::SetProcessWorker(this);
  httpd::server::StartChecks(slot, &generation->registry);
  wheel.Start(loop_now());
  UpdateClock();
  uv_timer_init(&loop, &tick_);
  tick_.data = this;
  resume_async_.data = this;
  uv_async_init(&loop, &resume_async_,
                [](uv_async_t* async) { static_cast<httpd_worker*>(async->data)->OnResumed(); });
  soon_idle_.data = this;
  uv_idle_init(&loop, &soon_idle_);
  channel_.data = this;
  if (uv_poll_init(&loop, &channel_, input_.channel) != 0) return 1;
  uv_poll_start(&channel_, UV_READABLE, [](uv_poll_t* poll, int, int) {
    static_cast<httpd_worker*>(poll->data)->OnChannel();
  });
  uv_idle_init(&loop, &resume_idle_);
  resume_idle_.data = this;
  token_identity = ((number & 0x3ff) << 6) | (generation->id() & 0x3f);
  services = std::make_unique<httpd::server::WorkerServices>(this, input_.channel);
  if (!services->Start()) return 1;
  bool ok = generation->logs.StartWorker(&slot->log_drops);
  RunWorkerHooks(this, HTTPD_HOOK_WORKER_START, &ok);
  if (!ok || !StartListeners() || !handover.Start()) return 1;
  Send(static_cast<uint32_t>(FromWorker::kReady));
  uv_run(&loop, UV_RUN_DEFAULT);
  services->FinishTasks();
  RunWorkerHooks(this, HTTPD_HOOK_WORKER_STOP, &ok);
  services->End();
  generation->logs.Finish();
  Send(static_cast<uint32_t>(FromWorker::kDrained));
  return exit_code_;
}

bool httpd_worker::StartListeners() {
  for (const auto& listener : input_.listeners) {
    listeners_.push_back(std::make_unique<Listener>(this, listener));
    if (!listeners_.back()->Start()) return false;
  }
  return true;
}

void httpd_worker::CloseListeners() {
  for (const auto& listener : listeners_) listener->Close();
}

void httpd_worker::Send(uint32_t type) {
  const WorkerMessage message = {type, 0};
  // A generation that has gone is noticed by the end of file on this channel.
  (void)!httpd::os::SendPacket(
      input_.channel, {reinterpret_cast<const char*>(&message), sizeof(message)}, {}, -1, true);
}

void httpd_worker::OnChannel() {
  WorkerMessage message;
  size_t size = 0;
  httpd::base::UniqueFd attached;
  const httpd::os::PacketRead got = channel_reader_.Read(
      input_.channel, reinterpret_cast<char*>(&message), sizeof(message), false, &size, &attached);
  if (got == httpd::os::PacketRead::kNothing) return;
  if (got == httpd::os::PacketRead::kEnd || size != sizeof(message)) {  // the generation is gone
    uv_poll_stop(&channel_);
    channel_closed_ = true;
    const uint32_t timeout = generation->input.early->graceful_shutdown_timeout.value;
    return Drain(timeout == 0 ? httpd::process::kNoDeadline : timeout);
  }
  switch (static_cast<ToWorker>(message.type)) {
    case ToWorker::kDrain:
      Drain(message.value);
      break;
    case ToWorker::kStop:
      Stop();
      break;
    case ToWorker::kReplaceDescriptor:
      generation->logs.FlushAll();  // what is buffered belongs into the old file
      if (attached) httpd::os::Replace(attached.get(), static_cast<int>(message.value));
      break;
    case ToWorker::kWake:
      services->OnWake();
      break;
    case ToWorker::kHandover:
      handover.SetOutbox(std::move(attached));
      break;
  }
}

void httpd_worker::StartTick() {
  if (uv_is_active(reinterpret_cast<uv_handle_t*>(&tick_))) return;
  uv_timer_start(
      &tick_, [](uv_timer_t* timer) { static_cast<httpd_worker*>(timer->data)->OnTick(); },
      httpd::net::TimerWheel::kTick, httpd::net::TimerWheel::kTick);
}

void httpd_worker::OnTick() {
  const uint64_t now = loop_now();
  wheel.Advance(now, [](httpd::net::TimerNode* node) {
    auto* connection = reinterpret_cast<httpd_connection*>(reinterpret_cast<char*>(node) -
                                                           offsetof(httpd_connection, timer));
    connection->protocol->OnTimeout();
  });
  if (now - last_flush_ >= kLogFlush || connections == 0) {
    last_flush_ = now;
    generation->logs.FlushAll();
  }
  if (services->broadcast.subscribed()) services->broadcast.Read();  // should a word be lost
  if (now >= drain_deadline_) Stop();
  // An idle worker sleeps until somebody connects.
  if (connections == 0 && !draining) uv_timer_stop(&tick_);
}

void httpd_worker::Added(httpd_connection* connection, bool accepted) {
  connection->next = first_;
  if (first_ != nullptr) first_->previous = connection;
  first_ = connection;
  ++connections;
  slot->active.store(connections, std::memory_order_relaxed);
  slot->connections.store(slot->connections.load(std::memory_order_relaxed) + accepted,
                          std::memory_order_relaxed);
  StartTick();
  if (!full()) return;
  for (const auto& listener : listeners_) listener->Pause();
  handover.Pause();
}

void httpd_worker::Removed(httpd_connection* connection) {
  (connection->previous == nullptr ? first_ : connection->previous->next) = connection->next;
  if (connection->next != nullptr) connection->next->previous = connection->previous;
  const bool was_full = full();
  --connections;
  slot->active.store(connections, std::memory_order_relaxed);
  if (was_full) {
    for (const auto& listener : listeners_) listener->Resume();
    handover.Resume();
  }
}

void httpd_worker::Drain(uint32_t seconds) {
  if (seconds == 0) return Stop();
  if (seconds != httpd::process::kNoDeadline) {
    drain_deadline_ = loop_now() + uint64_t{seconds} * 1000;
  }
  if (draining) return;
  draining = true;
  bool ok = true;
  RunWorkerHooks(this, HTTPD_HOOK_DRAIN, &ok);
  CloseListeners();
  handover.CloseInbox();
  handover.SendIdle();
  for (httpd_connection* connection = first_; connection != nullptr;) {
    httpd_connection* next = connection->next;
    connection->protocol->OnDrain();
    connection = next;
  }
  StartTick();
  FinishIfIdle();
}

void httpd_worker::Stop() {
  if (stopping) return;
  draining = true;
  CloseListeners();
  handover.CloseInbox();
  handover.SendIdle();
  stopping = true;
  for (httpd_connection* connection = first_; connection != nullptr;) {
    httpd_connection* next = connection->next;
    connection->protocol->OnStop();
    connection = next;
  }
  FinishIfIdle();
}

void httpd_worker::FinishIfIdle() {
  if (draining && connections == 0) uv_stop(&loop);
}

void httpd_worker::PostResume(uint32_t index, uint32_t serial, httpd_result result) {
  if (httpd::base::OnLoopThread()) {  // no lock and no system call
    resumed_here_.push_back({index, serial, result});
    uv_idle_start(&resume_idle_,
                  [](uv_idle_t* idle) { static_cast<httpd_worker*>(idle->data)->OnResumed(); });
    return;
  }
  {
    std::lock_guard<std::mutex> lock(resume_mutex_);
    resumed_.push_back({index, serial, result});
  }
  uv_async_send(&resume_async_);
}

void httpd_worker::OnResumed() {
  std::vector<Resume> batch;
  {
    std::lock_guard<std::mutex> lock(resume_mutex_);
    batch.swap(resumed_);
  }
  batch.insert(batch.end(), resumed_here_.begin(), resumed_here_.end());
  resumed_here_.clear();
  uv_idle_stop(&resume_idle_);
  for (const Resume& resume : batch) {
    Request* request = At(resume.index);
    if (request->serial != resume.serial ||
        request->state != httpd::server::RequestState::kSuspended) {
      continue;  // it ended meanwhile
    }
    UpdateClock();
    httpd::server::Continue(request, resume.result);
  }
}

void httpd_worker::Soon(Request* request) {
  if (request->flags.soon) return;
  request->flags.soon = true;
  request->next_soon = nullptr;
  (soon_last_ == nullptr ? soon_first_ : soon_last_->next_soon) = request;
  soon_last_ = request;
  uv_idle_start(&soon_idle_,
                [](uv_idle_t* idle) { static_cast<httpd_worker*>(idle->data)->OnSoon(); });
}

void httpd_worker::NotSoon(Request* request) {
  request->flags.soon = false;
  Request* previous = nullptr;
  for (Request* r = soon_first_; r != nullptr; previous = r, r = r->next_soon) {
    if (r != request) continue;
    (previous == nullptr ? soon_first_ : previous->next_soon) = r->next_soon;
    if (soon_last_ == r) soon_last_ = previous;
    return;
  }
}

// What is put off meanwhile has its turn after the loop looked at its sockets.
void httpd_worker::OnSoon() {
  size_t waiting = 0;
  for (const Request* r = soon_first_; r != nullptr; r = r->next_soon) ++waiting;
  for (; waiting > 0 && soon_first_ != nullptr; --waiting) {
    Request* request = soon_first_;
    soon_first_ = request->next_soon;
    if (soon_first_ == nullptr) soon_last_ = nullptr;
    request->flags.soon = false;
    httpd::server::Proceed(request);
  }
  if (soon_first_ == nullptr) uv_idle_stop(&soon_idle_);
}

Request* httpd_worker::NewRequest() {
  Request* request = free_requests_;
  if (request != nullptr) {
    free_requests_ = request->next_free;
  } else {
    if (request_count_ == kMaxRequests) return nullptr;
    request = new Request(this, request_count_);
    request->serial = static_cast<uint32_t>(uv_hrtime());  // see MakeToken()
    requests_[request_count_++].store(request, std::memory_order_release);
  }
  request->Reset();
  return request;
}

void httpd_worker::FreeRequest(Request* request) {
  // Filters end before what their states registered with the pool is gone.
  if (request->filters != nullptr) httpd::server::DropFilters(request);
  if (request->intake != nullptr) httpd::server::EndIntake(request);
  request->token.store(0, std::memory_order_release);
  ++request->serial;
  request->body.Abandon();
  request->pool.Clear();  // cleanups still see the request
  if (request->flags.soon) NotSoon(request);
  request->state = httpd::server::RequestState::kFree;
  if (request->file != nullptr) files.Release(request->file);
  request->next_free = free_requests_;
  free_requests_ = request;
}

Buffer httpd_worker::NewBuffer(uint32_t capacity) {
  if (capacity == Buffer::kSize && !free_buffers_.empty()) {
    char* data = free_buffers_.back();
    free_buffers_.pop_back();
    return {data, capacity};
  }
  auto* data = static_cast<char*>(std::malloc(capacity));
  return {data, data == nullptr ? 0 : capacity};
}

void httpd_worker::FreeBuffer(Buffer* buffer) {
  if (buffer->capacity == Buffer::kSize && free_buffers_.size() < kKeptBuffers) {
    free_buffers_.push_back(buffer->data);
  } else {
    std::free(buffer->data);
  }
  *buffer = {};
}

void httpd_worker::UpdateClock() {
  timespec now;
  ::clock_gettime(CLOCK_REALTIME, &now);
  now_ns = now.tv_sec * int64_t{1000000000} + now.tv_nsec;
  if (now.tv_sec == rendered_second_) return;
  rendered_second_ = now.tv_sec;
  std::memcpy(common_fields_, "Date: ", 6);
  httpd::http::FormatHttpDate(now.tv_sec, common_fields_ + 6);
  char* p = common_fields_ + 6 + httpd::http::kHttpDateLength;
  std::memcpy(p, "\r\n", 2);
  p += 2;
  const std::string& server = generation->server_field;
  std::memcpy(p, server.data(), server.size());
  common_size_ = static_cast<size_t>(p - common_fields_) + server.size();
}
