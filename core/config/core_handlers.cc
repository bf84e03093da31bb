// SPDX-License-Identifier: Apache-2.0
// Core directives with rules of their own. What Apache can do and this server cannot is an error
// where it would change what is served, and a warning where it would not.
#include "config/core_handlers.h"

#include <httpd/log.h>
#include <httpd/request.h>
#include <httpd/resource.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/concat.h"
#include "base/str.h"
#include "config/call.h"
#include "config/core_directives.h"
#include "config/early_evaluator.h"
#include "config/log_format.h"
#include "config/values.h"
#include "http/etag.h"
#include "http/request_head.h"
#include "server/server_config.h"

namespace httpd::config {
namespace {

using server::CoreLocation;
using server::CoreServer;

const std::string& Text(const httpd_directive_call* call, size_t index = 0) {
  return call->node->args[index].text;
}

httpd_result BadValue(httpd_directive_call* call, uint32_t index, std::string_view wanted,
                      std::string fix = {}) {
  Diagnostic& error =
      CallError(call, index, "HC-10",
                base::Concat(call->directive->name, " cannot be \"", Text(call, index), "\""));
  error.wanted = std::string(wanted);
  error.fix = fix.empty() ? base::Concat("write ", call->directive->usage) : std::move(fix);
  return HTTPD_ERR_INVALID;
}

httpd_result NotSupported(httpd_directive_call* call, uint32_t index, std::string_view why,
                          std::string fix) {
  Diagnostic& error =
      CallError(call, index, "HC-20",
                base::Concat(call->directive->name, " ", Text(call, index), " is not supported"));
  error.found = std::string(why);
  error.fix = std::move(fix);
  return HTTPD_ERR_INVALID;
}

httpd_result HasNoEffect(httpd_directive_call* call, uint32_t index, std::string_view why,
                         std::string fix) {
  Diagnostic& warning =
      CallWarning(call, index, "HC-20",
                  base::Concat(call->directive->name, " ", Text(call, index), " has no effect"));
  warning.found = std::string(why);
  warning.fix = std::move(fix);
  return HTTPD_OK;
}

// The value of a name in a table of {name, value}; compares without regard to case.
template <typename Table>
auto Find(const Table& table, std::string_view name) {
  return std::find_if(std::begin(table), std::end(table),
                      [&](const auto& row) { return SameName(row.first, name); });
}

}  // namespace

httpd_result AcceptAndIgnore(httpd_directive_call*, void*, void*) { return HTTPD_OK; }

httpd_result AcceptPathInfo(httpd_directive_call* call, void*, void*) {
  bool on = false;
  if (SameName(Text(call), "default")) return HTTPD_OK;
  if (!ParseOnOff(Text(call), &on)) return BadValue(call, 0, "Off or Default");
  if (!on) return HTTPD_OK;
  return NotSupported(call, 0, "a file has no paths below it", "AcceptPathInfo Default");
}

httpd_result AddDefaultCharset(httpd_directive_call* call, void* config, void*) {
  bool on = false;
  auto& charset = static_cast<CoreLocation*>(config)->add_default_charset;
  if (ParseOnOff(Text(call), &on)) {
    charset = std::string(on ? "iso-8859-1" : "");
    return HTTPD_OK;
  }
  const std::string& name = Text(call);
  const bool token = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return c > ' ' && c < 0x7f &&
           std::string_view("\"(),/:;<=>?@[\\]{}").find(c) == std::string_view::npos;
  });
  if (!token)
    return BadValue(call, 0, "On, Off or the name of a charset", "AddDefaultCharset utf-8");
  charset = name;
  return HTTPD_OK;
}

httpd_result AllowEncodedSlashes(httpd_directive_call* call, void* config, void*) {
  bool on = false;
  if (SameName(Text(call), "nodecode")) {
    return NotSupported(call, 0, "an encoded slash is refused, or decoded",
                        "AllowEncodedSlashes Off");
  }
  if (!ParseOnOff(Text(call), &on)) return BadValue(call, 0, "On or Off");
  static_cast<CoreServer*>(config)->allow_encoded_slashes = on;
  return HTTPD_OK;
}

httpd_result AccessFileName(httpd_directive_call* call, void* config, void*) {
  std::vector<std::string> names;
  for (uint32_t i = 0; i < call->node->args.size(); ++i) {
    const std::string& name = Text(call, i);
    if (name.empty() || name.find('/') != name.npos || name == "." || name == "..") {
      return BadValue(call, i, "the name of a file, without a /", "AccessFileName .htaccess");
    }
    names.push_back(name);
  }
  static_cast<CoreServer*>(config)->access_file_names = std::move(names);
  return HTTPD_OK;
}

