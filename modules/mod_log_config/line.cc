// SPDX-License-Identifier: Apache-2.0
//
// One line of an access log. The texts of the request are asked for first, so that the room they
// need is known; then everything is written once, where it stays. Nothing is allocated.
#include "line.h"

#include <httpd/body.h>
#include <httpd/resource.h>
#include <httpd/response.h>
#include <strings.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <httpd/cxx.hpp>

namespace mod_log_config {
namespace {

using httpd::api::Str;
using httpd::api::View;

constexpr size_t kLongestLine = 64 * 1024;  // httpd_logfile_reserve's
constexpr size_t kLongestFixed = TimeFormat::kMaxSize;

std::string_view Cookie(httpd_request* request, std::string_view name) {
  std::string_view rest = View(httpd_request_header(request, HTTPD_STR("Cookie")));
  while (!rest.empty()) {
    const size_t semicolon = rest.find(';');
    std::string_view pair = rest.substr(0, semicolon);
    rest = semicolon == std::string_view::npos ? std::string_view() : rest.substr(semicolon + 1);
    while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
    const size_t equals = pair.find('=');
    if (equals == name.size() && strncasecmp(pair.data(), name.data(), equals) == 0) {
      return pair.substr(equals + 1);
    }
  }
  return {};
}

// The host the client asked for, without its port; else the server's own name.
std::string_view HostName(httpd_request* request) {
  std::string_view host = View(httpd_request_authority(request));
  if (host.empty()) return View(httpd_server_name(httpd_request_server(request)));
  const size_t bracket = host.rfind(']');
  const size_t colon = host.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    host = host.substr(0, colon);
  }
  return host;
}

std::string_view Path(httpd_request* request) {
  const httpd_str raw = httpd_request_raw_path(request);
  return View(raw.len > 0 ? raw : httpd_request_path(request));
}

std::string_view Text(httpd_request* request, const Item& item) {
  switch (item.op) {
    case Op::kClientAddress:
      return View(httpd_request_client_address(request));
    case Op::kLocalAddress:
      return View(httpd_request_local_address(request));
    case Op::kServerName:
      return View(httpd_server_name(httpd_request_server(request)));
    case Op::kHostName:
      return HostName(request);
    case Op::kMethod:
      return View(httpd_request_method(request));
    case Op::kRequestLine:
      return View(httpd_request_line(request));
    case Op::kPath:
      return Path(request);
    case Op::kFinalPath:
      return View(httpd_request_path(request));
    case Op::kQuery:
      return View(httpd_request_query(request));
    case Op::kFilename:
      return View(httpd_request_filename(request));
    case Op::kHandler:
      return View(httpd_request_handler(request));
    case Op::kUser:
      return View(httpd_request_user(request));
    case Op::kRequestHeader:
      return View(httpd_request_header(request, Str(item.text)));
    case Op::kResponseHeader:
      return View(httpd_response_header(request, Str(item.text)));
    case Op::kCookie:
      return Cookie(request, item.text);
    default:
      return {};
  }
}

// What the client sent, as far as it can be told from the request: its line, fields and body.
uint64_t BytesIn(httpd_request* request) {
  uint64_t bytes = httpd_request_line(request).len + 4;  // with its CRLF and the empty line
  const uint32_t count = httpd_request_header_count(request);
  for (uint32_t i = 0; i < count; ++i) {
    httpd_str name, value;
    if (httpd_request_header_at(request, i, &name, &value) != HTTPD_OK) break;
    bytes += name.len + value.len + 4;
  }
  const int64_t body = httpd_request_body_length(request);
  return body > 0 ? bytes + static_cast<uint64_t>(body) : bytes;
}

uint64_t Unsigned(int64_t value) { return value < 0 ? 0 : static_cast<uint64_t>(value); }

uint64_t Number(httpd_request* request, Op op) {
  switch (op) {
    case Op::kStatus:
      return httpd_response_status(request);
    case Op::kBodyBytes:
    case Op::kBodyBytesOrDash:
      return Unsigned(httpd_response_body_bytes(request));
    case Op::kBytesIn:
      return BytesIn(request);
    case Op::kBytesOut:
      return Unsigned(httpd_response_bytes(request));
    case Op::kBytesBoth:
      return BytesIn(request) + Unsigned(httpd_response_bytes(request));
    case Op::kSeconds:
      return Unsigned(httpd_request_duration(request)) / 1'000'000'000;
    case Op::kMilliseconds:
      return Unsigned(httpd_request_duration(request)) / 1'000'000;
    case Op::kMicroseconds:
      return Unsigned(httpd_request_duration(request)) / 1'000;
    case Op::kKeepalives:
      return httpd_request_keepalive_count(request);
    case Op::kLocalPort:
      return httpd_request_local_port(request);
    case Op::kRemotePort:
      return httpd_request_client_port(request);
    case Op::kPid:
      return static_cast<uint64_t>(::getpid());
    case Op::kThread:
      return static_cast<uint64_t>(::syscall(SYS_gettid));
    default:
      return 0;
  }
}

char* Copy(std::string_view text, char* to, const char* end) {
  const size_t size = std::min(text.size(), static_cast<size_t>(end - to));
  if (size > 0) std::memcpy(to, text.data(), size);
  return to + size;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') return (c | 0x20) - 'a' + 10;
  return -1;
}

// A path as received, percent-decoded on the way.
char* WriteDecoded(std::string_view path, char* to, const char* end) {
  for (size_t i = 0; i < path.size(); ++i) {
    char c = path[i];
    if (c == '%' && i + 2 < path.size()) {
      const int high = HexDigit(path[i + 1]);
      const int low = HexDigit(path[i + 2]);
      if (high >= 0 && low >= 0) {
        c = static_cast<char>(high * 16 + low);
        i += 2;
      }
    }
    to = EscapeInto({&c, 1}, to, end);
  }
  return to;
}

char* WriteText(Op op, std::string_view text, char* to, const char* end) {
  if (op == Op::kQuery) {
    if (text.data() == nullptr) return to;
    return EscapeInto(text, Copy("?", to, end), end);
  }
  if (text.empty()) return Copy("-", to, end);
  if (op == Op::kPath) return WriteDecoded(text, to, end);
  return EscapeInto(text, to, end);
}

char* WriteProtocol(uint32_t protocol, char* to, const char* end) {
  if (protocol == 0) return Copy("-", to, end);
  to = WriteNumber(protocol / 1000, Copy("HTTP/", to, end));
  *to++ = '.';
  return WriteNumber(protocol % 1000, to);
}

char* WriteHex(uint64_t value, char* to) {
  char digits[16];
  size_t count = 0;
  do {
    digits[count++] = "0123456789abcdef"[value & 15];
    value >>= 4;
  } while (value > 0);
  while (count > 0) *to++ = digits[--count];
  return to;
}

// A piece that takes at most kLongestFixed bytes.
char* WriteFixed(Item* item, httpd_request* request, char* to, const char* end) {
  switch (item->op) {
    case Op::kNothing:
      return Copy("-", to, end);
    case Op::kProtocol:
      return WriteProtocol(httpd_request_protocol(request), to, end);
    case Op::kConnection:
      return Copy(httpd_response_keeps_alive(request) ? "+" : "-", to, end);
    case Op::kHexThread:
      return WriteHex(Number(request, Op::kThread), to);
    case Op::kTime: {
      const int64_t start = httpd_request_time(request);
      return item->time.Write(item->time.at_end ? start + httpd_request_duration(request) : start,
                              to);
    }
    default: {
      const uint64_t number = Number(request, item->op);
      if (item->op == Op::kBodyBytesOrDash && number == 0) return Copy("-", to, end);
      return WriteNumber(number, to);
    }
  }
}

// The texts of the line in the order of the items; their number is limited when formats are read.
size_t CollectTexts(const Program& program, httpd_request* request, std::string_view* texts) {
  const uint32_t status = httpd_response_status(request);
  size_t size = program.fixed_size;
  size_t count = 0;
  for (const Item& item : program.items) {
    if (!IsText(item.op)) continue;
    texts[count] = item.WantedFor(status) ? Text(request, item) : std::string_view();
    size += texts[count++].size() * kMaxEscape;
  }
  return size;
}

}  // namespace

