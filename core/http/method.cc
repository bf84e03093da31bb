// SPDX-License-Identifier: Apache-2.0
//
// The names and properties of request methods. One table, so that a new method is one line.
#include "http/method.h"

#include <cstring>

namespace httpd::http {
namespace {

struct Entry {
  std::string_view name;
  bool safe;
  bool idempotent;
};

// In the order of the enum. Properties from IANA's HTTP Method registry.
constexpr Entry kMethods[] = {
    {"", false, false},        {"GET", true, true},      {"HEAD", true, true},
    {"POST", false, false},    {"PUT", false, true},     {"DELETE", false, true},
    {"CONNECT", false, false}, {"OPTIONS", true, true},  {"TRACE", true, true},
    {"PATCH", false, false},   {"PROPFIND", true, true}, {"PROPPATCH", false, true},
    {"MKCOL", false, true},    {"COPY", false, true},    {"MOVE", false, true},
    {"LOCK", false, false},    {"UNLOCK", false, true},  {"REPORT", true, true},
    {"SEARCH", true, true},
};
constexpr size_t kCount = static_cast<size_t>(Method::kCount);
static_assert(sizeof(kMethods) / sizeof(kMethods[0]) == kCount);

constexpr size_t AllowLengthOfAll() {
  size_t length = 0;
  for (const Entry& entry : kMethods) length += entry.name.size() + 2;
  return length;
}
static_assert(AllowLengthOfAll() <= kMaxAllowLength);

const Entry& Get(Method m) {
  const auto index = static_cast<size_t>(m);
  return kMethods[index < kCount ? index : 0];
}

}  // namespace

Method LookupMethod(std::string_view name) {
  for (size_t i = 1; i < kCount; ++i) {
    if (kMethods[i].name == name) return static_cast<Method>(i);
  }
  return Method::kExtension;
}

std::string_view MethodName(Method m) { return Get(m).name; }

bool MethodIsSafe(Method m) { return Get(m).safe; }

bool MethodIsIdempotent(Method m) { return Get(m).idempotent; }

std::string_view FormatAllow(MethodSet methods, char* out) {
  size_t length = 0;
  for (size_t i = 1; i < kCount; ++i) {
    if ((methods & MethodBit(static_cast<Method>(i))) == 0) continue;
    if (length > 0) {
      out[length++] = ',';
      out[length++] = ' ';
    }
    const std::string_view name = kMethods[i].name;
    std::memcpy(out + length, name.data(), name.size());
    length += name.size();
  }
  return {out, length};
}

}  // namespace httpd::http
