// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/unique_fd.h"
#include "process/channel.h"
#include "process/problem.h"

namespace httpd::process {

// Memory of a module's zone. The supervisor owns it and never maps it.
struct ZoneFile {
  std::string module;
  std::string name;
  uint64_t bytes = 0;
  uint32_t layout = 0;
  base::UniqueFd fd;
};
// A zone lives as long as a generation that asked for it.
using ZoneList = std::vector<std::shared_ptr<const ZoneFile>>;

// How a generation asks; behind it the module's name and the zone's name.
struct ZoneRequest {
  uint64_t bytes;
  uint32_t layout;
  uint32_t renew;  // not 0: not the one that there is
  uint16_t module_length;
  uint16_t name_length;
  uint32_t unused;
};

// What the answer's value may have, and its payload when kZoneHasBefore is set; the other
// descriptor comes with a packet of its own.
inline constexpr uint32_t kZoneFresh = 1;
inline constexpr uint32_t kZoneHasBefore = 2;
struct ZoneBefore {
  uint64_t bytes;
  uint32_t layout;
  uint32_t unused;
};

// The zones of one generation, made or found when it asks. Those of the generation that serves are
// only ever shared: what is new belongs to the asking one alone until that has proved itself.
class ZoneKeeper {
 public:
  static constexpr size_t kMostZones = 256;
  static constexpr uint64_t kMostBytes = (uint64_t{1} << 40) + (1u << 16);  // 1 TiB and a page

  explicit ZoneKeeper(ZoneList before = {}) : before_(std::move(before)) {}

  // Answers over `channel`. False when the request is none at all.
  bool Answer(std::string_view request, Channel* channel);

  // Nothing is asked for any more: those of the generation before are its own again.
  void Settle() { before_.clear(); }

  const ZoneList& zones() const { return mine_; }

 private:
  bool Make(std::string_view module, std::string_view name, const ZoneRequest& wish,
            Problem* problem);
  static bool Send(const ZoneFile& zone, const ZoneFile* before, bool fresh, Channel* channel);

  ZoneList before_;
  ZoneList mine_;
  uint64_t total_ = 0;
};

}  // namespace httpd::process
