// SPDX-License-Identifier: Apache-2.0
//
// Requests within a request: how they are made. They get a head of their own, which is the parent's
// without what belongs to its body and to its copy of the resource.

#include "server/subrequest.h"

#include <algorithm>
#include <cstring>

#include "http/method.h"
#include "server/auth.h"
#include "server/request_extras.h"
#include "server/worker.h"

namespace httpd::server {
namespace {

using http::RequestHead;

// RFC 9110: framing (§8.6, RFC 9112 §6), expectations (§10.1.1), conditions (§13.1), ranges
// (§14.2).
constexpr std::string_view kOfTheParent[] = {
    "Content-Length",
    "Content-Type",
    "Content-Encoding",
    "Transfer-Encoding",
    "TE",
    "Trailer",
    "Expect",
    "If-Match",
    "If-None-Match",
    "If-Range",
    "Range",
    "If-Modified-Since",
    "If-Unmodified-Since",
    "Upgrade",
};

bool IsOfTheParent(std::string_view name) {
  return std::any_of(std::begin(kOfTheParent), std::end(kOfTheParent),
                     [&](std::string_view own) { return base::EqualsIgnoreCase(own, name); });
}

uint32_t TextEnd(const RequestHead& head) {
  uint32_t end = head.head_size;
  for (const http::TextRef& ref : {head.method_name, head.target, head.path, head.host}) {
    end = std::max(end, ref.off + ref.len);
  }
  for (uint32_t i = 0; i < head.field_count; ++i) {
    end = std::max({end, head.fields[i].name_off + head.fields[i].name_len,
                    head.fields[i].value_off + head.fields[i].value_len});
  }
  return end;
}

// The parent's text may move while its body is read, so that a copy is needed anyway.
bool CopyHead(const Request* parent, Request* sub, std::string_view method) {
  const RequestHead& from = *parent->head;
  RequestHead* head = &sub->own_head;
  std::memcpy(static_cast<void*>(head), &from, offsetof(RequestHead, fields));
  head->field_count = 0;
  std::fill(std::begin(head->known), std::end(head->known), int8_t{-1});
  for (uint32_t i = 0; i < from.field_count; ++i) {
    const http::FieldRef& field = from.fields[i];
    if (IsOfTheParent(field.name(parent->data))) continue;
    int8_t* known = field.id < http::kRequestFieldCount ? &head->known[field.id] : nullptr;
    if (known != nullptr && field.id != 0 && *known < 0) {
      *known = static_cast<int8_t>(head->field_count);
    }
    head->fields[head->field_count++] = field;
  }
  head->content_length = -1;
  head->chunked = head->expect_continue = head->upgrade = false;
  const uint32_t size = TextEnd(from);
  char* text = sub->pool.AllocText(size + method.size());
  if (text == nullptr) return false;
  if (size > 0) std::memcpy(text, parent->data, size);
  std::memcpy(text + size, method.data(), method.size());
  head->method_name = {size, static_cast<uint32_t>(method.size())};
  head->method = sub->method = http::LookupMethod(method);
  sub->head = head;
  sub->data = text;
  return true;
}

}  // namespace

void InheritUser(const Request* parent, Request* sub) {
  const AuthRun* from = parent->auth;
  if (from == nullptr || !from->has_realm || parent->user.empty()) return;
  AuthRun* run = AuthOf(sub);
  if (run == nullptr) return;
  run->has_realm = true;
  run->realm_type = from->realm_type;
  run->realm_name = from->realm_name;
  sub->user = parent->user;
}

Request* NewSubrequest(Request* parent, std::string_view path, std::string_view method) {
  httpd_worker* worker = parent->worker;
  Request* sub = worker->NewRequest();
  if (sub == nullptr) return nullptr;
  sub->state = RequestState::kRunning;
  sub->connection = parent->connection;
  sub->server = parent->server;
  sub->location = parent->location;
  sub->started = parent->started;
  sub->keepalive_count = parent->keepalive_count;
  sub->line = base::View(sub->pool.Copy(parent->line));
  sub->path = sub->raw_path = base::View(sub->pool.Copy(path));
  auto* own = sub->pool.New<Subrequest>(sub);
  const auto forget = [](void* user) { static_cast<Request*>(user)->sub = nullptr; };
  const bool good = own != nullptr && sub->path.data() != nullptr && sub->line.data() != nullptr &&
                    sub->pool.AddCleanup(forget, sub) && CopyHead(parent, sub, method);
  if (!good) {
    worker->FreeRequest(sub);
    return nullptr;
  }
  own->parent = parent;
  own->depth = parent->sub == nullptr ? 1 : parent->sub->depth + 1;
  sub->sub = own;
  sub->stream = own;
  InheritUser(parent, sub);
  if (parent->flags.client_set) {
    httpd_request_set_client(sub, base::Str(ClientOf(parent)), ClientPortOf(parent));
  }
  return sub;
}

}  // namespace httpd::server
