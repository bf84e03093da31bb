// SPDX-License-Identifier: Apache-2.0
//
// Symbols that nothing provides, and what would provide them: where others print the loader's
// "undefined symbol", this names the line that is missing.

#include <algorithm>
#include <map>

#include "base/concat.h"
#include "module/link_findings.h"

namespace httpd::module {
namespace {

// A version that is not there was told by CheckNeeds already.
bool VersionIsMissing(const LinkSubject& subject, const Symbols::Import& import) {
  if (import.library.empty()) return false;
  struct Search {
    std::string_view wanted;
    bool any = false;
    bool found = false;
  } search{import.version};
  for (const Need& need : subject.object().needs) {
    if (need.name != import.library || need.object == SIZE_MAX) continue;
    subject.objects.library().defined_versions(
        subject.objects[need.object].object,
        [](void* user, const httpd_inspect_version_entry* entry) {
          auto* s = static_cast<Search*>(user);
          s->any = true;
          s->found = s->found || ToView(entry->version) == s->wanted;
          return s->found ? 1 : 0;
        },
        &search, nullptr);
  }
  return search.any && !search.found;
}

bool IsDefined(const Symbols& symbols, const Symbols::Import& import,
               const std::vector<bool>& scope) {
  for (const auto* one = symbols.First(import.name); one != nullptr; one = symbols.Next(*one)) {
    if (scope[one->object] && Symbols::Fits(*one, import)) return true;
  }
  return false;
}

void Report(const LinkSubject& subject, const Exporter& exporter,
            const std::vector<std::string>& names) {
  const std::string found = base::Concat(ListNames(names), subject.NeededBy());
  std::string_view first = names[0];
  first = first.substr(0, first.find(' '));
  if (!exporter.module.empty()) {
    subject.Error(
        "HM-41", "it uses a symbol of another module, and those are not visible",
        base::Concat(found, ", which module ", exporter.module, " (", exporter.path, ") exports"),
        "a provider of that module, or a library that both are linked with",
        base::Concat("let module ", exporter.module,
                     " offer it with httpd_provider_register (<httpd/provider.h>), or "
                     "move ",
                     first, " into a library and link both modules with it"));
    return;
  }
  if (!exporter.path.empty()) {
    subject.Error("HM-41", "it uses a symbol that nothing provides",
                  base::Concat(found, ", which ", exporter.path, " defines"),
                  "a library that is loaded", base::Concat("LoadFile ", exporter.path));
    return;
  }
  subject.Error("HM-41", "it uses a symbol that nothing provides", found,
                "a library that defines it",
                base::Concat("LoadFile /path/of/the/library/that/defines/", first,
                             " before the LoadModule line, or link the module with that library"));
}

}  // namespace

void CollectUnresolved(const LinkSubject& subject, const Symbols& symbols,
                       const std::vector<bool>& scope, const PlanInput& input,
                       std::vector<Unresolved>* unresolved) {
  const bool module = !subject.object().module.empty();
  for (const Symbols::Import& import : symbols.ImportsOf(subject.index)) {
    // The module interface is checked by itself (HM-26), with words of its own.
    if (module && import.name.starts_with("httpd_") && !input.core.api_names.empty()) continue;
    if (IsDefined(symbols, import, scope) || VersionIsMissing(subject, import)) continue;
    unresolved->push_back({subject, import});
  }
}

void ReportUnresolved(const std::vector<Unresolved>& unresolved, const PlanInput& input) {
  if (unresolved.empty()) return;
  std::vector<std::string_view> names;
  for (const Unresolved& one : unresolved) names.push_back(one.import.name);
  const std::vector<Exporter> exporters =
      FindExporters(unresolved[0].subject.objects, input, names);
  std::map<std::pair<size_t, Exporter>, std::vector<size_t>> groups;
  for (size_t i = 0; i < unresolved.size(); ++i) {
    groups[{unresolved[i].subject.index, exporters[i]}].push_back(i);
  }
  for (const auto& [key, members] : groups) {
    std::vector<std::string> texts;
    for (const size_t i : members) {
      const Symbols::Import& import = unresolved[i].import;
      texts.push_back(import.version.empty()
                          ? std::string(import.name)
                          : base::Concat(import.name, " (version ", import.version, ")"));
    }
    std::sort(texts.begin(), texts.end());
    Report(unresolved[members[0]].subject, key.second, texts);
  }
}

}  // namespace httpd::module
