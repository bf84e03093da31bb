// SPDX-License-Identifier: Apache-2.0
//
// The rings that broadcasts go through. A lock would be held by the dead; a queue that is full
// would make the sender wait. Here the writer never looks at the readers, and readers see from
// `reserved` whether what they copied was still whole.

#include "server/shared_rings.h"

#include <algorithm>
#include <cstring>

namespace httpd::server {

SharedRings::SharedRings(uint32_t workers)
    : workers_(workers),
      memory_(sizeof(Ring) * std::max(workers, 1u)),
      rings_(static_cast<Ring*>(memory_.get())) {}

void SharedRings::Enter(uint32_t index) {
  Ring& own = rings_[index];
  own.reserved.store(own.head.load());  // what the one before had begun
  own.subscribed.store(0);
  own.wake.store(0);
}

uint64_t SharedRings::Head(uint32_t sender) const { return rings_[sender].head.load(); }

// Who sees one of the new words sees the `reserved` that was stored before it.
void SharedRings::Put(Ring* ring, uint64_t at, std::string_view bytes) const {
  for (size_t i = 0; i < bytes.size(); i += 8) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, std::min<size_t>(8, bytes.size() - i));
    ring->words[(at + i) % kRing / 8].store(word, std::memory_order_release);
  }
}

void SharedRings::Get(const Ring& ring, uint64_t at, char* to, size_t size) const {
  for (size_t i = 0; i < size; i += 8) {
    const uint64_t word = ring.words[(at + i) % kRing / 8].load(std::memory_order_acquire);
    std::memcpy(to + i, &word, std::min<size_t>(8, size - i));
  }
}

void SharedRings::Write(uint32_t sender, std::string_view topic, std::string_view message) {
  Ring* ring = &rings_[sender];
  const auto padded = [](size_t size) { return (size + 7) & ~size_t{7}; };
  Header header;
  header.sequence = ring->sequence.load(std::memory_order_relaxed);
  header.topic = static_cast<uint32_t>(topic.size());
  header.message = static_cast<uint32_t>(message.size());
  header.size =
      static_cast<uint32_t>(sizeof(Header) + padded(topic.size()) + padded(message.size()));
  const uint64_t at = ring->head.load(std::memory_order_relaxed);
  ring->reserved.store(at + header.size, std::memory_order_relaxed);
  Put(ring, at, {reinterpret_cast<const char*>(&header), sizeof(header)});
  Put(ring, at + sizeof(Header), topic);
  Put(ring, at + sizeof(Header) + padded(topic.size()), message);
  ring->sequence.store(header.sequence + 1, std::memory_order_relaxed);
  ring->head.store(at + header.size);
}

SharedRings::Cursor SharedRings::End(uint32_t sender) const {
  return {rings_[sender].head.load(), rings_[sender].sequence.load(std::memory_order_relaxed)};
}

bool SharedRings::Read(uint32_t sender, Cursor* cursor, Message* message) const {
  const Ring& ring = rings_[sender];
  const auto padded = [](size_t size) { return (size + 7) & ~size_t{7}; };
  const uint64_t head = ring.head.load();
  if (cursor->at == head) return false;
  // Behind by more than the ring, or something that no writer of ours has written: the rest is
  // given up, and the number of the next message tells how many that were.
  const auto give_up = [&] {
    cursor->at = head;
    return false;
  };
  const auto overwritten = [&] {
    return ring.reserved.load(std::memory_order_relaxed) - cursor->at > kRing;
  };
  if (head - cursor->at > kRing) return give_up();
  Header header;
  Get(ring, cursor->at, reinterpret_cast<char*>(&header), sizeof(header));
  if (overwritten() || header.topic > kMaxTopic || header.message > kMaxMessage ||
      header.size != sizeof(Header) + padded(header.topic) + padded(header.message) ||
      header.size > head - cursor->at) {
    return give_up();
  }
  message->bytes.resize(header.size - sizeof(Header));
  Get(ring, cursor->at + sizeof(Header), message->bytes.data(), message->bytes.size());
  if (overwritten()) return give_up();
  message->topic = std::string_view(message->bytes).substr(0, header.topic);
  message->text = std::string_view(message->bytes).substr(padded(header.topic), header.message);
  message->lost = header.sequence - cursor->sequence;
  cursor->at += header.size;
  cursor->sequence = header.sequence + 1;
  return true;
}

bool SharedRings::Notify(uint32_t sender) {
  bool tell = false;
  for (uint32_t i = 0; i < workers_; ++i) {
    if (i == sender || rings_[i].subscribed.load(std::memory_order_relaxed) == 0) continue;
    uint32_t none = 0;
    tell = rings_[i].wake.compare_exchange_strong(none, 1) || tell;
  }
  return tell;
}

bool SharedRings::TakeWake(uint32_t index) {
  uint32_t wanted = 1;
  return index < workers_ && rings_[index].wake.compare_exchange_strong(wanted, 2);
}

}  // namespace httpd::server
