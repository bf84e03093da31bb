// SPDX-License-Identifier: Apache-2.0
// The load order of modules, computed from their manifests instead of being asked of the operator.
#include "module/load_order.h"

#include <algorithm>
#include <numeric>
#include <string_view>

#include "base/concat.h"
#include "module/order.h"
#include "module/relation.h"

namespace httpd::module {
namespace {

constexpr size_t kNone = static_cast<size_t>(-1);

size_t Find(const std::vector<SetMember>& set, std::string_view name) {
  for (size_t i = 0; i < set.size(); ++i) {
    if (set[i].name == name) return i;
  }
  return kNone;
}

// "sql_mysql requires sql>=1.2"
std::string Text(const LoadDemand& demand, const std::vector<SetMember>& set) {
  const std::string_view verb = demand.reason == DemandReason::kRequires ? " requires "
                                : demand.reason == DemandReason::kWants  ? " wants "
                                : demand.reason == DemandReason::kAfter  ? " is to come after "
                                                                         : " is to come before ";
  return base::Concat(set[demand.demand.by].name, verb, demand.text);
}

class LoadSorter {
 public:
  LoadSorter(const std::vector<SetMember>& set, const std::vector<std::string>& wanted,
             std::vector<Finding>* findings)
      : set_(set), wanted_(wanted), findings_(findings) {}

  std::vector<size_t> Order() {
    edges_ = LoadDemands(set_);
    const std::vector<size_t> base = BaseOrder();
    Sorted sorted = Sort(base);
    if (!sorted.cycles.empty()) {
      // From the names, so that the same circles are found however the lines are ordered.
      std::vector<size_t> by_name = Given();
      std::stable_sort(by_name.begin(), by_name.end(),
                       [&](size_t a, size_t b) { return set_[a].name < set_[b].name; });
      for (const auto& cycle : Sort(by_name).cycles) ReportCycle(cycle);
      return Given();
    }
    CheckWanted(sorted.nodes);
    return sorted.nodes;
  }

 private:
  struct Sorted {
    std::vector<size_t> nodes;
    std::vector<std::vector<const LoadDemand*>> cycles;
  };

  std::vector<size_t> Given() const {
    std::vector<size_t> given(set_.size());
    std::iota(given.begin(), given.end(), size_t{0});
    return given;
  }

  std::vector<size_t> BaseOrder() const {
    std::vector<size_t> order;
    for (size_t i = 0; i < set_.size(); ++i) {
      const auto user = std::find_if(order.begin(), order.end(), [&](size_t other) {
        return !set_[i].required_by.empty() && set_[other].name == set_[i].required_by;
      });
      order.insert(user, i);
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return Rank(a) < Rank(b); });
    return order;
  }

  // Place in ModuleOrder; behind all of it when it is not named there.
  size_t Rank(size_t index) const {
    return static_cast<size_t>(std::find(wanted_.begin(), wanted_.end(), set_[index].name) -
                               wanted_.begin());
  }

  // Lower places in `base` come first wherever the edges allow it.
  Sorted Sort(const std::vector<size_t>& base) const {
    std::vector<size_t> place(set_.size());
    for (size_t i = 0; i < base.size(); ++i) place[base[i]] = i;
    std::vector<Demand> demands;
    for (size_t i = 0; i < edges_.size(); ++i) {
      demands.push_back({place[edges_[i].demand.first], place[edges_[i].demand.second], i});
    }
    const module::Order order = StableOrder(base.size(), demands);
    Sorted sorted;
    for (const size_t node : order.nodes) sorted.nodes.push_back(base[node]);
    for (const std::vector<Demand>& cycle : order.cycles) {
      std::vector<const LoadDemand*>& edges = sorted.cycles.emplace_back();
      for (const Demand& demand : cycle) edges.push_back(&edges_[demand.by]);
    }
    return sorted;
  }

  void ReportCycle(const std::vector<const LoadDemand*>& cycle) {
    std::string found;
    std::string names;
    for (const LoadDemand* edge : cycle) {
      base::Append(&found, found.empty() ? "" : ", ", set_[edge->demand.first].name, " before ",
                   set_[edge->demand.second].name, " (", Text(*edge, set_), ")");
      base::Append(&names, names.empty() ? "" : " or of ", set_[edge->demand.first].name);
    }
    findings_->push_back({FindingSeverity::kError, "HP-22", "modules wait for each other",
                          std::move(found), "an order in which they can be loaded", "",
                          base::Concat("remove the LoadModule line of ", names,
                                       ", or install versions that agree")});
  }

