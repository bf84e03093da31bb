// SPDX-License-Identifier: Apache-2.0
//
// From a path to a file: the core's part of TRANSLATE, MAP_STORAGE and ACCESS.

#include <errno.h>
#include <sys/stat.h>

#include "base/concat.h"
#include "server/generation_impl.h"
#include "server/phases.h"
#include "server/request_log.h"
#include "server/worker.h"

namespace httpd::server {
namespace {

FileEntry* LookupFile(Request* request, std::string_view path) {
  httpd_worker* worker = request->worker;
  return worker->files.Lookup(path, worker->loop_now(),
                              request->server->core->open_file_cache_valid.value);
}

// Finds the longest part of the filename that is a file or directory; what is behind a file becomes
// path_info (RFC 3875 §4.1.5).
void FindFile(Request* request) {
  std::string_view path = request->filename;
  const bool slash = path.size() > 1 && path.back() == '/';
  if (slash) path.remove_suffix(1);
  FileEntry* entry = LookupFile(request, path);
  const std::string_view whole = request->filename;
  while (entry->kind == HTTPD_FILE_NONE && entry->error == ENOTDIR) {
    const size_t cut = path.rfind('/');
    if (cut == 0 || cut == std::string_view::npos) break;
    request->worker->files.Release(entry);
    path = path.substr(0, cut);
    entry = LookupFile(request, path);
  }
  request->file = entry;
  request->file_kind = entry->kind;
  request->filename = path;
  if (entry->kind == HTTPD_FILE_REGULAR && path.size() < whole.size()) {
    request->path_info = whole.substr(path.size());
  }
}

// Options without FollowSymLinks: no component below "/" may be a link, unless SymLinksIfOwnerMatch
// and link and target have one owner. Costs system calls per component, as with Apache.
bool LinksAllowed(Request* request, const CoreLocation& core) {
  if (core.options.value & HTTPD_OPTION_FOLLOW_SYMLINKS) return true;
  const std::string_view path = request->filename;
  for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const httpd_str part = request->pool.Copy(path.substr(0, end));
    struct stat link, target;
    if (part.data == nullptr || ::lstat(part.data, &link) != 0) return true;  // not found anyway
    if (S_ISLNK(link.st_mode)) {
      if (!core.symlinks_if_owner_match) return false;
      if (::stat(part.data, &target) != 0 || target.st_uid != link.st_uid) return false;
    }
    if (end == std::string_view::npos) return true;
  }
}

}  // namespace

httpd_result TranslateToDocumentRoot(Request* request) {
  const std::string& root = request->server->core->document_root.value;
  char* text = request->pool.AllocText(root.size() + request->path.size() + 1);
  if (text == nullptr) return 503;
  std::memcpy(text, root.data(), root.size());
  std::memcpy(text + root.size(), request->path.data(), request->path.size());
  text[root.size() + request->path.size()] = '\0';
  request->filename = {text, root.size() + request->path.size()};
  return HTTPD_OK;
}

namespace {

template <httpd_result (*kWalk)(Request*)>
httpd_result Map(Request* request) {
  if (request->filename.empty() || request->filename.front() != '/') return 404;
  FindFile(request);
  const httpd_result walked = kWalk(request);
  if (walked != HTTPD_DECLINED) return walked;
  if (request->file_kind != HTTPD_FILE_NONE && !LinksAllowed(request, *request->location->core)) {
    LogRequest(request, log::Level::kError, "core",
               base::Concat("a symbolic link in ", request->filename,
                            " is not followed [HS-03]; fix: Options FollowSymLinks"));
    return 403;
  }
  return HTTPD_OK;
}

}  // namespace

httpd_result MapStorage(Request* request) { return Map<WalkAll>(request); }

httpd_result MapStorageAndAccessFiles(Request* request) {
  return Map<WalkAllAndAccessFiles>(request);
}

httpd_result ApplyForcedType(Request* request) {
  const CoreLocation& core = *request->location->core;
  if (core.force_type.set) {
    request->content_type =
        core.force_type.value == "none" ? std::string_view() : core.force_type.value;
  }
  if (core.set_handler.set) {
    request->handler_name =
        core.set_handler.value == "none" ? std::string_view() : core.set_handler.value;
  }
  return HTTPD_DECLINED;
}

httpd_result CheckBodyLimit(Request* request) {
  if (request->flags.error_response) return HTTPD_DECLINED;  // the document of this very error
  const int64_t limit = request->location->core->limit_request_body.value;
  if (limit == 0 || request->head->content_length <= limit) return HTTPD_DECLINED;
  LogRequest(request, log::Level::kError, "core",
             base::Concat("Content-Length ", request->head->content_length,
                          " is larger than LimitRequestBody ", limit, " [HS-05]"));
  request->stream->ForbidKeepAlive(request);
  return 413;
}

}  // namespace httpd::server
