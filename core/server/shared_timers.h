// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "server/shared_memory.h"

namespace httpd::server {

// Timers that a generation has once: who calls them, and when next. In memory that the workers
// share; any of them may die at any instruction.
class SharedTimers {
 public:
  static constexpr uint32_t kMaxTimers = 256;
  static constexpr size_t kMaxName = 64;

  SharedTimers();
  bool good() const { return entries_ != nullptr; }

  // The entry of that name, made when there is none; -1 when all are taken.
  int32_t Find(uint16_t module, std::string_view name);

  // Makes worker `index` the owner when there is none.
  bool Take(int32_t timer, uint32_t index);
  bool Owns(int32_t timer, uint32_t index) const;
  void Leave(int32_t timer, uint32_t index);
  // Whatever that worker owns has no owner any more.
  void LeaveAll(uint32_t index);

  // When it is due next, in milliseconds of the monotonic clock; `first` when it never was.
  uint64_t FirstDue(int32_t timer, uint64_t first);
  // It fires now: sets when it is due next, or that it was the last time (`repeat` 0).
  void Fires(int32_t timer, uint64_t now, uint64_t repeat);
  bool Done(int32_t timer) const;

 private:
  struct Entry {
    std::atomic<uint32_t> state;  // 0 free, 1 being filled in, 2 in use
    std::atomic<uint32_t> owner;  // 1 + index of the worker, 0 none
    std::atomic<uint64_t> due;
    std::atomic<uint32_t> done;
    uint16_t module;
    uint16_t length;
    char name[kMaxName];
  };

  SharedMemory memory_;
  Entry* entries_;
};

}  // namespace httpd::server
