// SPDX-License-Identifier: Apache-2.0
// The table of the core's directives and those handlers that only read one value. Handlers with
// rules of their own are in core_handlers.cc.
#include "config/core_directives.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <type_traits>

#include "base/concat.h"
#include "config/call.h"
#include "config/core_handlers.h"
#include "config/require.h"
#include "config/values.h"
#include "server/server_config.h"

namespace httpd::config {
namespace {

using server::CoreLocation;
using server::CoreServer;

template <typename Class, typename Value>
Class ClassOfMember(server::Setting<Value> Class::*);
template <auto Member>
using ClassOf = decltype(ClassOfMember(Member));

template <auto Member>
httpd_result SetFlag(httpd_directive_call* call, void* config, void* user) {
  static_cast<ClassOf<Member>*>(config)->*Member = httpd_call_flag(call) != 0;
  return HTTPD_OK;
}

template <auto Member>
httpd_result SetText(httpd_directive_call* call, void* config, void* user) {
  // These texts reach response fields and pages.
  const std::string& text = call->node->args[0].text;
  const bool control = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
  });
  if (text.empty() || control) {
    CallError(call, 0, "HC-10",
              base::Concat(call->directive->name, " is empty or holds control characters"))
        .wanted = call->directive->usage;
    return HTTPD_ERR_INVALID;
  }
  static_cast<ClassOf<Member>*>(config)->*Member = call->node->args[0].text;
  return HTTPD_OK;
}

template <auto Member, uint64_t kLowest, uint64_t kHighest>
httpd_result SetNumber(httpd_directive_call* call, void* config, void* user) {
  auto& setting = static_cast<ClassOf<Member>*>(config)->*Member;
  uint64_t number = 0;
  const std::string& text = call->node->args[0].text;
  if (!ParseUnsigned(text, kHighest, &number) || number < kLowest) {
    Diagnostic& error = CallError(call, 0, "HC-10",
                                  base::Concat(call->directive->name, " cannot be \"", text, "\""));
    error.wanted = base::Concat("a whole number from ", kLowest, " to ", kHighest);
    return HTTPD_ERR_INVALID;
  }
  setting = static_cast<std::remove_reference_t<decltype(setting.value)>>(number);
  return HTTPD_OK;
}

// kUnit: milliseconds of a number without unit.
template <auto Member, uint32_t kUnit>
httpd_result SetTime(httpd_directive_call* call, void* config, void* user) {
  uint32_t milliseconds = 0;
  const std::string& text = call->node->args[0].text;
  if (!ParseTime(text, kUnit, &milliseconds)) {
    Diagnostic& error = CallError(call, 0, "HC-10",
                                  base::Concat(call->directive->name, " cannot be \"", text, "\""));
    error.wanted = "a number of seconds, or a number with ms, s, min or h; at most 31 days";
    return HTTPD_ERR_INVALID;
  }
  static_cast<ClassOf<Member>*>(config)->*Member = milliseconds;
  return HTTPD_OK;
}

constexpr uint32_t kServer = HTTPD_DIRECTIVE_SERVER_CONFIG;
constexpr uint32_t kFlag = HTTPD_DIRECTIVE_FLAG;
constexpr uint32_t kRaw = HTTPD_DIRECTIVE_RAW;

constexpr httpd_directive Row(const char* name, uint32_t contexts, uint32_t flags, uint16_t min,
                              uint16_t max, httpd_directive_handler handler, const char* usage) {
  return {sizeof(httpd_directive), contexts, name, flags, min, max, handler, nullptr, usage};
}

}  // namespace

