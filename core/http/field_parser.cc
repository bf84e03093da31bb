// SPDX-License-Identifier: Apache-2.0
//
// Field lines, the part of HTTP/1 where lenient parsers disagree: nothing is repaired here. A line
// is name ":" OWS value OWS CRLF, and any other byte sequence is refused with its reason.
#include "http/field_parser.h"

#include <algorithm>

#include "http/known_field_table.h"
#include "http/scan.h"

namespace httpd::http {
namespace {

bool IsOws(char c) { return c == ' ' || c == '\t'; }

bool IsFraming(KnownField id) {
  return id == KnownField::kContentLength || id == KnownField::kTransferEncoding ||
         id == KnownField::kHost;
}

}  // namespace

void FieldParser::Reset(uint32_t start, const FieldLimits& limits) {
  limits_ = limits;
  limits_.section = std::max<uint32_t>(limits.section, 1);
  pos_ = start;
  start_ = start;
  count_ = 0;
  repeated_ = framing_ = false;
  state_ = State::kLineStart;
  error_ = ParseError();
}

ParseResult FieldParser::Fail(int status, const char* reason, size_t offset) {
  state_ = State::kFailed;
  error_.status = status;
  error_.reason = reason;
  error_.offset = static_cast<uint32_t>(offset);
  return ParseResult::kError;
}

ParseResult FieldParser::FailSection() {
  return Fail(431, "the field section is longer than its limit", limits_.section);
}

ParseResult FieldParser::FailTooLong() {
  if (line_end_ == limits_.section - 1) return FailSection();
  return Fail(431, "a field line is longer than LimitRequestFieldSize", line_end_);
}

// data[at] can neither be part of a field name nor end it.
ParseResult FieldParser::FailName(const char* data, size_t at) {
  const char c = data[at];
  const char* reason = "a byte that is not allowed in a field name";
  if (at == line_start_ && IsOws(c)) {
    reason = line_start_ == start_ ? "white space before the first field" : "obsolete line folding";
  } else if (at == line_start_ && c == ':') {
    reason = "a field line without a name";
  } else if (IsOws(c)) {
    reason = "white space between field name and colon";
  } else if (c == '\n') {
    reason = "a line that ends in a bare LF";
  } else if (c == '\r') {
    reason = "a field line without a colon";
  } else if (c == '\0') {
    reason = "a NUL byte in a field name";
  }
  return Fail(400, reason, at);
}

ParseResult FieldParser::FailValue(const char* data, size_t at) {
  const char* reason = "a control character in a field value";
  if (data[at] == '\n') reason = "a line that ends in a bare LF";
  if (data[at] == '\0') reason = "a NUL byte in a field value";
  return Fail(400, reason, at);
}

bool FieldParser::StartLine(size_t at, size_t capacity) {
  line_start_ = static_cast<uint32_t>(at);
  if (count_ >= limits_.fields || count_ >= capacity) {
    Fail(431, "more fields than LimitRequestFields", at);
    return false;
  }
  const uint32_t last = limits_.section - 1;
  line_end_ = last - line_start_ < limits_.field_size ? last : line_start_ + limits_.field_size;
  state_ = State::kName;
  return true;
}

uint16_t FieldParser::Note(uint16_t id, int8_t* known) {
  if (known == nullptr) {
    framing_ |= IsFraming(static_cast<KnownField>(id));
  } else if (id != 0 && id < kRequestFieldCount) {
    repeated_ |= known[id] >= 0;
    if (known[id] < 0) known[id] = static_cast<int8_t>(count_);
  }
  return id;
}

void FieldParser::Store(const char* data, size_t end, FieldRef* fields, int8_t* known) {
  while (end > value_start_ && IsOws(data[end - 1])) --end;
  FieldRef& field = fields[count_];
  field.name_off = line_start_;
  field.name_len = name_len_;
  field.value_off = value_start_;
  field.value_len = static_cast<uint32_t>(end - value_start_);
  field.id = Note(internal::FindField(data + line_start_, name_len_, internal::SameName), known);
  ++count_;
}

// Whole, ordinary lines from pos_ on, without the bookkeeping that resuming needs: they are nearly
// all there is. Stops in front of the first line that is incomplete or in any way unusual, which
// Parse then takes from its start.
void FieldParser::CompleteLines(const char* data, size_t size, FieldRef* fields, size_t capacity,
                                int8_t* known) {
  const char* const end = data + size;
  const char* line = data + pos_;
  const size_t most = std::min<size_t>(limits_.fields, capacity);
  while (line != end && count_ < most) {
    const char* colon = internal::Scan<internal::NameBytes>(data, line, end);
    const auto name_len = static_cast<size_t>(colon - line);
    if (colon == end || *colon != ':' || name_len == 0 || name_len > kMaxNameLength) break;
    const char* value = colon + 1;
    if (value != end && *value == ' ') ++value;
    const char* cr = ScanValue(data, value, end);
    if (end - cr < 2 || cr[0] != '\r' || cr[1] != '\n') break;
    if (value != cr && (IsOws(*value) || IsOws(cr[-1]))) break;
    if (static_cast<size_t>(cr - line) > limits_.field_size ||
        static_cast<size_t>(cr + 1 - data) >= limits_.section) {
      break;
    }
    FieldRef& field = fields[count_];
    field.name_off = static_cast<uint32_t>(line - data);
    field.name_len = static_cast<uint16_t>(name_len);
    field.value_off = static_cast<uint32_t>(value - data);
    field.value_len = static_cast<uint32_t>(cr - value);
    const bool wide = end - line >= static_cast<ptrdiff_t>(internal::kMaxFieldLength);
    const uint16_t id = wide ? internal::FindField(line, name_len, internal::SameNameWide)
                             : internal::FindField(line, name_len, internal::SameName);
    field.id = Note(id, known);
    ++count_;
    line = cr + 2;
  }
  pos_ = static_cast<uint32_t>(line - data);
}

ParseResult FieldParser::Parse(const char* data, size_t size, FieldRef* fields, size_t capacity,
                               int8_t* known) {
  if (state_ == State::kLineStart) CompleteLines(data, size, fields, capacity, known);
  const char* const end = data + size;
  const char* p = data + pos_;
  const auto more = [&] {
    pos_ = static_cast<uint32_t>(p - data);
    return ParseResult::kNeedMore;
  };
  const auto offset = [&] { return static_cast<size_t>(p - data); };

  for (;;) {
    switch (state_) {
      case State::kLineStart:
        if (offset() >= limits_.section) return FailSection();
        if (p == end) return more();
        if (*p == '\r') {
          ++p;
          state_ = State::kEndLf;
          continue;
        }
        if (!StartLine(offset(), capacity)) return ParseResult::kError;
        [[fallthrough]];
      case State::kName:
        p = ScanToken(data, p, end);
        if (offset() > line_end_) return FailTooLong();
        if (offset() - line_start_ > kMaxNameLength) {
          return Fail(431, "a field name is too long", line_start_ + kMaxNameLength);
        }
        if (p == end) return more();
        if (*p != ':' || offset() == line_start_) return FailName(data, offset());
        name_len_ = static_cast<uint16_t>(offset() - line_start_);
        ++p;
        state_ = State::kBeforeValue;
        [[fallthrough]];
      case State::kBeforeValue:
        while (p < end && IsOws(*p)) ++p;
        if (offset() > line_end_) return FailTooLong();
        if (p == end) return more();
        value_start_ = static_cast<uint32_t>(offset());
        state_ = State::kValue;
        [[fallthrough]];
      case State::kValue:
        p = ScanValue(data, p, end);
        if (offset() > line_end_) return FailTooLong();
        if (p == end) return more();
        if (*p != '\r') return FailValue(data, offset());
        Store(data, offset(), fields, known);
        ++p;
        state_ = State::kLineLf;
        [[fallthrough]];
      case State::kLineLf:
        if (offset() >= limits_.section) return FailSection();
        if (p == end) return more();
        if (*p != '\n') return Fail(400, "a bare CR in a field value", offset());
        ++p;
        state_ = State::kLineStart;
        continue;
      case State::kEndLf:
        if (offset() >= limits_.section) return FailSection();
        if (p == end) return more();
        if (*p != '\n') return Fail(400, "a bare CR at the start of a field line", offset());
        ++p;
        pos_ = static_cast<uint32_t>(offset());
        return ParseResult::kDone;
      case State::kFailed:
        return ParseResult::kError;
    }
  }
}

}  // namespace httpd::http
