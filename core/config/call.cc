// SPDX-License-Identifier: Apache-2.0
// The public functions of <httpd/config.h>: a handler's view of the line that it reads.
#include "config/call.h"

#include <utility>

#include "base/concat.h"
#include "base/misuse.h"
#include "base/str.h"
#include "config/early_evaluator.h"

namespace httpd::config {
namespace {

void Place(const httpd_directive_call* call, uint32_t index, Diagnostic* diagnostic) {
  const Node& node = *call->node;
  if (index < node.args.size()) {
    diagnostic->position = node.args[index].position;
    diagnostic->length = node.args[index].length;
  } else {
    diagnostic->position = node.position;
    diagnostic->length = node.name_length;
  }
}

}  // namespace

Diagnostic& CallError(httpd_directive_call* call, uint32_t index, std::string_view code,
                      std::string message) {
  call->reported = true;
  Diagnostic& error = call->diagnostics->Error(code, {}, 0, std::move(message));
  Place(call, index, &error);
  return error;
}

Diagnostic& CallWarning(httpd_directive_call* call, uint32_t index, std::string_view code,
                        std::string message) {
  Diagnostic& warning = call->diagnostics->Warning(code, {}, 0, std::move(message));
  Place(call, index, &warning);
  return warning;
}

}  // namespace httpd::config

using httpd::base::Str;
using httpd::base::View;
namespace config = httpd::config;

#define HTTPD_REQUIRE_CALL(call, answer) \
  HTTPD_REQUIRE_HANDLE(call, answer);    \
  HTTPD_REQUIRE_LOOP_THREAD(answer)

uint32_t httpd_call_argc(const httpd_directive_call* call) {
  HTTPD_REQUIRE_CALL(call, {});
  if ((call->directive->flags & HTTPD_DIRECTIVE_RAW) != 0) return 0;
  return static_cast<uint32_t>(call->node->args.size());
}

httpd_str httpd_call_arg(const httpd_directive_call* call, uint32_t index) {
  HTTPD_REQUIRE_CALL(call, {});
  if (index >= httpd_call_argc(call)) return {nullptr, 0};
  return Str(call->node->args[index].text);
}

httpd_str httpd_call_raw(const httpd_directive_call* call) {
  HTTPD_REQUIRE_CALL(call, {});
  return Str(call->node->raw);
}

int32_t httpd_call_flag(const httpd_directive_call* call) {
  HTTPD_REQUIRE_CALL(call, {});
  return call->flag ? 1 : 0;
}

httpd_str httpd_call_name(const httpd_directive_call* call) {
  HTTPD_REQUIRE_CALL(call, {});
  return Str(std::string_view(call->directive->name));
}

httpd_pool* httpd_call_pool(httpd_directive_call* call) {
  HTTPD_REQUIRE_CALL(call, {});
  return call->pool;
}

httpd_server* httpd_call_server(httpd_directive_call* call) {
  HTTPD_REQUIRE_CALL(call, {});
  return call->server;
}

void* httpd_call_server_config(httpd_directive_call* call) {
  HTTPD_REQUIRE_CALL(call, {});
  return call->server_config;
}

uint32_t httpd_call_context(const httpd_directive_call* call) {
  HTTPD_REQUIRE_CALL(call, {});
  return call->context;
}

httpd_str httpd_call_section(const httpd_directive_call* call) {
  HTTPD_REQUIRE_CALL(call, {});
  if (call->section == nullptr) return HTTPD_STR("");
  return Str(call->section->args.empty() ? std::string_view() : call->section->args.back().text);
}

httpd_str httpd_call_server_path(httpd_directive_call* call, httpd_str path) {
  HTTPD_REQUIRE_CALL(call, {});
  HTTPD_REQUIRE_TEXT(path, {});
  return call->pool->Copy(config::JoinPath(*call->server_root, View(path)));
}

httpd_result httpd_call_error(httpd_directive_call* call, uint32_t index, httpd_str message,
                              httpd_str fix) {
  HTTPD_REQUIRE_CALL(call, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_TEXT(message, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_TEXT(fix, HTTPD_ERR_INVALID);
  config::Diagnostic& error = config::CallError(call, index, "HC-25", std::string(View(message)));
  error.fix = std::string(View(fix));
  return HTTPD_ERR_INVALID;
}

httpd_result httpd_call_warn(httpd_directive_call* call, uint32_t index, httpd_str message,
                             httpd_str fix) {
  HTTPD_REQUIRE_CALL(call, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_TEXT(message, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_TEXT(fix, HTTPD_ERR_INVALID);
  config::Diagnostic& warning =
      config::CallWarning(call, index, "HC-25", std::string(View(message)));
  warning.fix = std::string(View(fix));
  return HTTPD_OK;
}
