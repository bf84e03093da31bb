// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/types.h>

#include <cstdint>
#include <string_view>

#include "log/error_log.h"

namespace httpd::log {

// A line of the error log with its parts apart.
struct Event {
  Level level = Level::kInfo;
  std::string_view module;
  std::string_view code;    // of the module's own; may be empty
  std::string_view client;  // "192.0.2.1:1234"; empty without a request
  std::string_view text;
  const httpd_field* fields = nullptr;
  uint32_t field_count = 0;
};

// Writes it, whatever the level; see Enabled(). As text:
//   [time] [module:level] [pid N] [client 192.0.2.1:1234] text name="value" [CODE]
// or, in JSON, as an object on one line with members time, level, module, pid, client, code,
// message and fields. Bytes that are not UTF-8 become U+FFFD there. From any thread, and without
// heap allocation; what is too long is cut and marked.
void WriteEvent(const Event& event);

// Everything that is written from now on is JSON, or text again (ErrorLogFormat).
void SetJson(bool json);
bool IsJson();

// error_log.cc: appends `lines` as text, whatever the level, and a line as it is.
void WriteLines(Level level, std::string_view module, std::string_view lines);
void WriteRaw(std::string_view line);

}  // namespace httpd::log
