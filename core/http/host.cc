// SPDX-License-Identifier: Apache-2.0
//
// Host names decide which site answers, so they are checked to the letter before anyone uses them.
#include "http/host.h"

#include <cstddef>

#include "http/chars.h"

namespace httpd::http {
namespace {

constexpr size_t kMaxHost = 255;

bool IsIpv4(std::string_view text) {
  int octets = 0;
  for (;;) {
    size_t digits = 0;
    unsigned value = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9' && digits < 4) {
      value = value * 10 + static_cast<unsigned>(text[digits++] - '0');
    }
    if (digits == 0 || digits > 3 || value > 255 || (digits > 1 && text[0] == '0')) return false;
    text.remove_prefix(digits);
    if (++octets == 4) return text.empty();
    if (text.empty() || text[0] != '.') return false;
    text.remove_prefix(1);
  }
}

// Length of the dotted labels at the front; 0 when they are malformed.
size_t LabelsLength(std::string_view text) {
  size_t i = 0;
  char previous = '.';
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (!HasClass(c, kHostChar)) {
      if (c != '.') break;
      if (previous == '.') return 0;  // an empty label
    }
    previous = c;
  }
  return i;
}

bool ParsePort(std::string_view text, int32_t* port) {
  *port = -1;
  if (text.empty()) return true;
  if (text[0] != ':') return false;
  text.remove_prefix(1);
  if (text.size() > 5) return false;
  int32_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  if (value > 65535) return false;
  if (!text.empty()) *port = value;
  return true;
}

}  // namespace

bool IsIpv6(std::string_view text) {
  int groups = 0;
  bool gap = false;
  if (text.substr(0, 2) == "::") {
    gap = true;
    text.remove_prefix(2);
    if (text.empty()) return true;
  }
  for (;;) {
    size_t digits = 0;
    while (digits < text.size() && digits < 5 && HexValue(text[digits]) >= 0) ++digits;
    if (digits < text.size() && text[digits] == '.') {
      groups += 2;
      return IsIpv4(text) && (gap ? groups <= 7 : groups == 8);
    }
    if (digits == 0 || digits > 4) return false;
    ++groups;
    text.remove_prefix(digits);
    if (text.empty()) return gap ? groups <= 7 : groups == 8;
    if (text[0] != ':' || groups == 8) return false;
    text.remove_prefix(1);
    if (!text.empty() && text[0] == ':') {
      if (gap) return false;
      gap = true;
      text.remove_prefix(1);
      if (text.empty()) return groups <= 7;
    }
  }
}

bool ParseAuthority(std::string_view authority, std::string_view* host, int32_t* port) {
  size_t length;
  if (!authority.empty() && authority[0] == '[') {
    const size_t close = authority.find(']');
    if (close == std::string_view::npos || !IsIpv6(authority.substr(1, close - 1))) return false;
    length = close + 1;
  } else {
    length = LabelsLength(authority);
    if (length == 0 || length > kMaxHost) return false;
  }
  *host = authority.substr(0, length);
  return ParsePort(authority.substr(length), port);
}

}  // namespace httpd::http
