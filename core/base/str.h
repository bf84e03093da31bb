// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/types.h>

#include <string_view>

namespace httpd::base {

inline std::string_view View(httpd_str text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.len);
}
inline httpd_str Str(std::string_view text) { return {text.data(), text.size()}; }

// ASCII only, as header names and directives are.
constexpr char LowerAscii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

inline bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (LowerAscii(a[i]) != LowerAscii(b[i])) return false;
  }
  return true;
}

}  // namespace httpd::base
