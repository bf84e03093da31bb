// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "module/finding.h"
#include "module/inspection.h"

namespace httpd::module {

// What the first bytes of a file tell without the inspector: empty, script, archive, no ELF object,
// not a shared object, another machine. Reads 20 bytes, nothing more.
void InspectSuperficially(const InspectionItem& item, std::vector<Finding>* findings);

}  // namespace httpd::module
