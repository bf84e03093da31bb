// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/tree.h"

namespace httpd::config {

// Whether the last ErrorLogFormat outside sections says json.
bool WantsJsonLog(const Tree& active);

}  // namespace httpd::config
