// SPDX-License-Identifier: Apache-2.0
// Whether the modules of a set can live together, from their manifests alone. Texts do not depend
// on the order of the configuration, so that the same set is always refused in the same words.
#include "module/set_check.h"

#include <algorithm>
#include <optional>

#include "base/concat.h"
#include "module/relation.h"

namespace httpd::module {
namespace {

class SetCheck {
 public:
  SetCheck(const std::vector<SetMember>& set, const std::vector<std::string>& directories,
           const std::string& server_root, const InstalledSource& source,
           std::vector<Requirement>* also)
      : set_(set),
        directories_(directories),
        server_root_(server_root),
        source_(source),
        also_(also) {}

  void Run() {
    CheckDuplicates();
    CheckProviders();
    // Modules that are required by name first: one of them may provide what others require.
    for (const bool provider : {false, true}) {
      for (const SetMember& own : set_) {
        if (own.manifest == nullptr) continue;
        for (const ModuleReference& wanted : own.manifest->required) {
          if ((wanted.relation == "/") == provider) CheckRequired(own, wanted);
        }
      }
    }
    for (const SetMember& own : set_) {
      if (own.manifest == nullptr) continue;
      CheckSelf(own);
      for (const ModuleReference& wanted : own.manifest->wants) CheckWanted(own, wanted);
      for (const ModuleReference& enemy : own.manifest->conflicts) CheckConflict(own, enemy);
    }
  }

 private:
  static void Add(const SetMember& member, FindingSeverity severity, const char* code,
                  std::string what, std::string found, std::string wanted, std::string fix) {
    member.findings->push_back(
        {severity, code, std::move(what), std::move(found), std::move(wanted), "", std::move(fix)});
  }

  const std::vector<InstalledModule>& Installed() {
    if (!installed_) installed_ = source_ ? source_() : std::vector<InstalledModule>();
    return *installed_;
  }

  bool InSet(std::string_view name) const {
    return std::any_of(set_.begin(), set_.end(),
                       [&](const SetMember& member) { return member.name == name; });
  }

  static std::string RemoveLine(std::string_view name) {
    return base::Concat("remove the LoadModule line of ", name);
  }

  void CheckDuplicates() {
    for (auto member = set_.begin(); member != set_.end(); ++member) {
      const bool again = std::any_of(set_.begin(), member, [&](const SetMember& before) {
        return before.name == member->name;
      });
      if (!again) continue;
      Add(*member, FindingSeverity::kError, "HM-80",
          base::Concat("module ", member->name, " is there twice"), "two files of one module",
          "one of them", "remove one of the two LoadModule lines");
    }
  }

  // Providers have names of two parts; the table of a running server takes each once per major
  // version (httpd_provider_add). Other names in `provides` may be answered by several modules.
  void CheckProviders() {
    for (const SetMember& own : set_) {
      if (own.manifest == nullptr) continue;
      for (const ModuleReference& mine : own.manifest->provides) {
        if (mine.name.find('.') == mine.name.npos) continue;
        for (const SetMember& other : set_) {
          // Told once, at the later name.
          if (other.manifest != nullptr && other.name < own.name) CompareOffers(own, mine, other);
        }
      }
    }
  }

  static void CompareOffers(const SetMember& own, const ModuleReference& mine,
                            const SetMember& other) {
    for (const ModuleReference& theirs : other.manifest->provides) {
      if (theirs.name != mine.name || MajorVersion(theirs.version) != MajorVersion(mine.version)) {
        continue;
      }
      Add(own, FindingSeverity::kError, "HM-81",
          base::Concat("modules ", other.name, " and ", own.name, " provide the same"),
          base::Concat("both provide ", mine.name, "/", MajorVersion(mine.version)),
          "one module for each provider and major version",
          base::Concat(RemoveLine(other.name), " or of ", own.name));
      return;
    }
  }

