// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "process/channel.h"
#include "process/options.h"
#include "process/scoreboard_memory.h"
#include "process/snapshot.h"

namespace httpd::process {

// What a generation's process is given through fork.
struct GenerationStart {
  uint32_t id = 1;
  Action action = Action::kServe;  // or kCheck, kDescribeHosts, kDescribeModules
  bool debug = false;              // -X
  bool startup_report = false;     // tell what bringing it up cost
  Snapshot* snapshot = nullptr;
  Scoreboard* scoreboard = nullptr;
  base::UniqueFd inbox;                        // where connections of the generation before arrive
  Channel channel;                             // to the supervisor, also the lifeline
  std::vector<std::string> must_be_traversed;  // beside ServerRoot and DocumentRoots
  std::string libexec_dir;
};

// The life of a generation: gives root up, loads modules, reads the configuration, forks workers,
// looks after them and ends with them. Returns the exit status of the process.
int RunGeneration(GenerationStart start);

}  // namespace httpd::process
