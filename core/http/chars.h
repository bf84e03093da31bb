// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_HTTP_CHARS_H_
#define HTTPD_HTTP_CHARS_H_

#include <array>
#include <cstdint>
#include <string_view>

// Character classes of the grammar, one table of bits for all of them.
namespace httpd::http {

enum CharClass : uint8_t {
  kTchar = 1,          // RFC 9110 §5.6.2
  kUnreserved = 2,     // RFC 3986 §2.3
  kHostChar = 4,       // letters, digits, '-', '_' : what a host label may hold
  kSegmentChar = 8,    // stays unencoded in a path segment, see EncodeSet
  kPathChar = 16,      // and in a path
  kLocationChar = 32,  // and in a finished URI reference
  kHtmlSafe = 64,      // needs no entity
  kQuotedText = 128,   // qdtext, RFC 9110 §5.6.4
};

namespace internal {

constexpr bool In(std::string_view set, unsigned c) {
  return c < 128 && set.find(static_cast<char>(c)) != std::string_view::npos;
}

constexpr std::array<uint8_t, 256> MakeCharTable() {
  std::array<uint8_t, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    const bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool unreserved = alnum || In("-._~", c);
    const bool segment = unreserved || In("!$&()*+,=@", c);
    uint8_t bits = 0;
    if (alnum || In("!#$%&'*+-.^_`|~", c)) bits |= kTchar;
    if (unreserved) bits |= kUnreserved;
    if (alnum || In("-_", c)) bits |= kHostChar;
    if (segment) bits |= kSegmentChar;
    if (segment || In("/:;", c)) bits |= kPathChar;
    if (segment || In("/:;?#[]%'", c)) bits |= kLocationChar;
    if ((c >= 0x20 && c != 0x7f && !In("&<>\"'", c)) || In("\t\r\n", c)) bits |= kHtmlSafe;
    if (c == '\t' || (c >= 0x20 && c != 0x7f && c != '"' && c != '\\')) bits |= kQuotedText;
    table[c] = bits;
  }
  return table;
}

}  // namespace internal

inline constexpr std::array<uint8_t, 256> kCharTable = internal::MakeCharTable();

constexpr bool HasClass(char c, unsigned classes) {
  return (kCharTable[static_cast<unsigned char>(c)] & classes) != 0;
}

// Value of a hex digit, -1 for anything else.
constexpr int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

}  // namespace httpd::http

#endif  // HTTPD_HTTP_CHARS_H_
