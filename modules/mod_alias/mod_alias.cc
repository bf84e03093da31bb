// SPDX-License-Identifier: Apache-2.0
//
// mod_alias: paths that lie elsewhere, in another directory (Alias, ScriptAlias) or under another
// address (Redirect).
#include "mod_alias.h"

#include <httpd/resource.h>
#include <httpd/response.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>

#include "rules.h"

namespace mod_alias {

using httpd::api::Arg;
using httpd::api::Error;
using httpd::api::PoolText;
using httpd::api::Str;
using httpd::api::View;
using httpd::api::Warn;

const httpd_regex* CompileArgument(httpd_directive_call* call, uint32_t index) {
  httpd_str problem = {nullptr, 0};
  const httpd_regex* regex =
      httpd_regex_compile(httpd_call_pool(call), httpd_call_arg(call, index), 0, &problem);
  if (regex != nullptr) return regex;
  Error(call, index, "the expression is not usable: " + std::string(View(problem)),
        "put a backslash before characters that are meant literally: . * + ? ( ) [ ] { } ^ $ | \\");
  return nullptr;
}

void WarnIfHidden(httpd_directive_call* call, uint32_t index, const std::vector<Rule>& earlier,
                  const Rule& rule) {
  if (rule.regex != nullptr || rule.everything) return;
  for (const Rule& other : earlier) {
    if (other.regex != nullptr || other.everything) continue;
    if (MatchPrefix(rule.fake, other.fake) == 0) continue;
    Warn(call, index,
         "never used: \"" + std::string(other.fake) +
             "\" further up takes every path that begins "
             "with \"" +
             std::string(rule.fake) + "\"",
         "move this line above the other");
    return;
  }
}

void WarnAboutSlashes(httpd_directive_call* call, uint32_t index, std::string_view fake,
                      std::string_view target) {
  const std::string_view path = target.substr(0, target.find_first_of("?#"));
  // A target with a query or fragment takes no rest, and "/" is the root with or without.
  if (path.size() != target.size() || fake == "/" || target == "/") return;
  const bool fake_slash = fake.back() == '/';
  const bool target_slash = !path.empty() && path.back() == '/';
  if (fake_slash == target_slash) return;
  const std::string rest = fake_slash ? "name" : "/name";
  const std::string fixed =
      fake_slash ? std::string(path) + "/" : std::string(path.substr(0, path.size() - 1));
  Warn(call, index,
       "\"" + std::string(fake) + "\" and \"" + std::string(target) +
           "\": only one of them ends with a slash, so " + std::string(fake) +
           (fake_slash ? "name" : "/name") + " becomes " + std::string(path) + rest,
       "write " + fixed);
}

namespace {

// ---- Directives ----

struct AliasForm {
  bool script;
  bool match;
};
AliasForm kAlias{false, false};
AliasForm kAliasMatch{false, true};
AliasForm kScriptAlias{true, false};
AliasForm kScriptAliasMatch{true, true};

// A target that is not there is told, but goes live: file systems are mounted later.
void WarnIfMissing(httpd_directive_call* call, httpd_str target) {
  struct stat status;
  if (::stat(target.data, &status) == 0 || (errno != ENOENT && errno != ENOTDIR)) return;
  Warn(call, 1, "there is no file or directory " + std::string(View(target)),
       "mkdir -p " + std::string(View(target)) + ", or correct the path");
}

httpd_result Alias(httpd_directive_call* call, ServerSettings& settings, void* user) {
  const auto& form = *static_cast<const AliasForm*>(user);
  Rule rule;
  rule.fake = Arg(call, 0);
  rule.script = form.script;
  const httpd_str target = httpd_call_server_path(call, httpd_call_arg(call, 1));
  if (target.data == nullptr) return HTTPD_ERR_NO_MEMORY;
  rule.target = View(target);
  if (form.match) {
    // "$1" may be the whole of it: then it is what is matched, not a path below ServerRoot.
    if (Arg(call, 1).substr(0, 1) == "$") rule.target = Arg(call, 1);
    rule.regex = CompileArgument(call, 0);
    if (rule.regex == nullptr) return HTTPD_ERR_INVALID;
  } else {
    if (rule.fake.empty() || rule.fake[0] != '/') {
      return Error(call, 0,
                   "found \"" + std::string(rule.fake) +
                       "\", wanted the path of a URL, which starts with \"/\"",
                   std::string(View(httpd_call_name(call))) + " /" + std::string(rule.fake) + " " +
                       std::string(Arg(call, 1)));
    }
    WarnAboutSlashes(call, 1, rule.fake, rule.target);
    WarnIfMissing(call, target);
    WarnIfHidden(call, 0, settings.aliases, rule);
  }
  settings.aliases.push_back(rule);
  return HTTPD_OK;
}

void Append(const std::vector<Rule>& from, std::vector<Rule>* to) {
  to->insert(to->end(), from.begin(), from.end());
}

// The rules of a virtual host are asked before those outside it.
void MergeServer(const ServerSettings& outer, const ServerSettings& inner, ServerSettings& merged) {
  merged = inner;
  Append(outer.redirects, &merged.redirects);
  Append(outer.aliases, &merged.aliases);
}

void MergeSettings(const Settings& outer, const Settings& inner, Settings& merged) {
  merged = inner;
  Append(outer.redirects, &merged.redirects);
}

// ---- The request ----

struct Match {
  size_t length = 0;  // of the path, for rules without an expression
  httpd_str captures[HTTPD_REGEX_CAPTURES];
};

// HTTPD_OK, HTTPD_DECLINED, or 500 for an expression that does not come to an end.
httpd_result MatchRule(httpd_request* request, httpd_module_handle* self, const Rule& rule,
                       std::string_view path, Match* match) {
  if (rule.everything) {
    match->length = path.size();
    return HTTPD_OK;
  }
  if (rule.regex == nullptr) {
    match->length = MatchPrefix(path, rule.fake);
    return match->length > 0 ? HTTPD_OK : HTTPD_DECLINED;
  }
  const httpd_result result = httpd_regex_match(rule.regex, Str(path), match->captures);
  if (result == HTTPD_OK || result == HTTPD_DECLINED) return result;
  const httpd_str text[] = {HTTPD_STR("the expression \""), Str(rule.fake),
                            HTTPD_STR("\" needs too many steps for this path")};
  httpd_log_request(request, self, HTTPD_LOG_ERROR,
                    httpd_pool_join(httpd_request_pool(request), text, 3));
  return 500;
}

httpd_result SendRedirect(httpd_request* request, const Rule& rule, std::string_view path,
                          Match* match) {
  if (!IsRedirectStatus(rule.status)) return rule.status;
  httpd_pool* pool = httpd_request_pool(request);
  std::string_view target = rule.target;
  std::string_view rest;
  if (rule.regex != nullptr) {
    for (httpd_str& capture : match->captures) {
      if (capture.len == 0) continue;
      PoolText encoded(pool, capture.len * 3);
      httpd::api::AppendPath(View(capture), &encoded);
      capture = Str(encoded.view());
    }
    target = View(httpd_regex_expand(pool, Str(rule.target), match->captures));
    if (target.data() == nullptr) return 500;
  } else {
    rest = path.substr(match->length);
  }
  const httpd_str query = httpd_request_query(request);
  PoolText location(pool, target.size() + rest.size() * 3 + query.len + 2);
  AppendLocation(target, rest, query, &location);
  const httpd_result result =
      httpd_response_set_header(request, HTTPD_STR("Location"), Str(location.view()));
  return result == HTTPD_OK ? rule.status : 500;
}

httpd_result TryRedirects(httpd_request* request, httpd_module_handle* self,
                          const std::vector<Rule>& rules) {
  const std::string_view path = View(httpd_request_path(request));
  Match match;
  for (const Rule& rule : rules) {
    const httpd_result result = MatchRule(request, self, rule, path, &match);
    if (result == HTTPD_OK) return SendRedirect(request, rule, path, &match);
    if (result != HTTPD_DECLINED) return result;
  }
  return HTTPD_DECLINED;
}

httpd_result UseAlias(httpd_request* request, httpd_module_handle* self, const Rule& rule,
                      std::string_view path, const Match& match) {
  httpd_pool* pool = httpd_request_pool(request);
  httpd_str filename;
  if (rule.regex != nullptr) {
    filename = httpd_regex_expand(pool, Str(rule.target), match.captures);
  } else {
    const httpd_str parts[] = {Str(rule.target), Str(path.substr(match.length))};
    filename = httpd_pool_join(pool, parts, 2);
  }
  if (filename.data == nullptr) return 500;
  // What an expression puts together was never normalised: "/dir/$1" with "../x" for $1.
  if (HasDotDotSegment(View(filename)) || filename.len == 0 || filename.data[0] != '/') {
    const httpd_str text[] = {HTTPD_STR("refused: \""), Str(rule.fake), HTTPD_STR("\" makes \""),
                              filename, HTTPD_STR("\" of this path")};
    httpd_log_request(request, self, HTTPD_LOG_ERROR, httpd_pool_join(pool, text, 5));
    return 403;
  }
  if (rule.script) httpd_request_set_handler(request, HTTPD_STR("cgi-script"));
  return httpd_request_set_filename(request, filename) == HTTPD_OK ? HTTPD_OK : 500;
}

httpd_result Translate(httpd_request* request, httpd_module_handle* self) {
  const auto& settings =
      *static_cast<const ServerSettings*>(httpd_server_config(httpd_request_server(request), self));
  if (settings.redirects.empty() && settings.aliases.empty()) return HTTPD_DECLINED;
  const std::string_view path = View(httpd_request_path(request));
  if (path.empty() || path[0] != '/') return HTTPD_DECLINED;  // "*" of OPTIONS
  const httpd_result redirected = TryRedirects(request, self, settings.redirects);
  if (redirected != HTTPD_DECLINED) return redirected;
  Match match;
  for (const Rule& rule : settings.aliases) {
    const httpd_result result = MatchRule(request, self, rule, path, &match);
    if (result == HTTPD_OK) return UseAlias(request, self, rule, path, match);
    if (result != HTTPD_DECLINED) return result;
  }
  return HTTPD_DECLINED;
}

// Redirects of sections: which apply is known only now.
httpd_result Fixup(httpd_request* request, httpd_module_handle* self) {
  const auto& settings = httpd::api::Settings<Settings>(request, self);
  if (settings.redirects.empty()) return HTTPD_DECLINED;
  return TryRedirects(request, self, settings.redirects);
}

httpd_result Register(httpd_module_handle* self, void*) {
  const httpd_result result = httpd::api::HookRequest<Translate>(self, HTTPD_HOOK_TRANSLATE);
  if (result != HTTPD_OK) return result;
  return httpd::api::HookRequest<Fixup>(self, HTTPD_HOOK_FIXUP);
}

constexpr httpd_directive AliasRow(const char* name, AliasForm* form, const char* usage) {
  return {sizeof(httpd_directive),
          HTTPD_IN_SERVER,
          name,
          HTTPD_DIRECTIVE_SERVER_CONFIG,
          2,
          2,
          httpd::api::Directive<ServerSettings, Alias>,
          form,
          usage};
}

constexpr httpd_directive RedirectRow(const char* name, uint16_t max_args, RedirectForm* form,
                                      const char* usage) {
  return {sizeof(httpd_directive),
          HTTPD_IN_ANYWHERE | HTTPD_IN_HTACCESS | HTTPD_OVERRIDE_FILE_INFO,
          name,
          0,
          1,
          max_args,
          httpd::api::Directive<Settings, Redirect>,
          form,
          usage};
}

const httpd_directive kDirectives[] = {
    AliasRow("Alias", &kAlias, "Alias /path file-or-directory"),
    AliasRow("AliasMatch", &kAliasMatch, "AliasMatch expression file-or-directory"),
    AliasRow("ScriptAlias", &kScriptAlias, "ScriptAlias /path file-or-directory"),
    AliasRow("ScriptAliasMatch", &kScriptAliasMatch,
             "ScriptAliasMatch expression file-or-directory"),
    RedirectRow("Redirect", 3, &kRedirect, "Redirect [status] [/path] [URL]"),
    RedirectRow("RedirectMatch", 3, &kRedirectMatch, "RedirectMatch [status] expression [URL]"),
    RedirectRow("RedirectPermanent", 2, &kRedirectPermanent, "RedirectPermanent /path URL"),
    RedirectRow("RedirectTemp", 2, &kRedirectTemp, "RedirectTemp /path URL"),
    {},
};

}  // namespace
}  // namespace mod_alias

HTTPD_MODULE(
    alias,
    "version=1.0.0\0"
    "description=Paths that lie in another directory or under another address\0"
    "license=Apache-2.0\0"
    "directive=Alias,AliasMatch,ScriptAlias,ScriptAliasMatch\0"
    "directive=Redirect,RedirectMatch,RedirectPermanent,RedirectTemp\0",
    .directives = mod_alias::kDirectives,
    .create_server_config = httpd::api::Create<mod_alias::ServerSettings>,
    .merge_server_config = httpd::api::Merge<mod_alias::ServerSettings, mod_alias::MergeServer>,
    .create_location_config = httpd::api::Create<mod_alias::Settings>,
    .merge_location_config = httpd::api::Merge<mod_alias::Settings, mod_alias::MergeSettings>,
    .register_module = mod_alias::Register);
