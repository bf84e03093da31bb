// SPDX-License-Identifier: Apache-2.0
// The load order of modules, computed from their manifests instead of being asked of the operator.
#include "module/load_order.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/concat.h"
#include "module/order.h"

namespace httpd::module {
namespace {

// -1, 0 or 1 for dotted numbers; a missing part counts as 0.
int CompareVersions(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    const auto next = [](std::string_view* text) {
      const size_t dot = std::min(text->find('.'), text->size());
      const long number = std::strtol(std::string(text->substr(0, dot)).c_str(), nullptr, 10);
      text->remove_prefix(std::min(dot + 1, text->size()));
      return number;
    };
    const long x = next(&a), y = next(&b);
    if (x != y) return x < y ? -1 : 1;
  }
  return 0;
}

bool VersionFits(const std::string& version, const ModuleReference& wanted) {
  if (wanted.relation == ">=") return CompareVersions(version, wanted.version) >= 0;
  if (wanted.relation == "=") return CompareVersions(version, wanted.version) == 0;
  return true;
}

bool Provides(const Manifest& manifest, const ModuleReference& wanted) {
  return std::any_of(manifest.provides.begin(), manifest.provides.end(),
                     [&](const ModuleReference& provided) {
                       return provided.name == wanted.name &&
                              (wanted.relation.empty() || provided.version == wanted.version);
                     });
}

std::string Text(const ModuleReference& reference) {
  return base::Concat(reference.name, reference.relation, reference.version);
}

class Resolver {
 public:
  Resolver(const std::vector<Manifest>& modules, std::vector<Finding>* findings)
      : modules_(modules), findings_(findings) {}

  std::vector<size_t> Order() {
    for (size_t i = 0; i < modules_.size(); ++i) CheckOne(i);
    for (const LoadDemand& load : LoadDemands(modules_)) demands_.push_back(load.demand);
    module::Order order = StableOrder(modules_.size(), demands_);
    for (const auto& cycle : order.cycles) ReportCycle(cycle);
    return std::move(order.nodes);
  }

 private:
  void Error(std::string code, std::string what, std::string found, std::string wanted,
             std::string fix) {
    Finding finding;
    finding.code = std::move(code);
    finding.what = std::move(what);
    finding.found = std::move(found);
    finding.wanted = std::move(wanted);
    finding.fix = std::move(fix);
    findings_->push_back(std::move(finding));
  }

  void CheckOne(size_t index) {
    const Manifest& own = modules_[index];
    for (const ModuleReference& wanted : own.required) {
      const auto answers = [&](const Manifest& m) { return Answers(m, wanted); };
      if (std::any_of(modules_.begin(), modules_.end(), answers)) continue;
      std::string found = "no such module is loaded";
      for (const Manifest& other : modules_) {
        if (other.name == wanted.name) found = base::Concat(other.name, " ", other.version);
      }
      Error("HP-20", base::Concat("module ", own.name, " requires ", Text(wanted)), found,
            Text(wanted),
            base::Concat("LoadModule ", wanted.name, "_module libexec/mod_", wanted.name, ".so"));
    }
    for (const ModuleReference& enemy : own.conflicts) {
      for (size_t other = 0; other < modules_.size(); ++other) {
        if (other == index || !Answers(modules_[other], enemy)) continue;
        Error("HP-21",
              base::Concat("module ", own.name, " cannot be loaded with module ",
                           modules_[other].name),
              "both are loaded", "one of them",
              base::Concat("remove the LoadModule line of ", own.name, " or of ",
                           modules_[other].name));
      }
    }
  }

  void ReportCycle(const std::vector<Demand>& cycle) {
    std::string found;
    for (const Demand& demand : cycle) {
      base::Append(&found, found.empty() ? "" : ", ", modules_[demand.first].name, " before ",
                   modules_[demand.second].name);
    }
    Error("HP-22", "modules wait for each other", found, "an order in which they can be loaded",
          base::Concat("remove the LoadModule line of ", modules_[cycle.front().first].name,
                       ", or correct requires, wants, before and after in their manifests"));
  }

  const std::vector<Manifest>& modules_;
  std::vector<Finding>* findings_;
  std::vector<Demand> demands_;
};

}  // namespace

bool Answers(const Manifest& manifest, const ModuleReference& wanted) {
  if (wanted.relation == "/") return Provides(manifest, wanted);
  return (manifest.name == wanted.name && VersionFits(manifest.version, wanted)) ||
         Provides(manifest, wanted);
}

std::vector<LoadDemand> LoadDemands(const std::vector<Manifest>& modules) {
  std::vector<LoadDemand> demands;
  for (size_t own = 0; own < modules.size(); ++own) {
    const Manifest& manifest = modules[own];
    for (size_t other = 0; other < modules.size(); ++other) {
      if (other == own) continue;
      const auto refer = [&](const std::vector<ModuleReference>& list, DemandReason reason) {
        for (const ModuleReference& reference : list) {
          if (!Answers(modules[other], reference)) continue;
          demands.push_back({{other, own, own}, reason, Text(reference)});
        }
      };
      const auto name = [&](const std::vector<std::string>& list, DemandReason reason) {
        if (std::find(list.begin(), list.end(), modules[other].name) == list.end()) return;
        const bool first = reason == DemandReason::kBefore;
        demands.push_back(
            {{first ? own : other, first ? other : own, own}, reason, modules[other].name});
      };
      refer(manifest.required, DemandReason::kRequires);
      refer(manifest.wants, DemandReason::kWants);
      name(manifest.after, DemandReason::kAfter);
      name(manifest.before, DemandReason::kBefore);
    }
  }
  return demands;
}

std::vector<size_t> LoadOrder(const std::vector<Manifest>& modules,
                              std::vector<Finding>* findings) {
  const size_t before = findings->size();
  const std::vector<size_t> order = Resolver(modules, findings).Order();
  if (findings->size() == before) return order;
  std::vector<size_t> given;
  for (size_t i = 0; i < modules.size(); ++i) given.push_back(i);
  return given;
}

}  // namespace httpd::module
