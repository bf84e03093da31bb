// SPDX-License-Identifier: Apache-2.0
//
// The head of an HTTP/1 response, written in one go into memory that is known to suffice.

#include "http/connection_head.h"

#include <charconv>
#include <cstring>

#include "base/str.h"
#include "http/status.h"

namespace httpd::http {
namespace {

constexpr size_t kFixed = 512;  // status line, Date, Server, framing and their line ends

inline char* Put(char* out, std::string_view text) {
  if (!text.empty()) std::memcpy(out, text.data(), text.size());  // data() may be null
  return out + text.size();
}

inline char* PutNumber(char* out, uint64_t number) {
  return std::to_chars(out, out + 20, number).ptr;
}

char* PutField(char* out, std::string_view name, std::string_view value) {
  out = Put(out, name);
  out = Put(out, ": ");
  out = Put(out, value);
  return Put(out, "\r\n");
}

char* PutStatusLine(char* out, uint32_t status) {
  const std::string_view line = StatusLine(static_cast<int>(status));
  if (!line.empty()) return Put(out, line);
  out = Put(out, "HTTP/1.1 ");
  out = PutNumber(out, status);
  return Put(out, " \r\n");
}

char* PutContentType(char* out, const server::Request& request) {
  out = Put(out, "Content-Type: ");
  out = Put(out, request.content_type);
  if (const std::string_view charset = DefaultCharset(request); !charset.empty()) {
    out = Put(out, "; charset=");
    out = Put(out, charset);
  }
  return Put(out, "\r\n");
}

}  // namespace

// AddDefaultCharset applies to text/plain and text/html that name none, as in Apache.
std::string_view DefaultCharset(const server::Request& request) {
  if (request.location == nullptr) return {};
  const auto& setting = request.location->core->add_default_charset;
  if (setting.value.empty()) return {};
  const std::string_view type = request.content_type;
  const std::string_view bare = type.substr(0, type.find(';'));
  if (bare != "text/html" && bare != "text/plain") return {};
  return type.find("charset=") == std::string_view::npos ? std::string_view(setting.value)
                                                         : std::string_view();
}

size_t ResponseHeadBound(const server::Request& request) {
  size_t size = kFixed + request.prepared.size() + request.content_type.size();
  size += DefaultCharset(request).size();
  for (uint32_t i = 0; i < request.field_count; ++i) {
    size += request.field(i)->name.size() + request.field(i)->value.size() + 4;
  }
  return size;
}

char* FormatResponseHead(const server::Request& request, std::string_view common, char* out) {
  const int status = static_cast<int>(request.status);
  out = PutStatusLine(out, request.status);
  out = Put(out, common);
  out = Put(out, request.prepared);
  const bool has_content = !StatusForbidsBody(status);
  if (has_content && !request.content_type.empty()) out = PutContentType(out, request);
  for (uint32_t i = 0; i < request.field_count; ++i) {
    const server::HeaderField* field = request.field(i);
    if (!field->removed) out = PutField(out, field->name, field->value);
  }
  if (request.flags.chunked) {
    out = Put(out, "Transfer-Encoding: chunked\r\n");
  } else if (request.body_size != server::kUnknownSize && has_content) {
    out = Put(out, "Content-Length: ");
    out = PutNumber(out, request.body_size);
    out = Put(out, "\r\n");
  }
  const bool old = request.head->version < 1001;
  if (!request.flags.keep_alive) {
    if (!request.flags.taken_over) {
      out = Put(out, "Connection: close\r\n");
    } else if (status == 101) {
      out = Put(out, "Connection: upgrade\r\n");
    }
  } else if (old) {
    out = Put(out, "Connection: keep-alive\r\n");
  }
  return Put(out, "\r\n");
}

}  // namespace httpd::http
