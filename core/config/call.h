// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/config.h>
#include <httpd/section.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/misuse.h"
#include "base/pool.h"
#include "config/diagnostic.h"
#include "config/tree.h"
#include "module/registry.h"

namespace httpd::server {
struct AuthKinds;
}

namespace httpd::server {
struct Section;
}

namespace httpd::config {

class Evaluator;

// Where a line stands.
struct LineScope {
  httpd_server* server = nullptr;
  server::Section* section = nullptr;  // innermost; null outside
  const Node* node = nullptr;          // of the innermost section or <VirtualHost>
  uint32_t context = HTTPD_IN_SERVER;  // HTTPD_IN_* of the section; HTTPD_IN_SERVER outside
  bool in_virtual_host = false;
};

}  // namespace httpd::config

namespace httpd::config {

struct CallFields {
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
  httpd::config::Evaluator* evaluator = nullptr;
  httpd::config::LineScope scope;
  std::vector<std::shared_ptr<httpd_directive_call>> children;  // those that were asked for
  size_t finding = SIZE_MAX;                         // of `diagnostics`, what was reported last
  const httpd::module::Registry* modules = nullptr;  // those that are loaded
  bool flag = false;
  bool reported = false;  // an error was added during this call
  bool walked = false;

  // A section whose lines are directives.
  bool has_lines() const {
    return node->section &&
           (directive == nullptr || (directive->flags & HTTPD_DIRECTIVE_RAW_BODY) == 0);
  }
};

}  // namespace httpd::config

// One directive being read: what a handler of the public API gets.
struct httpd_directive_call final : httpd::config::CallFields {
  httpd_directive_call();
  httpd_directive_call(const httpd_directive_call& other);
  httpd_directive_call& operator=(const httpd_directive_call&) = delete;
  ~httpd_directive_call();
};

namespace httpd::config {

// False for a call whose handler has returned.
bool IsLiveCall(const httpd_directive_call* call);

// What the core's own handlers use: as httpd_call_error(), with a code and all fields.
// `index` is an argument, or HTTPD_CALL_WHOLE_LINE.
Diagnostic& CallError(httpd_directive_call* call, uint32_t index, std::string_view code,
                      std::string message);
Diagnostic& CallWarning(httpd_directive_call* call, uint32_t index, std::string_view code,
                        std::string message);

}  // namespace httpd::config

// For functions of <httpd/config.h>; `answer` is what they return for a call that is none.
#define HTTPD_REQUIRE_CALL(call, answer, stale_answer)                            \
  HTTPD_REQUIRE_HANDLE(call, answer);                                             \
  HTTPD_REQUIRE_LOOP_THREAD(answer);                                              \
  HTTPD_REQUIRE(::httpd::config::IsLiveCall(call), stale_answer, HTTPD_ERR_STALE, \
                "the directive's handler has returned")
#define HTTPD_CHECK_CALL(call)                                                       \
  HTTPD_REQUIRE_HANDLE(call, HTTPD_ERR_INVALID);                                     \
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);                                       \
  HTTPD_REQUIRE(::httpd::config::IsLiveCall(call), HTTPD_ERR_STALE, HTTPD_ERR_STALE, \
                "the directive's handler has returned")
#define HTTPD_CHECK_CALL_VALUE(call) HTTPD_REQUIRE_CALL(call, {}, {})
