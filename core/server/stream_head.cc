// SPDX-License-Identifier: Apache-2.0
//
// The head of a request that a module's protocol made. It is written down as HTTP/1 would have sent
// it and goes through the very parser of HTTP/1: what is no request there is none here.

#include <algorithm>
#include <cstring>

#include "http/field.h"
#include "http/parser.h"
#include "server/protocol_stream.h"
#include "server/worker.h"

namespace httpd::server {
namespace {

using base::View;

constexpr uint32_t kMaxHead = 65536;
constexpr std::string_view kVersion = " HTTP/1.1\r\n";

// RFC 9113 §8.2: what may be sent there at all.
const char* CheckField(const httpd_field& field, uint32_t protocol) {
  const std::string_view name = View(field.name);
  if (!http::IsToken(name)) return "a field name that is no token";
  if (!http::IsFieldValue(View(field.value))) return "a field value with a control character";
  if (protocol >= 2000 &&
      std::any_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) {
    return "a field name in upper case";
  }
  static constexpr std::string_view kOfConnection[] = {
      "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"};
  for (const std::string_view other : kOfConnection) {
    if (base::EqualsIgnoreCase(name, other)) return "a field that belongs to a connection";
  }
  if (base::EqualsIgnoreCase(name, "te") && View(field.value) != "trailers") {
    return "a TE field with something else than trailers";
  }
  return nullptr;
}

const char* CheckPseudoFields(const httpd_request_head& head) {
  const std::string_view method = View(head.method);
  const std::string_view path = View(head.path);
  if (!http::IsToken(method)) return "a method that is no token";
  if (method == "CONNECT") {
    return path.empty() && head.scheme.len == 0 ? nullptr : "CONNECT with a scheme or a path";
  }
  if (!base::EqualsIgnoreCase(View(head.scheme), "http") &&
      !base::EqualsIgnoreCase(View(head.scheme), "https")) {
    return "a scheme other than http and https";
  }
  if (path != "*" && (path.empty() || path[0] != '/')) return "a path that does not start with /";
  return nullptr;
}

struct Lines {
  size_t size = 0;
  bool host = false;  // a Host field stands among the fields
};

const char* Measure(const httpd_request_head& head, Lines* lines) {
  lines->size = head.method.len + 1 + head.path.len + head.authority.len * 2 + kVersion.size() +
                sizeof("host: \r\n\r\n");
  for (uint32_t i = 0; i < head.field_count; ++i) {
    const httpd_field& field = head.fields[i];
    if (const char* reason = CheckField(field, head.protocol)) return reason;
    lines->size += field.name.len + field.value.len + 4;
    if (!base::EqualsIgnoreCase(View(field.name), "host")) continue;
    lines->host = true;
    if (head.authority.len > 0 &&
        !base::EqualsIgnoreCase(View(field.value), View(head.authority))) {
      return "a Host field that is not the authority";
    }
  }
  return lines->size > kMaxHead ? "a head of more than 64 KiB" : nullptr;
}

char* Put(char* out, std::string_view text) {
  if (!text.empty()) std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

size_t Write(const httpd_request_head& head, bool host, char* out) {
  char* p = Put(out, View(head.method));
  *p++ = ' ';
  p = Put(p, View(head.method) == "CONNECT" ? View(head.authority) : View(head.path));
  p = Put(p, kVersion);
  if (!host && head.authority.len > 0) {
    p = Put(Put(Put(p, "host: "), View(head.authority)), "\r\n");
  }
  for (uint32_t i = 0; i < head.field_count; ++i) {
    p = Put(Put(p, View(head.fields[i].name)), ": ");
    p = Put(Put(p, View(head.fields[i].value)), "\r\n");
  }
  return static_cast<size_t>(Put(p, "\r\n") - out);
}

const char* ReadLength(const httpd_request_head& given, http::RequestHead* head) {
  if (given.content_length >= 0 && head->content_length >= 0 &&
      given.content_length != head->content_length) {
    return "a Content-Length that is not that of the body";
  }
  if (given.content_length >= 0) {
    head->content_length = given.content_length;
  } else if (head->content_length < 0) {
    head->chunked = true;  // a body whose length is not known
  }
  return nullptr;
}

}  // namespace

const char* ReadStreamHead(Request* request, const CoreServer& limits,
                           const httpd_request_head& given) {
  if (const char* reason = CheckPseudoFields(given)) return reason;
  Lines lines;
  if (const char* reason = Measure(given, &lines)) return reason;
  char* text = request->pool.AllocText(lines.size);
  if (text == nullptr) return "out of memory";
  const size_t size = Write(given, lines.host, text);
  http::RequestParser parser;
  parser.Reset({.line = limits.limit_request_line.value,
                .field_size = limits.limit_request_field_size.value,
                .fields = limits.limit_request_fields.value,
                .head = kMaxHead});
  http::RequestHead* head = &request->own_head;
  const http::ParseResult result = parser.Parse(text, size, head);
  if (result == http::ParseResult::kError) return parser.error().reason;
  // A method or path with a blank or a line end in it.
  if (result != http::ParseResult::kDone || head->head_size != size) return "a malformed head";
  if (const char* reason = ReadLength(given, head)) return reason;
  head->version = static_cast<uint16_t>(given.protocol);
  const size_t version = head->target.off + head->target.len + sizeof(" HTTP/") - 1;
  text[version] = static_cast<char>('0' + given.protocol / 1000 % 10);
  text[version + 2] = static_cast<char>('0' + given.protocol % 1000 % 10);
  request->head = head;
  request->data = text;
  request->line = {text, version + 3};
  request->bytes_received = size;
  return nullptr;
}

}  // namespace httpd::server
