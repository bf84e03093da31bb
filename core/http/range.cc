// SPDX-License-Identifier: Apache-2.0
//
// Range requests: what RFC 9110 §14 allows a client to ask, made safe to serve. Joining overlaps
// keeps the answer no longer than the file however the ranges are chosen.
#include "http/range.h"

#include <cstring>

#include "http/field.h"

namespace httpd::http {
namespace {

constexpr uint64_t kMax = UINT64_MAX;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Digits at the front; a number beyond 64 bits saturates, as it only has to lie behind the end.
bool ConsumeNumber(std::string_view* text, uint64_t* value) {
  size_t i = 0;
  uint64_t result = 0;
  for (; i < text->size() && IsDigit((*text)[i]); ++i) {
    const auto digit = static_cast<uint64_t>((*text)[i] - '0');
    result = result > (kMax - digit) / 10 ? kMax : result * 10 + digit;
  }
  text->remove_prefix(i);
  *value = result;
  return i > 0;
}

enum class Spec : uint8_t { kMalformed, kUnsatisfiable, kRange, kEmptySuffix };

// One range-spec without white space around it.
Spec ParseSpec(std::string_view text, uint64_t size, ByteRange* range) {
  uint64_t first = 0;
  uint64_t last = kMax;
  const bool has_first = ConsumeNumber(&text, &first);
  if (text.empty() || text[0] != '-') return Spec::kMalformed;
  text.remove_prefix(1);
  const bool has_last = ConsumeNumber(&text, &last);
  if (!text.empty() || (!has_first && !has_last)) return Spec::kMalformed;
  if (!has_first) {
    if (last == 0) return Spec::kUnsatisfiable;
    if (size == 0) return Spec::kEmptySuffix;
    *range = {last >= size ? 0 : size - last, size - 1};
    return Spec::kRange;
  }
  if (!has_last) last = kMax;
  if (last < first) return Spec::kMalformed;
  if (first >= size) return Spec::kUnsatisfiable;
  *range = {first, last >= size ? size - 1 : last};
  return Spec::kRange;
}

// Adds `range`, joining every range it overlaps or touches. The joined range takes the place of the
// first of them. False when there is no room.
bool AddRange(ByteRange range, ByteRange* ranges, size_t capacity, size_t* count) {
  size_t place = *count;
  size_t kept = 0;
  for (size_t i = 0; i < *count; ++i) {
    const ByteRange& other = ranges[i];
    // last < size, so last + 1 cannot overflow.
    if (other.first <= range.last + 1 && range.first <= other.last + 1) {
      if (other.first < range.first) range.first = other.first;
      if (other.last > range.last) range.last = other.last;
      if (place == *count) {
        place = kept;
        ++kept;
      }
      continue;
    }
    ranges[kept++] = other;
  }
  if (place == *count) {
    if (*count == capacity) return false;
    ranges[(*count)++] = range;
    return true;
  }
  ranges[place] = range;
  *count = kept;
  return true;
}

char* PutDecimal(uint64_t value, char* out) {
  char digits[20];
  size_t count = 0;
  do {
    digits[count++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value > 0);
  while (count > 0) *out++ = digits[--count];
  return out;
}

char* PutText(std::string_view text, char* out) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

}  // namespace

RangeResult ParseRange(std::string_view value, uint64_t size, ByteRange* ranges, size_t capacity,
                       size_t* count, size_t max_ranges) {
  *count = 0;
  const size_t equals = value.find('=');
  if (equals == std::string_view::npos || !EqualsIgnoreCase(value.substr(0, equals), "bytes")) {
    return RangeResult::kIgnored;
  }
  bool empty_suffix = false;
  size_t specs = 0;
  ListReader list(value.substr(equals + 1));
  for (std::string_view element; list.Next(&element);) {
    if (++specs > max_ranges) return RangeResult::kIgnored;
    ByteRange range;
    switch (ParseSpec(element, size, &range)) {
      case Spec::kMalformed:
        return RangeResult::kIgnored;
      case Spec::kUnsatisfiable:
        break;
      case Spec::kEmptySuffix:
        empty_suffix = true;
        break;
      case Spec::kRange:
        if (!AddRange(range, ranges, capacity, count)) return RangeResult::kIgnored;
    }
  }
  if (specs == 0 || (empty_suffix && *count == 0)) return RangeResult::kIgnored;
  return *count == 0 ? RangeResult::kUnsatisfiable : RangeResult::kSatisfiable;
}

std::string_view FormatContentRange(const ByteRange& range, uint64_t size, char* out) {
  char* p = PutText("bytes ", out);
  p = PutDecimal(range.first, p);
  *p++ = '-';
  p = PutDecimal(range.last, p);
  *p++ = '/';
  p = PutDecimal(size, p);
  return {out, static_cast<size_t>(p - out)};
}

std::string_view FormatUnsatisfiedRange(uint64_t size, char* out) {
  char* p = PutDecimal(size, PutText("bytes */", out));
  return {out, static_cast<size_t>(p - out)};
}

}  // namespace httpd::http
