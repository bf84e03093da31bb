// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_HTTP_FIELD_PARSER_H_
#define HTTPD_HTTP_FIELD_PARSER_H_

#include <cstddef>
#include <cstdint>

#include "http/request_head.h"

namespace httpd::http {

enum class ParseResult : uint8_t { kNeedMore, kDone, kError };

struct ParseError {
  int status = 0;           // 400, 414, 417, 431, 501 or 505
  const char* reason = "";  // in words, static storage, for the error log
  uint32_t offset = 0;      // byte the parser stopped at
};

struct FieldLimits {
  uint32_t field_size;  // one line without CRLF
  uint32_t fields;      // number of lines
  uint32_t section;     // offset where the section must have ended; at least 1
};

// Parses a section of field lines up to and with the empty line (RFC 9112 §5): the rules that
// request heads and trailers share. Resumable at any byte. Never answers kNeedMore when `size` has
// reached FieldLimits::section, so a buffer of that size suffices.
class FieldParser {
 public:
  // The section starts at offset `start`; `fields` offers `capacity` slots. `known` (or null) gets
  // the index of the first line of each request field and must be all -1 before.
  void Reset(uint32_t start, const FieldLimits& limits);

  ParseResult Parse(const char* data, size_t size, FieldRef* fields, size_t capacity,
                    int8_t* known);

  uint16_t count() const { return count_; }

  // Content-Length, Transfer-Encoding or Host was among the fields; told only without `known`.
  bool framing() const { return framing_; }

  // Some request field came more than once; told only with `known`.
  bool repeated() const { return repeated_; }

  uint32_t pos() const { return pos_; }  // after kDone: first byte behind the empty line
  const ParseError& error() const { return error_; }

 private:
  enum class State : uint8_t { kLineStart, kName, kBeforeValue, kValue, kLineLf, kEndLf, kFailed };
  static constexpr size_t kMaxNameLength = 0xffff;  // FieldRef::name_len

  ParseResult Fail(int status, const char* reason, size_t offset);
  ParseResult FailSection();
  ParseResult FailTooLong();
  ParseResult FailName(const char* data, size_t at);
  ParseResult FailValue(const char* data, size_t at);
  bool StartLine(size_t at, size_t capacity);
  uint16_t Note(uint16_t id, int8_t* known);
  void CompleteLines(const char* data, size_t size, FieldRef* fields, size_t capacity,
                     int8_t* known);
  void Store(const char* data, size_t end, FieldRef* fields, int8_t* known);

  FieldLimits limits_ = {};
  uint32_t pos_ = 0;
  uint32_t start_ = 0;       // first byte of the section
  uint32_t line_start_ = 0;  // first byte of the line
  uint32_t line_end_ = 0;    // where the line's CR must be at the latest
  uint32_t value_start_ = 0;
  uint16_t count_ = 0;
  uint16_t name_len_ = 0;
  bool repeated_ = false;
  bool framing_ = false;
  State state_ = State::kLineStart;
  ParseError error_;
};

}  // namespace httpd::http

#endif  // HTTPD_HTTP_FIELD_PARSER_H_
