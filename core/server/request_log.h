// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "log/error_log.h"
#include "server/request.h"

namespace httpd::server {

// A line about a request, "[client 192.0.2.1:1234] text", when the LogLevel of its place wants it.
void LogRequest(const Request* request, log::Level level, std::string_view module,
                std::string_view text);

}  // namespace httpd::server
