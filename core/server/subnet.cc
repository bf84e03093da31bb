// SPDX-License-Identifier: Apache-2.0
//
// Addresses in expressions (-R, -ipmatch). No name is looked up.

#include "server/subnet.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

namespace httpd::server {
namespace {

// *width: 32 or 128.
bool ParseAddress(std::string_view text, uint8_t* bytes, uint32_t* width) {
  char copy[INET6_ADDRSTRLEN];
  if (text.size() >= sizeof(copy)) return false;
  copy[text.copy(copy, sizeof(copy) - 1)] = '\0';
  if (std::strlen(copy) != text.size()) return false;
  *width = 128;
  if (::inet_pton(AF_INET6, copy, bytes) == 1) return true;
  std::memset(bytes, 0, 10);
  bytes[10] = bytes[11] = 0xff;
  *width = 32;
  return ::inet_pton(AF_INET, copy, bytes + 12) == 1;
}

}  // namespace

bool ParseSubnet(std::string_view text, Subnet* subnet) {
  const size_t slash = text.find('/');
  uint32_t width = 0;
  if (!ParseAddress(text.substr(0, slash), subnet->bytes, &width)) return false;
  subnet->bits = 128;
  if (slash == std::string_view::npos) return true;
  const std::string_view bits = text.substr(slash + 1);
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), number);
  if (error != std::errc() || end != bits.data() + bits.size() || number > width) return false;
  subnet->bits = number + (128 - width);
  return true;
}

bool Contains(const Subnet& subnet, std::string_view address) {
  uint8_t bytes[16];
  uint32_t width = 0;
  if (!ParseAddress(address, bytes, &width)) return false;
  const uint32_t whole = subnet.bits / 8;
  if (std::memcmp(bytes, subnet.bytes, whole) != 0) return false;
  const uint32_t rest = subnet.bits % 8;
  if (rest == 0) return true;
  return ((bytes[whole] ^ subnet.bytes[whole]) >> (8 - rest)) == 0;
}

}  // namespace httpd::server
