// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "process/keep_list.h"
#include "process/poll_loop.h"
#include "process/problem.h"
#include "server/helper_set.h"

namespace httpd::server {
class Generation;
}

namespace httpd::process {

// The helpers of a generation: their sockets, which live as long as the generation, and their
// processes, which are started again when they end. Lives in the generation's process.
class HelperProcesses {
 public:
  HelperProcesses(PollLoop* loop, server::Generation* generation, int error_log);
  ~HelperProcesses();
  HelperProcesses(const HelperProcesses&) = delete;
  HelperProcesses& operator=(const HelperProcesses&) = delete;

  // Makes the sockets. Before workers are forked.
  bool Open(Problem* problem);
  // What a worker has to keep to be able to connect.
  std::vector<Descriptor> ForWorkers() const;
  void Start();

  // A child of this process ended; true when it was a helper.
  bool Exited(pid_t pid, int status);

  // Asks all to end, kills those that do not, then calls `gone`; at once when there is none.
  void Stop(std::function<void()> gone);
  // At once, for a generation that ends before it served.
  void Kill();

 private:
  struct Helper {
    httpd_helper* spec;
    base::UniqueFd listening;
    base::UniqueFd path;    // refers to the socket where that needs no name
    std::string directory;  // holds the socket where it needs one
    pid_t pid = 0;
    int64_t started = 0;
    int quick_deaths = 0;
  };

  bool Bind(Helper* helper, Problem* problem);
  void Fork(size_t index);
  [[noreturn]] void Run(const Helper& helper, pid_t parent);
  void Again(size_t index, std::string line, bool orderly);
  void CheckGone();

  PollLoop* loop_;
  server::Generation* generation_;
  int error_log_;
  std::vector<Helper> helpers_;
  bool stopping_ = false;
  PollLoop::TimerId kill_timer_ = 0;
  std::function<void()> gone_;
};

// How long to wait before a helper that died is started again: at once the first time, then longer
// and longer, up to ten seconds.
int64_t HelperDelay(int quick_deaths);

}  // namespace httpd::process
