// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/config.h>

#include "server/server_config.h"

namespace httpd::config {

// Handlers; `config` is server::CoreLocation.
httpd_result Require(httpd_directive_call* call, void* config, void* user);
httpd_result RequireSection(httpd_directive_call* call, void* config, void* user);
httpd_result AuthMerging(httpd_directive_call* call, void* config, void* user);
httpd_result AuthName(httpd_directive_call* call, void* config, void* user);
httpd_result AuthType(httpd_directive_call* call, void* config, void* user);
httpd_result Satisfy(httpd_directive_call* call, void* config, void* user);

// The authorization part of merging two scopes. False when out of memory.
bool MergeRequire(httpd_pool* pool, const server::CoreLocation& outer,
                  const server::CoreLocation& inner, server::CoreLocation* merged);

}  // namespace httpd::config
