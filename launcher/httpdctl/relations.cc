// SPDX-License-Identifier: Apache-2.0
// Who means whom: the references of manifests resolved within one set, for the verbs that show
// them.
#include "relations.h"

#include "base/concat.h"
#include "module/relation.h"

namespace httpd::ctl {
namespace {

class Collector {
 public:
  Collector(const std::vector<const module::ModuleReport*>& modules, std::vector<Relation>* all)
      : modules_(modules), all_(all) {}

  void References(size_t from, Relation::Kind kind,
                  const std::vector<module::ModuleReference>& list) {
    for (const module::ModuleReference& reference : list) {
      Relation relation{
          from, kind, base::Concat(reference.name, reference.relation, reference.version), {}};
      for (size_t to = 0; to < modules_.size(); ++to) {
        module::Manifest manifest = modules_[to]->manifest;
        manifest.name = modules_[to]->name;
        if (to != from && module::Answers(manifest, reference)) relation.to.push_back(to);
      }
      all_->push_back(std::move(relation));
    }
  }

  void Names(size_t from, Relation::Kind kind, const std::vector<std::string>& list) {
    for (const std::string& name : list) {
      Relation relation{from, kind, name, {}};
      for (size_t to = 0; to < modules_.size(); ++to) {
        if (to != from && modules_[to]->name == name) relation.to.push_back(to);
      }
      all_->push_back(std::move(relation));
    }
  }

 private:
  const std::vector<const module::ModuleReport*>& modules_;
  std::vector<Relation>* all_;
};

}  // namespace

Relations::Relations(const module::ModulePlan& plan) {
  for (const module::ModuleReport& report : plan.modules) modules.push_back(&report);
  Collector collector(modules, &all);
  for (size_t from = 0; from < modules.size(); ++from) {
    const module::Manifest& manifest = modules[from]->manifest;
    collector.References(from, Relation::kRequires, manifest.required);
    collector.References(from, Relation::kWants, manifest.wants);
    collector.References(from, Relation::kConflicts, manifest.conflicts);
    collector.Names(from, Relation::kBefore, manifest.before);
    collector.Names(from, Relation::kAfter, manifest.after);
  }
}

std::string_view KindName(Relation::Kind kind) {
  switch (kind) {
    case Relation::kRequires:
      return "requires";
    case Relation::kWants:
      return "wants";
    case Relation::kConflicts:
      return "conflicts";
    case Relation::kBefore:
      return "before";
    case Relation::kAfter:
      break;
  }
  return "after";
}

}  // namespace httpd::ctl
