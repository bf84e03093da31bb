// SPDX-License-Identifier: Apache-2.0
//
// The Redirect family's lines: an optional status, a path or expression, and a URL for statuses
// that have one.
#include "mod_alias.h"
#include "rules.h"

namespace mod_alias {
namespace {

using httpd::api::Arg;
using httpd::api::Error;
using httpd::api::View;
using httpd::api::Warn;

std::string Quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

constexpr uint32_t kInSections = HTTPD_IN_SECTIONS | HTTPD_IN_HTACCESS;

// Where path and URL stand among the arguments.
struct Parts {
  int status;
  uint32_t path;
  uint32_t url;
  bool has_path;
  bool has_url;
};

httpd_result CheckStatus(httpd_directive_call* call, int status) {
  if (IsRedirectStatus(status) || IsErrorStatus(status)) return HTTPD_OK;
  return Error(call, 0,
               "found status " + std::to_string(status) +
                   ", wanted permanent, temp, seeother, gone, a 3xx status other than 304 and 306, "
                   "or a 4xx or 5xx status");
}

httpd_result Split(httpd_directive_call* call, const RedirectForm& form, Parts* parts) {
  const uint32_t count = httpd_call_argc(call);
  const bool section = (httpd_call_context(call) & kInSections) != 0;
  const int named = form.fixed ? -1 : ParseStatus(Arg(call, 0));
  parts->status = named < 0 ? form.status : named;
  if (named >= 0 && CheckStatus(call, named) != HTTPD_OK) return HTTPD_ERR_INVALID;
  const uint32_t first = named < 0 ? 0 : 1;
  const uint32_t rest = count - first;
  if (rest > 2) {
    return Error(call, 0,
                 "found " + Quoted(Arg(call, 0)) +
                     ", wanted permanent, temp, seeother, gone or a number as the first of three "
                     "arguments");
  }
  const bool wants_url = IsRedirectStatus(parts->status);
  const uint32_t wanted = wants_url ? 2 : 1;
  if (!wants_url && rest == 2) {
    return Error(call, first + 1,
                 "found the URL " + Quoted(Arg(call, first + 1)) + ", but status " +
                     std::to_string(parts->status) + " has no target",
                 "leave the URL away");
  }
  // In a section the path may be left away: everything there is redirected.
  const bool everything = section && !form.match && rest + 1 == wanted;
  if (rest != wanted && !everything) {
    return Error(call, HTTPD_CALL_WHOLE_LINE,
                 "found no " + std::string(rest == 0 ? "path" : "URL to redirect to"),
                 std::string(View(httpd_call_name(call))) + " /old https://www.example.org/new");
  }
  parts->has_path = !everything;
  parts->has_url = wants_url;
  parts->path = first;
  parts->url = first + (everything ? 0 : 1);
  return HTTPD_OK;
}

httpd_result CheckUrl(httpd_directive_call* call, uint32_t index) {
  const std::string_view url = Arg(call, index);
  for (const char c : url) {
    if (static_cast<unsigned char>(c) > 0x20 && c != 0x7f) continue;
    return Error(call, index, "found a blank or control character in a URL",
                 "write it percent-encoded, a blank as %20");
  }
  if (HasScheme(url) || (!url.empty() && url[0] == '/')) return HTTPD_OK;
  return Error(call, index,
               "found " + Quoted(url) + ", wanted a URL with its scheme, or a path of this server",
               "write https://" + std::string(url) + " or /" + std::string(url));
}

}  // namespace

RedirectForm kRedirect{302, false, false};
RedirectForm kRedirectMatch{302, false, true};
RedirectForm kRedirectPermanent{301, true, false};
RedirectForm kRedirectTemp{302, true, false};

httpd_result Redirect(httpd_directive_call* call, Settings& settings, void* user) {
  const auto& form = *static_cast<const RedirectForm*>(user);
  Parts parts = {};
  if (Split(call, form, &parts) != HTTPD_OK) return HTTPD_ERR_INVALID;
  Rule rule;
  rule.status = parts.status;
  rule.everything = !parts.has_path;
  if (parts.has_path) rule.fake = Arg(call, parts.path);
  if (parts.has_url) {
    rule.target = Arg(call, parts.url);
    // What an expression puts in may be the scheme.
    if (!form.match && CheckUrl(call, parts.url) != HTTPD_OK) return HTTPD_ERR_INVALID;
  }
  if (form.match) {
    rule.regex = CompileArgument(call, parts.path);
    if (rule.regex == nullptr) return HTTPD_ERR_INVALID;
  } else if (parts.has_path && (rule.fake.empty() || rule.fake[0] != '/')) {
    return Error(call, parts.path,
                 "found " + Quoted(rule.fake) + ", wanted a path that starts with \"/\"",
                 "write /" + std::string(rule.fake));
  } else if (parts.has_path && parts.has_url) {
    WarnAboutSlashes(call, parts.url, rule.fake, rule.target);
  }
  const bool section = (httpd_call_context(call) & kInSections) != 0;
  auto& rules = section ? settings.redirects
                        : static_cast<ServerSettings*>(httpd_call_server_config(call))->redirects;
  WarnIfHidden(call, parts.path, rules, rule);
  rules.push_back(rule);
  return HTTPD_OK;
}

}  // namespace mod_alias