httpd_result AllowOverride(httpd_directive_call* call, void* config, void*) {
  constexpr uint32_t kAll = HTTPD_OVERRIDE_OPTIONS | HTTPD_OVERRIDE_FILE_INFO |
                            HTTPD_OVERRIDE_AUTH_CONFIG | HTTPD_OVERRIDE_LIMIT |
                            HTTPD_OVERRIDE_INDEXES;
  static constexpr std::pair<std::string_view, uint32_t> kClasses[] = {
      {"None", 0},
      {"All", kAll},
      {"Options", HTTPD_OVERRIDE_OPTIONS},
      {"FileInfo", HTTPD_OVERRIDE_FILE_INFO},
      {"AuthConfig", HTTPD_OVERRIDE_AUTH_CONFIG},
      {"Limit", HTTPD_OVERRIDE_LIMIT},
      {"Indexes", HTTPD_OVERRIDE_INDEXES},
  };
  uint32_t classes = 0;
  for (uint32_t i = 0; i < call->node->args.size(); ++i) {
    const std::string& word = Text(call, i);
    const auto row = Find(kClasses, word);
    const size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    if (equals != word.npos && (SameName(name, "Options") || SameName(name, "Nonfatal"))) {
      return NotSupported(call, i, "a class is allowed as a whole, and its errors are errors",
                          "AllowOverride Options");
    }
    if (row == std::end(kClasses)) {
      return BadValue(call, i, "None, All, or Options, FileInfo, AuthConfig, Limit and Indexes");
    }
    if (row->second == 0 && call->node->args.size() > 1) {
      return BadValue(call, i, "None alone, or classes without None", "AllowOverride None");
    }
    classes |= row->second;
  }
  if (call->scope.section != nullptr && call->scope.section->regex != nullptr) {
    return HasNoEffect(call, 0, "sections with an expression are looked at too late for it",
                       "write it into a <Directory> with a path");
  }
  static_cast<CoreLocation*>(config)->allow_override = classes;
  return HTTPD_OK;
}

httpd_result AllowOverrideList(httpd_directive_call* call, void* config, void*) {
  std::vector<std::string> names;
  for (const Arg& arg : call->node->args) {
    if (!SameName(arg.text, "none")) names.push_back(arg.text);
  }
  static_cast<CoreLocation*>(config)->allow_override_list = std::move(names);
  return HTTPD_OK;
}

httpd_result DefaultType(httpd_directive_call* call, void*, void*) {
  if (SameName(Text(call), "none")) return HTTPD_OK;
  return HasNoEffect(call, 0, "Apache 2.4 ignores it too; ForceType sets a type",
                     base::Concat("ForceType ", Text(call)));
}

httpd_result DocumentRoot(httpd_directive_call* call, void* config, void*) {
  const std::string path = JoinPath(*call->server_root, Text(call));
  if (path.find("/../") != path.npos || path.ends_with("/..")) {
    return BadValue(call, 0, "a path without ..");
  }
  // "/" is stored as "", so that a request path can be put behind it.
  static_cast<CoreServer*>(config)->document_root = path == "/" ? std::string() : path;
  DirectoryProblem problem;
  if (!CheckDirectory(path, &problem)) {
    Diagnostic& warning =
        CallWarning(call, 0, "HC-28", "DocumentRoot cannot be used: requests will fail");
    warning.found = problem.found;
    warning.fix = problem.fix;
  }
  return HTTPD_OK;
}

httpd_result Error(httpd_directive_call* call, void*, void*) {
  const std::vector<Arg>& args = call->node->args;
  CallError(call, HTTPD_CALL_WHOLE_LINE, "HC-25",
            args.size() == 1 ? args[0].text : call->node->raw);
  return HTTPD_ERR_INVALID;
}

httpd_result ErrorDocument(httpd_directive_call* call, void* config, void*) {
  uint64_t status = 0;
  if (!ParseUnsigned(Text(call), 599, &status) || status < 400) {
    return BadValue(call, 0, "a status from 400 to 599");
  }
  auto& documents = static_cast<CoreLocation*>(config)->error_documents;
  std::string document = Text(call, 1);
  if (call->node->args.size() > 2) {  // text without quotes: the rest of the line
    const std::string& raw = call->node->raw;
    document = raw.substr(raw.find_first_not_of(" \t", raw.find_first_of(" \t")));
  } else if (SameName(document, "default")) {
    document.clear();  // taken out when scopes are merged
  } else if (document.empty()) {
    return BadValue(call, 1, "a text, a path that begins with /, a URL, or default");
  }
  documents[static_cast<uint32_t>(status)] = std::move(document);
  return HTTPD_OK;
}

