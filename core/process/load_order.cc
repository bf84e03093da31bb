// SPDX-License-Identifier: Apache-2.0
// The load order of modules, computed from their manifests instead of being asked of the operator.
#include "process/load_order.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "base/concat.h"

namespace httpd::process {
namespace {

using module::Finding;
using module::Manifest;
using module::ModuleReference;

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

bool Answers(const Manifest& manifest, const ModuleReference& wanted) {
  if (wanted.relation == "/") return Provides(manifest, wanted);
  return (manifest.name == wanted.name && VersionFits(manifest.version, wanted)) ||
         Provides(manifest, wanted);
}

std::string Text(const ModuleReference& reference) {
  return base::Concat(reference.name, reference.relation, reference.version);
}

class Planner {
 public:
  Planner(const std::vector<Manifest>& modules, std::vector<Finding>* findings)
      : modules_(modules), findings_(findings), earlier_(modules.size()) {}

  std::vector<size_t> Order() {
    for (size_t i = 0; i < modules_.size(); ++i) CheckOne(i);
    for (size_t i = 0; i < modules_.size(); ++i) AddEdges(i);
    return Sort();
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

  void AddEdges(size_t index) {
    const Manifest& own = modules_[index];
    for (size_t other = 0; other < modules_.size(); ++other) {
      if (other == index) continue;
      const auto needs = [&](const std::vector<ModuleReference>& list) {
        return std::any_of(list.begin(), list.end(), [&](const ModuleReference& reference) {
          return Answers(modules_[other], reference);
        });
      };
      const auto names = [&](const std::vector<std::string>& list) {
        return std::find(list.begin(), list.end(), modules_[other].name) != list.end();
      };
      if (needs(own.required) || needs(own.wants) || names(own.after))
        earlier_[index].insert(other);
      if (names(own.before)) earlier_[other].insert(index);
    }
  }

  std::vector<size_t> Sort() {
    std::vector<size_t> order;
    std::vector<bool> placed(modules_.size(), false);
    while (order.size() < modules_.size()) {
      size_t next = modules_.size();
      for (size_t i = 0; i < modules_.size() && next == modules_.size(); ++i) {
        const bool ready = std::all_of(earlier_[i].begin(), earlier_[i].end(),
                                       [&](size_t before) { return placed[before]; });
        if (!placed[i] && ready) next = i;
      }
      if (next == modules_.size()) {
        ReportCycle(placed);
        break;
      }
      placed[next] = true;
      order.push_back(next);
    }
    if (order.size() == modules_.size()) return order;
    order.clear();
    for (size_t i = 0; i < modules_.size(); ++i) order.push_back(i);
    return order;
  }

  // Every module that is left waits for another one that is left: following that leads round.
  void ReportCycle(const std::vector<bool>& placed) {
    const auto waits_for = [&](size_t i) {
      return *std::find_if(earlier_[i].begin(), earlier_[i].end(),
                           [&](size_t before) { return !placed[before]; });
    };
    size_t at =
        static_cast<size_t>(std::find(placed.begin(), placed.end(), false) - placed.begin());
    for (size_t i = 0; i < modules_.size(); ++i) at = waits_for(at);
    std::string cycle = modules_[at].name;
    const size_t first = at;
    do {
      at = waits_for(at);
      base::Append(&cycle, " after ", modules_[at].name);
    } while (at != first);
    Error("HP-22", "modules wait for each other", cycle, "an order in which they can be loaded",
          base::Concat("remove the LoadModule line of ", modules_[first].name,
                       ", or correct requires, wants, before and after in their manifests"));
  }

  const std::vector<Manifest>& modules_;
  std::vector<Finding>* findings_;
  std::vector<std::set<size_t>> earlier_;  // what must be loaded before
};

}  // namespace

std::vector<size_t> LoadOrder(const std::vector<Manifest>& modules,
                              std::vector<Finding>* findings) {
  const size_t before = findings->size();
  const std::vector<size_t> order = Planner(modules, findings).Order();
  if (findings->size() == before) return order;
  std::vector<size_t> given;
  for (size_t i = 0; i < modules.size(); ++i) given.push_back(i);
  return given;
}

}  // namespace httpd::process
