// SPDX-License-Identifier: Apache-2.0
//
// Ownership of the generation's timers without a lock: a worker that is killed while it held one
// would stop all others.

#include "server/shared_timers.h"

#include <sched.h>

#include <cstring>

namespace httpd::server {
namespace {
constexpr uint32_t kFree = 0;
constexpr uint32_t kFilling = 1;
constexpr uint32_t kUsed = 2;
constexpr int kPatience = 1000;  // looks at an entry that is being filled in
}  // namespace

SharedTimers::SharedTimers()
    : memory_(sizeof(Entry) * kMaxTimers), entries_(static_cast<Entry*>(memory_.get())) {}

// All workers look at the entries in the same order, so two that ask for one name at the same time
// meet at the same free entry.
int32_t SharedTimers::Find(uint16_t module, std::string_view name) {
  for (uint32_t i = 0; i < kMaxTimers; ++i) {
    Entry& entry = entries_[i];
    uint32_t state = kFree;
    if (entry.state.compare_exchange_strong(state, kFilling)) {
      entry.module = module;
      entry.length = static_cast<uint16_t>(name.size());
      std::memcpy(entry.name, name.data(), name.size());
      entry.state.store(kUsed);
      return static_cast<int32_t>(i);
    }
    for (int look = 0; state == kFilling && look < kPatience; ++look) {
      ::sched_yield();
      state = entry.state.load();
    }
    if (state == kUsed && entry.module == module && entry.length == name.size() &&
        std::memcmp(entry.name, name.data(), name.size()) == 0) {
      return static_cast<int32_t>(i);
    }
  }
  return -1;
}

bool SharedTimers::Take(int32_t timer, uint32_t index) {
  uint32_t nobody = 0;
  return entries_[timer].owner.compare_exchange_strong(nobody, index + 1) || nobody == index + 1;
}

bool SharedTimers::Owns(int32_t timer, uint32_t index) const {
  return entries_[timer].owner.load() == index + 1;
}

void SharedTimers::Leave(int32_t timer, uint32_t index) {
  uint32_t me = index + 1;
  entries_[timer].owner.compare_exchange_strong(me, 0);
}

void SharedTimers::LeaveAll(uint32_t index) {
  for (uint32_t i = 0; i < kMaxTimers && entries_[i].state.load() != kFree; ++i) {
    Leave(static_cast<int32_t>(i), index);
  }
}

uint64_t SharedTimers::FirstDue(int32_t timer, uint64_t first) {
  uint64_t never = 0;
  return entries_[timer].due.compare_exchange_strong(never, first) ? first : never;
}

void SharedTimers::Fires(int32_t timer, uint64_t now, uint64_t repeat) {
  Entry& entry = entries_[timer];
  if (repeat == 0) return entry.done.store(1);
  const uint64_t due = entry.due.load() + repeat;
  entry.due.store(due > now ? due : now + repeat);
}

bool SharedTimers::Done(int32_t timer) const { return entries_[timer].done.load() != 0; }

}  // namespace httpd::server
