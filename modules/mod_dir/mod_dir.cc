// SPDX-License-Identifier: Apache-2.0
//
// mod_dir: what a request for a directory gets (its index file, after a redirect to the name with a
// slash), and what a request for nothing at all falls back to.
#include <httpd/resource.h>
#include <httpd/response.h>

#include <httpd/cxx.hpp>
#include <string>
#include <vector>

#include "index_name.h"

namespace mod_dir {
namespace {

using httpd::api::Arg;
using httpd::api::Error;
using httpd::api::PoolText;
using httpd::api::Str;
using httpd::api::View;

struct Settings {
  bool index_set = false;  // an empty list then means: disabled
  std::vector<IndexName> index;
  bool fallback_set = false;  // an empty path then means: disabled
  IndexName fallback;
  int slash = -1;          // DirectorySlash; -1: not set
  int redirect = -1;       // DirectoryIndexRedirect: a status, 0 for off
  int check_handler = -1;  // DirectoryCheckHandler
};

void MergeSettings(const Settings& outer, const Settings& inner, Settings& merged) {
  const Settings& index = inner.index_set ? inner : outer;
  merged.index_set = index.index_set;
  merged.index = index.index;
  const Settings& fallback = inner.fallback_set ? inner : outer;
  merged.fallback_set = fallback.fallback_set;
  merged.fallback = fallback.fallback;
  merged.slash = inner.slash != -1 ? inner.slash : outer.slash;
  merged.redirect = inner.redirect != -1 ? inner.redirect : outer.redirect;
  merged.check_handler = inner.check_handler != -1 ? inner.check_handler : outer.check_handler;
}

// ---- Directives ----

httpd_result BadName(httpd_directive_call* call, uint32_t index, const std::string& problem) {
  return Error(call, index,
               problem + ", wanted a file name or a path of this server such as /index.html");
}

// Several lines of one section add to the list, as in Apache 2.4.
httpd_result DirectoryIndex(httpd_directive_call* call, Settings& settings) {
  const uint32_t count = httpd_call_argc(call);
  settings.index_set = true;
  if (count == 1 && Arg(call, 0) == "disabled") {
    settings.index.clear();
    return HTTPD_OK;
  }
  for (uint32_t i = 0; i < count; ++i) {
    IndexName name;
    const std::string problem = ParseIndexName(Arg(call, i), &name);
    if (!problem.empty()) return BadName(call, i, problem);
    settings.index.push_back(std::move(name));
  }
  return HTTPD_OK;
}

httpd_result FallbackResource(httpd_directive_call* call, Settings& settings) {
  settings.fallback_set = true;
  settings.fallback = IndexName();
  if (Arg(call, 0) == "disabled") return HTTPD_OK;
  const std::string problem = ParseIndexName(Arg(call, 0), &settings.fallback);
  if (!problem.empty()) return BadName(call, 0, problem);
  if (settings.fallback.path.front() == '/') return HTTPD_OK;
  return Error(call, 0,
               "found \"" + settings.fallback.path + "\", wanted a path that starts with \"/\"",
               "FallbackResource /" + std::string(Arg(call, 0)));
}

httpd_result DirectoryIndexRedirect(httpd_directive_call* call, Settings& settings) {
  settings.redirect = RedirectStatus(Arg(call, 0));
  if (settings.redirect >= 0) return HTTPD_OK;
  return Error(call, 0,
               "found \"" + std::string(Arg(call, 0)) +
                   "\", wanted on, off, permanent, temp, seeother, or one of the statuses 300 301 "
                   "302 303 307 308");
}

template <int Settings::*kMember>
httpd_result Flag(httpd_directive_call* call, Settings& settings) {
  settings.*kMember = httpd_call_flag(call);
  return HTTPD_OK;
}

// ---- The request ----

httpd_result AddSlash(httpd_request* request) {
  const std::string_view path = View(httpd_request_path(request));
  const httpd_str query = httpd_request_query(request);
  PoolText location(httpd_request_pool(request), path.size() * 3 + query.len + 3);
  AppendDirectoryUrl(path, View(query), query.data != nullptr, &location);
  if (httpd_response_set_header(request, HTTPD_STR("Location"), Str(location.view())) != HTTPD_OK) {
    return 500;
  }
  return 301;
}

// The request's own query goes behind the one that was configured.
httpd_str JoinQuery(httpd_request* request, const IndexName& name) {
  if (name.query.empty()) return {nullptr, 0};
  const httpd_str own = httpd_request_query(request);
  if (own.len == 0) return Str(name.query);
  const httpd_str parts[] = {Str(name.query), HTTPD_STR("&"), own};
  return httpd_pool_join(httpd_request_pool(request), parts, 3);
}

httpd_result RedirectToIndex(httpd_request* request, uint32_t status, std::string_view path,
                             const IndexName& name) {
  httpd_str query = JoinQuery(request, name);
  if (query.data == nullptr) query = httpd_request_query(request);
  PoolText location(httpd_request_pool(request), path.size() * 3 + query.len + 2);
  httpd::api::AppendPath(path, &location);
  if (query.data != nullptr) location.append("?").append(View(query));
  if (httpd_response_set_header(request, HTTPD_STR("Location"), Str(location.view())) != HTTPD_OK) {
    return 500;
  }
  return static_cast<httpd_result>(status);
}

httpd_result TryIndex(httpd_request* request, const Settings& settings, const IndexName& name) {
  httpd_str path = Str(name.path);
  if (name.path.front() != '/') {
    const httpd_str parts[] = {httpd_request_path(request), Str(name.path)};
    path = httpd_pool_join(httpd_request_pool(request), parts, 2);
    if (path.data == nullptr) return 500;
  }
  const uint32_t kind = httpd_request_lookup(request, path, nullptr, nullptr);
  if (kind != HTTPD_FILE_REGULAR) return HTTPD_DECLINED;
  if (settings.redirect > 0) {
    return RedirectToIndex(request, static_cast<uint32_t>(settings.redirect), View(path), name);
  }
  return httpd_request_redirect_internal(request, path, JoinQuery(request, name));
}

httpd_result FixDirectory(httpd_request* request, const Settings& settings) {
  // Nothing lies behind a directory; a name that does not exist has no slash added either.
  if (httpd_request_path_info(request).len > 0) return HTTPD_DECLINED;
  const std::string_view path = View(httpd_request_path(request));
  if (path.empty() || path.back() != '/') {
    return settings.slash == 0 ? HTTPD_DECLINED : AddSlash(request);
  }
  if (settings.check_handler == 1 && httpd_request_handler(request).len > 0) return HTTPD_DECLINED;
  static const IndexName kDefault{"index.html", ""};
  if (!settings.index_set) return TryIndex(request, settings, kDefault);
  for (const IndexName& name : settings.index) {
    const httpd_result result = TryIndex(request, settings, name);
    if (result != HTTPD_DECLINED) return result;
  }
  return HTTPD_DECLINED;
}

httpd_result FallBack(httpd_request* request, const Settings& settings) {
  if (settings.fallback.path.empty() || httpd_request_handler(request).len > 0) {
    return HTTPD_DECLINED;
  }
  // Asked for itself, it is not there: 404, not a loop.
  const httpd_str path = Str(settings.fallback.path);
  if (View(httpd_request_path(request)) == settings.fallback.path) return HTTPD_DECLINED;
  const uint32_t kind = httpd_request_lookup(request, path, nullptr, nullptr);
  if (kind != HTTPD_FILE_REGULAR) return HTTPD_DECLINED;
  return httpd_request_redirect_internal(request, path, JoinQuery(request, settings.fallback));
}

httpd_result Fixup(httpd_request* request, httpd_module_handle* self) {
  const uint32_t kind = httpd_request_file_kind(request);
  if (kind == HTTPD_FILE_REGULAR) return HTTPD_DECLINED;
  const auto& settings = httpd::api::Settings<Settings>(request, self);
  if (kind == HTTPD_FILE_DIRECTORY) return FixDirectory(request, settings);
  if (kind == HTTPD_FILE_NONE) return FallBack(request, settings);
  return HTTPD_DECLINED;
}

// Last, as in Apache: other modules' fixups see the request for the directory first.
httpd_result Register(httpd_module_handle* self, void*) {
  return httpd::api::HookRequest<Fixup>(self, HTTPD_HOOK_FIXUP, HTTPD_ORDER_LAST);
}

constexpr httpd_directive Row(const char* name, uint32_t flags, uint16_t max_args,
                              httpd_directive_handler handler, const char* usage) {
  return {sizeof(httpd_directive),
          HTTPD_IN_ANYWHERE | HTTPD_IN_HTACCESS | HTTPD_OVERRIDE_INDEXES,
          name,
          flags,
          1,
          max_args,
          handler,
          nullptr,
          usage};
}

const httpd_directive kDirectives[] = {
    Row("DirectoryIndex", 0, HTTPD_ARGS_ANY, httpd::api::Directive<Settings, DirectoryIndex>,
        "DirectoryIndex disabled | file ..."),
    Row("DirectorySlash", HTTPD_DIRECTIVE_FLAG, 1,
        httpd::api::Directive<Settings, Flag<&Settings::slash>>, "DirectorySlash On|Off"),
    Row("DirectoryIndexRedirect", 0, 1, httpd::api::Directive<Settings, DirectoryIndexRedirect>,
        "DirectoryIndexRedirect on | off | permanent | temp | seeother | 3xx-status"),
    Row("DirectoryCheckHandler", HTTPD_DIRECTIVE_FLAG, 1,
        httpd::api::Directive<Settings, Flag<&Settings::check_handler>>,
        "DirectoryCheckHandler On|Off"),
    Row("FallbackResource", 0, 1, httpd::api::Directive<Settings, FallbackResource>,
        "FallbackResource disabled | /path"),
    {},
};

}  // namespace
}  // namespace mod_dir

HTTPD_MODULE(dir,
             "version=1.0.0\0"
             "description=Index files of directories and the slash behind their names\0"
             "license=Apache-2.0\0"
             "directive=DirectoryIndex,DirectorySlash,DirectoryIndexRedirect\0"
             "directive=DirectoryCheckHandler,FallbackResource\0",
             .directives = mod_dir::kDirectives,
             .create_location_config = httpd::api::Create<mod_dir::Settings>,
             .merge_location_config = httpd::api::Merge<mod_dir::Settings, mod_dir::MergeSettings>,
             .register_module = mod_dir::Register);
