// SPDX-License-Identifier: Apache-2.0
// The hooks of this version: their numbers, what they take and how messages call them.
#include <httpd/hooks.h>

#include <optional>
#include <string_view>

#include "module/hooks.h"
#include "server/generation.h"

namespace httpd::module {
namespace {

struct HookName {
  uint16_t hook;
  HookKind kind;
  std::string_view name;
};

constexpr HookName kHooks[] = {
    {HTTPD_HOOK_READ_REQUEST, HookKind::kRequest, "read_request"},
    {HTTPD_HOOK_TRANSLATE, HookKind::kRequest, "translate"},
    {HTTPD_HOOK_MAP_STORAGE, HookKind::kRequest, "map_storage"},
    {HTTPD_HOOK_HEADER_PARSE, HookKind::kRequest, "header_parse"},
    {HTTPD_HOOK_ACCESS, HookKind::kRequest, "access"},
    {HTTPD_HOOK_AUTHENTICATE, HookKind::kRequest, "authenticate"},
    {HTTPD_HOOK_AUTHORIZE, HookKind::kRequest, "authorize"},
    {HTTPD_HOOK_TYPE, HookKind::kRequest, "type"},
    {HTTPD_HOOK_FIXUP, HookKind::kRequest, "fixup"},
    {HTTPD_HOOK_INSERT_FILTER, HookKind::kRequest, "insert_filter"},
    {HTTPD_HOOK_HANDLER, HookKind::kRequest, "handler"},
    {HTTPD_HOOK_ERROR_PAGE, HookKind::kRequest, "error_page"},
    {HTTPD_HOOK_LOG, HookKind::kRequest, "log"},
    {HTTPD_HOOK_REQUEST_END, HookKind::kRequest, "request_end"},
    {HTTPD_HOOK_CONNECTION_OPEN, HookKind::kConnection, "connection_open"},
    {HTTPD_HOOK_CONNECTION_CLOSE, HookKind::kConnection, "connection_close"},
    {HTTPD_HOOK_HANDOVER_EXPORT, HookKind::kConnection, "handover_export"},
    {HTTPD_HOOK_HANDOVER_IMPORT, HookKind::kConnection, "handover_import"},
    {HTTPD_HOOK_OPEN_LOGS, HookKind::kGeneration, "open_logs"},
    {HTTPD_HOOK_POST_CONFIG, HookKind::kGeneration, "post_config"},
    {HTTPD_HOOK_WORKER_START, HookKind::kWorker, "worker_start"},
    {HTTPD_HOOK_DRAIN, HookKind::kWorker, "drain"},
    {HTTPD_HOOK_WORKER_STOP, HookKind::kWorker, "worker_stop"},
    {HTTPD_HOOK_GENERATION_END, HookKind::kGeneration, "generation_end"},
    {HTTPD_HOOK_PRE_CONFIG, HookKind::kGeneration, "pre_config"},
    {HTTPD_HOOK_MONITOR, HookKind::kWorker, "monitor"},
};

const HookName* FindHook(uint32_t hook) {
  for (const HookName& entry : kHooks) {
    if (entry.hook == hook) return &entry;
  }
  return nullptr;
}

}  // namespace

std::optional<HookKind> KindOfHook(uint32_t hook) {
  const HookName* entry = FindHook(hook);
  return entry == nullptr ? std::nullopt : std::optional<HookKind>(entry->kind);
}

}  // namespace httpd::module

namespace httpd::server {

std::string_view HookName(uint16_t hook) {
  switch (hook) {
    case 0:
      return "core";
    case module::kInTimer:
      return "timer callback";
    case module::kInWatch:
      return "watch callback";
    case module::kInTaskDone:
      return "task callback";
    case module::kInPost:
      return "post callback";
    case module::kInBroadcast:
      return "broadcast callback";
    default:
      break;
  }
  const auto* entry = module::FindHook(hook);
  return entry == nullptr ? "unknown hook" : entry->name;
}

}  // namespace httpd::server
