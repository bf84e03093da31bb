// SPDX-License-Identifier: Apache-2.0
// Shared memory that outlives generations. Module code asks for it from the other end of the
// channel, so every number is checked before memory is made, and none of it is ever looked at.
#include "process/zone_keeper.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/concat.h"
#include "process/generation_channel.h"

namespace httpd::process {
namespace {

bool IsName(std::string_view name) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  return !name.empty() && name.size() <= 63 &&
         name.find_first_not_of(kLetters) == std::string_view::npos;
}

// Nothing of it can be reached by a name, and it cannot be cut off under those who mapped it.
base::UniqueFd MakeMemory(uint64_t bytes) {
#ifdef MFD_ALLOW_SEALING
  base::UniqueFd fd(memfd_create("httpd-zone", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd || ftruncate(fd.get(), static_cast<off_t>(bytes)) != 0) return {};
  fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
  return fd;
#else
  const std::string name = base::Concat("/httpd-zone.", getpid());
  base::UniqueFd fd(shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600));
  if (!fd) return {};
  shm_unlink(name.c_str());
  if (ftruncate(fd.get(), static_cast<off_t>(bytes)) != 0) return {};
  // Here memory is a file system's, and may be less than it promises.
  if (const int error = posix_fallocate(fd.get(), 0, static_cast<off_t>(bytes)); error != 0) {
    errno = error;
    return {};
  }
  fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
  return fd;
#endif
}

uint64_t MachineMemory() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long size = sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0 ? static_cast<uint64_t>(pages) * static_cast<uint64_t>(size)
                               : UINT64_MAX;
}

uint64_t LargestFile() {
  rlimit limit{};
  // Asked for, because going beyond it is a signal that would end the supervisor.
  if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return UINT64_MAX;
  return limit.rlim_cur;
}

Problem Refusal(std::string_view module, std::string_view name, std::string found,
                std::string wanted, std::string fix) {
  return MakeProblem("HP-63", base::Concat("no zone ", name, " for module ", module),
                     std::move(found), std::move(wanted), std::move(fix));
}

}  // namespace

bool ZoneKeeper::Make(std::string_view module, std::string_view name, const ZoneRequest& wish,
                      Problem* problem) {
  if (mine_.size() >= kMostZones) {
    *problem =
        Refusal(module, name, base::Concat(mine_.size(), " zones"),
                base::Concat("at most ", kMostZones, " in a configuration"), "load fewer modules");
    return false;
  }
  const std::string bytes = base::Concat(wish.bytes, " bytes, ", total_, " in other zones");
  if (const uint64_t machine = MachineMemory(); wish.bytes > machine - std::min(machine, total_)) {
    *problem = Refusal(module, name, bytes,
                       base::Concat("no more than the machine's memory, ", machine, " bytes"),
                       base::Concat("configure a smaller size for module ", module));
    return false;
  }
  if (const uint64_t largest = LargestFile(); wish.bytes > largest) {
    *problem = Refusal(module, name, base::Concat(wish.bytes, " bytes"),
                       base::Concat("no more than the limit of a file, ", largest, " bytes"),
                       "ulimit -f unlimited");
    return false;
  }
  auto zone = std::make_shared<ZoneFile>();
  zone->module = module;
  zone->name = name;
  zone->bytes = wish.bytes;
  zone->layout = wish.layout;
  zone->fd = MakeMemory(wish.bytes);
  if (!zone->fd) {
    *problem =
        Refusal(module, name, ErrnoText(errno), "memory and a descriptor", "free -b; ulimit -n");
    return false;
  }
  total_ += wish.bytes;
  mine_.push_back(std::move(zone));
  return true;
}

bool ZoneKeeper::Send(const ZoneFile& zone, const ZoneFile* before, bool fresh, Channel* channel) {
  const uint32_t value = (fresh ? kZoneFresh : 0) | (before != nullptr ? kZoneHasBefore : 0);
  ZoneBefore facts{};
  if (before != nullptr) facts = {before->bytes, before->layout, 0};
  const std::string_view payload(reinterpret_cast<const char*>(&facts), sizeof facts);
  if (!channel->Send(static_cast<uint32_t>(ToGeneration::kZone), value, payload, zone.fd.get())) {
    return false;
  }
  return before == nullptr ||
         channel->Send(static_cast<uint32_t>(ToGeneration::kZoneBefore), 0, {}, before->fd.get());
}

bool ZoneKeeper::Answer(std::string_view request, Channel* channel) {
  ZoneRequest wish;
  if (request.size() < sizeof wish) return false;
  std::memcpy(&wish, request.data(), sizeof wish);
  const std::string_view names = request.substr(sizeof wish);
  if (names.size() != size_t{wish.module_length} + wish.name_length) return false;
  const std::string_view module = names.substr(0, wish.module_length);
  const std::string_view name = names.substr(wish.module_length);
  if (!IsName(module) || !IsName(name) || wish.bytes == 0 || wish.bytes > kMostBytes) return false;
  const auto same_name = [&](const auto& zone) {
    return zone->module == module && zone->name == name;
  };
  if (wish.renew != 0) {
    std::erase_if(mine_, same_name);
    std::erase_if(before_, same_name);
  }
  if (std::any_of(mine_.begin(), mine_.end(), same_name)) return false;
  const auto found = std::find_if(before_.begin(), before_.end(), same_name);
  const bool same =
      found != before_.end() && (*found)->bytes == wish.bytes && (*found)->layout == wish.layout;
  Problem problem;
  if (same) {
    mine_.push_back(*found);
  } else if (!Make(module, name, wish, &problem)) {
    const std::string text = base::Concat(problem.message, std::string_view("\0", 1), problem.found,
                                          std::string_view("\0", 1), problem.wanted,
                                          std::string_view("\0", 1), problem.fix);
    channel->Send(static_cast<uint32_t>(ToGeneration::kRefused), 0, text);
    return true;
  }
  const ZoneFile* before = same || found == before_.end() ? nullptr : found->get();
  Send(*mine_.back(), before, !same, channel);
  return true;
}

}  // namespace httpd::process
