// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <iterator>
#include <string_view>

namespace httpd::config {

// Parts of the core that <IfModule> and LoadModule know by a module's name.
inline constexpr std::string_view kCoreParts[] = {"core", "so", "http"};

inline bool IsCorePart(std::string_view name) {
  return std::find(std::begin(kCoreParts), std::end(kCoreParts), name) != std::end(kCoreParts);
}

}  // namespace httpd::config
