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
  uint32_t section;     // offset that the section must not go beyond
};

// Parses a section of field lines up to and with the empty line (RFC 9112 §5): the rules that
// request heads and trailers share. Resumable at any byte.
class FieldParser {
 public:
  // The section starts at offset `start`; `fields` offers `capacity` slots. `known` (or null) gets
  // the index of the first line of each request field and must be all -1 before.
  void Reset(uint32_t start, const FieldLimits& limits);

  ParseResult Parse(const char* data, size_t size, FieldRef* fields, size_t capacity,
                    int8_t* known);

  uint16_t count() const { return count_; }
  uint32_t pos() const { return pos_; }  // after kDone: first byte behind the empty line
  const ParseError& error() const { return error_; }

 private:
  enum class State : uint8_t { kLineStart, kName, kBeforeValue, kValue, kLineLf, kEndLf };

  ParseResult Fail(int status, const char* reason);
  ParseResult FailName(const char* data);
  ParseResult FailValue(const char* data);
  ParseResult CheckLine();

  FieldLimits limits_;
  uint32_t pos_ = 0;
  uint32_t line_start_ = 0;
  uint32_t value_start_ = 0;
  uint16_t count_ = 0;
  uint16_t name_len_ = 0;
  State state_ = State::kLineStart;
  ParseError error_;
};

}  // namespace httpd::http

#endif  // HTTPD_HTTP_FIELD_PARSER_H_
