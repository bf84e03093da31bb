// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "module/linked_objects.h"
#include "module/symbols.h"

// The checks behind CheckLinks, one file each. All add findings about the object `index`, which is
// a module, a LoadFile library, or a library of theirs; `where` is the file of the module or of the
// LoadFile line that is to blame for it.
namespace httpd::module {

struct LinkSubject {
  const LinkedObjects& objects;
  size_t index;  // what is looked at
  size_t root;   // the module or LoadFile library that brings it
  std::vector<Finding>* findings;

  const LinkedObject& object() const { return objects[index]; }
  void Add(FindingSeverity severity, const char* code, std::string what, std::string found,
           std::string wanted, std::string fix) const {
    findings->push_back({severity, code, std::move(what), std::move(found), std::move(wanted),
                         objects[root].path, std::move(fix)});
  }
  void Error(const char* code, std::string what, std::string found, std::string wanted,
             std::string fix) const {
    Add(FindingSeverity::kError, code, std::move(what), std::move(found), std::move(wanted),
        std::move(fix));
  }
  // "" for the root itself, else " (needed by …)": how the root comes to need it.
  std::string NeededBy() const;
};

// HM-61, HM-62, HM-67, HM-71: what the file may do to the process, whatever it is loaded beside.
// `owner` is the server's user: directories may belong to it or to root.
void CheckHardening(const LinkSubject& subject, uint32_t owner);

// HM-42 and HM-44: needed libraries that are missing or too old. False when one is missing: its
// symbols are not known then.
bool CheckNeeds(const LinkSubject& subject, const std::vector<std::string>& directories);

// A strong import that nothing defines.
struct Unresolved {
  LinkSubject subject;
  Symbols::Import import;
};

// Those of one object; scope[i] says whether it sees object i.
void CollectUnresolved(const LinkSubject& subject, const Symbols& symbols,
                       const std::vector<bool>& scope, const PlanInput& input,
                       std::vector<Unresolved>* unresolved);

// HM-41 for each of them, by who would define them.
void ReportUnresolved(const std::vector<Unresolved>& unresolved, const PlanInput& input);

// The file that would define a name if it were loaded.
struct Exporter {
  std::string path;    // "" when there is none
  std::string module;  // its name when it is a module
  auto operator<=>(const Exporter&) const = default;
};

// One for each name, searched among the files of the plan, then the modules and libraries of the
// installation, then the system's libraries. Slow: only for a plan that is refused anyway.
std::vector<Exporter> FindExporters(const LinkedObjects& objects, const PlanInput& input,
                                    const std::vector<std::string_view>& names);

// HM-68 and HM-69: one library from two files, or in two versions, among all of a plan.
class LibraryCensus {
 public:
  void Check(const LinkSubject& subject);

 private:
  struct Known {
    size_t object;
    bool visible;  // to everybody, not to one module alone
  };
  std::map<std::string_view, size_t> by_soname_;
  std::map<std::string_view, Known> by_stem_;
};

// HM-64, HM-65 and HM-66: names that the module shares with others. `visible`: by index of object,
// those that the whole process sees.
void CheckExports(const LinkSubject& subject, const Symbols& symbols,
                  const std::vector<bool>& visible);

// "a, b, c and 5 more"
std::string ListNames(const std::vector<std::string>& names);

}  // namespace httpd::module