httpd_result FileETag(httpd_directive_call* call, void* config, void*) {
  static constexpr std::pair<std::string_view, uint32_t> kParts[] = {
      {"None", http::kETagNone},
      {"INode", http::kETagInode},
      {"MTime", http::kETagMTime},
      {"Size", http::kETagSize},
      {"All", http::kETagInode | http::kETagMTime | http::kETagSize},
  };
  uint32_t parts = 0;
  for (uint32_t i = 0; i < call->node->args.size(); ++i) {
    const std::string& word = Text(call, i);
    const auto part = Find(kParts, word);
    if (part == std::end(kParts)) {
      const bool known = SameName(word, "Digest") || word[0] == '+' || word[0] == '-';
      if (known) {
        return NotSupported(call, i, "parts are listed in full, and digests are not computed",
                            "FileETag MTime Size");
      }
      return BadValue(call, i, "All, None, or INode, MTime and Size");
    }
    parts |= part->second;
  }
  static_cast<CoreLocation*>(config)->file_etag = parts;
  return HTTPD_OK;
}

httpd_result ErrorLogFormat(httpd_directive_call* call, void*, void*) {
  if (SameName(Text(call), "json") || SameName(Text(call), "text")) return HTTPD_OK;
  return BadValue(call, 0, "text or json; Apache's format strings are not supported",
                  "ErrorLogFormat json");
}

// The supervisor asks too, which evaluates no directive of the generation.
bool WantsJsonLog(const Tree& active) {
  bool json = false;
  for (const Node& node : active) {
    if (!SameName(node.name, "ErrorLogFormat") || node.args.empty()) continue;
    json = SameName(node.args[0].text, "json");
  }
  return json;
}

httpd_result HostnameLookups(httpd_directive_call* call, void*, void*) {
  if (SameName(Text(call), "off")) return HTTPD_OK;
  if (!SameName(Text(call), "on") && !SameName(Text(call), "double")) {
    return BadValue(call, 0, "Off");
  }
  return HasNoEffect(call, 0, "clients are known by address only", "HostnameLookups Off");
}

// Apache's 0 means no limit; here the parser's table is one.
httpd_result LimitRequestFields(httpd_directive_call* call, void* config, void*) {
  uint64_t number = 0;
  if (!ParseUnsigned(Text(call), UINT32_MAX, &number)) {
    return BadValue(call, 0, base::Concat("a whole number from 1 to ", http::kMaxFields));
  }
  if (number == 0 || number > http::kMaxFields) {
    HasNoEffect(call, 0,
                base::Concat("a request never has more than ", http::kMaxFields, " fields"),
                base::Concat("LimitRequestFields ", http::kMaxFields));
    number = http::kMaxFields;
  }
  static_cast<CoreServer*>(config)->limit_request_fields = static_cast<uint32_t>(number);
  return HTTPD_OK;
}

httpd_result LogLevel(httpd_directive_call* call, void* config, void*) {
  static constexpr std::pair<std::string_view, uint32_t> kLevels[] = {
      {"emerg", HTTPD_LOG_EMERG},  {"alert", HTTPD_LOG_ALERT},  {"crit", HTTPD_LOG_CRIT},
      {"error", HTTPD_LOG_ERROR},  {"warn", HTTPD_LOG_WARN},    {"notice", HTTPD_LOG_NOTICE},
      {"info", HTTPD_LOG_INFO},    {"debug", HTTPD_LOG_DEBUG},  {"trace1", HTTPD_LOG_TRACE},
      {"trace2", HTTPD_LOG_TRACE}, {"trace3", HTTPD_LOG_TRACE}, {"trace4", HTTPD_LOG_TRACE},
      {"trace5", HTTPD_LOG_TRACE}, {"trace6", HTTPD_LOG_TRACE}, {"trace7", HTTPD_LOG_TRACE},
      {"trace8", HTTPD_LOG_TRACE},
  };
  for (uint32_t i = 0; i < call->node->args.size(); ++i) {
    const std::string& word = Text(call, i);
    const size_t colon = word.find(':');
    const auto level = Find(kLevels, colon == word.npos ? word : word.substr(colon + 1));
    if (level == std::end(kLevels)) {
      return BadValue(call, i, "emerg, alert, crit, error, warn, notice, info, debug or trace1-8",
                      "LogLevel warn");
    }
    auto* location = static_cast<CoreLocation*>(config);
    if (colon == word.npos) {  // for all modules, as Apache has it
      location->log_level = level->second;
      location->module_log_levels.clear();
      continue;
    }
    const module::Module* module = call->modules->Find(ModuleShortName(word.substr(0, colon)));
    if (module == nullptr) {
      HasNoEffect(call, i, "no such module is loaded", "load the module, or leave the word away");
      continue;
    }
    std::erase_if(location->module_log_levels,
                  [&](const auto& entry) { return entry.first == module->slot; });
    location->module_log_levels.emplace_back(module->slot, static_cast<uint8_t>(level->second));
  }
  return HTTPD_OK;
}

