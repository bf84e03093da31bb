// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/shared_memory.h"

namespace httpd::server {

// Messages between the workers of a generation: a ring per worker that only this worker writes and
// all read, each at its own pace. Nobody waits for anybody: who is a whole ring behind has lost
// what was overwritten. Any of them may die at any instruction; what a reader finds is not
// believed.
class SharedRings {
 public:
  static constexpr uint64_t kRing = 1 << 20;  // bytes
  static constexpr size_t kMaxTopic = 64;
  static constexpr size_t kMaxMessage = 16384;

  explicit SharedRings(uint32_t workers);
  bool good() const { return rings_ != nullptr; }
  uint32_t workers() const { return workers_; }

  // A process takes over the place of worker `index`, which is at its end of every ring then.
  void Enter(uint32_t index);

  // What this worker has sent so far, in bytes.
  uint64_t Head(uint32_t sender) const;
  void Write(uint32_t sender, std::string_view topic, std::string_view message);

  struct Cursor {
    uint64_t at = 0;
    uint32_t sequence = 0;  // of the next message
  };
  // Behind everything that was sent.
  Cursor End(uint32_t sender) const;

  struct Message {
    std::string bytes;  // kept between calls
    std::string_view topic;
    std::string_view text;
    uint32_t lost = 0;  // messages before this one
  };
  // The next message; false when there is none.
  bool Read(uint32_t sender, Cursor* cursor, Message* message) const;

  // Readers say whether they want to be woken.
  void Subscribe(uint32_t index) { rings_[index].subscribed.store(1); }
  // True when somebody has to be told who was not yet; see TakeWake().
  bool Notify(uint32_t sender);
  // True once after a Notify() for that worker: tell it now.
  bool TakeWake(uint32_t index);
  // The worker looks at its messages from now on.
  void Woken(uint32_t index) { rings_[index].wake.store(0); }

 private:
  struct Header {
    uint32_t size;  // with header and padding
    uint32_t sequence;
    uint32_t topic;
    uint32_t message;
  };
  struct Ring {
    alignas(64) std::atomic<uint64_t> head;  // everything before it can be read
    std::atomic<uint64_t> reserved;  // everything before it minus kRing is being overwritten
    std::atomic<uint32_t> sequence;
    alignas(64) std::atomic<uint32_t> wake;  // of the worker: 1 wanted, 2 told
    std::atomic<uint32_t> subscribed;
    alignas(64) std::atomic<uint64_t> words[kRing / 8];
  };

  void Put(Ring* ring, uint64_t at, std::string_view bytes) const;
  void Get(const Ring& ring, uint64_t at, char* to, size_t size) const;

  uint32_t workers_;
  SharedMemory memory_;
  Ring* rings_;
};

}  // namespace httpd::server
