// SPDX-License-Identifier: Apache-2.0
// Asking the supervisor for zones.
#include "process/zone_client.h"

#include <cstring>

#include "base/concat.h"
#include "process/generation_channel.h"
#include "process/zone_keeper.h"

namespace httpd::process {
namespace {

// message, NUL, found, NUL, wanted, NUL, fix
void ReadRefusal(const std::string& text, config::Diagnostic* problem) {
  std::string* parts[] = {&problem->message, &problem->found, &problem->wanted, &problem->fix};
  size_t at = 0;
  for (std::string* part : parts) {
    const size_t end = std::min(text.find('\0', at), text.size());
    *part = text.substr(at, end - at);
    if (end == text.size()) return;
    at = end + 1;
  }
}

}  // namespace

bool ZoneRequests::Open(const server::ZoneKey& key, server::ZoneMemory* memory,
                        config::Diagnostic* problem) {
  ZoneRequest wish{};
  wish.bytes = key.bytes;
  wish.layout = key.layout;
  wish.renew = key.renew ? 1 : 0;
  wish.module_length = static_cast<uint16_t>(key.module.size());
  wish.name_length = static_cast<uint16_t>(key.name.size());
  const std::string request = base::Concat(
      std::string_view(reinterpret_cast<const char*>(&wish), sizeof wish), key.module, key.name);
  Packet answer;
  if (!broker_->Ask(FromGeneration::kZone, request, ToGeneration::kZone, &answer)) {
    problem->message = base::Concat("no zone ", key.name, ": the supervisor does not answer");
    return false;
  }
  if (answer.type == static_cast<uint32_t>(ToGeneration::kRefused)) {
    ReadRefusal(answer.payload, problem);
    return false;
  }
  memory->fd = std::move(answer.fd);
  memory->fresh = (answer.value & kZoneFresh) != 0;
  if ((answer.value & kZoneHasBefore) == 0) return true;
  ZoneBefore before{};
  if (answer.payload.size() == sizeof before) {
    std::memcpy(&before, answer.payload.data(), sizeof before);
  }
  Packet second;
  if (!broker_->Await(ToGeneration::kZoneBefore, &second)) {
    problem->message = base::Concat("no zone ", key.name, ": the supervisor is gone");
    return false;
  }
  memory->before = std::move(second.fd);
  memory->before_bytes = before.bytes;
  memory->before_layout = before.layout;
  return true;
}

}  // namespace httpd::process
