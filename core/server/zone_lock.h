// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pthread.h>

#include <cstdint>

namespace httpd::server {

// The first page of a zone, which modules do not see.
struct ZoneHeader {
  static constexpr uint32_t kMagic = 0x6e6f7a68;  // "hzon"
  static constexpr uint32_t kVersion = 1;

  uint32_t magic;
  uint32_t version;
  uint64_t bytes;
  uint32_t lock_size;  // another C library's lock is another layout
  pthread_mutex_t lock;
};

void InitZoneHeader(ZoneHeader* header, uint64_t bytes);
bool IsZoneHeader(const ZoneHeader& header, uint64_t bytes);

enum class ZoneLocked : uint8_t {
  kYes,
  kOwnerDied,  // locked
  kTimeout,
  kTwice,   // by this thread already
  kBroken,  // the page was written over
};
ZoneLocked LockZone(ZoneHeader* header);

// False when this thread does not hold it.
bool UnlockZone(ZoneHeader* header);

}  // namespace httpd::server