void WriteLine(Program* program, httpd_request* request, httpd_logfile* file) {
  std::string_view texts[Program::kMaxTexts];
  const size_t size = std::min(CollectTexts(*program, request, texts), kLongestLine);
  char* const line = httpd_logfile_reserve(file, size);
  if (line == nullptr) return;  // counted as lost there
  const char* const end = line + size - 1;
  const uint32_t status = httpd_response_status(request);
  char* to = line;
  const std::string_view* text = texts;
  // Only a line whose room was limited can be too long: otherwise every piece has its own.
  const bool limited = size == kLongestLine;
  bool cut = false;
  for (Item& item : program->items) {
    const std::string_view value = IsText(item.op) ? *text++ : std::string_view();
    if (item.op == Op::kLiteral) {
      to = Copy(item.text, to, end);
    } else if (!item.WantedFor(status)) {
      to = Copy("-", to, end);
    } else if (IsText(item.op)) {
      to = WriteText(item.op, value, to, end);
    } else if (limited && static_cast<size_t>(end - to) < kLongestFixed) {
      cut = true;
    } else {
      to = WriteFixed(&item, request, to, end);
    }
    cut = cut || (limited && static_cast<size_t>(end - to) < kMaxEscape);
    if (cut) break;
  }
  if (cut) {
    to = std::min(to, line + size - 4);
    to = Copy("...", to, end);
  }
  *to++ = '\n';
  httpd_logfile_commit(file, static_cast<size_t>(to - line));
}

}  // namespace mod_log_config