httpd_result Options(httpd_directive_call* call, void* config, void*) {
  constexpr uint32_t kAll = HTTPD_OPTION_INDEXES | HTTPD_OPTION_FOLLOW_SYMLINKS |
                            HTTPD_OPTION_EXEC_CGI | HTTPD_OPTION_INCLUDES;
  static constexpr std::pair<std::string_view, uint32_t> kOptions[] = {
      {"None", 0},
      {"All", kAll},
      {"Indexes", HTTPD_OPTION_INDEXES},
      {"FollowSymLinks", HTTPD_OPTION_FOLLOW_SYMLINKS},
      {"SymLinksIfOwnerMatch", kOptionOwnerMatch},
      {"MultiViews", HTTPD_OPTION_MULTIVIEWS},
      {"ExecCGI", HTTPD_OPTION_EXEC_CGI},
      {"Includes", HTTPD_OPTION_INCLUDES},
  };
  uint32_t replace = 0, add = 0, remove = 0;
  bool relative = false, absolute = false;
  for (uint32_t i = 0; i < call->node->args.size(); ++i) {
    std::string_view word = Text(call, i);
    const char sign = !word.empty() && (word[0] == '+' || word[0] == '-') ? word[0] : '\0';
    if (sign != 0) word.remove_prefix(1);
    (sign != 0 ? relative : absolute) = true;
    const auto option = Find(kOptions, word);
    if (SameName(word, "IncludesNoExec")) {
      return NotSupported(call, i, "there is no form of Includes without programs", "Options None");
    }
    if (option == std::end(kOptions)) {
      return BadValue(call, i,
                      "None, All, Indexes, FollowSymLinks, SymLinksIfOwnerMatch, MultiViews, "
                      "ExecCGI or Includes");
    }
    const uint32_t bits = option->second;
    if (sign == 0) replace = bits == 0 ? 0 : replace | bits;
    if (sign == '+') add |= bits, remove &= ~bits;
    if (sign == '-') remove |= bits, add &= ~bits;
  }
  if (relative && absolute) {
    Diagnostic& error = CallError(call, HTTPD_CALL_WHOLE_LINE, "HC-10",
                                  "Options with and without + or - are mixed");
    error.wanted = "every option with + or -, or none of them";
    return HTTPD_ERR_INVALID;
  }
  auto* location = static_cast<CoreLocation*>(config);
  if (absolute) {
    location->options = replace & ~kOptionOwnerMatch;
    location->symlinks_if_owner_match = (replace & kOptionOwnerMatch) != 0;
    location->options_add = location->options_remove = 0;
    return HTTPD_OK;
  }
  // Applied to this scope's own value as well: it counts where nothing lies outside.
  location->options_add = (location->options_add & ~remove) | add;
  location->options_remove = (location->options_remove & ~add) | remove;
  location->options.value = ((location->options.value & ~remove) | add) & ~kOptionOwnerMatch;
  if ((add & kOptionOwnerMatch) != 0) location->symlinks_if_owner_match = true;
  if ((remove & kOptionOwnerMatch) != 0) location->symlinks_if_owner_match = false;
  return HTTPD_OK;
}

httpd_result Protocols(httpd_directive_call* call, void*, void*) {
  for (uint32_t i = 0; i < call->node->args.size(); ++i) {
    if (SameName(Text(call, i), "http/1.1")) continue;
    HasNoEffect(call, i, "this server speaks http/1.1 and http/1.0", "Protocols http/1.1");
  }
  return HTTPD_OK;
}

