// SPDX-License-Identifier: Apache-2.0
//
// The verdict on a whole set of modules: each inspected by itself, then all of them together. The
// planner process and httpdctl come to it the same way, so that they cannot differ.

#include "module/plan.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "base/stopwatch.h"
#include "module/inspector_library.h"
#include "module/installed.h"
#include "module/link_check.h"
#include "module/load_order.h"
#include "module/set_check.h"
#include "module/superficial.h"

namespace httpd::module {
namespace {

bool Sound(const std::vector<ModuleReport>& reports) {
  return std::none_of(reports.begin(), reports.end(),
                      [](const ModuleReport& report) { return HasErrors(report.findings); });
}

// Null when what it says about itself is not to be relied on.
const Manifest* ManifestOf(const ModuleReport& report) {
  const bool known = report.has_manifest || report.copy.empty();
  return known && report.manifest.name == report.name ? &report.manifest : nullptr;
}

Dependency DependencyOn(const std::string& path) {
  Dependency dependency{path, {}};
  struct stat facts;
  if (stat(path.c_str(), &facts) == 0) dependency.identity = FileIdentity::Of(facts);
  return dependency;
}

// What is installed matters to a verdict only when something was looked for.
std::vector<InstalledModule> SearchInstalled(const InspectorLibrary& library,
                                             const PlanInput& input, ModulePlan* plan) {
  for (const std::string& directory : input.directories) {
    plan->depends_on.push_back(DependencyOn(directory));
  }
  for (const ModuleFile& file : FindModuleFiles(input.directories)) {
    plan->depends_on.push_back(DependencyOn(file.path));
  }
  return ReadInstalled(library, input.directories);
}

void CheckTogether(const PlanInput& input, const InspectorLibrary* library, ModulePlan* plan) {
  std::vector<SetMember> set;
  for (size_t i = 0; i < plan->modules.size(); ++i) {
    ModuleReport& report = plan->modules[i];
    SetMember& member = set.emplace_back();
    member.name = report.name;
    member.manifest = ManifestOf(report);
    member.findings = &report.findings;
    if (i >= input.builtin.size()) {
      member.required_by = input.items[i - input.builtin.size()].required_by;
    }
  }
  const auto installed = [&] {
    return library == nullptr ? std::vector<InstalledModule>()
                              : SearchInstalled(*library, input, plan);
  };
  CheckSet(set, input.directories, input.server_root, installed, &plan->also);
  const std::vector<size_t> order = LoadOrder(set, input.order, &plan->general);
  if (!plan->ok()) return;
  std::vector<ModuleReport> ordered;
  for (const size_t index : order) ordered.push_back(std::move(plan->modules[index]));
  plan->modules = std::move(ordered);
}

}  // namespace

bool ModulePlan::ok() const { return !HasErrors(general) && Sound(modules); }

ModulePlan PlanModules(const PlanInput& input) {
  ModulePlan plan;
  plan.modules = input.builtin;
  Finding warning;
  const base::Stopwatch opening;
  const InspectorLibrary* library =
      InspectorLibrary::Open(input.inspector_path, input.core.version, &warning);
  plan.open_us = opening.Microseconds();
  if (library == nullptr) plan.general.push_back(std::move(warning));
  plan.modules.reserve(input.builtin.size() + input.items.size());
  std::vector<ObjectHandle> objects(input.builtin.size());
  for (const InspectionItem& item : input.items) {
    ModuleReport& report = plan.modules.emplace_back();
    report.name = item.name;
    report.original = item.original;
    report.copy = item.copy;
    if (!item.notice.code.empty()) report.findings.push_back(item.notice);
    const base::Stopwatch watch;
    if (library != nullptr) {
      objects.push_back(InspectModule(*library, input.core, item, &report));
    } else {
      InspectSuperficially(item, &report.findings);
    }
    report.inspect_us = watch.Microseconds();
  }
  if (library != nullptr) CheckLinks(*library, input, objects, &plan);
  if (!input.part) CheckTogether(input, library, &plan);
  return plan;
}

}  // namespace httpd::module
