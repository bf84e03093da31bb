// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace httpd::module {

// What this process consists of, taken before a module's code runs and compared afterwards. A
// thread would leave its locks held in each forked worker; a child would outlive the generation.
class Footprint {
 public:
  static Footprint Take();

  // True in a process that was forked since: the module's child, which must not go on.
  bool InChild() const;
  // More threads than then. Waits a moment for one that is just ending: it is still listed when
  // pthread_join has already returned. Always false where the system does not list threads.
  bool HasNewThread() const;
  // There was no child process then, and there is one now, running or not waited for.
  bool HasNewChild() const;

 private:
  pid_t pid_ = 0;
  uint32_t threads_ = 0;  // 0: unknown
  bool children_ = false;
};

}  // namespace httpd::module
