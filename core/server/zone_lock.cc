// SPDX-License-Identifier: Apache-2.0
//
// The lock of a zone. Processes that hold it may be killed at any moment, so it is a robust mutex:
// the kernel tells the next one.

#include "server/zone_lock.h"

#include <time.h>

#include <cerrno>

namespace httpd::server {
namespace {

#if defined(__GLIBC__) && defined(__GLIBC_PREREQ)
#if __GLIBC_PREREQ(2, 30)
#define HTTPD_HAS_CLOCKLOCK 1
#endif
#endif

// A second, by a clock that nobody sets where the C library can.
int LockWithin(pthread_mutex_t* lock) {
  timespec until;
#ifdef HTTPD_HAS_CLOCKLOCK
  ::clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += 1;
  return ::pthread_mutex_clocklock(lock, CLOCK_MONOTONIC, &until);
#else
  ::clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += 1;
  return ::pthread_mutex_timedlock(lock, &until);
#endif
}

}  // namespace

void InitZoneHeader(ZoneHeader* header, uint64_t bytes) {
  pthread_mutexattr_t attributes;
  ::pthread_mutexattr_init(&attributes);
  ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  ::pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
  ::pthread_mutex_init(&header->lock, &attributes);
  ::pthread_mutexattr_destroy(&attributes);
  header->magic = ZoneHeader::kMagic;
  header->version = ZoneHeader::kVersion;
  header->bytes = bytes;
  header->lock_size = sizeof(pthread_mutex_t);
}

bool IsZoneHeader(const ZoneHeader& header, uint64_t bytes) {
  return header.magic == ZoneHeader::kMagic && header.version == ZoneHeader::kVersion &&
         header.bytes == bytes && header.lock_size == sizeof(pthread_mutex_t);
}

ZoneLocked LockZone(ZoneHeader* header) {
  int error = ::pthread_mutex_trylock(&header->lock);
  if (error == EBUSY) error = LockWithin(&header->lock);
  switch (error) {
    case 0:
      return ZoneLocked::kYes;
    case EOWNERDEAD:
      ::pthread_mutex_consistent(&header->lock);
      return ZoneLocked::kOwnerDied;
    case ETIMEDOUT:
      return ZoneLocked::kTimeout;
    case EDEADLK:
      return ZoneLocked::kTwice;
    default:
      return ZoneLocked::kBroken;
  }
}

bool UnlockZone(ZoneHeader* header) { return ::pthread_mutex_unlock(&header->lock) == 0; }

}  // namespace httpd::server
