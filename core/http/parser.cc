// SPDX-License-Identifier: Apache-2.0
//
// The request head: request line, then fields (FieldParser), then what they mean together. Two
// parties that read the same bytes as different requests is how requests are smuggled, so whatever
// RFC 9112 calls invalid or leaves to taste is refused.
#include "http/parser.h"

#include <algorithm>
#include <cstring>

#include "http/framing.h"
#include "http/scan.h"
#include "http/target.h"

namespace httpd::http {
namespace {

constexpr uint32_t kMaxLeadingCrlf = 4;  // RFC 9112 §2.2: at least one
constexpr uint32_t kMaxMethod = 32;
constexpr uint32_t kMinHead = 64;
constexpr uint32_t kVersionLength = 10;  // HTTP/1.1 CR LF

const char* LineByteReason(char c, const char* other) {
  switch (c) {
    case '\n':
      return "a request line that ends in a bare LF";
    case '\0':
      return "a NUL byte in the request line";
    default:
      return other;
  }
}

Method MethodOf(std::string_view name) {
  // The two that make up nearly all traffic, without the table.
  if (name == "GET") return Method::kGet;
  if (name == "POST") return Method::kPost;
  return LookupMethod(name);
}

void Clear(RequestHead* head) {
  head->method_name = head->target = head->path = head->host = TextRef();
  head->port = -1;
  head->head_size = 0;
  head->content_length = -1;
  head->version = 0;
  head->field_count = 0;
  head->method = Method::kExtension;
  head->form = TargetForm::kOrigin;
  head->scheme = Scheme::kNone;
  head->chunked = head->keep_alive = head->connection_close = false;
  head->expect_continue = head->upgrade = head->has_host = false;
  std::memset(head->known, -1, sizeof(head->known));
}

}  // namespace

void RequestParser::Reset(const Limits& limits) {
  limits_ = limits;
  limits_.fields = std::min<uint32_t>(limits.fields, kMaxFields);
  limits_.head = std::max(limits.head, kMinHead);
  // With empty lines in front and CRLF behind, a line that may be waited for fits the head.
  limits_.line = std::min(limits.line, limits_.head - 2 * kMaxLeadingCrlf - kVersionLength - 2);
  pos_ = line_start_ = mark_ = 0;
  has_request_line_ = false;
  state_ = State::kLeading;
  error_ = ParseError();
}

ParseResult RequestParser::Fail(int status, const char* reason, size_t offset) {
  state_ = State::kFailed;
  error_.status = status;
  error_.reason = reason;
  error_.offset = static_cast<uint32_t>(offset);
  return ParseResult::kError;
}

ParseResult RequestParser::Parse(const char* data, size_t size, RequestHead* head) {
  size = std::min<size_t>(size, UINT32_MAX);
  ParseResult result = ParseResult::kDone;
  switch (state_) {
    case State::kLeading:
      if (pos_ == 0) Clear(head);
      result = Leading(data, size);
      if (result != ParseResult::kDone) return result;
      [[fallthrough]];
    case State::kMethod:
    case State::kTarget:
    case State::kVersion:
      result = RequestLine(data, size, head);
      if (result != ParseResult::kDone) return result;
      [[fallthrough]];
    case State::kFields:
      return Fields(data, size, head);
    case State::kDone:
      return ParseResult::kDone;
    case State::kFailed:
      break;
  }
  return ParseResult::kError;
}

ParseResult RequestParser::Leading(const char* data, size_t size) {
  for (; pos_ < size; ++pos_) {
    const char c = data[pos_];
    const bool want_lf = (pos_ & 1) != 0;  // CRLF pairs from offset 0
    if (want_lf) {
      if (c != '\n') return Fail(400, "a bare CR before the request line", pos_);
      continue;
    }
    if (c != '\r') {
      line_start_ = mark_ = pos_;
      state_ = State::kMethod;
      return ParseResult::kDone;
    }
    if (pos_ >= 2 * kMaxLeadingCrlf) {
      return Fail(400, "too many empty lines before the request line", pos_);
    }
  }
  return ParseResult::kNeedMore;
}

ParseResult RequestParser::RequestLine(const char* data, size_t size, RequestHead* head) {
  const char* const end = data + size;
  if (state_ == State::kMethod) {
    const char* p = ScanToken(data, data + pos_, end);
    pos_ = static_cast<uint32_t>(p - data);
    const uint32_t length = pos_ - mark_;
    if (length > std::min(kMaxMethod, limits_.line)) {
      return Fail(501, "a method longer than any the server knows", mark_ + kMaxMethod);
    }
    if (p == end) return ParseResult::kNeedMore;
    if (*p != ' ' || length == 0) {
      return FailMethod(*p);
    }
    head->method_name = {mark_, length};
    head->method = MethodOf({data + mark_, length});
    mark_ = ++pos_;
    state_ = State::kTarget;
  }
  if (state_ == State::kTarget) {
    const char* p = ScanTarget(data, data + pos_, end);
    pos_ = static_cast<uint32_t>(p - data);
    if (pos_ - line_start_ > limits_.line) {
      return Fail(414, "the request line is longer than LimitRequestLine",
                  line_start_ + limits_.line);
    }
    if (p == end) return ParseResult::kNeedMore;
    if (*p != ' ') return FailTarget(*p);
    head->target = {mark_, pos_ - mark_};
    mark_ = ++pos_;
    state_ = State::kVersion;
  }
  return Version(data, size, head);
}

ParseResult RequestParser::FailMethod(char c) {
  const char* reason = "a byte that is not allowed in a method";
  if (c == '\x16' && pos_ == line_start_) reason = "a TLS handshake on a port without TLS";
  return Fail(400, LineByteReason(c, reason), pos_);
}

ParseResult RequestParser::FailTarget(char c) {
  const char* reason = "a byte that is not allowed in the request target";
  if (c == '#') reason = "a fragment in the request target";
  if (c == '\r') reason = "a request line without a version (HTTP/0.9)";
  return Fail(400, LineByteReason(c, reason), pos_);
}

// mark_ is where the version starts. Whole in the buffer nearly always; otherwise what is there is
// checked each time, at most ten bytes.
ParseResult RequestParser::Version(const char* data, size_t size, RequestHead* head) {
  const char* version = data + mark_;
  const size_t available = size - mark_;
  if (available >= kVersionLength && std::memcmp(version, "HTTP/1.1\r\n", kVersionLength) == 0) {
    head->version = 1001;
  } else {
    for (size_t i = 0; i < std::min<size_t>(available, kVersionLength); ++i) {
      if (!CheckVersionByte(version, i)) return ParseResult::kError;
    }
    if (available < kVersionLength) return ParseResult::kNeedMore;
    head->version = version[7] == '0' ? 1000 : 1001;
  }
  pos_ = mark_ + kVersionLength;
  if (pos_ - 2 - line_start_ > limits_.line) {
    return Fail(414, "the request line is longer than LimitRequestLine",
                line_start_ + limits_.line);
  }
  has_request_line_ = true;
  // Only now: a preface of HTTP/2 should hear about its version, not about its target.
  if (const char* reason = ClassifyTarget(data, head)) return Fail(400, reason, head->target.off);
  state_ = State::kFields;
  fields_.Reset(pos_, {limits_.field_size, limits_.fields, limits_.head});
  return ParseResult::kDone;
}

bool RequestParser::CheckVersionByte(const char* version, size_t index) {
  const char c = version[index];
  const auto is_digit = [](char digit) { return digit >= '0' && digit <= '9'; };
  bool good = false;
  switch (index) {
    case 5:
      good = is_digit(c);
      break;
    case 7:
      good = is_digit(c);
      if (good && version[5] != '1') {
        Fail(505, "an HTTP version other than 1.0 and 1.1", mark_);
        return false;
      }
      break;
    default:
      good = c == "HTTP/x.x\r\n"[index];
  }
  if (good) return true;
  const char* reason =
      index < 8 ? "a malformed HTTP version" : "the request line does not end behind the version";
  Fail(400, LineByteReason(c, reason), mark_ + index);
  return false;
}

ParseResult RequestParser::Fields(const char* data, size_t size, RequestHead* head) {
  const ParseResult result = fields_.Parse(data, size, head->fields, kMaxFields, head->known);
  if (result == ParseResult::kNeedMore) return result;
  head->field_count = fields_.count();
  if (result == ParseResult::kError) {
    const ParseError& error = fields_.error();
    return Fail(error.status, error.reason, error.offset);
  }
  pos_ = head->head_size = fields_.pos();
  const FramingError error = InterpretFields(data, fields_.repeated(), head);
  if (error.status != 0) return Fail(error.status, error.reason, line_start_);
  state_ = State::kDone;
  return ParseResult::kDone;
}

}  // namespace httpd::http
