// SPDX-License-Identifier: Apache-2.0
// httpd -t --startup-report: a start that has become slow is blamed on a phase and a module.
#include "process/startup_report.h"

#include <stdio.h>
#include <time.h>

#include <algorithm>
#include <charconv>

#include "base/concat.h"
#include "base/start_cost.h"

namespace httpd::process {
namespace {

uint32_t Number(std::string_view text) {
  uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

template <class... Arguments>
void Print(std::string* out, const char* format, Arguments... arguments) {
  char line[256];
  const int size = snprintf(line, sizeof line, format, arguments...);
  if (size > 0) out->append(line, std::min<size_t>(static_cast<size_t>(size), sizeof line - 1));
}

int Share(uint32_t part, uint32_t whole) {
  return whole == 0 ? 0 : static_cast<int>((uint64_t{part} * 100 + whole / 2) / whole);
}

std::string PlanningText(const PlanCost& plan) {
  if (plan.planners == 0) return "warm: the index has the verdict, nothing was inspected";
  return base::Concat("cold: ", plan.planners, plan.planners == 1 ? " planner" : " planners",
                      ", of it ", plan.inspector, " us opening the inspector");
}

struct Phase {
  const char* key;
  const char* text;
  uint32_t spent;
  std::string remark;
};

std::vector<Phase> Phases(const StartupFigures& figures) {
  const uint32_t inside = figures.load + figures.evaluate + figures.post_config;
  return {{"before", "before the core", figures.before,
           "processor time of bootstrap and dynamic loader"},
          {"configuration", "reading the configuration", figures.configuration, ""},
          {"copying", "copies of modules", figures.plan.copying,
           base::Concat(figures.plan.copied, " of ", figures.modules.size(), " copied")},
          {"planning", "planning", figures.plan.planning, PlanningText(figures.plan)},
          {"fork", "the generation's process",
           figures.generation - std::min(figures.generation, inside),
           "fork, privileges, messages, its end"},
          {"load", "opening and registering modules", figures.load, ""},
          {"evaluate", "evaluating the configuration", figures.evaluate, ""},
          {"post_config", "open_logs and post_config hooks", figures.post_config, ""}};
}

std::string RenderJson(const StartupFigures& figures) {
  std::string out =
      base::Concat("{\"unit\":\"us\",\"total\":", figures.total(),
                   ",\"warm\":", figures.plan.planners == 0 ? "true" : "false",
                   ",\"copied\":", figures.plan.copied, ",\"planners\":", figures.plan.planners,
                   ",\"inspector\":", figures.plan.inspector, ",\"phases\":{");
  bool first = true;
  for (const Phase& phase : Phases(figures)) {
    base::Append(&out, first ? "\"" : ",\"", phase.key, "\":", phase.spent);
    first = false;
  }
  out += "},\"modules\":[";
  first = true;
  for (const StartupFigures::Module& module : figures.modules) {
    // A name of letters, digits and underscores: the planner's answer was checked for that.
    base::Append(&out, first ? "{\"name\":\"" : ",{\"name\":\"", module.name,
                 "\",\"inspect\":", module.inspect, ",\"open\":", module.open,
                 ",\"register\":", module.enter, ",\"page_faults\":", module.faults, "}");
    first = false;
  }
  return out + "]}\n";
}

}  // namespace

uint32_t ProcessorTime() {
  timespec used{};
  if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) != 0) return 0;
  return static_cast<uint32_t>(used.tv_sec * 1'000'000 + used.tv_nsec / 1000);
}

std::string DescribeThisStart() {
  const base::StartCost& cost = base::ThisStart();
  std::string out =
      base::Concat("phases ", cost.load, " ", cost.evaluate, " ", cost.post_config, "\n");
  for (const base::StartCost::Module& module : cost.modules) {
    base::Append(&out, "module ", module.name, " ", module.open, " ", module.enter, " ",
                 module.faults, "\n");
  }
  return out;
}

void ReadDescription(std::string_view text, StartupFigures* figures) {
  for (const std::string_view line : base::Split(text, "\n")) {
    const std::vector<std::string_view> words = base::Split(line, " ");
    if (words.size() == 4 && words[0] == "phases") {
      figures->load = Number(words[1]);
      figures->evaluate = Number(words[2]);
      figures->post_config = Number(words[3]);
    }
    if (words.size() != 5 || words[0] != "module") continue;
    // Only modules that were planned, so that what follows is about names that were checked.
    for (StartupFigures::Module& module : figures->modules) {
      if (module.name != words[1]) continue;
      module.open = Number(words[2]);
      module.enter = Number(words[3]);
      module.faults = Number(words[4]);
    }
  }
}

std::string RenderStartup(const StartupFigures& figures, bool json) {
  if (json) return RenderJson(figures);
  const uint32_t total = figures.total();
  std::string out;
  Print(&out, "start-up: %u.%02u ms, %zu modules\n\n", total / 1000, total % 1000 / 10,
        figures.modules.size());
  for (const Phase& phase : Phases(figures)) {
    Print(&out, "%8u us %3d %%  %s%s%s\n", phase.spent, Share(phase.spent, total), phase.text,
          phase.remark.empty() ? "" : "   # ", phase.remark.c_str());
  }
  if (figures.modules.empty()) return out;
  std::vector<StartupFigures::Module> sorted = figures.modules;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.sum() > b.sum(); });
  Print(&out, "\n%-24s %9s %9s %9s %9s %6s %7s\n", "module", "inspect", "open", "register", "us",
        "share", "faults");
  for (const StartupFigures::Module& module : sorted) {
    Print(&out, "%-24.64s %9u %9u %9u %9u %4d %% %7u\n", module.name.c_str(), module.inspect,
          module.open, module.enter, module.sum(), Share(module.sum(), total), module.faults);
  }
  return out;
}

}  // namespace httpd::process
