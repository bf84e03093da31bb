// SPDX-License-Identifier: Apache-2.0
//
// The request object: its fields and its body chain. What runs on it is in phases.cc, what modules
// see of it in request_api.cc and response_api.cc.

#include "server/request.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "server/auth.h"
#include "server/buffer.h"
#include "server/filters.h"
#include "server/generation_impl.h"
#include "server/variable.h"
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
  out = &body;
  framed = nullptr;
  filters = nullptr;
  intake = nullptr;
  trailers = received_trailers = {};
  body_size = httpd::server::kUnknownSize;
  body_sent = bytes_sent = body_received = bytes_received = 0;
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

struct PinnedFile {
  FileCache* files;
  FileEntry* entry;
};

void Unpin(void* user) {
  auto* pinned = static_cast<PinnedFile*>(user);
  pinned->files->Release(pinned->entry);
  delete pinned;
}

void CloseDescriptor(void* user) { ::close(static_cast<int>(reinterpret_cast<intptr_t>(user))); }

bool InFile(const FileEntry* file, const ChainItem* item) {
  if (item->kind == HTTPD_ITEM_FILE) return item->fd == file->fd;
  return file->content != nullptr && item->data >= file->content &&
         item->data < file->content + file->size;
}

}  // namespace

bool PinItem(void* pinner, ChainItem* item) {
  auto* request = static_cast<Request*>(pinner);
  FileEntry* file = request->file;
  if (file != nullptr && InFile(file, item)) {
    ++file->references;
    item->user = new PinnedFile{&request->worker->files, file};
    item->release = Unpin;
    return true;
  }
  if (item->kind == HTTPD_ITEM_FILE) {
    const int fd = ::fcntl(item->fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0) return false;
    item->fd = fd;
    item->user = reinterpret_cast<void*>(static_cast<intptr_t>(fd));
    item->release = CloseDescriptor;
    return true;
  }
  httpd_buffer* buffer = httpd_buffer_create(item->size);
  if (buffer == nullptr) return false;
  std::memcpy(buffer->data(), item->data, item->size);
  item->data = buffer->data();
  item->user = buffer;
  item->release = UnrefBuffer;
  return true;
}

bool AddTrailer(Request* request, TrailerList* list, std::string_view name,
                std::string_view value) {
  auto* field = static_cast<TrailerField*>(request->pool.Alloc(sizeof(TrailerField)));
  const httpd_str name_copy = request->pool.Copy(name);
  const httpd_str value_copy = request->pool.Copy(value);
  if (field == nullptr || name_copy.data == nullptr || value_copy.data == nullptr) return false;
  *field = {base::View(name_copy), base::View(value_copy), nullptr};
  (list->last == nullptr ? list->first : list->last->next) = field;
  list->last = field;
  ++list->count;
  return true;
}

void ClearBody(Request* request) {
  request->content_type = {};
  request->prepared = {};
  request->body.Clear();
  request->body_size = kUnknownSize;
  request->trailers = {};
  if (request->filters != nullptr) ResetFilters(request);
}

bool SpreadPrepared(Request* request) {
  std::string_view rest = request->prepared;
  request->prepared = {};
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(line.size() + 2);
    const size_t colon = line.find(": ");
    const std::string_view name = line.substr(0, colon);
    if (FindField(request, name) != nullptr) continue;
    const httpd_str name_copy = request->pool.Copy(name);
    const httpd_str value = request->pool.Copy(line.substr(colon + 2));
    if (name_copy.data == nullptr || value.data == nullptr ||
        !AddField(request, base::View(name_copy), base::View(value))) {
      return false;
    }
  }
  return true;
}

void StartOver(Request* request) {
  if (request->auth != nullptr) RestartAuth(request->auth);
  request->filename = request->path_info = request->handler_name = {};
  if (request->file != nullptr) request->worker->files.Release(request->file);
  request->file = nullptr;
  request->file_kind = HTTPD_FILE_NONE;
  request->pc = request->worker->generation->program.restart;
}

bool Restart(Request* request, std::string_view path, bool for_error) {
  if (request->redirects >= Request::kMaxRedirects) return false;
  if (request->filters != nullptr && request->filters->pumping) return false;
  const httpd_str copy = request->pool.Copy(path);
  const auto* redirected = request->pool.New<Redirected>(
      Redirected{request->redirects == 0 ? nullptr : request->redirected, request->path,
                 request->query, request->status, for_error});
  if (copy.data == nullptr || redirected == nullptr) return false;
  request->redirected = redirected;
  ++request->redirects;
  ForgetVariables(request);
  if (request->filters != nullptr) DropFilters(request);
  request->path = base::View(copy);
  StartOver(request);
  return true;
}

}  // namespace httpd::server
