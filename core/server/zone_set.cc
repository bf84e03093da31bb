// SPDX-License-Identifier: Apache-2.0
//
// Zones from the generation's side: mapping what the supervisor hands over, the hidden page with
// the lock, and filling what is new. The supervisor never looks into this memory.

#include "server/zone_set.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/concat.h"
#include "log/error_log.h"
#include "module/loader.h"
#include "server/zone_lock.h"

namespace httpd::server {
namespace {

uint64_t PageSize() { return static_cast<uint64_t>(::sysconf(_SC_PAGESIZE)); }

uint64_t WithHeader(uint64_t bytes) {
  const uint64_t page = PageSize();
  return page + (bytes + page - 1) / page * page;
}

void* MapShared(int fd, uint64_t bytes, int protection) {
  const int flags = fd < 0 ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED;
  void* memory = ::mmap(nullptr, bytes, protection, flags, fd, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

config::Diagnostic Problem(const httpd_zone& zone, std::string_view code, std::string message) {
  config::Diagnostic problem;
  problem.code = std::string(code);
  problem.message = std::move(message);
  problem.position = zone.module->position;
  problem.length = zone.module->position_length;
  return problem;
}

}  // namespace

ZoneSet::~ZoneSet() {
  while (!zones_.empty()) zones_.pop_back();
}

bool ZoneSet::Map(const ZoneKey& key, ZoneClient* client, httpd_zone* zone, ZoneMemory* memory) {
  if (client == nullptr) {
    memory->fresh = true;
  } else {
    config::Diagnostic problem = Problem(*zone, "HP-63", "");
    if (!client->Open(key, memory, &problem)) {
      problems_.push_back(std::move(problem));
      return false;
    }
  }
  void* mapped = MapShared(memory->fd.get(), key.bytes, PROT_READ | PROT_WRITE);
  memory->fd.Reset();
  if (mapped == nullptr) {
    config::Diagnostic problem =
        Problem(*zone, "HP-63",
                base::Concat("zone ", key.name, " of module ", key.module, " cannot be mapped"));
    problem.found = base::Concat(key.bytes, " bytes: ", ::strerror(errno));
    problem.fix = "a smaller zone, or more address space (ulimit -v)";
    problems_.push_back(std::move(problem));
    return false;
  }
  zone->header = static_cast<ZoneHeader*>(mapped);
  zone->bytes = key.bytes;
  return true;
}

httpd_result ZoneSet::Open(httpd_module_handle* module, const httpd_zone_options& options,
                           ZoneClient* client, httpd_zone** out) {
  for (const auto& zone : zones_) {
    if (zone->module == module && zone->name == options.name) return HTTPD_ERR_EXISTS;
  }
  auto zone = std::make_unique<httpd_zone>();
  zone->module = module;
  zone->name = options.name;
  ZoneKey key{module->name, zone->name, WithHeader(options.bytes), options.layout};
  ZoneMemory memory;
  if (!Map(key, client, zone.get(), &memory)) return HTTPD_ERR_NO_MEMORY;
  if (!memory.fresh && !IsZoneHeader(*zone->header, key.bytes)) {
    // Somebody wrote over it. What lies behind is not worth more, and a server that cannot start
    // would be worse than a zone that starts anew.
    log::Write(log::Level::kError, module->name,
               base::Concat("zone ", zone->name, " was damaged and starts anew [HP-64]"));
    ::munmap(zone->header, zone->bytes);
    zone->header = nullptr;
    key.renew = true;
    memory = ZoneMemory();
    if (!Map(key, client, zone.get(), &memory)) return HTTPD_ERR_NO_MEMORY;
  }
  const httpd_result result = memory.fresh ? Fill(memory, options, zone.get()) : HTTPD_OK;
  if (result != HTTPD_OK) return Refuse(*zone, module, result);
  zone->user = options.user;
  zone->destroy = options.destroy;
  *out = zone.get();
  zones_.push_back(std::move(zone));
  return HTTPD_OK;
}

httpd_result ZoneSet::Fill(const ZoneMemory& memory, const httpd_zone_options& options,
                           httpd_zone* zone) {
  InitZoneHeader(zone->header, zone->bytes);
  const uint64_t page = PageSize();
  void* old = nullptr;
  if (memory.before && options.migrate != nullptr && memory.before_bytes > page) {
    old = MapShared(memory.before.get(), memory.before_bytes, PROT_READ);
    if (old == nullptr) return HTTPD_ERR_NO_MEMORY;
  }
  httpd_result result = HTTPD_OK;
  try {
    if (old != nullptr) {
      result = options.migrate(zone, httpd_zone_memory(zone), httpd_zone_size(zone),
                               static_cast<char*>(old) + page, memory.before_bytes - page,
                               memory.before_layout, options.user);
    } else if (options.init != nullptr) {
      result = options.init(zone, httpd_zone_memory(zone), httpd_zone_size(zone), options.user);
    }
  } catch (...) {
    log::Write(
        log::Level::kError, zone->module->name,
        base::Concat("a C++ exception left the function that fills zone ", zone->name, " [HS-02]"));
    result = HTTPD_ERR_INVALID;
  }
  if (old != nullptr) ::munmap(old, memory.before_bytes);
  return result;
}

httpd_result ZoneSet::Refuse(const httpd_zone& zone, httpd_module_handle* module,
                             httpd_result result) {
  config::Diagnostic problem = Problem(
      zone, "HS-80", base::Concat("module ", module->name, " did not fill zone ", zone.name));
  problem.found = module->error.empty() ? module::ResultName(result) : module->error;
  problem.fix = module->fix.empty() ? base::Concat("remove the LoadModule line of ", module->name)
                                    : module->fix;
  problems_.push_back(std::move(problem));
  return result;
}

bool ZoneSet::Report(config::Diagnostics* diagnostics) {
  const bool any = !problems_.empty();
  for (config::Diagnostic& problem : problems_) diagnostics->Add(std::move(problem));
  problems_.clear();
  return any;
}

}  // namespace httpd::server

httpd_zone::~httpd_zone() {
  if (destroy != nullptr) {
    try {
      destroy(user);
    } catch (...) {
      httpd::log::Write(httpd::log::Level::kError, module->name,
                        "a C++ exception left the destroy function of a zone [HS-02]");
    }
  }
  if (header != nullptr) ::munmap(header, bytes);
}
