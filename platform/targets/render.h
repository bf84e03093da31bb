// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_PLATFORM_TARGETS_RENDER_H_
#define HTTPD_PLATFORM_TARGETS_RENDER_H_

#include <string>

#include "platform/targets/target.h"

namespace httpd::targets {

// The row this build was configured for.
const httpd_target& This();

// The row in words, several lines, each with "Target:" or indentation before it: `httpd -V`.
std::string Describe(const httpd_target& target);

// All rows, one line each, the one of this build marked: `httpdctl platforms`.
std::string TableText();

// All rows with all fields: {"ok":true,"target":"linux-glibc","platforms":[{"name":…},…]} and a
// line break: `httpdctl platforms --json`. "paths" is a list; a field without source is "unknown".
std::string TableJson();

}  // namespace httpd::targets

#endif  // HTTPD_PLATFORM_TARGETS_RENDER_H_
