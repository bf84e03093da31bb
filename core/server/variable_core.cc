// SPDX-License-Identifier: Apache-2.0
//
// The variables that the core brings: those of Apache's expressions of which the core knows the
// facts. None of them waits for anything or looks at a file that was not looked at anyway.

#include <httpd/auth.h>
#include <httpd/server.h>
#include <httpd/subrequest.h>
#include <time.h>

#include <cstdio>

#include "base/concat.h"
#include "http/date.h"
#include "server/generation_impl.h"
#include "server/request_extras.h"
#include "server/variable.h"
#include "server/variable_functions.h"
#include "server/worker.h"

namespace httpd::server {
namespace {

using base::Str;
using base::View;

httpd_result Text(httpd_str* value, httpd_str text) {
  *value = text;
  return text.data == nullptr ? HTTPD_DECLINED : HTTPD_OK;
}
httpd_result Text(httpd_str* value, std::string_view text) { return Text(value, Str(text)); }
httpd_result Copied(httpd_request* r, httpd_str* value, std::string_view text) {
  return Text(value, r->pool.Copy(text));
}
httpd_result Number(httpd_request* r, httpd_str* value, uint64_t number) {
  return Copied(r, value, base::Concat(number));
}
httpd_result OnOff(httpd_str* value, bool on) { return Text(value, on ? "on" : "off"); }
// What is empty has no value.
httpd_result Filled(httpd_str* value, std::string_view text) {
  return text.empty() ? HTTPD_DECLINED : Text(value, text);
}

template <char const* kName>
httpd_result Header(httpd_request* r, httpd_str, httpd_str* value, void*) {
  return Text(value, httpd_request_header(r, Str(std::string_view(kName))));
}

// The server's clock in the server's time zone, as Apache shows it.
template <char const* kFormat>
httpd_result Time(httpd_request* r, httpd_str, httpd_str* value, void*) {
  const time_t now = r->worker->now_seconds();
  tm parts = {};
  ::localtime_r(&now, &parts);
  char text[32];
  return Copied(r, value, {text, ::strftime(text, sizeof(text), kFormat, &parts)});
}

constexpr char kAccept[] = "Accept", kCookie[] = "Cookie", kForwarded[] = "Forwarded",
               kHost[] = "Host", kProxyConnection[] = "Proxy-Connection", kReferer[] = "Referer",
               kUserAgent[] = "User-Agent";
constexpr char kYear[] = "%Y", kMonth[] = "%m", kDay[] = "%d", kHour[] = "%H", kMinute[] = "%M",
               kSecond[] = "%S", kWeekday[] = "%w", kWhole[] = "%Y%m%d%H%M%S";

std::string_view Protocol(const httpd_request* r) {
  switch (r->head->version) {
    case 1000:
      return "HTTP/1.0";
    case 1001:
      return "HTTP/1.1";
    case 2000:
      return "HTTP/2.0";
    case 3000:
      return "HTTP/3.0";
    default:
      return "";
  }
}

uint32_t Port(httpd_request* r) {
  if (r->server->core->server_port.set) return r->server->core->server_port.value;
  return httpd_request_local_port(r);
}

#define GET(body)                                                            \
  [](httpd_request* r, httpd_str, httpd_str* value, void*) -> httpd_result { \
    static_cast<void>(r);                                                    \
    body                                                                     \
  }

struct Row {
  const char* name;
  httpd_variable_get get;
  uint32_t flags;
};

// Views of what the request has are asked for each time: what a module changes is seen at once.
constexpr uint32_t kNow = HTTPD_VARIABLE_VOLATILE;
constexpr uint32_t kKept = 0;

const Row kRows[] = {
    {"HTTP_ACCEPT", Header<kAccept>, kNow},
    {"HTTP_COOKIE", Header<kCookie>, kNow},
    {"HTTP_FORWARDED", Header<kForwarded>, kNow},
    {"HTTP_HOST", Header<kHost>, kNow},
    {"HTTP_PROXY_CONNECTION", Header<kProxyConnection>, kNow},
    {"HTTP_REFERER", Header<kReferer>, kNow},
    {"HTTP_USER_AGENT", Header<kUserAgent>, kNow},

    {"REQUEST_METHOD", GET(return Text(value, httpd_request_method(r));), kNow},
    {"REQUEST_SCHEME", GET(return Text(value, httpd_request_scheme(r));), kNow},
    {"REQUEST_URI", GET(return Text(value, r->path);), kNow},
    {"DOCUMENT_URI", GET(return Text(value, r->path);), kNow},
    {"REQUEST_FILENAME", GET(return Filled(value, r->filename);), kNow},
    {"SCRIPT_FILENAME", GET(return Filled(value, r->filename);), kNow},
    {"PATH_INFO", GET(return Filled(value, r->path_info);), kNow},
    {"QUERY_STRING", GET(return Filled(value, r->query);), kNow},
    {"THE_REQUEST", GET(return Text(value, r->line);), kNow},
    {"REQUEST_STATUS", GET(return Number(r, value, r->status);), kNow},
    {"CONTENT_TYPE", GET(return Filled(value, r->content_type);), kNow},
    {"HANDLER", GET(return Filled(value, r->handler_name);), kNow},
    {"LAST_MODIFIED", GET({
       if (r->file == nullptr || r->file_kind == HTTPD_FILE_NONE) return HTTPD_DECLINED;
       const time_t seconds = r->file->mtime_ns / 1000000000;
       tm parts = {};
       ::gmtime_r(&seconds, &parts);
       char text[32];
       return Copied(r, value, {text, ::strftime(text, sizeof(text), kWhole, &parts)});
     }),
     kNow},

    {"REMOTE_ADDR", GET(return Text(value, ClientOf(r));), kNow},
    {"REMOTE_PORT", GET(return Number(r, value, ClientPortOf(r));), kNow},
    // No name is looked up: that would be a blocking call per request.
    {"REMOTE_HOST", GET(return Text(value, ClientOf(r));), kNow},
    {"CONN_REMOTE_ADDR", GET(return Text(value, r->connection->client());), kNow},
    {"REMOTE_USER", GET(return Filled(value, r->user);), kNow},
    {"AUTH_TYPE", GET(return Filled(value, View(httpd_request_auth_type(r)));), kNow},
    {"IS_SUBREQ", GET(return OnOff(value, httpd_request_parent(r) != nullptr);), kNow},
    {"IPV6", GET(return OnOff(value, ClientOf(r).find(':') != std::string_view::npos);), kNow},
    {"HTTPS", GET(return OnOff(value, httpd_request_is_secure(r) != 0);), kNow},
    {"HTTP2", GET(return OnOff(value, r->head->version == 2000);), kNow},

    {"SERVER_NAME", GET(return Text(value, httpd_server_name(r->server));), kNow},
    {"SERVER_PORT", GET(return Number(r, value, Port(r));), kKept},
    {"SERVER_ADMIN", GET(return Text(value, r->server->core->server_admin.value);), kNow},
    {"SERVER_ADDR", GET(return Text(value, httpd_request_local_address(r));), kNow},
    {"SERVER_PROTOCOL", GET(return Filled(value, Protocol(r));), kNow},
    {"SERVER_PROTOCOL_VERSION", GET(return Number(r, value, r->head->version);), kKept},
    {"SERVER_PROTOCOL_VERSION_MAJOR", GET(return Number(r, value, r->head->version / 1000);),
     kKept},
    {"SERVER_PROTOCOL_VERSION_MINOR", GET(return Number(r, value, r->head->version % 1000);),
     kKept},
    {"SERVER_SOFTWARE", GET({
       std::string_view field = r->worker->generation->server_field;  // "Server: x\r\n"
       if (field.size() < 10) return HTTPD_DECLINED;
       field.remove_prefix(8);
       field.remove_suffix(2);
       return Text(value, field);
     }),
     kNow},
    {"DOCUMENT_ROOT", GET(return Text(value, r->server->core->document_root.value);), kNow},
    {"CONTEXT_DOCUMENT_ROOT", GET(return Text(value, r->server->core->document_root.value);), kNow},

    {"TIME_YEAR", Time<kYear>, kKept},
    {"TIME_MON", Time<kMonth>, kKept},
    {"TIME_DAY", Time<kDay>, kKept},
    {"TIME_HOUR", Time<kHour>, kKept},
    {"TIME_MIN", Time<kMinute>, kKept},
    {"TIME_SEC", Time<kSecond>, kKept},
    {"TIME_WDAY", Time<kWeekday>, kKept},
    {"TIME", Time<kWhole>, kKept},
};

}  // namespace

void VariableTable::AddCore() {
  const module::Module* taken = nullptr;
  const auto add = [&](const char* name, httpd_variable_get get, uint32_t flags) {
    const httpd_variable_options options = {
        .size = sizeof(options), .flags = flags, .get = get, .user = nullptr, .destroy = nullptr};
    Add(nullptr, name, options, &taken);
  };
  for (const Row& row : kRows) add(row.name, row.get, row.flags);
  for (const VariableFunction& function : VariableFunctions()) {
    add(function.name, function.get, HTTPD_VARIABLE_ARGUMENT);
  }
}

}  // namespace httpd::server
