// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "module/finding.h"
#include "module/order.h"
#include "module/relation.h"
#include "module/set_check.h"

namespace httpd::module {

// The order in which modules are loaded: a module behind what it requires, wants or names in
// `after`, and before what it names in `before`. Where nothing demands otherwise: those that
// `wanted` (ModuleOrder) names, in its order, then the others as they were given; one that is there
// because another requires it stands directly before that one.
//
// Returns indices into `set`. Circles are errors, and what ModuleOrder cannot have are warnings, in
// *findings; when there is a circle, the order is that of `set`.
std::vector<size_t> LoadOrder(const std::vector<SetMember>& set,
                              const std::vector<std::string>& wanted,
                              std::vector<Finding>* findings);

// Why a module is loaded before another one.
enum class DemandReason : uint8_t { kRequires, kWants, kAfter, kBefore };

// `demand.by` is the module whose manifest says so; `text` what it says: "sql>=1.2", "mime".
struct LoadDemand {
  Demand demand;
  DemandReason reason;
  std::string text;
};

// Every demand that the manifests make of each other, which is all that LoadOrder sorts by.
std::vector<LoadDemand> LoadDemands(const std::vector<SetMember>& set);
std::vector<LoadDemand> LoadDemands(const std::vector<Manifest>& modules);

}  // namespace httpd::module
