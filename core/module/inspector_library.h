// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "module/finding.h"
#include "module/object_handle.h"
#include "object/inspect.h"

namespace httpd::module {

// The functions of libhttpd_inspect.so, opened in this process. It stays open until the process
// ends: the planner is short-lived.
class InspectorLibrary {
 public:
  // Null with a warning in *finding when the library is missing, unusable or of another version.
  static const InspectorLibrary* Open(const std::string& path, const std::string& core_version,
                                      Finding* finding);

  decltype(&httpd_inspect_version) version = nullptr;
  decltype(&httpd_inspect_product) product = nullptr;
  decltype(&httpd_inspect_host) host = nullptr;
  decltype(&httpd_inspect_open_path) open_path = nullptr;
  decltype(&httpd_inspect_open_fd) open_fd = nullptr;
  decltype(&httpd_inspect_close) close = nullptr;
  decltype(&httpd_inspect_get_facts) get_facts = nullptr;
  decltype(&httpd_inspect_needed) needed = nullptr;
  decltype(&httpd_inspect_imports) imports = nullptr;
  decltype(&httpd_inspect_exports) exports = nullptr;
  decltype(&httpd_inspect_needed_versions) needed_versions = nullptr;
  decltype(&httpd_inspect_defined_versions) defined_versions = nullptr;

 private:
  bool Load(const std::string& path, std::string* reason);
};

inline std::string_view ToView(httpd_inspect_str text) { return {text.data, text.len}; }

}  // namespace httpd::module
