// SPDX-License-Identifier: Apache-2.0
#include "server/request_log.h"

#include "base/concat.h"
#include "net/connection.h"
#include "server/request_extras.h"

namespace httpd::server {

void LogRequest(const Request* request, log::Level level, std::string_view module,
                std::string_view text) {
  const auto wanted = request->location == nullptr
                          ? log::GetLevel()
                          : static_cast<log::Level>(request->location->core->log_level.value);
  if (level > wanted && level > log::Level::kError) return;
  log::Write(level, module,
             base::Concat("[client ", ClientOf(request), ":", ClientPortOf(request), "] ", text));
}

}  // namespace httpd::server
