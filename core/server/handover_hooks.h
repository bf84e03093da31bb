// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/hooks.h>

namespace httpd::server {

// Calls HTTPD_HOOK_HANDOVER_EXPORT or _IMPORT on a connection; false when a module answered
// anything but HTTPD_OK or HTTPD_DECLINED.
bool RunHandoverHooks(httpd_connection* connection, uint32_t hook);

}  // namespace httpd::server
