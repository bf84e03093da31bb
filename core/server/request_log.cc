// SPDX-License-Identifier: Apache-2.0
//
// Lines about requests: which of them are wanted is a matter of the place (LogLevel) and of the
// module that writes.

#include "server/request_log.h"

#include <httpd/log.h>

#include <algorithm>
#include <string>

#include "base/concat.h"
#include "base/str.h"
#include "log/event.h"
#include "net/connection.h"
#include "process/scoreboard.h"
#include "server/api_check.h"
#include "server/request_extras.h"

namespace httpd::server {
namespace {

// `module`: slot, 0 for the core.
bool Wanted(const Request* request, uint16_t module, log::Level level) {
  if (level <= log::Level::kError) return true;
  if (request->location == nullptr) return log::Enabled(level);
  const CoreLocation& core = *request->location->core;
  uint32_t wanted = core.log_level.value;
  for (const auto& [slot, its_own] : core.module_log_levels) {
    if (slot == module) wanted = its_own;
  }
  return static_cast<uint32_t>(level) <= wanted;
}

// Outside requests: LogLevel of the main server. As in log/log_api.cc.
bool WantedOutside(const httpd_module_handle* module, log::Level level) {
  if (module->log_level == 0) return log::Enabled(level);
  return level == log::Level::kNotice || static_cast<uint32_t>(level) <= module->log_level;
}

std::string Client(const Request* request) {
  return base::Concat(ClientOf(request), ":", ClientPortOf(request));
}

log::Level ToLevel(uint32_t level) {
  return static_cast<log::Level>(std::min(level, static_cast<uint32_t>(log::Level::kTrace8)));
}

}  // namespace

void LogRequest(const Request* request, log::Level level, std::string_view module,
                std::string_view text) {
  if (!Wanted(request, 0, level)) return;
  const std::string client = Client(request);
  log::Event event;
  event.level = level;
  event.module = module;
  event.client = client;
  event.text = text;
  log::WriteEvent(event);
}

}  // namespace httpd::server

void httpd_log_request(const httpd_request* r, const httpd_module_handle* module, uint32_t level,
                       httpd_str text) {
  HTTPD_REQUIRE_REQUEST(r, , );
  HTTPD_REQUIRE_ARGUMENT(module, );
  HTTPD_REQUIRE_TEXT(text, );
  httpd_log_event(module, r, level, {nullptr, 0}, text, nullptr, 0);
}

int32_t httpd_log_enabled(const httpd_module_handle* module, const httpd_request* r,
                          uint32_t level) {
  HTTPD_REQUIRE_HANDLE(module, 0);
  if (r == nullptr) return httpd::server::WantedOutside(module, httpd::server::ToLevel(level));
  HTTPD_CHECK_REQUEST_VALUE(r);
  return httpd::server::Wanted(r, module->slot, httpd::server::ToLevel(level));
}

httpd_result httpd_log_event(const httpd_module_handle* module, const httpd_request* r,
                             uint32_t level, httpd_str code, httpd_str text,
                             const httpd_field* fields, uint32_t field_count) {
  HTTPD_REQUIRE_HANDLE(module, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_TEXT(text, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_TEXT(code, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE(fields != nullptr || field_count == 0, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "the fields are NULL");
  if (r != nullptr) {
    HTTPD_CHECK_REQUEST(r);
  }
  httpd::log::Event event;
  event.level = httpd::server::ToLevel(level);
  const bool wanted = r == nullptr ? httpd::server::WantedOutside(module, event.level)
                                   : httpd::server::Wanted(r, module->slot, event.level);
  if (!wanted) return HTTPD_OK;
  const std::string client = r == nullptr ? std::string() : httpd::server::Client(r);
  event.module = module->name;
  event.code = httpd::base::View(code);
  event.client = client;
  event.text = httpd::base::View(text);
  event.fields = fields;
  event.field_count = field_count;
  httpd::log::WriteEvent(event);
  return HTTPD_OK;
}
