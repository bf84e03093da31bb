// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_HTTP_RANGE_H_
#define HTTPD_HTTP_RANGE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace httpd::http {

// More range-specs than this in one request and the field is ignored, as with Apache's MaxRanges.
inline constexpr size_t kMaxRanges = 200;

// Both ends inclusive, first <= last < size of the representation.
struct ByteRange {
  uint64_t first;
  uint64_t last;
  uint64_t length() const { return last - first + 1; }
};

enum class RangeResult : uint8_t {
  kIgnored,        // malformed, other unit or too many: send the whole, 200
  kSatisfiable,    // *count >= 1 ranges: 206
  kUnsatisfiable,  // 416 with Content-Range: bytes */size
};

// Parses the value of a Range field (RFC 9110 §14.1.2, §14.2) against a representation of `size`
// bytes into `ranges[0..capacity)`. Ranges that overlap or touch are joined, the rest keep the
// order of the request, so the ranges are disjoint and their lengths sum up to at most `size`.
// Unsatisfiable specs beside satisfiable ones are dropped. More than `capacity` disjoint ranges, or
// more than `max_ranges` specs: kIgnored. `bytes=-n` of an empty representation is kIgnored too:
// RFC 9110 calls it satisfiable, but no Content-Range could say so.
RangeResult ParseRange(std::string_view value, uint64_t size, ByteRange* ranges, size_t capacity,
                       size_t* count, size_t max_ranges = kMaxRanges);

// "bytes " + three numbers of 20 digits + "-" + "/".
inline constexpr size_t kMaxContentRangeLength = 68;

// "bytes 0-499/1234" and "bytes */1234", written into `out` (kMaxContentRangeLength bytes).
std::string_view FormatContentRange(const ByteRange& range, uint64_t size, char* out);
std::string_view FormatUnsatisfiedRange(uint64_t size, char* out);

}  // namespace httpd::http

#endif  // HTTPD_HTTP_RANGE_H_
