// SPDX-License-Identifier: Apache-2.0
//
// The core's handler: a file as it is, whole or in ranges (RFC 9110 §13, §14), or the reason why
// there is none.

#include <errno.h>

#include <algorithm>
#include <cstring>

#include "base/concat.h"
#include "http/conditional.h"
#include "http/date.h"
#include "http/etag.h"
#include "http/range.h"
#include "server/filters.h"
#include "server/generation_impl.h"
#include "server/phases.h"
#include "server/request_log.h"
#include "server/worker.h"

namespace httpd::server {
namespace {

using http::Method;

constexpr std::string_view kAllow = "GET, HEAD, OPTIONS";

// Bytes [first, first + size) of the file: from memory when it is small.
bool AppendBytes(Request* request, uint64_t first, uint64_t size) {
  FileEntry* file = request->file;
  if (file->content != nullptr) {
    return AppendMemory(request, {file->content + first, static_cast<size_t>(size)});
  }
  return AppendFile(request, file->fd, static_cast<int64_t>(first), size);
}

httpd_str Format(Request* request, std::string_view text) { return request->pool.Copy(text); }

// RFC 9110 §14.6: multipart/byteranges.
httpd_result ServeParts(Request* request, const http::ByteRange* ranges, size_t count) {
  const auto size = static_cast<uint64_t>(request->file->size);
  const std::string boundary = base::Concat("httpd-", request->started, "-", request->file->inode);
  char content_range[http::kMaxContentRangeLength];
  for (size_t i = 0; i < count; ++i) {
    const httpd_str head = Format(
        request,
        base::Concat("\r\n--", boundary, "\r\n",
                     request->content_type.empty() ? "" : "Content-Type: ", request->content_type,
                     request->content_type.empty() ? "" : "\r\n", "Content-Range: ",
                     http::FormatContentRange(ranges[i], size, content_range), "\r\n\r\n"));
    if (head.data == nullptr || !AppendMemory(request, base::View(head)) ||
        !AppendBytes(request, ranges[i].first, ranges[i].length())) {
      return 503;
    }
  }
  const httpd_str end = Format(request, base::Concat("\r\n--", boundary, "--\r\n"));
  const httpd_str type = Format(request, base::Concat("multipart/byteranges; boundary=", boundary));
  if (end.data == nullptr || type.data == nullptr) return 503;
  request->content_type = base::View(type);
  return AppendMemory(request, base::View(end)) ? HTTPD_OK : 503;
}

httpd_result ServeRanges(Request* request, const http::ByteRange* ranges, size_t count) {
  request->status = 206;
  if (count > 1) return ServeParts(request, ranges, count);
  char buffer[http::kMaxContentRangeLength];
  const httpd_str value =
      Format(request,
             http::FormatContentRange(*ranges, static_cast<uint64_t>(request->file->size), buffer));
  if (value.data == nullptr || !AddField(request, "Content-Range", base::View(value)) ||
      !AppendBytes(request, ranges->first, ranges->length())) {
    return 503;
  }
  return HTTPD_OK;
}

httpd_result Unsatisfiable(Request* request) {
  char buffer[http::kMaxContentRangeLength];
  const httpd_str value = Format(
      request, http::FormatUnsatisfiedRange(static_cast<uint64_t>(request->file->size), buffer));
  if (value.data == nullptr) return 503;
  AddField(request, "Content-Range", base::View(value));
  return 416;
}

// A module's ETag or Last-Modified stands instead of the file's, not beside it.
void SpreadBeside(Request* request) {
  for (const std::string_view name : {"ETag", "Last-Modified", "Accept-Ranges"}) {
    if (FindField(request, name) != nullptr) {
      SpreadPrepared(request);
      return;
    }
  }
}

// What the response is going to say.
http::Validators CurrentValidators(const Request* request) {
  const FileEntry* file = request->file;
  http::Validators validators = {
      .etag = file->etag(), .last_modified = file->last_modified, .has_last_modified = true};
  if (!request->prepared.empty()) return validators;
  const HeaderField* etag = FindField(request, "ETag");
  validators.etag = etag == nullptr ? std::string_view() : etag->value;
  const HeaderField* modified = FindField(request, "Last-Modified");
  validators.has_last_modified =
      modified != nullptr && http::ParseHttpDate(modified->value, request->worker->now_seconds(),
                                                 &validators.last_modified);
  return validators;
}

httpd_result Serve(Request* request) {
  FileEntry* file = request->file;
  const CoreLocation& core = *request->location->core;
  const uint32_t etag =
      core.file_etag.set ? core.file_etag.value : static_cast<uint32_t>(http::kETagDefault);
  FileCache::Prepare(file, etag, request->worker->now_seconds());
  request->prepared = {file->prepared, file->prepared_size};
  if (request->field_count > 0) SpreadBeside(request);
  if (http::HasConditions(*request->head) && !request->flags.error_response) {
    const http::Validators validators = CurrentValidators(request);
    const http::ConditionOutcome outcome = http::EvaluateConditions(
        *request->head, request->data, validators, request->worker->now_seconds());
    if (outcome.condition == http::Condition::kPreconditionFailed) return 412;
    if (outcome.condition == http::Condition::kNotModified) {
      request->status = 304;
      return HTTPD_OK;
    }
    if (outcome.range_applies && !FiltersChangeBody(request)) {
      http::ByteRange ranges[http::kMaxRanges];
      size_t count = 0;
      switch (http::ParseRange(request->head->Value(http::KnownField::kRange, request->data),
                               static_cast<uint64_t>(file->size), ranges, http::kMaxRanges,
                               &count)) {
        case http::RangeResult::kSatisfiable:
          return ServeRanges(request, ranges, count);
        case http::RangeResult::kUnsatisfiable:
          return Unsatisfiable(request);
        case http::RangeResult::kIgnored:
          break;
      }
    }
  }
  return AppendBytes(request, 0, static_cast<uint64_t>(file->size)) ? HTTPD_OK : 503;
}

// Why there is no file to serve.
httpd_result Missing(Request* request) {
  const int error = request->file == nullptr ? ENOENT : request->file->error;
  switch (error) {
    case 0:
    case ENOENT:
    case ENOTDIR:
      LogRequest(request, log::Level::kInfo, "core",
                 base::Concat("File does not exist: ", request->filename, " [HS-06]"));
      return 404;
    case EACCES:
    case EPERM:
    case ELOOP:
    case ENAMETOOLONG:
      LogRequest(request, log::Level::kError, "core",
                 base::Concat(request->filename, ": the server's user may not open it (",
                              std::strerror(error), ") [HS-07]"));
      return 403;
    default:
      LogRequest(request, log::Level::kError, "core",
                 base::Concat(request->filename, ": cannot be opened: ", std::strerror(error),
                              " [HS-08]"));
      return error == EMFILE || error == ENFILE || error == ENOMEM ? 503 : 500;
  }
}

httpd_result RefuseMethod(Request* request) {
  AddField(request, "Allow", kAllow);
  return request->method == Method::kOptions ? HTTPD_OK : 405;
}

}  // namespace

httpd_result ServeFile(Request* request) {
  const bool get = request->method == Method::kGet || request->method == Method::kHead;
  if (!get) {
    return request->method == Method::kExtension ? 501 : RefuseMethod(request);
  }
  if (!request->handler_name.empty()) {
    LogRequest(request, log::Level::kError, "core",
               base::Concat("no module provides handler \"", request->handler_name, "\" for ",
                            request->filename, " [HS-09]"));
    return 500;
  }
  if (request->file_kind == HTTPD_FILE_DIRECTORY) {
    LogRequest(request, log::Level::kError, "core",
               base::Concat("Cannot serve directory ", request->filename,
                            ": no index file and Options Indexes is off [HS-10]"));
    return 403;
  }
  if (request->file_kind == HTTPD_FILE_OTHER) {
    LogRequest(request, log::Level::kError, "core",
               base::Concat(request->filename, ": neither a file nor a directory [HS-11]"));
    return 403;
  }
  if (request->file_kind == HTTPD_FILE_NONE || request->file->error != 0) return Missing(request);
  if (!request->path_info.empty()) {
    LogRequest(request, log::Level::kInfo, "core",
               base::Concat("File does not exist: ", request->filename, request->path_info, " (",
                            request->filename, " is a file) [HS-06]"));
    return 404;
  }
  return Serve(request);
}

}  // namespace httpd::server
