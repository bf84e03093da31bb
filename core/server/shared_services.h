// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// What the workers of a generation have in common, in memory that they share. Made before the first
// of them is forked.

namespace httpd::server {

class SharedServices {
 public:
  void WorkerEnded(uint32_t index) {}
  bool WantsWake(uint32_t index) const { return false; }
};

}  // namespace httpd::server
