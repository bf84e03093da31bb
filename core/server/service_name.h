// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace httpd::server {

// What zones and helpers may be called: 1 to 63 letters, digits, - and _. They appear in logs, in
// titles and in messages to the supervisor.
inline bool IsServiceName(const char* name) {
  if (name == nullptr) return false;
  size_t size = 0;
  for (; name[size] != '\0'; ++size) {
    const char c = name[size];
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_';
    if (!good || size == 63) return false;
  }
  return size > 0;
}

}  // namespace httpd::server
