// SPDX-License-Identifier: Apache-2.0
//
// The kinds of Require that the core brings, written as a module's would be. `Require all` is not
// among them: it is part of the tree, so that nothing is asked where everybody may.

#include <arpa/inet.h>
#include <httpd/config.h>
#include <httpd/notes.h>
#include <httpd/request.h>

#include <cstring>
#include <string>
#include <vector>

#include "base/concat.h"
#include "config/call.h"
#include "config/values.h"
#include "http/field.h"
#include "server/auth.h"
#include "server/generation_impl.h"
#include "server/worker.h"

namespace httpd::server {
namespace {

using config::CallError;

// ---- user, valid-user, method: words ----

using Words = std::vector<std::string>;

httpd_result ParseWords(httpd_directive_call* call, void** parsed, void* what) {
  const uint32_t count = httpd_call_argc(call);
  if (count < 2) {
    config::Diagnostic& error = CallError(
        call, 0, "HC-61", base::Concat("Require ", call->node->args[0].text, " names nothing"));
    error.wanted = base::Concat("at least one ", static_cast<const char*>(what));
    return HTTPD_ERR_INVALID;
  }
  auto* words = call->pool->New<Words>();
  if (words == nullptr) return HTTPD_ERR_NO_MEMORY;
  for (uint32_t i = 1; i < count; ++i) words->push_back(call->node->args[i].text);
  *parsed = words;
  return HTTPD_OK;
}

bool Contains(const void* parsed, std::string_view word) {
  for (const std::string& one : *static_cast<const Words*>(parsed)) {
    if (one == word) return true;
  }
  return false;
}

httpd_result CheckValidUser(Request* request, const void*, void*) {
  return request->user.empty() ? HTTPD_DECLINED : HTTPD_OK;
}

httpd_result CheckUserName(Request* request, const void* parsed, void*) {
  return Contains(parsed, request->user) ? HTTPD_OK : HTTPD_DECLINED;
}

// HEAD asks for nothing that GET does not give.
httpd_result CheckMethod(Request* request, const void* parsed, void*) {
  const std::string_view method = base::View(httpd_request_method(request));
  const bool good = Contains(parsed, method) || (method == "HEAD" && Contains(parsed, "GET"));
  return good ? HTTPD_OK : HTTPD_DECLINED;
}

httpd_result CheckEnvironment(Request* request, const void* parsed, void*) {
  for (const std::string& name : *static_cast<const Words*>(parsed)) {
    if (httpd_request_env(request, base::Str(name)).data != nullptr) return HTTPD_OK;
  }
  return HTTPD_DECLINED;
}

// ---- ip, local: addresses ----

// An address or the beginning of one; IPv4 as ::ffff:a.b.c.d.
struct Network {
  uint8_t bytes[16];
  uint32_t bits;
};

constexpr uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool ParseAddress(const std::string& text, uint8_t* bytes, bool* four) {
  *four = ::inet_pton(AF_INET, text.c_str(), bytes + 12) == 1;
  if (*four) {
    std::memcpy(bytes, kMapped, sizeof(kMapped));
    return true;
  }
  if (::inet_pton(AF_INET6, text.c_str(), bytes) != 1) return false;
  *four = std::memcmp(bytes, kMapped, sizeof(kMapped)) == 0;
  return true;
}

// "10.1" stands for 10.1.0.0/16, as in Apache.
bool ParseShort(std::string_view text, Network* out) {
  std::string whole(text);
  if (whole.ends_with('.')) whole.pop_back();
  uint32_t parts = 1;
  for (char c : whole) parts += c == '.';
  if (whole.empty() || parts > 3) return false;
  for (uint32_t i = parts; i < 4; ++i) whole += ".0";
  bool four = false;
  if (!ParseAddress(whole, out->bytes, &four) || !four) return false;
  out->bits = 96 + 8 * parts;
  return true;
}

// The number behind the slash, or a mask written as an address.
bool ParseMask(const std::string& text, bool four, uint32_t* bits) {
  uint64_t number = 0;
  if (config::ParseUnsigned(text, four ? 32 : 128, &number)) {
    *bits = static_cast<uint32_t>(number) + (four ? 96 : 0);
    return true;
  }
  uint8_t mask[4];
  if (!four || ::inet_pton(AF_INET, text.c_str(), mask) != 1) return false;
  uint32_t value = 0;
  std::memcpy(&value, mask, 4);
  value = ntohl(value);
  const auto ones = static_cast<uint32_t>(__builtin_popcount(value));
  if (ones != 0 && value != ~uint32_t{0} << (32 - ones)) return false;
  *bits = 96 + ones;
  return true;
}

bool ParseNetwork(const std::string& text, Network* out) {
  const size_t slash = text.find('/');
  bool four = false;
  if (!ParseAddress(text.substr(0, slash), out->bytes, &four)) {
    return slash == text.npos && ParseShort(text, out);
  }
  out->bits = 128;
  return slash == text.npos || ParseMask(text.substr(slash + 1), four, &out->bits);
}

bool Holds(const Network& network, const uint8_t* address) {
  const uint32_t whole = network.bits / 8;
  if (std::memcmp(network.bytes, address, whole) != 0) return false;
  const uint32_t rest = network.bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<uint8_t>(0xff << (8 - rest));
  return ((network.bytes[whole] ^ address[whole]) & mask) == 0;
}

using Networks = std::vector<Network>;

httpd_result ParseNetworks(httpd_directive_call* call, void** parsed, void*) {
  const uint32_t count = httpd_call_argc(call);
  auto* networks = call->pool->New<Networks>();
  if (networks == nullptr) return HTTPD_ERR_NO_MEMORY;
  for (uint32_t i = 1; i < count; ++i) {
    Network network = {};
    const std::string& text = call->node->args[i].text;
    if (ParseNetwork(text, &network)) {
      networks->push_back(network);
      continue;
    }
    config::Diagnostic& error =
        CallError(call, i, "HC-65", base::Concat("Require ip cannot use \"", text, "\""));
    error.wanted = "an address, the beginning of one, or address/bits; names are not looked up";
    error.fix = "Require ip 192.0.2.0/24 2001:db8::/32";
  }
  if (count < 2) {
    CallError(call, 0, "HC-61", "Require ip names nothing").wanted = "at least one address";
  }
  *parsed = networks;
  return call->reported ? HTTPD_ERR_INVALID : HTTPD_OK;
}

httpd_result CheckNetworks(Request* request, const void* parsed, void*) {
  uint8_t address[16];
  bool four = false;
  const std::string client(base::View(httpd_request_client_address(request)));
  if (!ParseAddress(client, address, &four)) return HTTPD_DECLINED;
  for (const Network& network : *static_cast<const Networks*>(parsed)) {
    if (Holds(network, address)) return HTTPD_OK;
  }
  return HTTPD_DECLINED;
}

// From this machine: a loopback address, or the very address it connected to.
httpd_result CheckLocal(Request* request, const void*, void*) {
  static const Network kLoopback[] = {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127}, 104},
                                      {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128}};
  const std::string_view client = base::View(httpd_request_client_address(request));
  if (client == base::View(httpd_request_local_address(request))) return HTTPD_OK;
  uint8_t address[16];
  bool four = false;
  if (!ParseAddress(std::string(client), address, &four)) return HTTPD_DECLINED;
  return Holds(kLoopback[0], address) || Holds(kLoopback[1], address) ? HTTPD_OK : HTTPD_DECLINED;
}

char kUserWord[] = "user";
char kMethodWord[] = "method";
char kVariableWord[] = "variable";

}  // namespace

void AddBuiltinAuthKinds(AuthKinds* all) {
  constexpr uint32_t kUser = HTTPD_AUTHZ_NEEDS_USER;
  all->kinds.push_back({.name = "valid-user", .flags = kUser, .check = CheckValidUser});
  all->kinds.push_back({.name = "user",
                        .flags = kUser,
                        .parse = ParseWords,
                        .check = CheckUserName,
                        .user = kUserWord});
  all->kinds.push_back({.name = "ip", .parse = ParseNetworks, .check = CheckNetworks});
  all->kinds.push_back({.name = "local", .check = CheckLocal});
  all->kinds.push_back(
      {.name = "method", .parse = ParseWords, .check = CheckMethod, .user = kMethodWord});
  all->kinds.push_back(
      {.name = "env", .parse = ParseWords, .check = CheckEnvironment, .user = kVariableWord});
}

}  // namespace httpd::server
