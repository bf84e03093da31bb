// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "server/metrics.h"
#include "server/shared_rings.h"
#include "server/shared_timers.h"

// What the workers of a generation have in common, in memory that they share. Made before the first
// module registers and before any worker is forked.

namespace httpd::server {

class SharedServices {
 public:
  SharedServices(uint32_t workers, const process::ScoreboardSlot* slots)
      : metrics_(workers, slots), rings_(workers) {}
  bool good() const { return metrics_.good() && timers_.good() && rings_.good(); }

  // In the worker's process.
  void EnterWorker(uint32_t index) {
    metrics_.EnterWorker(index);
    rings_.Enter(index);
  }
  // In the generation's process, which runs no module code; see Generation.
  void WorkerEnded(uint32_t index) {
    timers_.LeaveAll(index);
    metrics_.WorkerEnded(index);
  }
  bool WantsWake(uint32_t index) { return rings_.TakeWake(index); }

  void CountLost(uint32_t messages) { metrics_.CountLost(messages); }

  SharedTimers& timers() { return timers_; }
  SharedRings& rings() { return rings_; }
  Metrics& metrics() { return metrics_; }

 private:
  Metrics metrics_;
  SharedTimers timers_;
  SharedRings rings_;
};

}  // namespace httpd::server
