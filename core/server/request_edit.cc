// SPDX-License-Identifier: Apache-2.0
//
// The part of httpd/request.h that changes the fields of a request. The first change gives the
// request a copy of its head; whoever reads fields reads through request->head and sees it, and
// requests that nobody changes pay nothing.

#include <httpd/request.h>

#include <algorithm>
#include <cstring>

#include "http/field.h"
#include "server/api_check.h"
#include "server/generation_impl.h"
#include "server/request_extras.h"
#include "server/worker.h"

namespace httpd::server {

// Head and text in one growing piece of the request's pool.
struct EditedHead {
  http::RequestHead head;
  char* text;
  uint32_t size;
  uint32_t capacity;
};

namespace {

using base::View;
using http::FieldRef;
using http::KnownField;
using http::RequestHead;

constexpr uint32_t kMaxText = 1 << 20;

// The end of the text that the head refers to.
uint32_t TextEnd(const RequestHead& head) {
  uint32_t end = head.head_size;
  const auto include = [&end](uint32_t off, uint32_t len) { end = std::max(end, off + len); };
  for (const http::TextRef& ref : {head.method_name, head.target, head.path, head.host}) {
    include(ref.off, ref.len);
  }
  for (uint32_t i = 0; i < head.field_count; ++i) {
    include(head.fields[i].name_off, head.fields[i].name_len);
    include(head.fields[i].value_off, head.fields[i].value_len);
  }
  return end;
}

bool Grow(Request* request, EditedHead* edited, uint32_t room) {
  if (edited->capacity - edited->size >= room) return true;
  const uint32_t capacity = std::max(edited->size + room, edited->size + edited->size / 2) + 256;
  char* text = request->pool.AllocText(capacity);
  if (text == nullptr) return false;
  if (edited->size > 0) std::memcpy(text, edited->text, edited->size);
  edited->text = text;
  edited->capacity = capacity;
  return true;
}

// Null without memory.
EditedHead* Edit(Request* request) {
  RequestExtras* extras = MakeExtras(request);
  if (extras == nullptr || extras->edited != nullptr) return extras ? extras->edited : nullptr;
  auto* edited = static_cast<EditedHead*>(request->pool.Alloc(sizeof(EditedHead)));
  if (edited == nullptr) return nullptr;
  const RequestHead& old = *request->head;
  // Of the fields only those in use are there.
  std::memcpy(static_cast<void*>(&edited->head), &old,
              offsetof(RequestHead, fields) + old.field_count * sizeof(FieldRef));
  edited->text = nullptr;
  edited->size = edited->capacity = 0;
  const uint32_t size = TextEnd(old);
  if (!Grow(request, edited, size)) return nullptr;
  if (size > 0) std::memcpy(edited->text, request->data, size);
  edited->size = size;
  extras->edited = edited;
  request->head = &edited->head;
  request->data = edited->text;
  return edited;
}

void IndexKnown(RequestHead* head) {
  std::fill(std::begin(head->known), std::end(head->known), int8_t{-1});
  for (int i = head->field_count - 1; i >= 0; --i) {
    const uint16_t id = head->fields[i].id;
    if (id != 0 && id < http::kRequestFieldCount) head->known[id] = static_cast<int8_t>(i);
  }
}

uint32_t Remove(Request* request, RequestHead* head, std::string_view name) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < head->field_count; ++i) {
    if (base::EqualsIgnoreCase(head->fields[i].name(request->data), name)) continue;
    head->fields[kept++] = head->fields[i];
  }
  const uint32_t removed = head->field_count - kept;
  head->field_count = static_cast<uint16_t>(kept);
  return removed;
}

