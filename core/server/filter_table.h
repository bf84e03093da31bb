// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/filter.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// A filter that a module brings.
struct httpd_filter {
  httpd_filter_options options = {};
  std::string name;
  uint16_t slot = 0;    // of the module, for blame
  uint32_t number = 0;  // in load order

  bool pulls() const { return options.pull != nullptr; }
  bool changes_body() const { return (options.flags & HTTPD_FILTER_CHANGES_BODY) != 0; }
};

namespace httpd::server {

// The filters of a generation in the order in which they were added, which is load order.
class FilterTable {
 public:
  FilterTable() = default;
  FilterTable(const FilterTable&) = delete;
  FilterTable& operator=(const FilterTable&) = delete;
  ~FilterTable();

  const httpd_filter* Add(std::unique_ptr<httpd_filter> filter);
  const httpd_filter* Find(std::string_view name) const;

 private:
  std::vector<std::unique_ptr<httpd_filter>> filters_;
};

}  // namespace httpd::server
