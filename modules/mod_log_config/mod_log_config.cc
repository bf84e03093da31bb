// SPDX-License-Identifier: Apache-2.0
//
// mod_log_config: access logs in formats of the operator's own.
#include <algorithm>
#include <httpd/cxx.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "format.h"
#include "line.h"

namespace mod_log_config {
namespace {

using httpd::api::Arg;
using httpd::api::Error;
using httpd::api::Str;
using httpd::api::View;
using httpd::api::Warn;

constexpr std::string_view kCommon = "%h %l %u %t \"%r\" %>s %b";
constexpr std::string_view kCombined =
    "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\"";
constexpr std::string_view kCombinedIo =
    "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\" %I %O";

struct Nickname {
  std::string_view name;
  std::string_view format;
};

// One CustomLog or TransferLog line; shared by the settings of every server that uses it.
struct Log {
  std::string_view directive;
  std::string_view file;      // as written: what the server's owner was asked to open
  std::string_view format;    // a format; empty while only the nickname is known
  std::string_view nickname;  // empty: the default format
  Program program;
  httpd_logfile* opened = nullptr;
};

struct ServerSettings {
  std::vector<Nickname> nicknames;
  std::string_view default_format;  // LogFormat without a nickname
  std::vector<Log*> logs;
};

const std::string_view* FindNickname(const ServerSettings& settings, std::string_view name) {
  for (auto it = settings.nicknames.rbegin(); it != settings.nicknames.rend(); ++it) {
    if (it->name == name) return &it->format;
  }
  static constexpr Nickname kKnown[] = {
      {"common", kCommon}, {"CLF", kCommon}, {"combined", kCombined}, {"combinedio", kCombinedIo}};
  for (const Nickname& known : kKnown) {
    if (known.name == name) return &known.format;
  }
  return nullptr;
}

// A server with logs of its own writes only those, as in Apache; formats are inherited.
void MergeServer(const ServerSettings& outer, const ServerSettings& inner, ServerSettings& merged) {
  merged.nicknames = outer.nicknames;
  merged.nicknames.insert(merged.nicknames.end(), inner.nicknames.begin(), inner.nicknames.end());
  merged.default_format =
      inner.default_format.empty() ? outer.default_format : inner.default_format;
  merged.logs = inner.logs.empty() ? outer.logs : inner.logs;
}

// ---- Directives ----

httpd_result CheckFormat(httpd_directive_call* call, uint32_t index) {
  const std::string_view format = Arg(call, index);
  Program program;
  FormatProblem problem;
  if (Compile(format, &program, &problem)) return HTTPD_OK;
  return Error(
      call, index,
      problem.what + ", at character " + std::to_string(problem.position + 1) + " of the format",
      problem.fix);
}

httpd_result LogFormat(httpd_directive_call* call, ServerSettings& settings) {
  const std::string_view format = Arg(call, 0);
  const bool named = httpd_call_argc(call) == 2;
  // Without a nickname the only argument may be the nickname of the format that TransferLog uses.
  if (!named && format.find('%') == std::string_view::npos) {
    const std::string_view* known = FindNickname(settings, format);
    if (known != nullptr) {
      settings.default_format = *known;
      return HTTPD_OK;
    }
  }
  if (CheckFormat(call, 0) != HTTPD_OK) return HTTPD_ERR_INVALID;
  if (!named) {
    settings.default_format = format;
    return HTTPD_OK;
  }
  const std::string_view name = Arg(call, 1);
  if (name.empty() || name.find('%') != std::string_view::npos) {
    return Error(call, 1, "found \"" + std::string(name) + "\", wanted a nickname without %",
                 "put the format in quotes: LogFormat \"%h %t\" short");
  }
  settings.nicknames.push_back({name, format});
  return HTTPD_OK;
}

httpd_result CheckFile(httpd_directive_call* call) {
  const std::string_view file = Arg(call, 0);
  if (file.empty()) return Error(call, 0, "found no file name");
  if (file[0] == '|') {
    return Error(call, 0, "logging to a program is not supported yet",
                 "log to a file, for example logs/access_log, and let the program follow it "
                 "(tail -F)");
  }
  if (file.substr(0, 7) == "syslog:" || file == "syslog") {
    return Error(call, 0, "logging to syslog is not supported yet",
                 "log to a file, for example logs/access_log");
  }
  return HTTPD_OK;
}

httpd_result AddLog(httpd_directive_call* call, ServerSettings& settings,
                    std::string_view directive) {
  if (CheckFile(call) != HTTPD_OK) return HTTPD_ERR_INVALID;
  Log* log = httpd::api::New<Log>(httpd_call_pool(call));
  if (log == nullptr) return HTTPD_ERR_NO_MEMORY;
  log->directive = directive;
  log->file = Arg(call, 0);
  if (httpd_call_argc(call) > 1) {
    // A nickname may be defined further down; what holds a % is a format.
    const bool is_format = Arg(call, 1).find('%') != std::string_view::npos;
    if (is_format && CheckFormat(call, 1) != HTTPD_OK) return HTTPD_ERR_INVALID;
    (is_format ? log->format : log->nickname) = Arg(call, 1);
  }
  settings.logs.push_back(log);
  return HTTPD_OK;
}

httpd_result CustomLog(httpd_directive_call* call, ServerSettings& settings) {
  if (httpd_call_argc(call) == 3) {
    const std::string_view condition = Arg(call, 2);
    const bool known = condition.substr(0, 4) == "env=" || condition.substr(0, 5) == "expr=";
    return Error(call, 2,
                 known ? "conditional logging (" + std::string(condition) + ") is not supported yet"
                       : "found \"" + std::string(condition) + "\" behind the format",
                 known ? "remove it; %400,501{...}i and %!200,304{...}i choose by status"
                       : "put the format in quotes");
  }
  return AddLog(call, settings, "CustomLog");
}

httpd_result TransferLog(httpd_directive_call* call, ServerSettings& settings) {
  return AddLog(call, settings, "TransferLog");
}

httpd_result BufferedLogs(httpd_directive_call* call, ServerSettings&) {
  if (httpd_call_flag(call) == 1) return HTTPD_OK;
  return Warn(call, 0,
              "access logs are always buffered: lines are written in groups, at the latest "
              "after the server's flush interval",
              "remove the line");
}

// ---- The generation ----

httpd_result CompileLog(httpd_module_handle* self, const ServerSettings& settings, Log* log) {
  std::string_view format = log->format;
  if (format.empty() && !log->nickname.empty()) {
    const std::string_view* known = FindNickname(settings, log->nickname);
    if (known == nullptr) {
      const std::string line = std::string(log->directive) + " " + std::string(log->file) + " " +
                               std::string(log->nickname);
      const std::string fix = "define it, LogFormat \"%h %t\" " + std::string(log->nickname) +
                              ", or use common, combined or combinedio";
      return httpd_module_error(
          self, Str(line + ": no LogFormat has the nickname " + std::string(log->nickname)),
          Str(fix));
    }
    format = *known;
  }
  if (format.empty()) format = settings.default_format.empty() ? kCommon : settings.default_format;
  FormatProblem problem;
  if (Compile(format, &log->program, &problem)) return HTTPD_OK;
  return httpd_module_error(self, Str(problem.what), Str(problem.fix));
}

httpd_result OpenLogs(httpd_generation* generation, httpd_module_handle* self) {
  ::tzset();  // reads the time zone once, so that no request has to
  for (uint32_t i = 0; i < httpd_generation_server_count(generation); ++i) {
    const auto& settings = *static_cast<const ServerSettings*>(
        httpd_server_config(httpd_generation_server(generation, i), self));
    for (Log* log : settings.logs) {
      if (log->opened != nullptr) continue;  // inherited
      const httpd_result compiled = CompileLog(self, settings, log);
      if (compiled != HTTPD_OK) return compiled;
      log->opened = httpd_logfile_open(self, Str(log->directive), Str(log->file));
      if (log->opened == nullptr) return HTTPD_ERR_IO;
    }
  }
  return HTTPD_OK;
}

httpd_result LogRequest(httpd_request* request, httpd_module_handle* self) {
  const httpd_server* server = httpd_request_server(request);
  if (server == nullptr) return HTTPD_DECLINED;
  const auto& settings = *static_cast<const ServerSettings*>(httpd_server_config(server, self));
  for (Log* log : settings.logs) WriteLine(&log->program, request, log->opened);
  return HTTPD_OK;
}

httpd_result Register(httpd_module_handle* self, void*) {
  const httpd_result result = httpd::api::HookGeneration<OpenLogs>(self, HTTPD_HOOK_OPEN_LOGS);
  if (result != HTTPD_OK) return result;
  return httpd::api::HookRequest<LogRequest>(self, HTTPD_HOOK_LOG);
}

constexpr httpd_directive Row(const char* name, uint32_t flags, uint16_t max_args,
                              httpd_directive_handler handler, const char* usage) {
  return {sizeof(httpd_directive),
          HTTPD_IN_SERVER,
          name,
          HTTPD_DIRECTIVE_SERVER_CONFIG | flags,
          1,
          max_args,
          handler,
          nullptr,
          usage};
}

const httpd_directive kDirectives[] = {
    Row("LogFormat", 0, 2, httpd::api::Directive<ServerSettings, LogFormat>,
        "LogFormat format [nickname]"),
    Row("CustomLog", 0, 3, httpd::api::Directive<ServerSettings, CustomLog>,
        "CustomLog file [format-or-nickname]"),
    Row("TransferLog", 0, 1, httpd::api::Directive<ServerSettings, TransferLog>,
        "TransferLog file"),
    Row("BufferedLogs", HTTPD_DIRECTIVE_FLAG, 1,
        httpd::api::Directive<ServerSettings, BufferedLogs>, "BufferedLogs On|Off"),
    {},
};

}  // namespace
}  // namespace mod_log_config

HTTPD_MODULE(log_config,
             "version=1.0.0\0"
             "description=Access logs in formats of the operator's own\0"
             "license=Apache-2.0\0"
             "directive=LogFormat,CustomLog,TransferLog,BufferedLogs\0"
             "privileged=CustomLog:append:1\0"
             "privileged=TransferLog:append:1\0",
             .directives = mod_log_config::kDirectives,
             .create_server_config = httpd::api::Create<mod_log_config::ServerSettings>,
             .merge_server_config =
                 httpd::api::Merge<mod_log_config::ServerSettings, mod_log_config::MergeServer>,
             .register_module = mod_log_config::Register);
