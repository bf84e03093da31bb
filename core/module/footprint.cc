// SPDX-License-Identifier: Apache-2.0
// Finds the threads and processes that a module left behind before workers are forked.
#include "module/footprint.h"

#include <dirent.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace httpd::module {
namespace {

uint32_t CountThreads() {
#if defined(__linux__)
  // Linux counts a process's threads in the links of that directory; others who offer /proc may
  // not, then its entries are counted.
  struct stat facts;
  if (stat("/proc/self/task", &facts) == 0 && facts.st_nlink > 2) {
    return static_cast<uint32_t>(facts.st_nlink - 2);
  }
  DIR* tasks = opendir("/proc/self/task");
  if (tasks == nullptr) return 0;
  uint32_t count = 0;
  while (const dirent* entry = readdir(tasks)) count += entry->d_name[0] == '.' ? 0 : 1;
  closedir(tasks);
  return count;
#else
  return 0;
#endif
}

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
  footprint.threads_ = CountThreads();
  footprint.children_ = HasChildren();
  return footprint;
}

bool Footprint::InChild() const { return getpid() != pid_; }

bool Footprint::HasNewThread() const {
  if (threads_ == 0) return false;
  const int64_t deadline = Milliseconds() + 50;
  while (CountThreads() > threads_) {
    if (Milliseconds() >= deadline) return true;
    sched_yield();
  }
  return false;
}

bool Footprint::HasNewChild() const { return !children_ && HasChildren(); }

}  // namespace httpd::module
