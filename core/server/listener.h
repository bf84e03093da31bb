// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/types.h>
#include <sys/socket.h>
#include <uv.h>

#include <cstdint>

#include "base/unique_fd.h"
#include "server/generation.h"

namespace httpd::server {

// One listening socket in the worker's loop; the socket itself belongs to the supervisor.
class Listener {
 public:
  Listener(httpd_worker* worker, const WorkerListener& slot) : worker_(worker), slot_(slot) {}

  bool Start();
  // New connections wait in the kernel's queue meanwhile (MaxConnections).
  void Pause();
  void Resume();
  // Takes what is queued, for the last time, and stops watching.
  void Close();

 private:
  bool Watch();
  // Accepts up to `limit` connections.
  void Accept(int limit);
  bool AcceptOne();
  void ShedOne();

  httpd_worker* worker_;
  // What is done with an accepted socket; the same for a whole generation.
  void (*begin_)(httpd_worker* worker, int fd, const sockaddr* peer, uint32_t listener) = nullptr;
  WorkerListener slot_;
  uv_poll_t poll_;
  bool open_ = false;
  base::UniqueFd reserve_;  // given up for a moment when descriptors run out
  uint64_t last_report_ = 0;
};

}  // namespace httpd::server
