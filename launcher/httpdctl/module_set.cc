// SPDX-License-Identifier: Apache-2.0
// From names to a plan: the same steps as at a start of the server, with copies in a private folder
// and the planner in a process of its own.
#include "module_set.h"

#include <httpd/module.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>

#include "base/concat.h"
#include "config/core_parts.h"
#include "module/api_names.h"
#include "module/link_check.h"
#include "output.h"
#include "process/planner.h"
#include "process/private_folder.h"
#include "process/signals.h"

namespace httpd::ctl {
namespace {

bool IsBuiltin(const Installation& installation, std::string_view name) {
  return config::IsCorePart(name) ||
         std::any_of(installation.builtin.begin(), installation.builtin.end(),
                     [&](const module::ModuleReport& r) { return r.name == name; });
}

process::PlannerInput MakeInput(const Installation& installation) {
  process::PlannerInput input;
  input.identity = installation.identity;
  module::PlanInput& plan = input.plan;
  plan.inspector_path = installation.inspector;
  const std::string entry = installation.libexec_dir + "/libhttpd.ep";
  plan.program = access(entry.c_str(), F_OK) == 0 ? entry : installation.bootstrap;
  plan.library_path = module::LoaderPath(installation.libexec_dir);
  plan.core.version = HTTPD_VERSION;
  plan.core.abi_major = HTTPD_ABI_MAJOR;
  plan.core.abi_minor = HTTPD_ABI_MINOR;
  plan.core.api_names = module::ApiNames();
  plan.builtin = installation.builtin;
  plan.server_root = installation.early.server_root.value;
  plan.directories = installation.Search().directories;
  plan.directories.push_back(installation.libexec_dir);
  for (const auto& name : installation.early.module_order) plan.order.push_back(name.value);
  for (const auto& file : installation.early.load_files) plan.load_files.push_back(file.value);
  return input;
}

module::ModulePlan RunPlanner(const process::PlannerInput& input) {
  process::PollLoop loop;
  std::optional<module::ModulePlan> plan;
  const auto held = [] {
    using process::Hold;
    return std::vector<process::Descriptor>{
        {0, Hold::kStdio}, {1, Hold::kStdio}, {2, Hold::kStdio}};
  };
  process::Planner planner(&loop, input, held, [&](module::ModulePlan p) { plan = std::move(p); });
  loop.Watch(process::SignalPipe::fd(), [&] {
    process::SignalPipe::Take();
    int status = 0;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) planner.Exited(pid, status);
  });
  planner.Start();
  while (!plan.has_value()) loop.RunOnce();
  return *std::move(plan);
}

class SetPlanner {
 public:
  SetPlanner(const Installation& installation, const std::string& folder, PlannedSet* set)
      : installation_(installation),
        input_(MakeInput(installation)),
        store_(folder),
        search_(installation.Search()),
        set_(set) {}

  void Plan(const std::vector<Wanted>& wanted) {
    for (const Wanted& one : wanted) {
      if (IsBuiltin(installation_, one.name)) continue;
      set_->asked.push_back(one.name);
      Add(one, /*report=*/true);
    }
    for (;;) {
      set_->plan = RunPlanner(input_);
      if (!AddRequired()) return;
    }
  }

 private:
  bool Add(const Wanted& wanted, bool report) {
    module::Finding finding;
    module::StoredModule stored;
    std::string path;
    tried_.insert(wanted.name);
    if (module::ResolveModule(wanted.name, wanted.file, search_, &path, &finding) &&
        store_.Add(path, &stored, &finding)) {
      input_.plan.items.push_back({wanted.name, stored.original, stored.copy, wanted.record});
      return true;
    }
    if (!report) return false;
    module::ModuleReport& lost = set_->lost.emplace_back();
    lost.name = wanted.name;
    lost.original = path.empty() ? wanted.file : path;
    lost.findings.push_back(std::move(finding));
    return false;
  }

  // The answer comes from a process that read hostile files: names are taken, never paths.
  bool AddRequired() {
    bool any = false;
    for (const module::Requirement& also : set_->plan.also) {
      const bool name = !also.name.empty() && also.name.size() < 256 &&
                        also.name.find_first_of("/\0\n") == std::string::npos;
      if (!name || tried_.contains(also.name) || !Add({also.name, "", ""}, false)) continue;
      input_.plan.items.back().required_by = also.required_by;
      input_.plan.items.back().notice = also.notice;
      set_->added.push_back(also);
      any = true;
    }
    return any;
  }

  const Installation& installation_;
  process::PlannerInput input_;
  module::ModuleStore store_;
  module::SearchPath search_;
  PlannedSet* set_;
  std::set<std::string> tried_;
};

}  // namespace

std::vector<const module::ModuleReport*> PlannedSet::Modules() const {
  std::vector<const module::ModuleReport*> modules;
  for (const module::ModuleReport& report : plan.modules) {
    if (!report.copy.empty()) modules.push_back(&report);
  }
  return modules;
}

bool PlanSet(const Installation& installation, const std::vector<Wanted>& wanted, PlannedSet* set,
             module::Finding* finding) {
  process::PrivateFolder folder;
  process::Problem problem;
  if (!folder.Make(&problem)) {
    *finding =
        MakeFinding(problem.code, problem.message, problem.found, problem.wanted, "", problem.fix);
    return false;
  }
  static const bool signals = process::SignalPipe::Open({SIGCHLD});
  if (!signals) {
    *finding = MakeFinding("HP-24", "cannot start the planner process", "no signal pipe",
                           "room for two descriptors", "", "ulimit -n");
    return false;
  }
  SetPlanner(installation, folder.path(), set).Plan(wanted);
  for (const module::Finding& general : set->plan.general) {
    if (general.code != "HM-27") continue;
    *finding = general;
    finding->code = "HT-04";
    finding->severity = module::FindingSeverity::kError;
    return false;
  }
  return true;
}

bool OpenSet(const Invocation& invocation, Installation* installation, PlannedSet* set,
             int* exit_status) {
  const bool files = !invocation.operands.empty() || invocation.Has("installed");
  *exit_status = kRefused;
  if (!OpenInstallation(invocation, files ? Configuration::kIfThere : Configuration::kWanted,
                        installation)) {
    return false;
  }
  const std::vector<Wanted> wanted = invocation.Has("installed") ? InstalledModules(*installation)
                                     : !invocation.operands.empty()
                                         ? NamedModules(*installation, invocation.operands)
                                         : ConfiguredModules(*installation);
  module::Finding finding;
  if (PlanSet(*installation, wanted, set, &finding)) return true;
  *exit_status = Refuse(invocation, "the modules cannot be inspected", {finding});
  return false;
}

std::vector<module::Finding> AllFindings(const PlannedSet& set) {
  std::vector<module::Finding> all = set.plan.general;
  for (const auto& report : set.lost) {
    all.insert(all.end(), report.findings.begin(), report.findings.end());
  }
  for (const auto& report : set.plan.modules) {
    all.insert(all.end(), report.findings.begin(), report.findings.end());
  }
  return all;
}

void TellFindings(const Invocation& invocation, const PlannedSet& set) {
  std::vector<module::Finding> all = AllFindings(set);
  std::erase_if(all, [](const module::Finding& finding) {
    return finding.severity == module::FindingSeverity::kNotice;
  });
  if (all.empty()) return;
  const std::string_view headline =
      set.ok() ? "about these modules:" : "these modules cannot be loaded as they are:";
  fputs(RenderColored(headline, all, invocation.error_color).c_str(), stderr);
}

}  // namespace httpd::ctl
