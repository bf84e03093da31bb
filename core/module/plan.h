// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "module/file_identity.h"
#include "module/finding.h"
#include "module/inspection.h"

namespace httpd::module {

// What a plan is made from: everything that decides whether the modules of a configuration can be
// loaded together, and in which order.
struct PlanInput {
  std::string inspector_path;  // libexec/libhttpd_inspect.so
  // Beside what modules are loaded: libexec/libhttpd.ep, or the executable of a static core. "":
  // not known, so that neither libraries nor symbols can be looked for.
  std::string program;
  // Where the loader looks first (its LD_LIBRARY_PATH): libexec, then what the environment names.
  std::vector<std::string> library_path;
  CoreFacts core;
  std::vector<InspectionItem> items;     // in the order of the configuration
  std::vector<ModuleReport> builtin;     // compiled-in modules: manifests only, loaded first
  std::vector<std::string> load_files;   // LoadFile, absolute, in order; opened RTLD_GLOBAL
  std::vector<std::string> directories;  // ModulePath, then the installation's libexec
  std::string server_root;               // for LoadModule lines in fixes
  uint32_t owner = geteuid();            // who may own module files, beside root
  std::vector<std::string> order;        // ModuleOrder: names of modules; empty: not given
  bool part = false;                     // `items` are not all: nothing is said of them together
};

// A file that the plan depends on beside the modules of `items`: a library, the loader's cache. One
// that was looked for and not there has the identity {}.
struct Dependency {
  std::string path;
  FileIdentity identity;
  bool operator==(const Dependency&) const = default;
};

// Installed and required by a module of the plan, but not in it: has to be loaded as well. Becomes
// an item with `required_by` and `notice` as they are here; the next plan then shows the notice
// among that module's findings, and puts it before the module that requires it.
struct Requirement {
  std::string name;         // "sql": mod_sql.so in the search path
  std::string required_by;  // "sql_mysql"
  Finding notice = {};      // says so, with the LoadModule line that makes it explicit
  bool operator==(const Requirement&) const = default;
};

// The verdict on a whole set of modules.
struct ModulePlan {
  std::vector<Finding> general;       // about no single module: the inspector is missing, a cycle
  std::vector<ModuleReport> modules;  // in load order, compiled-in ones included
  std::vector<Requirement> also;      // to be copied and put into `items`; then plan again
  // For the index: the verdict holds as long as these do. Of each round that led to it.
  std::vector<Dependency> depends_on;
  uint32_t open_us = 0;  // how long opening the inspector took, microseconds

  bool ok() const;  // no error anywhere
  bool operator==(const ModulePlan&) const = default;
};

// Runs in a short-lived process (the planner, httpdctl), which may crash of it. Opens the
// inspector, looks at each copy and at the libraries it needs, and says everything that is wrong
// with any of them and with all of them together; runs no module code, maps nothing executable.
// Without the inspector: one warning, what the first bytes tell, and the order of the
// configuration.
ModulePlan PlanModules(const PlanInput& input);

// For the pipe from planner to supervisor, and for the index.
std::string SerializePlan(const ModulePlan& plan);

// The sender may have been taken over by a hostile file: every length is checked, and everything
// beyond the limits is refused. False: the bytes are not to be believed; *plan is then empty.
bool ParsePlan(std::string_view bytes, ModulePlan* plan);

inline constexpr size_t kMaxPlanBytes = 16u << 20;

}  // namespace httpd::module