  // What ModuleOrder wants and cannot have, and what it names in vain.
  void CheckWanted(const std::vector<size_t>& order) {
    std::vector<size_t> listed;
    for (const std::string& name : wanted_) {
      const size_t index = Find(set_, name);
      if (index != kNone) {
        listed.push_back(index);
        continue;
      }
      findings_->push_back({FindingSeverity::kWarning, "HM-85",
                            base::Concat("ModuleOrder names a module that is not loaded: ", name),
                            base::Concat("no module ", name), "names of loaded modules", "",
                            base::Concat("remove ", name, " from ModuleOrder, or load it")});
    }
    for (size_t later = 0; later < listed.size(); ++later) {
      for (size_t earlier = 0; earlier < later; ++earlier) {
        const LoadDemand* edge = Demands(listed[later], listed[earlier], listed);
        if (edge != nullptr) ReportContradiction(listed[earlier], listed[later], *edge, order);
      }
    }
  }

  // The last demand on a way by which `from` has to come before `to`, through modules that are not
  // listed; null when there is none. (A way through listed ones contradicts at one of those.)
  const LoadDemand* Demands(size_t from, size_t to, const std::vector<size_t>& listed) const {
    std::vector<bool> seen(set_.size(), false);
    for (const size_t index : listed) seen[index] = true;
    std::vector<size_t> open{from};
    while (!open.empty()) {
      const size_t at = open.back();
      open.pop_back();
      for (const LoadDemand& edge : edges_) {
        if (edge.demand.first != at) continue;
        if (edge.demand.second == to) return &edge;
        if (seen[edge.demand.second]) continue;
        seen[edge.demand.second] = true;
        open.push_back(edge.demand.second);
      }
    }
    return nullptr;
  }

  void ReportContradiction(size_t earlier, size_t later, const LoadDemand& edge,
                           const std::vector<size_t>& order) {
    std::string line = "ModuleOrder";
    for (const size_t index : order) {
      if (Rank(index) < wanted_.size()) base::Append(&line, " ", set_[index].name);
    }
    findings_->push_back(
        {FindingSeverity::kWarning, "HM-86",
         base::Concat("ModuleOrder cannot have ", set_[earlier].name, " before ", set_[later].name),
         Text(edge, set_), "an order that the modules' demands allow", "", std::move(line)});
  }

  const std::vector<SetMember>& set_;
  const std::vector<std::string>& wanted_;
  std::vector<Finding>* findings_;
  std::vector<LoadDemand> edges_;
};

}  // namespace

std::vector<LoadDemand> LoadDemands(const std::vector<SetMember>& set) {
  std::vector<LoadDemand> demands;
  for (size_t own = 0; own < set.size(); ++own) {
    if (set[own].manifest == nullptr) continue;
    const Manifest& manifest = *set[own].manifest;
    const auto refer = [&](const ModuleReference& wanted, DemandReason reason, auto meant) {
      for (size_t other = 0; other < set.size(); ++other) {
        const Manifest* theirs = set[other].manifest;
        if (other == own ||
            !(theirs != nullptr ? meant(*theirs, wanted) : set[other].name == wanted.name)) {
          continue;
        }
        demands.push_back({{other, own, own}, reason, ReferenceText(wanted)});
      }
    };
    const auto name = [&](const std::vector<std::string>& list, DemandReason reason) {
      for (const std::string& wanted : list) {
        const size_t other = Find(set, wanted);
        if (other == kNone || other == own) continue;
        const bool first = reason == DemandReason::kBefore;
        demands.push_back({{first ? own : other, first ? other : own, own}, reason, wanted});
      }
    };
    for (const ModuleReference& wanted : manifest.required) {
      if (!Answers(manifest, wanted)) refer(wanted, DemandReason::kRequires, Answers);
    }
    // In any version: whether it fits is told elsewhere.
    for (const ModuleReference& wanted : manifest.wants) {
      refer(wanted, DemandReason::kWants, HasName);
    }
    name(manifest.after, DemandReason::kAfter);
    name(manifest.before, DemandReason::kBefore);
  }
  return demands;
}

std::vector<LoadDemand> LoadDemands(const std::vector<Manifest>& modules) {
  std::vector<SetMember> set;
  for (const Manifest& manifest : modules) set.push_back({manifest.name, &manifest, "", nullptr});
  return LoadDemands(set);
}

std::vector<size_t> LoadOrder(const std::vector<SetMember>& set,
                              const std::vector<std::string>& wanted,
                              std::vector<Finding>* findings) {
  return LoadSorter(set, wanted, findings).Order();
}

}  // namespace httpd::module
