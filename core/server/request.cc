// SPDX-License-Identifier: Apache-2.0
//
// The request object: its fields and its body chain. What runs on it is in phases.cc, what modules
// see of it in request_api.cc and response_api.cc.

#include "server/request.h"

#include <algorithm>

#include "server/generation_impl.h"
#include "server/worker.h"

void httpd_request::Reset() {
  flags = {};
  server = nullptr;
  location = nullptr;
  contexts = nullptr;
  line = path = raw_path = query = user = {};
  filename = path_info = handler_name = {};
  file = nullptr;
  file_kind = HTTPD_FILE_NONE;
  finished = 0;
  status = 200;
  field_count = more_capacity = 0;
  more_fields = nullptr;
  content_type = prepared = {};
  body = body_tail = framed = nullptr;
  body_size = body_sent = bytes_sent = unsent = body_received = 0;
  flushed = nullptr;
  reader = nullptr;
  pc = redirects = 0;
  urgency = 3;
  incremental = false;
  original_status = 0;
  resumed_with = 0;
  cancel = nullptr;
}

namespace httpd::server {

const HeaderField* FindField(const Request* request, std::string_view name) {
  for (uint32_t i = 0; i < request->field_count; ++i) {
    const HeaderField* field = request->field(i);
    if (!field->removed && base::EqualsIgnoreCase(field->name, name)) return field;
  }
  return nullptr;
}

bool AddField(Request* request, std::string_view name, std::string_view value) {
  const uint32_t i = request->field_count;
  if (i >= Request::kMaxFields && i - Request::kMaxFields >= request->more_capacity) {
    const uint32_t capacity = std::max(32u, request->more_capacity * 2);
    auto* grown = static_cast<HeaderField*>(request->pool.Alloc(capacity * sizeof(HeaderField)));
    if (grown == nullptr) return false;
    std::copy_n(request->more_fields, request->more_capacity, grown);
    request->more_fields = grown;
    request->more_capacity = capacity;
  }
  *request->field(i) = {name, value, false};
  ++request->field_count;
  return true;
}

bool RemoveField(Request* request, std::string_view name) {
  bool found = false;
  for (uint32_t i = 0; i < request->field_count; ++i) {
    HeaderField* field = request->field(i);
    if (field->removed || !base::EqualsIgnoreCase(field->name, name)) continue;
    field->removed = found = true;
  }
  return found;
}

bool SetField(Request* request, std::string_view name, std::string_view value) {
  HeaderField* first = nullptr;
  for (uint32_t i = 0; i < request->field_count; ++i) {
    HeaderField* field = request->field(i);
    if (field->removed || !base::EqualsIgnoreCase(field->name, name)) continue;
    if (first == nullptr) {
      first = field;
    } else {
      field->removed = true;
    }
  }
  if (first == nullptr) return AddField(request, name, value);
  first->value = value;
  return true;
}

namespace {
bool Append(Request* request, const BodyPiece& piece) {
  if (piece.size == 0) return true;
  auto* added = static_cast<BodyPiece*>(request->body_pool.Alloc(sizeof(BodyPiece)));
  if (added == nullptr) return false;
  *added = piece;
  (request->body_tail == nullptr ? request->body : request->body_tail->next) = added;
  request->body_tail = added;
  request->body_size += piece.size;
  request->unsent += piece.size;
  return true;
}
}  // namespace

bool AppendMemory(Request* request, std::string_view data) {
  return Append(request, {.data = data.data(), .size = data.size()});
}

bool AppendFile(Request* request, int fd, int64_t offset, uint64_t size) {
  return Append(request, {.fd = fd, .offset = offset, .size = size});
}

void ClearBody(Request* request) {
  request->content_type = {};
  request->prepared = {};
  request->body = request->body_tail = nullptr;
  request->body_size = request->unsent = 0;
  request->body_pool.Clear();
}

bool Restart(Request* request, std::string_view path) {
  if (request->redirects >= Request::kMaxRedirects) return false;
  const httpd_str copy = request->pool.Copy(path);
  if (copy.data == nullptr) return false;
  ++request->redirects;
  request->path = base::View(copy);
  request->filename = request->path_info = request->handler_name = {};
  if (request->file != nullptr) request->worker->files.Release(request->file);
  request->file = nullptr;
  request->file_kind = HTTPD_FILE_NONE;
  request->pc = request->worker->generation->program.restart;
  return true;
}

}  // namespace httpd::server
