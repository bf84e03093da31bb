// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace httpd::process {

enum class Role : uint8_t { kSupervisor, kPlanner, kGeneration, kWorker, kHelper };

// What a descriptor is for.
enum class Hold : uint8_t {
  kStdio,              // 0, 1, 2
  kErrorLog,           // the log of this process's generation
  kSignalPipe,         // self-pipe, both ends
  kPidFile,            // carries the lock
  kReport,             // tells the first process whether the start succeeded
  kCopies,             // carries the lock that keeps others from pruning module copies
  kListener,           // slot sockets
  kPlanPipe,           // planner to supervisor
  kGenerationChannel,  // one end of a generation's lifeline
  kWorkerChannel,      // one end of a worker's lifeline
  kZone,               // memory of a module that outlives generations
  kHandover,           // one end of the way on which idle connections change the generation
  kHelperSocket,       // where a helper listens
  kHelperPath,         // what workers connect to it by
  kGrant,              // opened by the broker
  kModule,             // opened by a module while the configuration was read
};

std::string_view HoldName(Hold hold);
std::string_view RoleName(Role role);

// What a process of this role may hold. A fork keeps nothing else; tests compare /proc/PID/fd.
std::span<const Hold> KeepList(Role role);

struct Descriptor {
  int fd;
  Hold hold;
};

// Those of `held` that `role` may keep.
std::vector<int> Kept(Role role, std::span<const Descriptor> held);

// Closes every descriptor of this process that is not in `keep` (any order, negative ones ignored).
void CloseOthers(std::vector<int> keep);

// Forks. The child first closes what its role does not keep of `held`, then resets its signals
// (SIGINT ignored, so that only the supervisor acts on it, and those of `ignored`) and shows
// `title`. As fork(2) otherwise.
pid_t ForkRole(Role role, std::string_view title, std::span<const Descriptor> held,
               std::initializer_list<int> ignored = {});

// Every descriptor that is open now, sorted.
std::vector<int> OpenDescriptors();

}  // namespace httpd::process
