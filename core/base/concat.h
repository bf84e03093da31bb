// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

// Joining and splitting of std::string_view. (Abseil has these, but where it was built for C++14
// its string_view is a type of its own that std::string_view does not convert to.)
namespace httpd::base {

// One argument of Concat: text, or an integer as decimal digits.
class Piece {
 public:
  Piece(std::string_view text) : text_(text) {}    // NOLINT: implicit by design
  Piece(const char* text) : text_(text) {}         // NOLINT
  Piece(const std::string& text) : text_(text) {}  // NOLINT
  template <class Integer, class = std::enable_if_t<std::is_integral_v<Integer> &&
                                                    !std::is_same_v<Integer, bool> &&
                                                    !std::is_same_v<Integer, char>>>
  Piece(Integer value) {  // NOLINT
    const auto end = std::to_chars(digits_.data(), digits_.data() + digits_.size(), value).ptr;
    text_ = {digits_.data(), static_cast<size_t>(end - digits_.data())};
  }
  Piece(const Piece&) = delete;
  Piece& operator=(const Piece&) = delete;

  std::string_view text() const { return text_; }

 private:
  std::array<char, 24> digits_;
  std::string_view text_;
};

inline void AppendPieces(std::string* out, std::initializer_list<std::string_view> pieces) {
  size_t size = out->size();
  for (std::string_view piece : pieces) size += piece.size();
  out->reserve(size);
  for (std::string_view piece : pieces) out->append(piece);
}

// Concat("signal ", 11, " (", name, ")")
template <class... Parts>
std::string Concat(const Parts&... parts) {
  std::string out;
  AppendPieces(&out, {Piece(parts).text()...});
  return out;
}

template <class... Parts>
void Append(std::string* out, const Parts&... parts) {
  AppendPieces(out, {Piece(parts).text()...});
}

template <class Range>
std::string Join(const Range& range, std::string_view separator) {
  std::string out;
  for (const auto& item : range) {
    if (!out.empty()) out.append(separator);
    out.append(item);
  }
  return out;
}

// What stands between the separators (any character of `separators`), without empty pieces.
inline std::vector<std::string_view> Split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> out;
  for (size_t begin = 0; (begin = text.find_first_not_of(separators, begin)) != text.npos;) {
    const size_t end = std::min(text.find_first_of(separators, begin), text.size());
    out.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return out;
}

}  // namespace httpd::base