httpd_result RequestReadTimeout(httpd_directive_call* call, void* config, void*) {
  auto* core = static_cast<CoreServer*>(config);
  for (uint32_t i = 0; i < call->node->args.size(); ++i) {
    const std::string& word = Text(call, i);
    const size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    ReadTimeout value;
    if (equals == word.npos ||
        !ParseReadTimeout(std::string_view(word).substr(equals + 1), &value)) {
      return BadValue(call, i,
                      "header=20-40,MinRate=500 or body=20,MinRate=500 (seconds, bytes/s)");
    }
    if (SameName(name, "header")) {
      core->header_timeout = value.initial * 1000;
      core->header_timeout_max = value.max * 1000;
      core->header_min_rate = value.rate;
    } else if (SameName(name, "body")) {
      core->body_timeout = value.initial * 1000;
      core->body_min_rate = value.rate;
      if (value.max != 0) {
        HasNoEffect(call, i, "the body's time has no upper limit, only a rate",
                    base::Concat("RequestReadTimeout body=", value.initial, ",MinRate=500"));
      }
    } else if (SameName(name, "handshake")) {
      HasNoEffect(call, i, "there is no TLS handshake", "remove this argument");
    } else {
      return BadValue(call, i, "header= or body=");
    }
  }
  return HTTPD_OK;
}

httpd_result ServerAlias(httpd_directive_call* call, void* config, void*) {
  for (const Arg& arg : call->node->args) {
    std::string name;
    for (char c : arg.text) name += base::LowerAscii(c);
    static_cast<CoreServer*>(config)->aliases.push_back(std::move(name));
  }
  return HTTPD_OK;
}

httpd_result ServerName(httpd_directive_call* call, void* config, void*) {
  std::string host;
  uint16_t port = 0;
  if (!ParseServerName(Text(call), &host, &port)) {
    return BadValue(call, 0, "a host name or address, with :port when wanted",
                    "ServerName www.example.org");
  }
  auto* core = static_cast<CoreServer*>(config);
  core->server_name = host;
  if (port != 0) core->server_port = port;
  return HTTPD_OK;
}

httpd_result ServerSignature(httpd_directive_call* call, void* config, void*) {
  using server::ServerSignature;
  static constexpr std::pair<std::string_view, server::ServerSignature> kValues[] = {
      {"Off", ServerSignature::kOff},
      {"On", ServerSignature::kOn},
      {"EMail", ServerSignature::kEmail}};
  const auto value = Find(kValues, Text(call));
  if (value == std::end(kValues)) return BadValue(call, 0, "On, Off or EMail");
  static_cast<CoreLocation*>(config)->server_signature = value->second;
  return HTTPD_OK;
}

httpd_result ServerTokens(httpd_directive_call* call, void* config, void*) {
  using server::ServerTokens;
  static constexpr std::pair<std::string_view, server::ServerTokens> kValues[] = {
      {"Prod", ServerTokens::kProd},   {"ProductOnly", ServerTokens::kProd},
      {"Major", ServerTokens::kMajor}, {"Minor", ServerTokens::kMinor},
      {"Min", ServerTokens::kMin},     {"Minimal", ServerTokens::kMin},
      {"OS", ServerTokens::kOs},       {"Full", ServerTokens::kFull}};
  const auto value = Find(kValues, Text(call));
  if (value == std::end(kValues)) return BadValue(call, 0, "Prod, Major, Minor, Min, OS or Full");
  static_cast<CoreServer*>(config)->server_tokens = value->second;
  return HTTPD_OK;
}

httpd_result TraceEnable(httpd_directive_call* call, void* config, void*) {
  bool on = false;
  if (SameName(Text(call), "extended")) {
    return NotSupported(call, 0, "TRACE with a body is refused", "TraceEnable Off");
  }
  if (!ParseOnOff(Text(call), &on)) return BadValue(call, 0, "On or Off");
  static_cast<CoreServer*>(config)->trace_enable = on;
  return HTTPD_OK;
}

httpd_result UseCanonicalName(httpd_directive_call* call, void*, void*) {
  if (SameName(Text(call), "off")) return HTTPD_OK;
  if (!SameName(Text(call), "on") && !SameName(Text(call), "dns")) {
    return BadValue(call, 0, "Off", "UseCanonicalName Off");
  }
  return NotSupported(call, 0, "URLs that the server makes use the name the client asked for",
                      "UseCanonicalName Off");
}

}  // namespace httpd::config
