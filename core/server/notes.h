// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "base/pool.h"

namespace httpd::server {

// Texts by name in the order in which they were first set; few, so that looking through them is the
// fastest way. Everything is in the pool of the object they belong to.
class TextList {
 public:
  enum class Case : bool { kIgnored, kMatters };

  explicit TextList(Case compare) : compare_(compare) {}

  // Data is null when there is none.
  httpd_str Find(std::string_view name) const;
  // Copies both; null data removes. False without memory.
  bool Set(httpd_pool* pool, std::string_view name, httpd_str value);
  // False beyond the last.
  bool At(uint32_t index, httpd_str* name, httpd_str* value) const;
  // Puts `prefix` before every name. False without memory.
  bool Rename(httpd_pool* pool, std::string_view prefix);

 private:
  struct Text {
    Text* next;
    std::string_view name;
    httpd_str value;
  };
  bool Same(std::string_view a, std::string_view b) const;

  Case compare_;
  Text* first_ = nullptr;
};

}  // namespace httpd::server
