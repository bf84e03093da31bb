// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <httpd/cxx.hpp>
#include <string_view>
#include <vector>

#include "options.h"

namespace mod_autoindex {

struct Description {
  std::string_view text;     // HTML of the operator
  std::string_view pattern;  // with wildcards, or a part of the name
};

// Settings of a section. Texts live as long as the generation; data() == nullptr: not set.
struct Settings {
  Options options;
  bool order_set = false;
  Order order;
  bool ignore_reset = false;
  std::vector<std::string_view> ignore;
  std::vector<Description> descriptions;
  std::string_view header;
  std::string_view readme;
  std::string_view style_sheet;
  std::string_view head_insert;
  std::string_view charset;
  std::string_view type;
  uint32_t max_entries = 0;  // 0: not set
};

inline constexpr uint32_t kDefaultMaxEntries = 2000;
inline constexpr uint32_t kLargestMaxEntries = 100'000;

void MergeSettings(const Settings& outer, const Settings& inner, Settings& merged);

// Whether IndexIgnore hides the name; without any such line hidden and backup files are.
bool IsIgnored(const Settings& settings, std::string_view name);

// AddDescription's text for the name, empty when there is none. The name has a NUL behind it.
std::string_view DescriptionOf(const Settings& settings, std::string_view name);

// The directive table (directives.cc).
extern const httpd_directive kDirectives[];

}  // namespace mod_autoindex
