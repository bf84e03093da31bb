// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/types.h>

#include <string_view>

namespace httpd::server {

// As base::ReportMisuse(), for what may also be nobody's fault, because two things happened at
// once: a line of level info. Any thread.
void ReportRace(const char* function, httpd_result result, std::string_view what);

}  // namespace httpd::server
