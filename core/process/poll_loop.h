// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>

namespace httpd::process {

// The loop of supervisor and generation: poll(2) over a handful of descriptors, and timers. Small
// on purpose; workers have libuv.
class PollLoop {
 public:
  using Callback = std::function<void()>;
  using TimerId = uint64_t;  // never 0

  // `ready` is called when the descriptor can be read or has ended. One watch per descriptor.
  void Watch(int fd, Callback ready);
  void Forget(int fd);

  // Calls back once, `milliseconds` from now.
  TimerId After(int64_t milliseconds, Callback fire);
  void Cancel(TimerId id);  // 0 and what has fired are fine

  // Waits for the next event and handles everything that is due. Callbacks may watch, forget and
  // cancel at will.
  void RunOnce();

  // Milliseconds of the monotonic clock.
  static int64_t Now();

 private:
  void FireTimers();

  std::map<int, Callback> watches_;
  struct Timer {
    int64_t due;
    Callback fire;
  };
  std::map<TimerId, Timer> timers_;
  TimerId last_timer_ = 0;
};

}  // namespace httpd::process
