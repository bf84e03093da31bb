// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "boot/boot.h"
#include "config/early.h"
#include "module/inspection.h"
#include "module/store.h"
#include "process/grant_table.h"
#include "process/listeners.h"
#include "process/options.h"
#include "process/planner.h"
#include "process/privileges.h"
#include "server/generation.h"

namespace httpd::process {

// One reading of the configuration with everything the supervisor derives from it. Fixed once a
// generation was started from it; a generation that was killed is replaced from the same snapshot.
struct Snapshot {
  config::SourceMap sources;
  config::Diagnostics diagnostics;
  config::EarlyConfig early;
  Identity identity;
  uint32_t workers = 1;

  std::vector<server::ModuleToLoad> modules;  // load order
  std::vector<module::StoredModule> copies;
  GrantTable grants;

  ListenerSet listeners;
  std::vector<server::ListenAddress> addresses;
  base::UniqueFd error_log;

  // Name of module number n of a scoreboard row; "" when there is none.
  std::string ModuleName(uint16_t n) const {
    return n == 0 || n > modules.size() ? "" : modules[n - 1].name;
  }
};

// Each step adds what it finds wrong to snapshot->diagnostics and answers whether to go on.

// Reads the files, evaluates the early directives, chooses user and number of workers.
bool ReadConfiguration(const Options& options, const boot::BootInfo& info, Snapshot* snapshot);

// Resolves every LoadModule and copies the file into the store.
bool CopyModules(const boot::BootInfo& info, module::ModuleStore* store, Snapshot* snapshot,
                 PlannerInput* input);

// The same for one module; false with a finding about its line.
bool CopyModule(const boot::BootInfo& info, const config::ModuleRequest& request,
                module::ModuleStore* store, Snapshot* snapshot, PlannerInput* input);

// Takes the planner's answer: modules in load order, and the table of files that may be opened.
bool AcceptPlan(const module::ModulePlan& plan, Snapshot* snapshot);

// "1 error" and so on, as on the terminal.
std::string RenderFindings(const Snapshot& snapshot);

}  // namespace httpd::process