  static void CheckSelf(const SetMember& own) {
    const Manifest& manifest = *own.manifest;
    const auto is_own = [&](const auto& list) {
      return std::any_of(list.begin(), list.end(), [&](const ModuleReference& reference) {
        return reference.relation != "/" && reference.name == own.name;
      });
    };
    const auto names_own = [&](const std::vector<std::string>& list) {
      return std::find(list.begin(), list.end(), own.name) != list.end();
    };
    const char* key = is_own(manifest.required)    ? "requires"
                      : is_own(manifest.wants)     ? "wants"
                      : is_own(manifest.conflicts) ? "conflicts"
                      : names_own(manifest.before) ? "before"
                      : names_own(manifest.after)  ? "after"
                                                   : nullptr;
    if (key == nullptr) return;
    Add(own, FindingSeverity::kWarning, "HM-82",
        base::Concat("module ", own.name, " names itself in its manifest"),
        base::Concat(key, "=", own.name), "names of other modules",
        base::Concat("remove it from \"", key,
                     "=\" in the module's HTTPD_MODULE macro and build it again"));
  }

  void CheckRequired(const SetMember& own, const ModuleReference& wanted) {
    bool uncertain = false;
    for (const SetMember& other : set_) {
      if (other.manifest == nullptr) {
        // Its own findings say what is wrong with it.
        if (wanted.relation != "/" && other.name == wanted.name) return;
        uncertain = true;
      } else if (Answers(*other.manifest, wanted)) {
        return;
      }
    }
    if (own.name == wanted.name && wanted.relation.empty()) return;
    if (uncertain && wanted.relation == "/") return;
    std::vector<const InstalledModule*> answers;
    for (const InstalledModule& module : Installed()) {
      if (!InSet(module.manifest.name) && Answers(module.manifest, wanted)) {
        answers.push_back(&module);
      }
    }
    if (!answers.empty()) return LoadAsWell(own, wanted, answers);
    if (!uncertain || InSet(wanted.name)) Missing(own, wanted);
  }

  // The module of that name first, else the first in the alphabet.
  static size_t Choose(const std::string& wanted, const std::vector<const InstalledModule*>& list) {
    std::string name = wanted;
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
    for (size_t i = 0; i < list.size(); ++i) {
      if (list[i]->manifest.name == name) return i;
    }
    return 0;
  }

  void LoadAsWell(const SetMember& own, const ModuleReference& wanted,
                  const std::vector<const InstalledModule*>& answers) {
    // One that is loaded by itself already will do.
    for (const InstalledModule* answer : answers) {
      for (const Requirement& known : *also_) {
        if (known.name == answer->manifest.name) return;
      }
    }
    const size_t chosen = Choose(wanted.name, answers);
    const Manifest& manifest = answers[chosen]->manifest;
    std::string others;
    for (size_t i = 0; i < answers.size(); ++i) {
      if (i == chosen) continue;
      base::Append(&others, others.empty() ? "" : ", ", answers[i]->manifest.name);
    }
    std::string what = base::Concat("module ", manifest.name, " is loaded by itself because ",
                                    own.name, " requires ", ReferenceText(wanted));
    std::string found =
        base::Concat("no LoadModule line; ", OfferedVersions(manifest, wanted), " is installed");
    if (!others.empty()) base::Append(&found, ", as are ", others, ", which provide the same");
    const std::string line = LoadModuleLine(manifest.name, answers[chosen]->path, server_root_);
    also_->push_back({manifest.name,
                      own.name,
                      {FindingSeverity::kNotice, "HM-83", std::move(what), std::move(found),
                       base::Concat("a line above the one of ", own.name), "", line}});
  }