// Room for the text was made.
void Insert(Request* request, EditedHead* edited, std::string_view name, std::string_view value) {
  FieldRef field = {};
  field.name_off = edited->size;
  field.name_len = static_cast<uint16_t>(name.size());
  std::memcpy(edited->text + edited->size, name.data(), name.size());
  edited->size += field.name_len;
  field.value_off = edited->size;
  field.value_len = static_cast<uint32_t>(value.size());
  if (!value.empty()) std::memcpy(edited->text + edited->size, value.data(), value.size());
  edited->size += field.value_len;
  const auto id = static_cast<uint16_t>(http::LookupField(name));
  field.id = id;
  request->data = edited->text;
  edited->head.fields[edited->head.field_count++] = field;
  IndexKnown(&edited->head);
}

// What frames the message, and what was decided by it before any module ran.
bool Frames(std::string_view name) {
  for (const std::string_view own : {"Content-Length", "Transfer-Encoding", "Connection", "Host"}) {
    if (base::EqualsIgnoreCase(own, name)) return true;
  }
  return false;
}

bool MayChange(const char* function, std::string_view name, std::string_view value) {
  if (http::IsToken(name) && name.size() <= UINT16_MAX && http::IsFieldValue(value) &&
      value.size() <= kMaxText && !Frames(name)) {
    return true;
  }
  base::ReportMisuse(function, HTTPD_ERR_INVALID,
                     Frames(name) ? "the field frames the message"
                                  : "the name or the value holds a byte that may not stand there");
  return false;
}

httpd_result Put(Request* request, std::string_view name, std::string_view value, bool replace) {
  EditedHead* edited = Edit(request);
  if (edited == nullptr) return HTTPD_ERR_NO_MEMORY;
  const bool full = edited->head.field_count >= http::kMaxFields;
  const bool replaces = replace && edited->head.Find(name, request->data) >= 0;
  if ((full && !replaces) || edited->size + name.size() + value.size() > kMaxText) {
    return HTTPD_ERR_LIMIT;
  }
  // The value may be a view into the text that is about to be copied: the old one stays in the
  // pool.
  if (!Grow(request, edited, static_cast<uint32_t>(name.size() + value.size()))) {
    return HTTPD_ERR_NO_MEMORY;
  }
  if (replaces) Remove(request, &edited->head, name);
  Insert(request, edited, name, value);
  return HTTPD_OK;
}

}  // namespace
}  // namespace httpd::server

using httpd::base::Str;
using httpd::base::View;

httpd_str httpd_request_header_nth(const httpd_request* r, httpd_str name, uint32_t n) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  const httpd::http::RequestHead& head = *r->head;
  for (uint32_t i = 0; i < head.field_count; ++i) {
    const httpd::http::FieldRef& field = head.fields[i];
    if (!httpd::base::EqualsIgnoreCase(field.name(r->data), View(name)) || n-- > 0) continue;
    return Str(field.value(r->data));
  }
  return {nullptr, 0};
}

httpd_result httpd_request_set_header(httpd_request* r, httpd_str name, httpd_str value) {
  HTTPD_CHECK_REQUEST(r);
  if (!httpd::server::MayChange(__func__, View(name), View(value))) return HTTPD_ERR_INVALID;
  return httpd::server::Put(r, View(name), View(value), true);
}

httpd_result httpd_request_add_header(httpd_request* r, httpd_str name, httpd_str value) {
  HTTPD_CHECK_REQUEST(r);
  if (!httpd::server::MayChange(__func__, View(name), View(value))) return HTTPD_ERR_INVALID;
  return httpd::server::Put(r, View(name), View(value), false);
}

httpd_result httpd_request_unset_header(httpd_request* r, httpd_str name) {
  HTTPD_CHECK_REQUEST(r);
  if (!httpd::server::MayChange(__func__, View(name), {})) return HTTPD_ERR_INVALID;
  if (r->head->Find(View(name), r->data) < 0) return HTTPD_ERR_NOT_FOUND;
  httpd::server::EditedHead* edited = httpd::server::Edit(r);
  if (edited == nullptr) return HTTPD_ERR_NO_MEMORY;
  httpd::server::Remove(r, &edited->head, View(name));
  httpd::server::IndexKnown(&edited->head);
  return HTTPD_OK;
}
