// SPDX-License-Identifier: Apache-2.0
// The event loop of the processes that run no requests: boring enough to be believed, and free of
// any library, since the supervisor may be root.
#include "process/poll_loop.h"

#include <poll.h>
#include <time.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace httpd::process {

int64_t PollLoop::Now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1000000;
}

void PollLoop::Watch(int fd, Callback ready) { watches_[fd] = std::move(ready); }
void PollLoop::Forget(int fd) { watches_.erase(fd); }

PollLoop::TimerId PollLoop::After(int64_t milliseconds, Callback fire) {
  timers_[++last_timer_] = {Now() + std::max<int64_t>(milliseconds, 0), std::move(fire)};
  return last_timer_;
}

void PollLoop::Cancel(TimerId id) { timers_.erase(id); }

void PollLoop::RunOnce() {
  std::vector<pollfd> set;
  set.reserve(watches_.size());
  for (const auto& [fd, ready] : watches_) set.push_back({fd, POLLIN, 0});
  int64_t wait = -1;
  for (const auto& [id, timer] : timers_) {
    const int64_t left = std::max<int64_t>(timer.due - Now(), 0);
    if (wait < 0 || left < wait) wait = left;
  }
  const int timeout = static_cast<int>(std::min<int64_t>(wait, 3600 * 1000));
  if (poll(set.data(), set.size(), timeout) > 0) {
    for (const pollfd& entry : set) {
      if (entry.revents == 0) continue;
      const auto found = watches_.find(entry.fd);  // an earlier callback may have forgotten it
      if (found == watches_.end()) continue;
      const Callback ready = found->second;  // a copy: the callback may forget itself
      ready();
    }
  }
  FireTimers();
}

void PollLoop::FireTimers() {
  const int64_t now = Now();
  std::vector<TimerId> due;
  for (const auto& [id, timer] : timers_) {
    if (timer.due <= now) due.push_back(id);
  }
  for (const TimerId id : due) {
    const auto found = timers_.find(id);
    if (found == timers_.end()) continue;
    const Callback fire = std::move(found->second.fire);
    timers_.erase(found);
    fire();
  }
}

}  // namespace httpd::process
