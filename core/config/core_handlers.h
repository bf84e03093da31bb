// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/config.h>

// Handlers of the core's directives; `config` is server::CoreServer or server::CoreLocation as the
// table in core_directives.cc says.

namespace httpd::config {

httpd_result AcceptAndIgnore(httpd_directive_call* call, void* config, void* user);
httpd_result AcceptPathInfo(httpd_directive_call* call, void* config, void* user);
httpd_result AddDefaultCharset(httpd_directive_call* call, void* config, void* user);
httpd_result AllowEncodedSlashes(httpd_directive_call* call, void* config, void* user);
httpd_result AccessFileName(httpd_directive_call* call, void* config, void* user);
httpd_result AllowOverride(httpd_directive_call* call, void* config, void* user);
httpd_result AllowOverrideList(httpd_directive_call* call, void* config, void* user);
httpd_result DefaultType(httpd_directive_call* call, void* config, void* user);
httpd_result DocumentRoot(httpd_directive_call* call, void* config, void* user);
httpd_result Error(httpd_directive_call* call, void* config, void* user);
httpd_result ErrorDocument(httpd_directive_call* call, void* config, void* user);
httpd_result ErrorLogFormat(httpd_directive_call* call, void* config, void* user);
httpd_result FileETag(httpd_directive_call* call, void* config, void* user);
httpd_result HostnameLookups(httpd_directive_call* call, void* config, void* user);
httpd_result LimitRequestFields(httpd_directive_call* call, void* config, void* user);
httpd_result LogLevel(httpd_directive_call* call, void* config, void* user);
httpd_result Options(httpd_directive_call* call, void* config, void* user);
httpd_result Protocols(httpd_directive_call* call, void* config, void* user);
httpd_result RequestReadTimeout(httpd_directive_call* call, void* config, void* user);
httpd_result ServerAlias(httpd_directive_call* call, void* config, void* user);
httpd_result ServerName(httpd_directive_call* call, void* config, void* user);
httpd_result ServerSignature(httpd_directive_call* call, void* config, void* user);
httpd_result ServerTokens(httpd_directive_call* call, void* config, void* user);
httpd_result TraceEnable(httpd_directive_call* call, void* config, void* user);
httpd_result UseCanonicalName(httpd_directive_call* call, void* config, void* user);

}  // namespace httpd::config
