// SPDX-License-Identifier: Apache-2.0
//
// Matching of paths and making of targets, kept free of the server's API so that tests can call it.
#include "rules.h"

#include <strings.h>

namespace mod_alias {

size_t MatchPrefix(std::string_view path, std::string_view fake) {
  size_t p = 0;
  size_t f = 0;
  while (f < fake.size()) {
    if (fake[f] == '/') {
      if (p == path.size() || path[p] != '/') return 0;
      while (f < fake.size() && fake[f] == '/') ++f;
      while (p < path.size() && path[p] == '/') ++p;
    } else {
      if (p == path.size() || path[p] != fake[f]) return 0;
      ++p;
      ++f;
    }
  }
  if (!fake.empty() && fake.back() != '/' && p < path.size() && path[p] != '/') return 0;
  return p;
}

int ParseStatus(std::string_view word) {
  const auto is = [word](std::string_view name) {
    return word.size() == name.size() && strncasecmp(word.data(), name.data(), name.size()) == 0;
  };
  if (is("permanent")) return 301;
  if (is("temp")) return 302;
  if (is("seeother")) return 303;
  if (is("gone")) return 410;
  if (word.empty() || word.size() > 4) return -1;
  int status = 0;
  for (const char c : word) {
    if (c < '0' || c > '9') return -1;
    status = status * 10 + (c - '0');
  }
  return status;
}

bool HasDotDotSegment(std::string_view path) {
  for (size_t at = path.find("/.."); at != std::string_view::npos; at = path.find("/..", at + 1)) {
    if (at + 3 == path.size() || path[at + 3] == '/') return true;
  }
  return false;
}

bool HasScheme(std::string_view target) {
  const size_t colon = target.find(':');
  if (colon == 0 || colon == std::string_view::npos) return false;
  for (size_t i = 0; i < colon; ++i) {
    const char c = target[i];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool other = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    if (!letter && (i == 0 || !other)) return false;
  }
  return true;
}

}  // namespace mod_alias
