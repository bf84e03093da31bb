// SPDX-License-Identifier: Apache-2.0
// Finds the threads and processes that a module left behind before workers are forked.
#include "module/footprint.h"

#include <sched.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "os/process.h"

namespace httpd::module {
namespace {

bool HasChildren() {
  siginfo_t info{};
  // Fails with ECHILD when there are none; WNOWAIT leaves the status to whoever wants it.
  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

int64_t Milliseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace

Footprint Footprint::Take() {
  Footprint footprint;
  footprint.pid_ = getpid();
  footprint.threads_ = os::CountThreads();
  footprint.children_ = HasChildren();
  return footprint;
}

bool Footprint::InChild() const { return getpid() != pid_; }

bool Footprint::HasNewThread() const {
  if (threads_ == 0) return false;
  const int64_t deadline = Milliseconds() + 50;
  while (os::CountThreads() > threads_) {
    if (Milliseconds() >= deadline) return true;
    sched_yield();
  }
  return false;
}

bool Footprint::HasNewChild() const { return !children_ && HasChildren(); }

}  // namespace httpd::module
