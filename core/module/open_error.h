// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dl/dl.h"
#include "module/finding.h"

namespace httpd::module {

// The finding for an object that the dynamic loader refused, with a cure. `original` is the file as
// the operator knows it; names of the private copy are replaced by it.
Finding ExplainOpenError(const dl::Error& error, const std::string& copy,
                         const std::string& original);

}  // namespace httpd::module
