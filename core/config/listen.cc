// SPDX-License-Identifier: Apache-2.0
// Addresses of Listen. Numeric only: a name server must not decide where a server listens.
#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/concat.h"
#include "config/early_evaluator.h"

namespace httpd::config {
namespace {

bool ParsePort(std::string_view text, uint16_t* port) {
  if (text.empty() || text.size() > 5) return false;
  uint32_t value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + static_cast<uint32_t>(c - '0');
  }
  if (value > 65535) return false;
  *port = static_cast<uint16_t>(value);
  return true;
}

// Rewrites a numeric address in its canonical form, so that equal addresses have equal texts.
bool Canonical(int family, const std::string& text, std::string* out) {
  unsigned char address[sizeof(in6_addr)];
  char canonical[INET6_ADDRSTRLEN];
  // A scope ("fe80::1%eth0") is not part of what inet_pton reads.
  const size_t percent = family == AF_INET6 ? text.find('%') : text.npos;
  if (::inet_pton(family, text.substr(0, percent).c_str(), address) != 1) return false;
  if (percent != text.npos && percent + 1 == text.size()) return false;
  if (::inet_ntop(family, address, canonical, sizeof(canonical)) == nullptr) return false;
  *out = canonical;
  if (percent != text.npos) *out += text.substr(percent);
  return true;
}

}  // namespace

bool ParseListenAddress(std::string_view text, ListenAddress* out, std::string* wanted) {
  out->text = std::string(text);
  std::string_view host;
  std::string_view port = text;
  const bool bracket = !text.empty() && text[0] == '[';
  const size_t colon = text.rfind(':');
  if (bracket) {
    const size_t close = text.find(']');
    if (close == text.npos || close + 1 >= text.size() || text[close + 1] != ':') {
      *wanted = "[address]:port, for example [::1]:80";
      return false;
    }
    host = text.substr(1, close - 1);
    port = text.substr(close + 2);
  } else if (colon != text.npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (host.find(':') != host.npos) {
      *wanted = base::Concat("an IPv6 address in brackets: [", host, "]:", port);
      return false;
    }
    if (host.empty()) {
      *wanted = "an address before the colon, or the port alone";
      return false;
    }
  }
  if (!ParsePort(port, &out->port)) {
    *wanted = "a port from 0 to 65535 (0: the system chooses), alone or after address:";
    return false;
  }
  out->ipv6 = bracket;
  out->host.clear();
  if (host.empty() && bracket) {
    *wanted = "an address between the brackets";
    return false;
  }
  if (host.empty() || host == "*") return true;
  if (Canonical(bracket ? AF_INET6 : AF_INET, std::string(host), &out->host)) return true;
  *wanted = bracket ? "a numeric IPv6 address between the brackets"
                    : "a numeric address such as 127.0.0.1, or * for all addresses";
  return false;
}

bool AddressesOverlap(const ListenAddress& a, const ListenAddress& b) {
  if (a.port != b.port || a.port == 0) return false;
  if (a.host == b.host || a.host.empty() || b.host.empty()) return true;
  if (a.ipv6 != b.ipv6) return false;
  const char* any = a.ipv6 ? "::" : "0.0.0.0";
  return a.host == any || b.host == any;
}

}  // namespace httpd::config
