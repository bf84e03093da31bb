// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace httpd::config {

// A whole number without sign, nothing around it.
bool ParseUnsigned(std::string_view text, uint64_t highest, uint64_t* out);

// Apache's time: a number with an optional unit ms, s, min, h (a day is 24h), in `unit` otherwise;
// at most 31 days. The result is in milliseconds.
bool ParseTime(std::string_view text, uint32_t unit_milliseconds, uint32_t* out);

// On or Off.
bool ParseOnOff(std::string_view text, bool* out);

// ServerName's "[scheme://]host[:port]"; port 0 when absent. The host comes out in lower case.
bool ParseServerName(std::string_view text, std::string* host, uint16_t* port);

struct ReadTimeout {  // "20-40,MinRate=500"; seconds and bytes per second
  uint32_t initial = 0;
  uint32_t max = 0;  // 0: none
  uint32_t rate = 0;
};
bool ParseReadTimeout(std::string_view text, ReadTimeout* out);

// Why the server's processes cannot use a directory, with its cure; empty when they can. Names the
// first directory of the path that is missing or cannot be entered.
struct DirectoryProblem {
  std::string found;
  std::string fix;
};
bool CheckDirectory(const std::string& path, DirectoryProblem* problem);

}  // namespace httpd::config
