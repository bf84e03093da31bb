// SPDX-License-Identifier: Apache-2.0
//
// The functions of httpd/zone.h.

#include <httpd/zone.h>
#include <unistd.h>

#include "base/concat.h"
#include "base/misuse.h"
#include "base/sized.h"
#include "server/generation_impl.h"
#include "server/service_name.h"
#include "server/zone_lock.h"

namespace {
constexpr uint64_t kMostBytes = uint64_t{1} << 40;
}  // namespace

extern "C" {

httpd_result httpd_zone_open(httpd_module_handle* self, const httpd_zone_options* raw,
                             httpd_zone** zone) {
  HTTPD_REQUIRE_HANDLE(self, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE(zone != nullptr, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "there is no place for the zone");
  *zone = nullptr;
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  httpd_zone_options options;
  HTTPD_READ_SIZED(httpd_zone_options, raw, &options);
  httpd_generation* generation = self->generation;
  HTTPD_REQUIRE(generation != nullptr && (generation->running_hook == HTTPD_HOOK_OPEN_LOGS ||
                                          generation->running_hook == HTTPD_HOOK_POST_CONFIG),
                HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "zones are opened in an OPEN_LOGS or POST_CONFIG hook");
  HTTPD_REQUIRE(httpd::server::IsServiceName(options.name), HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "a zone's name has 1 to 63 letters, digits, - and _");
  HTTPD_REQUIRE(options.bytes > 0 && options.bytes <= kMostBytes, HTTPD_ERR_INVALID,
                HTTPD_ERR_INVALID, "a zone has 1 byte to 1 TiB");
  const httpd_result result = generation->zones.Open(
      self, options, generation->input.check ? nullptr : generation->input.zones, zone);
  HTTPD_REQUIRE(result != HTTPD_ERR_EXISTS, result, result, "the module has a zone of that name");
  return result;
}

void* httpd_zone_memory(httpd_zone* zone) {
  HTTPD_REQUIRE_HANDLE(zone, nullptr);
  return reinterpret_cast<char*>(zone->header) + ::sysconf(_SC_PAGESIZE);
}

uint64_t httpd_zone_size(const httpd_zone* zone) {
  HTTPD_REQUIRE_HANDLE(zone, 0);
  return zone->bytes - static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

httpd_result httpd_zone_lock(httpd_zone* zone) {
  using httpd::server::ZoneLocked;
  HTTPD_REQUIRE_HANDLE(zone, HTTPD_ERR_INVALID);
  const ZoneLocked locked = httpd::server::LockZone(zone->header);
  HTTPD_REQUIRE(locked != ZoneLocked::kTwice, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "this thread holds the lock already");
  HTTPD_REQUIRE(locked != ZoneLocked::kBroken, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "the page before the zone's memory was written over");
  if (locked == ZoneLocked::kTimeout) return HTTPD_ERR_TIMEOUT;
  return locked == ZoneLocked::kYes ? HTTPD_OK : HTTPD_ERR_STATE;
}

httpd_result httpd_zone_unlock(httpd_zone* zone) {
  HTTPD_REQUIRE_HANDLE(zone, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE(httpd::server::UnlockZone(zone->header), HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "this thread does not hold the lock");
  return HTTPD_OK;
}

}  // extern "C"
