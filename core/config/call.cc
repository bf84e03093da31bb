// SPDX-License-Identifier: Apache-2.0
// The public functions of <httpd/config.h>: a handler's view of the line that it reads.
#include "config/call.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "base/concat.h"
#include "base/str.h"
#include "config/early_evaluator.h"

namespace httpd::config {
namespace {

// Modules that keep a handle beyond their handler are told so instead of reading freed memory.
// Configuration is read by one thread of a process.
absl::flat_hash_set<const httpd_directive_call*>& LiveCalls() {
  static auto* calls = new absl::flat_hash_set<const httpd_directive_call*>;
  return *calls;
}

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

bool IsLiveCall(const httpd_directive_call* call) { return LiveCalls().contains(call); }

Diagnostic& CallError(httpd_directive_call* call, uint32_t index, std::string_view code,
                      std::string message) {
  call->reported = true;
  Diagnostic& error = call->diagnostics->Error(code, {}, 0, std::move(message));
  Place(call, index, &error);
  call->finding = call->diagnostics->all().size() - 1;
  return error;
}

Diagnostic& CallWarning(httpd_directive_call* call, uint32_t index, std::string_view code,
                        std::string message) {
  Diagnostic& warning = call->diagnostics->Warning(code, {}, 0, std::move(message));
  Place(call, index, &warning);
  call->finding = call->diagnostics->all().size() - 1;
  return warning;
}

}  // namespace httpd::config

httpd_directive_call::httpd_directive_call() { httpd::config::LiveCalls().insert(this); }
httpd_directive_call::httpd_directive_call(const httpd_directive_call& other) : CallFields(other) {
  httpd::config::LiveCalls().insert(this);
}
httpd_directive_call::~httpd_directive_call() { httpd::config::LiveCalls().erase(this); }

using httpd::base::Str;
using httpd::base::View;
namespace config = httpd::config;

namespace {

uint32_t CountArgs(const httpd_directive_call* call) {
  const bool raw = call->directive != nullptr && (call->directive->flags & HTTPD_DIRECTIVE_RAW);
  return raw ? 0 : static_cast<uint32_t>(call->node->args.size());
}

}  // namespace

uint32_t httpd_call_argc(const httpd_directive_call* call) {
  HTTPD_CHECK_CALL_VALUE(call);
  return CountArgs(call);
}

httpd_str httpd_call_arg(const httpd_directive_call* call, uint32_t index) {
  HTTPD_CHECK_CALL_VALUE(call);
  if (index >= CountArgs(call)) return {nullptr, 0};
  return Str(call->node->args[index].text);
}

httpd_str httpd_call_raw(const httpd_directive_call* call) {
  HTTPD_CHECK_CALL_VALUE(call);
  return Str(call->node->raw);
}

int32_t httpd_call_flag(const httpd_directive_call* call) {
  HTTPD_CHECK_CALL_VALUE(call);
  return call->flag ? 1 : 0;
}

httpd_str httpd_call_name(const httpd_directive_call* call) {
  HTTPD_CHECK_CALL_VALUE(call);
  if (call->directive == nullptr) return Str(call->node->name);
  return Str(std::string_view(call->directive->name));
}

httpd_pool* httpd_call_pool(httpd_directive_call* call) {
  HTTPD_CHECK_CALL_VALUE(call);
  return call->pool;
}

httpd_server* httpd_call_server(httpd_directive_call* call) {
  HTTPD_CHECK_CALL_VALUE(call);
  return call->server;
}

void* httpd_call_server_config(httpd_directive_call* call) {
  HTTPD_CHECK_CALL_VALUE(call);
  return call->server_config;
}

uint32_t httpd_call_context(const httpd_directive_call* call) {
  HTTPD_CHECK_CALL_VALUE(call);
  return call->context;
}

httpd_str httpd_call_section(const httpd_directive_call* call) {
  HTTPD_CHECK_CALL_VALUE(call);
  if (call->section == nullptr) return HTTPD_STR("");
  return Str(call->section->args.empty() ? std::string_view() : call->section->args.back().text);
}

httpd_str httpd_call_server_path(httpd_directive_call* call, httpd_str path) {
  HTTPD_CHECK_CALL_VALUE(call);
  HTTPD_REQUIRE_TEXT(path, {});
  std::string joined = config::JoinPath(*call->server_root, View(path));
  // A slash at its end means something to Alias and others, so it stays.
  if (path.len > 0 && path.data[path.len - 1] == '/' && joined != "/") joined += '/';
  return call->pool->Copy(joined);
}

httpd_result httpd_call_error(httpd_directive_call* call, uint32_t index, httpd_str message,
                              httpd_str fix) {
  HTTPD_CHECK_CALL(call);
  HTTPD_REQUIRE_TEXT(message, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_TEXT(fix, HTTPD_ERR_INVALID);
  config::Diagnostic& error = config::CallError(call, index, "HC-25", std::string(View(message)));
  error.fix = std::string(View(fix));
  return HTTPD_ERR_INVALID;
}

httpd_result httpd_call_warn(httpd_directive_call* call, uint32_t index, httpd_str message,
                             httpd_str fix) {
  HTTPD_CHECK_CALL(call);
  HTTPD_REQUIRE_TEXT(message, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_TEXT(fix, HTTPD_ERR_INVALID);
  config::Diagnostic& warning =
      config::CallWarning(call, index, "HC-25", std::string(View(message)));
  warning.fix = std::string(View(fix));
  return HTTPD_OK;
}
