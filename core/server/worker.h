// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <uv.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "net/connection.h"
#include "net/timer_wheel.h"
#include "os/packets.h"
#include "process/scoreboard.h"
#include "server/file_cache.h"
#include "server/generation.h"
#include "server/handover.h"
#include "server/location.h"
#include "server/request.h"

namespace httpd::server {

// A read buffer of a connection; small ones are kept and used again.
struct Buffer {
  static constexpr uint32_t kSize = 16384;
  char* data = nullptr;
  uint32_t capacity = 0;
};

class Listener;
class AccessFiles;
class WorkerServices;  // services.h

}  // namespace httpd::server

namespace httpd::net {
class ReadyList;
}  // namespace httpd::net

// One event loop with everything that only it uses. Created in the worker's process.
struct httpd_worker {
  static constexpr uint32_t kMaxRequests = 65536;
  static constexpr size_t kScratch = 64 * 1024;

  httpd_worker(httpd_generation* generation, const httpd::server::WorkerInput& input);
  ~httpd_worker();
  int Run();

  // Requests. Null when kMaxRequests are active.
  httpd::server::Request* NewRequest();
  void FreeRequest(httpd::server::Request* request);
  // Slot of the table; null when it was never used. Any thread.
  httpd::server::Request* At(uint32_t index) const {
    return index < kMaxRequests ? requests_[index].load(std::memory_order_acquire) : nullptr;
  }

  httpd::server::Buffer NewBuffer(uint32_t capacity = httpd::server::Buffer::kSize);
  void FreeBuffer(httpd::server::Buffer* buffer);

  // Reads the clock and, once a second, renders Date anew. Called once per batch of requests.
  void UpdateClock();
  // "Date: …\r\nServer: …\r\n"
  std::string_view common_fields() const { return {common_fields_, common_size_}; }

  uint64_t loop_now() const { return uv_now(&loop); }
  int64_t now_seconds() const { return now_ns / 1000000000; }

  // MaxConnections is reached: nothing is accepted until one of them closes.
  bool full() const { return max_connections_ > 0 && connections >= max_connections_; }

  // `accepted`: it is new, and not one that another generation had.
  void Added(httpd_connection* connection, bool accepted = true);
  void Removed(httpd_connection* connection);

  // Any thread: hands a resumed request to the loop.
  void PostResume(uint32_t index, uint32_t serial, httpd_result result);

  // Has server::Proceed() called for the request before the loop waits again, once; a request that
  // ends until then is left out.
  void Soon(httpd::server::Request* request);
  void NotSoon(httpd::server::Request* request);

  // Accepts nothing more and ends with the last connection, at the latest after `seconds`
  // (process::kNoDeadline: whenever that is; 0: now).
  void Drain(uint32_t seconds);
  void Stop();
  // Ends the loop when the worker drains and nothing is left.
  void FinishIfIdle();

  httpd_generation* generation;
  uint32_t number;
  httpd::process::ScoreboardSlot* slot;
  uv_loop_t loop;
  httpd::net::TimerWheel wheel;
  httpd::server::FileCache files;
  httpd::server::LocationTree locations;
  std::unique_ptr<httpd::server::AccessFiles> access_files;  // null: no .htaccess is read
  httpd_pool pool;                                           // httpd_worker_pool()
  httpd::server::Handover handover;
  int64_t now_ns = 0;  // epoch
  bool draining = false;
  bool stopping = false;
  uint32_t connections = 0;
  uint64_t connection_ids = 0;             // given so far
  httpd::net::ReadyList* ready = nullptr;  // made with the first layer: net/ready.h

  // Timers, tasks and messages; what nobody uses of it is empty.
  std::unique_ptr<httpd::server::WorkerServices> services;
  // Which process a token is of: its middle 32 bits, apart from the index in the lowest 16.
  uint32_t token_identity = 0;
  void** contexts = nullptr;  // by module slot; null until one was set
  httpd_connection* first_connection() const { return first_; }

  // Output of the connection whose requests are being answered right now.
  char scratch[kScratch];
  size_t scratch_used = 0;

 private:
  friend class httpd::server::Listener;

  void OnTick();
  void OnChannel();
  void OnResumed();
  void OnSoon();
  void StartTick();
  bool StartListeners();
  void CloseListeners();
  void Send(uint32_t type);

  httpd::server::WorkerInput input_;
  std::vector<std::unique_ptr<httpd::server::Listener>> listeners_;
  httpd_connection* first_ = nullptr;
  std::unique_ptr<std::atomic<httpd::server::Request*>[]> requests_;
  uint32_t request_count_ = 0;
  httpd::server::Request* free_requests_ = nullptr;
  std::vector<char*> free_buffers_;

  uv_timer_t tick_;
  httpd::os::PacketReader channel_reader_;
  uv_poll_t channel_;
  uv_async_t resume_async_;
  uv_idle_t soon_idle_;
  httpd::server::Request* soon_first_ = nullptr;
  httpd::server::Request* soon_last_ = nullptr;
  bool channel_closed_ = false;
  uint64_t drain_deadline_ = UINT64_MAX;
  uint64_t last_flush_ = 0;
  int exit_code_ = 0;
  uint32_t max_connections_ = 0;  // 0: no limit

  struct Resume {
    uint32_t index;
    uint32_t serial;
    httpd_result result;
  };

  std::mutex resume_mutex_;
  std::vector<Resume> resumed_;
  std::vector<Resume> resumed_here_;  // by the loop thread itself
  uv_idle_t resume_idle_;             // active while there are some

  char common_fields_[192];
  size_t common_size_ = 0;
  int64_t rendered_second_ = -1;
};

namespace httpd::server {
// Tells httpd_request_resume() where tokens of this process belong.
void SetProcessWorker(httpd_worker* worker);
}  // namespace httpd::server
