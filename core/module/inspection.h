// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "module/finding.h"
#include "module/manifest.h"

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

  bool operator==(const ModuleReport&) const = default;
};

struct InspectionResult {
  std::vector<Finding> general;  // about no single module: the inspector is missing
  std::vector<ModuleReport> modules;

  bool ok() const;
  bool operator==(const InspectionResult&) const = default;
};

// Runs in the planner process, which may crash of it. Opens `inspector_path`
// (libexec/libhttpd_inspect.so), looks at each copy and reports everything that is wrong with any
// of them; runs no module code. Without the inspector: one warning, and what the first bytes tell.
// `before_each` is told the index of the item that comes next, so that a crash can be blamed.
InspectionResult InspectModules(const std::string& inspector_path, const CoreFacts& core,
                                absl::Span<const InspectionItem> items,
                                const std::function<void(size_t)>& before_each = nullptr);

// For the pipe from planner to supervisor.
std::string SerializeInspection(const InspectionResult& result);

// The sender may have been taken over by a hostile file: every length is checked, and everything
// beyond the limits is refused. False: the bytes are not to be believed; *result is then empty.
bool ParseInspection(std::string_view bytes, InspectionResult* result);

// The finding for a planner that ended without an answer: `status` as from waitpid, `original` the
// file of the module it had announced last ("" when none).
Finding PlannerDied(int status, std::string_view original);

inline constexpr size_t kMaxInspectionBytes = 16u << 20;

}  // namespace httpd::module
