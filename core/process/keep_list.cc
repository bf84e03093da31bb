// SPDX-License-Identifier: Apache-2.0
// Which descriptors each kind of process may hold. Written down as data and enforced at every fork,
// because one forgotten copy keeps a port bound, a lifeline alive or a secret readable.
#include "process/keep_list.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>

#include "boot/boot.h"
#include "os/descriptors.h"
#include "process/fault.h"
#include "process/signals.h"

namespace httpd::process {
namespace {

constexpr std::array kSupervisorHolds = {Hold::kStdio,    Hold::kErrorLog, Hold::kSignalPipe,
                                         Hold::kPidFile,  Hold::kReport,   Hold::kCopies,
                                         Hold::kListener, Hold::kPlanPipe, Hold::kGenerationChannel,
                                         Hold::kZone,     Hold::kHandover};
constexpr std::array kPlannerHolds = {Hold::kStdio, Hold::kPlanPipe};
constexpr std::array kGenerationHolds = {Hold::kStdio,
                                         Hold::kErrorLog,
                                         Hold::kSignalPipe,
                                         Hold::kListener,
                                         Hold::kGenerationChannel,
                                         Hold::kWorkerChannel,
                                         Hold::kHandover,
                                         Hold::kHelperSocket,
                                         Hold::kHelperPath,
                                         Hold::kGrant,
                                         Hold::kModule};
constexpr std::array kWorkerHolds = {Hold::kStdio,         Hold::kErrorLog, Hold::kListener,
                                     Hold::kWorkerChannel, Hold::kHandover, Hold::kHelperPath,
                                     Hold::kGrant,         Hold::kModule};
constexpr std::array kHelperHolds = {Hold::kStdio, Hold::kErrorLog, Hold::kHelperSocket};

}  // namespace

std::string_view HoldName(Hold hold) {
  static constexpr std::string_view kNames[] = {
      "standard stream",    "error log",          "signal pipe",      "pid file",
      "start report",       "lock on the copies", "listener",         "plan pipe",
      "generation channel", "worker channel",     "memory of a zone", "way of idle connections",
      "socket of a helper", "way to a helper",    "granted file",     "descriptor of a module"};
  const auto index = static_cast<size_t>(hold);
  return index < std::size(kNames) ? kNames[index] : "unknown";
}

std::string_view RoleName(Role role) {
  static constexpr std::string_view kNames[] = {"supervisor", "planner", "generation", "worker",
                                                "helper"};
  const auto index = static_cast<size_t>(role);
  return index < std::size(kNames) ? kNames[index] : "unknown";
}

std::span<const Hold> KeepList(Role role) {
  switch (role) {
    case Role::kSupervisor:
      return kSupervisorHolds;
    case Role::kPlanner:
      return kPlannerHolds;
    case Role::kGeneration:
      return kGenerationHolds;
    case Role::kWorker:
      return kWorkerHolds;
    case Role::kHelper:
      return kHelperHolds;
  }
  return {};
}

std::vector<int> Kept(Role role, std::span<const Descriptor> held) {
  const auto list = KeepList(role);
  std::vector<int> kept;
  for (const Descriptor& d : held) {
    if (std::find(list.begin(), list.end(), d.hold) != list.end()) kept.push_back(d.fd);
  }
  return kept;
}

std::vector<int> OpenDescriptors() {
  std::vector<int> open;
  if (DIR* dir = HTTPD_HAVE_PROC ? opendir("/proc/self/fd") : nullptr) {
    while (const dirent* entry = readdir(dir)) {
      if (entry->d_name[0] == '.') continue;
      const int fd = std::atoi(entry->d_name);
      if (fd != dirfd(dir)) open.push_back(fd);
    }
    closedir(dir);
  } else {
    const long limit = sysconf(_SC_OPEN_MAX);
    for (int fd = 0; fd < limit; ++fd) {
      if (fcntl(fd, F_GETFD) != -1) open.push_back(fd);
    }
  }
  std::sort(open.begin(), open.end());
  return open;
}

void CloseOthers(std::vector<int> keep) {
  const int leaked = LeakedDescriptor();  // -1 but in tests of this very thing
  if (leaked >= 0) keep.push_back(leaked);
  std::erase_if(keep, [](int fd) { return fd < 0; });
  std::sort(keep.begin(), keep.end());
  unsigned next = 0;
  for (const int fd : keep) {
    const auto number = static_cast<unsigned>(fd);
    if (number > next) os::CloseRange(next, number - 1);
    if (number >= next) next = number + 1;
  }
  os::CloseRange(next, UINT_MAX);
}

pid_t ForkRole(Role role, std::string_view title, std::span<const Descriptor> held,
               std::initializer_list<int> ignored) {
  const BlockSignals blocked;
  const pid_t pid = fork();
  if (pid != 0) return pid;
  CloseOthers(Kept(role, held));
  ResetSignals(ignored);
  signal(SIGINT, SIG_IGN);
  boot::SetTitle(title);
  return 0;
}

}  // namespace httpd::process
