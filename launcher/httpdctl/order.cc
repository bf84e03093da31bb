// SPDX-License-Identifier: Apache-2.0
// httpdctl order: the order in which modules are loaded, and why each stands where it does.
#include <algorithm>

#include "base/concat.h"
#include "explain_hook.h"
#include "module/load_order.h"
#include "module_set.h"
#include "output.h"

namespace httpd::ctl {
namespace {

constexpr OptionSpec kOptions[] = {
    kInstalledOption,
    {'e', "explain", "HOOK",
     "the order in which callbacks of HOOK run; runs a check of the server"},
};

std::string_view ReasonName(module::DemandReason reason) {
  switch (reason) {
    case module::DemandReason::kRequires:
      return "requires";
    case module::DemandReason::kWants:
      return "wants";
    case module::DemandReason::kAfter:
      return "after";
    case module::DemandReason::kBefore:
      break;
  }
  return "before";
}

// One module in load order with everything that put it there.
struct Place {
  const module::ModuleReport* module = nullptr;
  std::string line;                // of its LoadModule, "" when there is none
  std::string required_by;         // loaded by itself for this one
  std::vector<std::string> waits;  // "sql (requires sql>=1.2)"
  bool moved_back = false;         // one that stands behind it in the text was loaded before it
};

class Explanation {
 public:
  Explanation(const Installation& installation, const PlannedSet& set)
      : installation_(installation), set_(set) {
    for (const auto* report : set.Modules()) {
      manifests_.push_back(report->manifest);
      manifests_.back().name = report->name;
      places_.push_back({report, Line(report->name), RequiredBy(report->name), {}, false});
    }
    for (const module::LoadDemand& demand : module::LoadDemands(manifests_)) {
      Place& waiting = places_[demand.demand.second];
      const std::string& first = manifests_[demand.demand.first].name;
      const bool own = demand.demand.by == demand.demand.second;
      waiting.waits.push_back(
          own ? base::Concat(first, " (", ReasonName(demand.reason), " ", demand.text, ")")
              : base::Concat(first, " (which says before ", demand.text, ")"));
    }
    for (size_t i = 0; i < places_.size(); ++i) {
      const size_t mine = TextNumber(manifests_[i].name);
      for (size_t before = 0; before < i; ++before) {
        const size_t theirs = TextNumber(manifests_[before].name);
        if (theirs != kNowhere && mine != kNowhere && theirs > mine) places_[i].moved_back = true;
      }
    }
  }

  std::string Why(const Place& place) const {
    const std::string waits = base::Join(place.waits, ", ");
    if (!place.required_by.empty()) {
      return base::Concat("loaded by itself, module ", place.required_by, " requires it",
                          waits.empty() ? "" : "; waits for ", waits);
    }
    const std::string at = place.line.empty() ? "" : base::Concat(" (", place.line, ")");
    if (place.moved_back) {
      return base::Concat(waits.empty() ? "ModuleOrder" : base::Concat("waits for ", waits), at);
    }
    return base::Concat("order of the text", at, waits.empty() ? "" : ", which suits: behind ",
                        waits);
  }

  std::string Text(bool color) const {
    size_t width = 8;
    for (const Place& place : places_) width = std::max(width, place.module->name.size());
    std::string out;
    for (size_t i = 0; i < places_.size(); ++i) {
      std::string number = std::to_string(i + 1), name = Visible(places_[i].module->name);
      number.insert(0, 3 - std::min<size_t>(3, number.size()), ' ');
      name.resize(std::max(width, name.size()), ' ');
      base::Append(&out, number, "  ", Bold(name, color), "  ", Visible(Why(places_[i])), "\n");
    }
    return out;
  }

  std::string Json() const {
    base::JsonWriter json;
    json.BeginObject().Key("ok").Bool(set_.ok()).Key("order").BeginArray();
    for (const Place& place : places_) {
      json.BeginObject().Member("name", place.module->name).Member("line", place.line);
      json.Member("required_by", place.required_by).Key("waits_for").Texts(place.waits);
      json.Member("why", Why(place)).EndObject();
    }
    json.EndArray().Key("findings");
    FindingsJson(AllFindings(set_), &json);
    return json.EndObject().Take() + "\n";
  }

 private:
  static constexpr size_t kNowhere = SIZE_MAX;

  std::string Line(const std::string& name) const {
    for (const config::ModuleRequest& request : installation_.early.modules) {
      if (request.name == name) return installation_.sources.Describe(request.position);
    }
    return "";
  }
  std::string RequiredBy(const std::string& name) const {
    for (const module::Requirement& also : set_.added) {
      if (also.name == name) return also.required_by;
    }
    return "";
  }
  size_t TextNumber(const std::string& name) const {
    const auto found = std::find(set_.asked.begin(), set_.asked.end(), name);
    return found == set_.asked.end() ? kNowhere : static_cast<size_t>(found - set_.asked.begin());
  }

  const Installation& installation_;
  const PlannedSet& set_;
  std::vector<module::Manifest> manifests_;
  std::vector<Place> places_;
};

int Run(const Invocation& invocation) {
  if (invocation.Has("explain")) return ExplainHook(invocation);
  Installation installation;
  PlannedSet set;
  int exit_status = kRefused;
  if (!OpenSet(invocation, &installation, &set, &exit_status)) return exit_status;
  const Explanation explanation(installation, set);
  if (!Print(invocation.json() ? explanation.Json() : explanation.Text(invocation.color))) {
    return kRefused;
  }
  if (!invocation.json()) TellFindings(invocation, set);
  return set.ok() ? kGood : kRefused;
}

}  // namespace

const Verb kOrder = {
    "order",
    "[NAME|FILE...]",
    "in which order modules are loaded, and why",
    "Shows the load order with the reason for each position: the order of the text, or\n"
    "what the module waits for (requires, wants, after and before of manifests,\n"
    "ModuleOrder). Runs no module code.\n\n"
    "--explain HOOK shows the order in which the callbacks of that hook run. Modules say\n"
    "it when they register, so this runs a check of the server (httpd -D DUMP_HOOKS),\n"
    "which loads the modules of the configuration without privileges.\n",
    kOptions,
    Run};

}  // namespace httpd::ctl
