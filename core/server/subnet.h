// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace httpd::server {

// A range of addresses, IPv4 ones as IPv6 sees them (RFC 4291 §2.5.5.2).
struct Subnet {
  uint8_t bytes[16];
  uint32_t bits;
};

// "10.1.2.3", "10.0.0.0/8", "2001:db8::/32"; false for anything else.
bool ParseSubnet(std::string_view text, Subnet* subnet);

// False also for what is not an address in numbers.
bool Contains(const Subnet& subnet, std::string_view address);

}  // namespace httpd::server
