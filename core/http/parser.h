// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_HTTP_PARSER_H_
#define HTTPD_HTTP_PARSER_H_

#include <cstddef>
#include <cstdint>

#include "http/field_parser.h"
#include "http/request_head.h"

namespace httpd::http {

struct Limits {
  uint32_t line = 8190;        // LimitRequestLine: request line without CRLF; beyond it 414
  uint32_t field_size = 8190;  // LimitRequestFieldSize: one field line without CRLF; 431
  uint32_t fields = 100;       // LimitRequestFields: at most kMaxFields; 431
  uint32_t head = 65536;       // the whole head with its last CRLF, at least 64; 431
};

// Parses an HTTP/1.x request head (RFC 9112 §2–§3, §5–§7.1 as far as framing goes) where it lies.
//
//   RequestParser parser; RequestHead head;
//   parser.Reset(limits);
//   while ((r = parser.Parse(buffer, bytes_so_far, &head)) == kNeedMore) read more behind them;
//
// `data` must hold the same bytes as before plus new ones behind, at whatever address; `head` must
// be the same object. No byte is looked at twice across calls but the one the parser stopped at. No
// heap, no copies, and the outcome does not depend on how the bytes were cut. After kDone the
// body, or the next request, starts at head.head_size. After kError the connection cannot be
// trusted any more: answer with error().status and close. Up to four leading CRLF are skipped and
// are part of head_size. kNeedMore is never the answer when `size` has reached Limits::head: a
// buffer of that size is always enough.
class RequestParser {
 public:
  void Reset(const Limits& limits);
  ParseResult Parse(const char* data, size_t size, RequestHead* head);

  const ParseError& error() const { return error_; }

  // False until the first byte that is not a leading CRLF was seen: the connection is still idle.
  bool started() const { return state_ != State::kLeading; }

  // True once the request line is complete: method, target and version may be logged after an
  // error.
  bool has_request_line() const { return has_request_line_; }

 private:
  enum class State : uint8_t { kLeading, kMethod, kTarget, kVersion, kFields, kDone, kFailed };

  ParseResult Fail(int status, const char* reason, size_t offset);
  ParseResult FailMethod(char c);
  ParseResult FailTarget(char c);
  ParseResult Leading(const char* data, size_t size);
  ParseResult RequestLine(const char* data, size_t size, RequestHead* head);
  ParseResult Version(const char* data, size_t size, RequestHead* head);
  bool CheckVersionByte(const char* version, size_t index);
  ParseResult Fields(const char* data, size_t size, RequestHead* head);

  Limits limits_;
  uint32_t pos_ = 0;         // next byte to look at
  uint32_t line_start_ = 0;  // first byte of the request line
  uint32_t mark_ = 0;        // first byte of the element being scanned
  bool has_request_line_ = false;
  State state_ = State::kLeading;
  FieldParser fields_;
  ParseError error_;
};

}  // namespace httpd::http

#endif  // HTTPD_HTTP_PARSER_H_
