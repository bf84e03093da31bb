// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/config.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/pool.h"
#include "config/diagnostic.h"
#include "config/tree.h"
#include "module/registry.h"

namespace httpd::server {
struct AuthKinds;
}

// One directive being read: what a handler of the public API gets.
struct httpd_directive_call {
  const httpd::config::Node* node = nullptr;
  const httpd_directive* directive = nullptr;
  const httpd::module::Module* module = nullptr;
  httpd_pool* pool = nullptr;
  httpd_server* server = nullptr;
  void* server_config = nullptr;
  uint32_t context = 0;
  const httpd::config::Node* section = nullptr;  // innermost, null outside
  const std::string* server_root = nullptr;
  httpd::config::Diagnostics* diagnostics = nullptr;
  const httpd::server::AuthKinds* auth = nullptr;  // null in tests: only Require all is known
  // As EvaluateInput's; neither is null.
  const std::function<std::string(std::string_view)>* provider = nullptr;
  const std::function<void(const httpd::module::Module*, const httpd_directive*)>* entering =
      nullptr;
  bool flag = false;
  bool reported = false;  // an error was added during this call
};

namespace httpd::config {

// What the core's own handlers use: as httpd_call_error(), with a code and all fields.
// `index` is an argument, or HTTPD_CALL_WHOLE_LINE.
Diagnostic& CallError(httpd_directive_call* call, uint32_t index, std::string_view code,
                      std::string message);
Diagnostic& CallWarning(httpd_directive_call* call, uint32_t index, std::string_view code,
                        std::string message);

}  // namespace httpd::config
