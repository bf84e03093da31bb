// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/zone.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "config/diagnostic.h"

namespace httpd::server {

struct ZoneHeader;

// What names a zone. `bytes` counts the hidden header page, in whole pages.
struct ZoneKey {
  std::string_view module;
  std::string_view name;
  uint64_t bytes = 0;
  uint32_t layout = 0;
  bool renew = false;  // what there is was damaged
};

// Memory that the supervisor keeps; both descriptors are closed as soon as they are mapped.
struct ZoneMemory {
  base::UniqueFd fd;
  bool fresh = false;     // all zeros: nobody has it yet
  base::UniqueFd before;  // of the generation before, when that has another layout or size
  uint64_t before_bytes = 0;
  uint32_t before_layout = 0;
};

// The way to the supervisor's zones. Called between fork and "ready".
class ZoneClient {
 public:
  virtual ~ZoneClient() = default;
  // False with the reason for the operator.
  virtual bool Open(const ZoneKey& key, ZoneMemory* memory, config::Diagnostic* problem) = 0;
};

// The zones of a generation: mapped in its process, inherited by its workers.
class ZoneSet {
 public:
  ZoneSet() = default;
  ~ZoneSet();  // runs the destroy functions, last opened first
  ZoneSet(const ZoneSet&) = delete;
  ZoneSet& operator=(const ZoneSet&) = delete;

  // `client` null: private memory (httpd -t). `options` were checked.
  httpd_result Open(httpd_module_handle* module, const httpd_zone_options& options,
                    ZoneClient* client, httpd_zone** zone);

  // Adds why zones could not be had, and answers whether there was anything; a module that ignores
  // the error is refused all the same.
  bool Report(config::Diagnostics* diagnostics);

 private:
  bool Map(const ZoneKey& key, ZoneClient* client, httpd_zone* zone, ZoneMemory* memory);
  httpd_result Fill(const ZoneMemory& memory, const httpd_zone_options& options, httpd_zone* zone);
  httpd_result Refuse(const httpd_zone& zone, httpd_module_handle* module, httpd_result result);

  std::vector<std::unique_ptr<httpd_zone>> zones_;
  std::vector<config::Diagnostic> problems_;
};

}  // namespace httpd::server

struct httpd_zone {
  const httpd_module_handle* module = nullptr;
  std::string name;
  httpd::server::ZoneHeader* header = nullptr;
  uint64_t bytes = 0;  // with the header's page
  void* user = nullptr;
  httpd_destroy destroy = nullptr;

  httpd_zone() = default;
  httpd_zone(const httpd_zone&) = delete;
  ~httpd_zone();
};
