// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_HTTP_HOST_H_
#define HTTPD_HTTP_HOST_H_

#include <cstdint>
#include <string_view>

namespace httpd::http {

// Splits `authority` into host and port and checks both. The host is an IPv6 address in brackets or
// dotted labels of letters, digits, '-' and '_' (an IPv4 address is just such labels), 255 bytes at
// most, one trailing dot allowed, nothing empty. RFC 3986 would also allow sub-delims and escapes
// in names, but no DNS name has them and commas or '@' in a Host field only serve to confuse two
// parsers. The port is -1 without one ("example.org:" has none either), else 0–65535.
bool ParseAuthority(std::string_view authority, std::string_view* host, int32_t* port);

// An IPv6 address without brackets, RFC 4291 §2.2, no zone.
bool IsIpv6(std::string_view text);

}  // namespace httpd::http

#endif  // HTTPD_HTTP_HOST_H_