  void Missing(const SetMember& own, const ModuleReference& wanted) {
    std::string found;
    std::string name;  // of a module that is there, but too old or too new
    const auto offers = [&](const Manifest& manifest, std::string_view how) {
      const std::string versions = OfferedVersions(manifest, wanted);
      if (versions.empty()) return;
      if (name.empty()) name = manifest.name;
      base::Append(&found, found.empty() ? "" : "; ", versions, " is ", how);
    };
    std::vector<const Manifest*> present;
    for (const SetMember& other : set_) {
      if (other.manifest != nullptr) present.push_back(other.manifest);
    }
    std::sort(present.begin(), present.end(),
              [](const Manifest* a, const Manifest* b) { return a->name < b->name; });
    for (const Manifest* manifest : present) offers(*manifest, "loaded");
    for (const InstalledModule& module : Installed()) {
      if (!InSet(module.manifest.name)) offers(module.manifest, "installed");
    }
    std::string fix;
    if (!name.empty()) {
      fix = base::Concat("install a mod_", name, ".so that is or provides ", ReferenceText(wanted));
    } else if (wanted.relation == "/") {
      fix = base::Concat("install a module that provides ", ReferenceText(wanted));
    } else {
      fix = base::Concat("install mod_", wanted.name, ".so");
    }
    if (!directories_.empty()) base::Append(&fix, " in ", directories_.back());
    if (own.required_by.empty()) base::Append(&fix, ", or ", RemoveLine(own.name));
    if (found.empty()) found = "no loaded or installed module has or provides that name";
    Add(own, FindingSeverity::kError, "HP-20",
        base::Concat("module ", own.name, " requires ", ReferenceText(wanted)), std::move(found),
        ReferenceText(wanted), std::move(fix));
  }

  // Only a version is worth a word: who wants something can do without it.
  void CheckWanted(const SetMember& own, const ModuleReference& wanted) {
    std::string found;
    for (const SetMember& other : set_) {
      if (other.manifest == nullptr) continue;
      if (Answers(*other.manifest, wanted)) return;
      const std::string versions = OfferedVersions(*other.manifest, wanted);
      if (!versions.empty()) base::Append(&found, found.empty() ? "" : "; ", versions);
    }
    if (found.empty() || own.name == wanted.name) return;
    Add(own, FindingSeverity::kWarning, "HM-84",
        base::Concat("module ", own.name, " wants another version of ", wanted.name),
        std::move(found), ReferenceText(wanted),
        base::Concat("install ", ReferenceText(wanted), "; until then ", own.name,
                     " may do without what it wanted of it"));
  }

  void CheckConflict(const SetMember& own, const ModuleReference& enemy) {
    for (const SetMember& other : set_) {
      if (other.name == own.name) continue;
      const bool met = other.manifest != nullptr
                           ? Answers(*other.manifest, enemy)
                           : enemy.relation.empty() && other.name == enemy.name;
      if (!met) continue;
      std::string found = base::Concat("both are loaded, ", other.name);
      if (other.manifest != nullptr && !other.manifest->version.empty()) {
        base::Append(&found, " in version ", other.manifest->version);
      }
      if (!other.required_by.empty())
        base::Append(&found, " because ", other.required_by, " requires it");
      const std::string& line = other.required_by.empty() ? other.name : other.required_by;
      Add(own, FindingSeverity::kError, "HP-21",
          base::Concat("module ", own.name, " cannot be loaded with module ", other.name),
          std::move(found), base::Concat("no ", ReferenceText(enemy), " beside ", own.name),
          base::Concat(RemoveLine(own.required_by.empty() ? own.name : own.required_by), " or of ",
                       line));
    }
  }

  const std::vector<SetMember>& set_;
  const std::vector<std::string>& directories_;
  const std::string& server_root_;
  const InstalledSource& source_;
  std::vector<Requirement>* also_;
  std::optional<std::vector<InstalledModule>> installed_;
};

}  // namespace

void CheckSet(const std::vector<SetMember>& set, const std::vector<std::string>& directories,
              const std::string& server_root, const InstalledSource& installed,
              std::vector<Requirement>* also) {
  SetCheck(set, directories, server_root, installed, also).Run();
}

}  // namespace httpd::module
