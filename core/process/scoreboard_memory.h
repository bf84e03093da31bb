// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "process/scoreboard.h"

namespace httpd::process {

// The rows of one generation, in memory that it shares with the supervisor and its workers: its
// phase and one row per worker.
class Scoreboard {
 public:
  // Null with errno set.
  static std::unique_ptr<Scoreboard> Create(uint32_t workers);
  ~Scoreboard();
  Scoreboard(const Scoreboard&) = delete;
  Scoreboard& operator=(const Scoreboard&) = delete;

  uint32_t workers() const { return workers_; }
  ScoreboardSlot* phase() const { return rows_; }
  ScoreboardSlot* worker(uint32_t index) const {
    return index < workers_ ? rows_ + 1 + index : nullptr;
  }

 private:
  Scoreboard(ScoreboardSlot* rows, uint32_t workers) : rows_(rows), workers_(workers) {}

  ScoreboardSlot* rows_;
  uint32_t workers_;
};

}  // namespace httpd::process
