// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "absl/types/span.h"

namespace httpd::module {

// The functions that the public headers declare, sorted: what a module may import.
absl::Span<const std::string_view> ApiNames();

}  // namespace httpd::module
