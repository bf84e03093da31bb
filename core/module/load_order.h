// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "module/finding.h"
#include "module/manifest.h"

namespace httpd::module {

// Checks what the modules of a configuration say about each other (requires, conflicts) and
// computes the order in which they are loaded: a module after what it requires, wants or names in
// `after`, and before what it names in `before`; where nothing demands otherwise, the order given.
// Returns indices into `modules`; in the order given when there are errors in *findings.
std::vector<size_t> LoadOrder(const std::vector<Manifest>& modules, std::vector<Finding>* findings);

}  // namespace httpd::module
