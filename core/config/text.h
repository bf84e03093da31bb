// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <string>
#include <string_view>

// Joining of message texts. absl::StrCat does not take std::string_view in builds of Abseil that
// have a string_view of their own.

namespace httpd::config {

inline void AppendPiece(std::string* out, std::string_view piece) { out->append(piece); }
template <std::integral T>
void AppendPiece(std::string* out, T number) {
  out->append(std::to_string(number));
}

template <typename... Pieces>
void Append(std::string* out, const Pieces&... pieces) {
  (AppendPiece(out, pieces), ...);
}

// Cat("line ", 3, " of ", name)
template <typename... Pieces>
std::string Cat(const Pieces&... pieces) {
  std::string out;
  Append(&out, pieces...);
  return out;
}

}  // namespace httpd::config
