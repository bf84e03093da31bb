// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "module_set.h"

namespace httpd::ctl {

// What one module's manifest says about others.
struct Relation {
  enum Kind : uint8_t { kRequires, kWants, kConflicts, kBefore, kAfter };
  size_t from = 0;  // index of the module that says it
  Kind kind = kRequires;
  std::string text;        // as it is written: "sql>=1.2"
  std::vector<size_t> to;  // who answers it, of the set; empty: nobody
};

// A set of modules and all that they say about each other.
struct Relations {
  std::vector<const module::ModuleReport*> modules;  // compiled-in ones included
  std::vector<Relation> all;                         // by module, then as in struct Relation

  explicit Relations(const module::ModulePlan& plan);

  const std::string& Name(size_t index) const { return modules[index]->name; }
};

// "requires", "wants", …
std::string_view KindName(Relation::Kind kind);

}  // namespace httpd::ctl
