// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"

namespace httpd::module {

enum class FindingSeverity : uint8_t { kError = 0, kWarning = 1, kNotice = 2 };

// One thing that is wrong with a module. `code` is permanent and listed in docs/errors.md. All
// texts are one line, lower case, without a full stop.
struct Finding {
  FindingSeverity severity = FindingSeverity::kError;
  std::string code;    // "HM-18"
  std::string what;    // "built for another machine"
  std::string found;   // "s390x 64-bit big-endian"
  std::string wanted;  // "x86-64 64-bit little-endian"
  std::string where;   // the file, and the object within it; "" when the headline says it
  std::string fix;     // one line that can be pasted or followed

  bool operator==(const Finding&) const = default;
};

// True when one of them is an error.
bool HasErrors(const std::vector<Finding>& findings);

// The text that terminal, log and JSON show: the headline, a line per finding, then each different
// fix on a line of its own:
//   module mime cannot be loaded from libexec/mod_mime.so (httpd.conf:12:1)
//     HM-18  built for another machine: found s390x …; wanted x86-64 …; in /…/mod_mime.so
//     fix: install the package of this module that is built for x86-64 64-bit little-endian
// Control characters are shown as \xNN, so that a hostile file cannot forge lines.
std::string RenderRefusal(std::string_view headline, const std::vector<Finding>& findings);

// The same finding among those of the configuration.
config::Diagnostic ToDiagnostic(const Finding& finding, config::Position position, uint32_t length);

}  // namespace httpd::module
