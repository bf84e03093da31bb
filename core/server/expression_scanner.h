// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/concat.h"

namespace httpd::server {

// A text read from left to right. Beyond its end there are only NULs, which match nothing.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  static bool IsDigit(char c) { return c >= '0' && c <= '9'; }
  static bool IsNameByte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || IsDigit(c) || c == '_';
  }
  // What a regular expression may stand between.
  static bool IsSeparator(char c) {
    return c != '\0' && std::string_view("/#$%^,;:_?!|'\"+*=@-").find(c) != std::string_view::npos;
  }
  static bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

  bool AtEnd() const { return at_ >= text_.size(); }
  size_t offset() const { return at_; }
  char Peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  char Take() { return AtEnd() ? '\0' : text_[at_++]; }

  void SkipBlanks() {
    while (IsBlank(Peek())) ++at_;
  }

  // Blanks before it are skipped in either case.
  bool TakeSign(std::string_view sign) {
    SkipBlanks();
    if (!text_.substr(at_).starts_with(sign)) return false;
    at_ += sign.size();
    return true;
  }

  std::string_view PeekName() const {
    size_t end = at_;
    while (end < text_.size() && IsNameByte(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }
  std::string_view TakeName() {
    const std::string_view name = PeekName();
    at_ += name.size();
    return name;
  }
  std::string_view TakeDigits() {
    const size_t start = at_;
    while (IsDigit(Peek())) ++at_;
    return text_.substr(start, at_ - start);
  }

  // One byte of a text in quotes: \n \r \t \b \f, up to three octal digits, \x is x.
  char TakeEscaped() {
    if (Peek() != '\\' || at_ + 1 >= text_.size()) return Take();
    Take();
    const char c = Take();
    switch (c) {
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      default:
        break;
    }
    if (c < '0' || c > '7') return c;
    unsigned number = static_cast<unsigned>(c - '0');
    for (int i = 0; i < 2 && Peek() >= '0' && Peek() <= '7'; ++i) {
      number = number * 8 + static_cast<unsigned>(Take() - '0');
    }
    return static_cast<char>(number & 0xff);
  }

  // What stands at `offset`, for messages.
  std::string Show(size_t offset) const {
    constexpr size_t kMost = 24;
    if (offset >= text_.size()) return "the end";
    std::string shown;
    for (const char c : text_.substr(offset, kMost)) {
      shown.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c);
    }
    return base::Concat("\"", shown, text_.size() - offset > kMost ? "…" : "", "\"");
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace httpd::server