const httpd_directive* CoreDirectives() {
  constexpr uint32_t kInServer = HTTPD_IN_SERVER;
  constexpr uint32_t kInGlobal = HTTPD_IN_GLOBAL;
  constexpr uint32_t kAnywhere = HTTPD_IN_ANYWHERE;
  constexpr uint32_t kInDirectory = HTTPD_IN_DIRECTORY;
  // In .htaccess as well, with the class that Apache's manual gives.
  constexpr uint32_t kAnyClass = kAnywhere | HTTPD_IN_HTACCESS;
  constexpr uint32_t kFileInfo = kAnyClass | HTTPD_OVERRIDE_FILE_INFO;
  constexpr uint32_t kOptions = kAnyClass | HTTPD_OVERRIDE_OPTIONS;
  constexpr uint32_t kAuthConfig = kAnyClass | HTTPD_OVERRIDE_AUTH_CONFIG;
  static constexpr httpd_directive kTable[] = {
      Row("AcceptPathInfo", kFileInfo, 0, 1, 1, AcceptPathInfo, "AcceptPathInfo Off|Default"),
      Row("AccessFileName", kInServer, kServer, 1, HTTPD_ARGS_ANY, AccessFileName,
          "AccessFileName file ..."),
      Row("AddDefaultCharset", kFileInfo, 0, 1, 1, AddDefaultCharset,
          "AddDefaultCharset On|Off|charset"),
      Row("AllowEncodedSlashes", kInServer, kServer, 1, 1, AllowEncodedSlashes,
          "AllowEncodedSlashes On|Off"),
      Row("AllowOverride", kInDirectory, 0, 1, HTTPD_ARGS_ANY, AllowOverride,
          "AllowOverride None|All|class ..."),
      Row("AllowOverrideList", kInDirectory, 0, 1, HTTPD_ARGS_ANY, AllowOverrideList,
          "AllowOverrideList None|directive ..."),
      Row("AuthMerging", kAuthConfig & ~HTTPD_IN_SERVER, 0, 1, 1, AuthMerging,
          "AuthMerging Off|And|Or"),
      Row("AuthName", kAuthConfig, 0, 1, 1, AuthName, "AuthName realm"),
      Row("AuthType", kAuthConfig, 0, 1, 1, AuthType, "AuthType None|scheme"),
      Row("DefaultType", kFileInfo, 0, 1, 1, DefaultType, "DefaultType none"),
      Row("DocumentRoot", kInServer, kServer, 1, 1, DocumentRoot, "DocumentRoot directory"),
      Row("EnableSendfile", kFileInfo, kFlag, 1, 1, SetFlag<&CoreLocation::enable_sendfile>,
          "EnableSendfile On|Off"),
      Row("Error", kAnyClass, kRaw, 1, 1, Error, "Error message"),
      Row("ErrorDocument", kFileInfo, 0, 2, HTTPD_ARGS_ANY, ErrorDocument,
          "ErrorDocument status text|/path|URL"),
      Row("ErrorLogFormat", kInGlobal, kServer, 1, 1, ErrorLogFormat, "ErrorLogFormat text|json"),
      Row("FileETag", kFileInfo, 0, 1, HTTPD_ARGS_ANY, FileETag,
          "FileETag All|None|[INode] [MTime] [Size]"),
      Row("ForceType", kFileInfo, 0, 1, 1, SetText<&CoreLocation::force_type>,
          "ForceType media-type|none"),
      Row("HostnameLookups", kAnywhere, 0, 1, 1, HostnameLookups, "HostnameLookups Off"),
      Row("KeepAlive", kInServer, kServer | kFlag, 1, 1, SetFlag<&CoreServer::keep_alive>,
          "KeepAlive On|Off"),
      Row("KeepAliveTimeout", kInServer, kServer, 1, 1,
          SetTime<&CoreServer::keep_alive_timeout, 1000>, "KeepAliveTimeout seconds|number ms"),
      Row("LimitRequestBody", kAnyClass, 0, 1, 1,
          SetNumber<&CoreLocation::limit_request_body, 0, INT64_MAX>, "LimitRequestBody bytes"),
      Row("LimitRequestFieldSize", kInServer, kServer, 1, 1,
          SetNumber<&CoreServer::limit_request_field_size, 64, 65536>,
          "LimitRequestFieldSize bytes"),
      Row("LimitRequestFields", kInServer, kServer, 1, 1, LimitRequestFields,
          "LimitRequestFields number"),
      Row("LimitRequestLine", kInServer, kServer, 1, 1,
          SetNumber<&CoreServer::limit_request_line, 64, 65536>, "LimitRequestLine bytes"),
      Row("LogLevel", kAnywhere, 0, 1, HTTPD_ARGS_ANY, LogLevel, "LogLevel [module:]level ..."),
      Row("MaxConnections", kInGlobal, kServer, 1, 1,
          SetNumber<&CoreServer::max_connections, 0, 1000000>, "MaxConnections number"),
      Row("MaxKeepAliveRequests", kInServer, kServer, 1, 1,
          SetNumber<&CoreServer::max_keep_alive_requests, 0, UINT32_MAX>,
          "MaxKeepAliveRequests number"),
      Row("OpenFileCacheValid", kInServer, kServer, 1, 1,
          SetTime<&CoreServer::open_file_cache_valid, 1000>,
          "OpenFileCacheValid seconds|number ms"),
      Row("Options", kOptions, 0, 1, HTTPD_ARGS_ANY, Options, "Options [+|-]option ..."),
      Row("Protocols", kInServer, kServer, 1, HTTPD_ARGS_ANY, Protocols, "Protocols http/1.1"),
      Row("RequestReadTimeout", kInServer, kServer, 1, HTTPD_ARGS_ANY, RequestReadTimeout,
          "RequestReadTimeout [header=time[-max][,MinRate=rate]] [body=time[,MinRate=rate]]"),
      Row("Require", kAuthConfig & ~HTTPD_IN_SERVER, 0, 1, HTTPD_ARGS_ANY, Require,
          "Require [not] kind [argument ...]"),
      Row("RequireAll", kAuthConfig & ~HTTPD_IN_SERVER, HTTPD_DIRECTIVE_SECTION, 0, 0,
          RequireSection, "<RequireAll>"),
      Row("RequireAny", kAuthConfig & ~HTTPD_IN_SERVER, HTTPD_DIRECTIVE_SECTION, 0, 0,
          RequireSection, "<RequireAny>"),
      Row("RequireNone", kAuthConfig & ~HTTPD_IN_SERVER, HTTPD_DIRECTIVE_SECTION, 0, 0,
          RequireSection, "<RequireNone>"),
      Row("Satisfy", kAuthConfig & ~HTTPD_IN_SERVER, 0, 1, 1, Satisfy, "Satisfy All|Any"),
      Row("ServerAdmin", kInServer, kServer, 1, 1, SetText<&CoreServer::server_admin>,
          "ServerAdmin address"),
      Row("ServerAlias", kInServer, kServer, 1, HTTPD_ARGS_ANY, ServerAlias,
          "ServerAlias name ..."),
      Row("ServerName", kInServer, kServer, 1, 1, ServerName, "ServerName name[:port]"),
      Row("ServerSignature", kAnyClass, 0, 1, 1, ServerSignature, "ServerSignature On|Off|EMail"),
      Row("ServerTokens", kInGlobal, kServer, 1, 1, ServerTokens,
          "ServerTokens Prod|Major|Minor|Min|OS|Full"),
      Row("SetHandler", kFileInfo, 0, 1, 1, SetText<&CoreLocation::set_handler>,
          "SetHandler name|none"),
      Row("TimeOut", kInServer, kServer, 1, 1, SetTime<&CoreServer::timeout, 1000>,
          "TimeOut seconds"),
      Row("TraceEnable", kInServer, kServer, 1, 1, TraceEnable, "TraceEnable On|Off"),
      Row("UseCanonicalName", kAnywhere, 0, 1, 1, UseCanonicalName, "UseCanonicalName Off"),
      Row(nullptr, 0, 0, 0, 0, nullptr, nullptr),
  };
  return kTable;
}

}  // namespace httpd::config
