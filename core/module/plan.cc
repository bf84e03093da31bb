// SPDX-License-Identifier: Apache-2.0
//
// The verdict on a whole set of modules: each inspected by itself, then all of them together. The
// planner process and httpdctl come to it the same way, so that they cannot differ.

#include "module/plan.h"

#include <algorithm>
#include <utility>

#include "base/stopwatch.h"
#include "module/inspector_library.h"
#include "module/link_check.h"
#include "module/load_order.h"
#include "module/superficial.h"

namespace httpd::module {
namespace {

bool Sound(const std::vector<ModuleReport>& reports) {
  return std::none_of(reports.begin(), reports.end(),
                      [](const ModuleReport& report) { return HasErrors(report.findings); });
}

// Modules that cannot be loaded anyway have nothing to say about each other.
void PutInOrder(ModulePlan* plan) {
  if (HasErrors(plan->general) || !Sound(plan->modules)) return;
  std::vector<Manifest> manifests;
  for (const ModuleReport& report : plan->modules) {
    manifests.push_back(report.manifest);
    manifests.back().name = report.name;
  }
  std::vector<ModuleReport> ordered;
  for (const size_t index : LoadOrder(manifests, &plan->general)) {
    ordered.push_back(std::move(plan->modules[index]));
  }
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
    const base::Stopwatch watch;
    if (library != nullptr) {
      objects.push_back(InspectModule(*library, input.core, item, &report));
    } else {
      InspectSuperficially(item, &report.findings);
    }
    report.inspect_us = watch.Microseconds();
  }
  if (library != nullptr) CheckLinks(*library, input, objects, &plan);
  PutInOrder(&plan);
  return plan;
}

}  // namespace httpd::module
