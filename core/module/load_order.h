// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "module/finding.h"
#include "module/manifest.h"
#include "module/order.h"

namespace httpd::module {

// Checks what the modules of a configuration say about each other (requires, conflicts) and
// computes the order in which they are loaded: a module after what it requires, wants or names in
// `after`, and before what it names in `before`; where nothing demands otherwise, the order given.
// Returns indices into `modules`; in the order given when there are errors in *findings.
std::vector<size_t> LoadOrder(const std::vector<Manifest>& modules, std::vector<Finding>* findings);

// Why a module is loaded before another one.
enum class DemandReason : uint8_t { kRequires, kWants, kAfter, kBefore };

// `demand.by` is the module whose manifest says so; `text` what it says: "sql>=1.2", "mime".
struct LoadDemand {
  Demand demand;
  DemandReason reason;
  std::string text;
};

// Every demand that the manifests make of each other, which is all that LoadOrder sorts by.
std::vector<LoadDemand> LoadDemands(const std::vector<Manifest>& modules);

// True when the module is what `wanted` names: by its name and version, or by what it provides.
bool Answers(const Manifest& manifest, const ModuleReference& wanted);

}  // namespace httpd::module
