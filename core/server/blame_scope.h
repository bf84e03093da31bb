// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "process/scoreboard.h"

namespace httpd::server {

// Blames a module for what happens in this scope, and whoever was blamed before behind it: calls
// into modules nest, for example a layer within a handler's flush.
class BlameScope {
 public:
  BlameScope(process::ScoreboardSlot* slot, uint16_t module, uint16_t hook) : BlameScope(slot) {
    slot->Blame(module, hook);
  }
  // Only keeps what is there over calls that change it.
  explicit BlameScope(process::ScoreboardSlot* slot)
      : slot_(slot),
        module_(slot->module.load(std::memory_order_relaxed)),
        hook_(slot->hook.load(std::memory_order_relaxed)) {}
  ~BlameScope() { slot_->Blame(module_, hook_); }
  BlameScope(const BlameScope&) = delete;
  BlameScope& operator=(const BlameScope&) = delete;

  uint16_t module() const { return module_; }
  uint16_t hook() const { return hook_; }

 private:
  process::ScoreboardSlot* slot_;
  uint16_t module_;
  uint16_t hook_;
};

}  // namespace httpd::server
