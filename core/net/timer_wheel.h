// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace httpd::net {

// An intrusive member of a wheel. The owner moves `deadline` (milliseconds of the loop's clock) as
// often as it likes by a plain store: the wheel looks again when the slot it was filed in comes up.
struct TimerNode {
  TimerNode* previous = nullptr;
  TimerNode* next = nullptr;
  uint64_t deadline = UINT64_MAX;
  uint64_t filed = 0;  // tick it is filed under

  bool linked() const { return previous != nullptr; }
};

// Time-outs of many connections, exact to one tick. Everything is O(1); a connection whose deadline
// moves with each request costs nothing per request.
class TimerWheel {
 public:
  static constexpr uint64_t kTick = 256;  // milliseconds
  static constexpr uint64_t kSlots = 256;

  TimerWheel() {
    for (TimerNode& slot : slots_) slot.previous = slot.next = &slot;
  }

  void Start(uint64_t now) { current_ = now / kTick; }

  // Sets the deadline. Moving it forward keeps the place; moving it back files anew.
  void Set(TimerNode* node, uint64_t deadline) {
    node->deadline = deadline;
    const uint64_t tick = Clamp(deadline);
    if (node->linked() && node->filed <= tick) return;
    Remove(node);
    File(node, tick);
  }

  void Remove(TimerNode* node) {
    if (!node->linked()) return;
    node->previous->next = node->next;
    node->next->previous = node->previous;
    node->previous = node->next = nullptr;
  }

  // Calls expire(node) for each node whose deadline has passed; it was removed before.
  template <typename Expire>
  void Advance(uint64_t now, Expire&& expire) {
    const uint64_t until = now / kTick;
    for (; current_ < until; ++current_) {
      TimerNode& slot = slots_[current_ % kSlots];
      if (slot.next == &slot) continue;
      // Moved to a list of its own: a callback may file nodes into this very slot, or remove
      // others.
      TimerNode due;
      due.next = slot.next;
      due.previous = slot.previous;
      due.next->previous = due.previous->next = &due;
      slot.previous = slot.next = &slot;
      while (due.next != &due) {
        TimerNode* node = due.next;
        Remove(node);
        if (node->deadline <= now) {
          expire(node);
        } else {
          File(node, Clamp(node->deadline));
        }
      }
    }
  }

 private:
  uint64_t Clamp(uint64_t deadline) const {
    const uint64_t tick = deadline / kTick + 1;
    if (tick <= current_) return current_ + 1;
    return tick < current_ + kSlots - 1 ? tick : current_ + kSlots - 1;
  }

  void File(TimerNode* node, uint64_t tick) {
    TimerNode& slot = slots_[tick % kSlots];
    node->filed = tick;
    node->previous = slot.previous;
    node->next = &slot;
    slot.previous->next = node;
    slot.previous = node;
  }

  uint64_t current_ = 0;
  std::array<TimerNode, kSlots> slots_;
};

}  // namespace httpd::net
