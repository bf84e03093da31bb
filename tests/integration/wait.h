// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <poll.h>
#include <time.h>

#include <chrono>

namespace httpd::testing {

using std::chrono::milliseconds;
using std::chrono::seconds;

// How long a test waits for something that must happen: generous, because sanitizer builds on a
// busy machine are slow, and never reached in a passing run.
inline constexpr milliseconds kPatience{20000};

// Asks `condition` again and again until it holds; false when `patience` is over. `fd`, when given,
// ends a pause early (a pidfd, an inotify descriptor).
template <typename Condition>
bool WaitUntil(Condition condition, milliseconds patience = kPatience, int fd = -1) {
  auto end = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    pollfd watched{fd, POLLIN, 0};
    timespec pause{0, 2000000};
    ppoll(&watched, fd >= 0 ? 1 : 0, &pause, nullptr);
  }
  return true;
}

}  // namespace httpd::testing
