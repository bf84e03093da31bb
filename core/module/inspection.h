// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "module/finding.h"
#include "module/manifest.h"
#include "module/object_handle.h"

namespace httpd::module {

// What this core offers to modules.
struct CoreFacts {
  uint32_t abi_major = 1;
  uint32_t abi_minor = 0;
  std::string version;                           // "0.1.0"
  absl::Span<const std::string_view> api_names;  // exported API; sorted; empty: not checked
};

// One module of the configuration, after it was copied.
struct InspectionItem {
  std::string name;      // "mime"
  std::string original;  // for messages
  std::string copy;      // what is inspected
  std::string record;    // symbol of its record; "" = NAME_module
  // Of a module that no line names, because another one requires it (plan.h, Requirement).
  std::string required_by = {};
  Finding notice = {};
};

// What was learned about one module.
struct ModuleReport {
  std::string name;
  std::string original;
  std::string copy;
  std::vector<Finding> findings;
  bool has_manifest = false;
  Manifest manifest;
  std::string build_id;
  std::string soname;
  std::string run_path;
  std::vector<std::string> needed;   // libraries it asks for
  std::vector<std::string> imports;  // httpd_* functions it uses, sorted
  std::vector<std::string> records;  // exported *_module symbols, sorted
  uint32_t inspect_us = 0;           // how long looking at it took, microseconds
  // Libraries that it finds beside itself ($ORIGIN), absolute, each behind those it needs: its
  // private copy would not find them, so they are opened first.
  std::vector<std::string> preload;

  bool operator==(const ModuleReport&) const = default;
};

class InspectorLibrary;

// Looks at one copy and adds everything that is wrong with it by itself; runs no module code. Null
// when there is nothing that others could be compared with.
ObjectHandle InspectModule(const InspectorLibrary& library, const CoreFacts& core,
                           const InspectionItem& item, ModuleReport* report);

// The finding for a planner that ended without an answer: `status` as from waitpid, `original` the
// file of the module it had announced last ("" when none).
Finding PlannerDied(int status, std::string_view original);

}  // namespace httpd::module
