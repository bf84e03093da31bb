// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace httpd::module {

// -1, 0 or 1 as version `a` is older than, the same as, or newer than `b`. Numbers count as numbers
// (1.10 > 1.9), a missing part as 0 (1.2 = 1.2.0). What follows "-" or "~", and alpha, beta, pre,
// rc and dev, come before the release (1.2-rc1, 1.2~1 and 1.2rc1 < 1.2), other letters behind it
// (1.2 < 1.2a). What follows "+" says how it was built and does not count.
int CompareVersions(std::string_view a, std::string_view b);

}  // namespace httpd::module
