// SPDX-License-Identifier: Apache-2.0
//
// Range fields: what is served, refused and ignored.
#include "http/range.h"

#include <gtest/gtest.h>

#include <string>

namespace httpd::http {
namespace {

// "0-4 6-9", "416" or "ignored".
std::string Ranges(std::string_view value, uint64_t size, size_t capacity = kMaxRanges,
                   size_t max_ranges = kMaxRanges) {
  ByteRange ranges[kMaxRanges];
  size_t count = 99;
  const RangeResult result = ParseRange(value, size, ranges, capacity, &count, max_ranges);
  if (result == RangeResult::kIgnored) return "ignored";
  if (result == RangeResult::kUnsatisfiable) return count == 0 ? "416" : "416 with ranges";
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) text += ' ';
    text += std::to_string(ranges[i].first) + "-" + std::to_string(ranges[i].last);
  }
  return text;
}

TEST(Range, Table) {
  struct {
    const char* value;
    uint64_t size;
    const char* expected;
  } cases[] = {
      {"bytes=0-499", 10000, "0-499"},
      {"bytes=500-999", 10000, "500-999"},
      {"bytes=-500", 10000, "9500-9999"},
      {"bytes=9500-", 10000, "9500-9999"},
      {"bytes=0-0,-1", 10000, "0-0 9999-9999"},
      {"bytes= 0-999, 4500-5499, -1000", 10000, "0-999 4500-5499 9000-9999"},
      {"bytes=500-700,601-999", 10000, "500-999"},
      {"Bytes=0-1", 10, "0-1"},
      {"bytes=0-", 1, "0-0"},
      {"bytes=0-99999999999999999999999", 10, "0-9"},
      {"bytes=-99999999999999999999999", 10, "0-9"},
      {"bytes=-11", 10, "0-9"},
      {"bytes=5-5", 10, "5-5"},
      {"bytes=,0-1,,", 10, "0-1"},
      {"bytes=\t0-1 ,\t3-4", 10, "0-1 3-4"},
      // Unsatisfiable.
      {"bytes=10-", 10, "416"},
      {"bytes=10-20", 10, "416"},
      {"bytes=-0", 10, "416"},
      {"bytes=0-0", 0, "416"},
      {"bytes=18446744073709551615-18446744073709551615", 10, "416"},
      {"bytes=99999999999999999999999-", 10, "416"},
      {"bytes=10-,11-", 10, "416"},
      {"bytes=10-,0-1", 10, "0-1"},
      // Ignored.
      {"bytes=-5", 0, "ignored"},
      {"bytes=-5,0-1", 0, "ignored"},
      {"", 10, "ignored"},
      {"bytes", 10, "ignored"},
      {"bytes=", 10, "ignored"},
      {"bytes=,", 10, "ignored"},
      {"bytes=-", 10, "ignored"},
      {"bytes=5-4", 10, "ignored"},
      {"bytes=0-1,5-4", 10, "ignored"},
      {"bytes=a-b", 10, "ignored"},
      {"bytes=0x0-1", 10, "ignored"},
      {"bytes=0-1;q=1", 10, "ignored"},
      {"bytes=0 - 1", 10, "ignored"},
      {"bytes=+0-1", 10, "ignored"},
      {"bytes=0--1", 10, "ignored"},
      {"bytes=--1", 10, "ignored"},
      {"bytes=1", 10, "ignored"},
      {"bytes =0-1", 10, "ignored"},
      {"items=0-1", 10, "ignored"},
      {"bytes=0-1 2-3", 10, "ignored"},
      {"bytes=\"0-1\"", 10, "ignored"},
      // Joined.
      {"bytes=0-1,2-3", 10, "0-3"},
      {"bytes=2-3,0-1", 10, "0-3"},
      {"bytes=0-0,9-9,1-8", 10, "0-9"},
      {"bytes=8-9,0-1,4-5", 10, "8-9 0-1 4-5"},
      {"bytes=8-9,0-1,4-5,2-3", 10, "8-9 0-5"},
      {"bytes=4-5,8-9,0-1,1-4", 10, "0-5 8-9"},
      {"bytes=0-,0-,0-,0-", 10, "0-9"},
      {"bytes=18446744073709551613-", UINT64_MAX, "18446744073709551613-18446744073709551614"},
  };
  for (const auto& c : cases) EXPECT_EQ(Ranges(c.value, c.size), c.expected) << c.value;
}

TEST(Range, Limits) {
  std::string many = "bytes=0-0";
  for (int i = 1; i < 200; ++i) many += "," + std::to_string(2 * i) + "-" + std::to_string(2 * i);
  EXPECT_NE(Ranges(many, 1000), "ignored");
  EXPECT_EQ(Ranges(many + ",900-900", 1000), "ignored");
  EXPECT_EQ(Ranges(many, 1000, 199), "ignored");
  EXPECT_EQ(Ranges("bytes=0-0,2-2", 10, 1), "ignored");
  EXPECT_EQ(Ranges("bytes=0-0,1-1", 10, 1), "0-1");
  EXPECT_EQ(Ranges("bytes=0-0,1-1", 10, 1, 1), "ignored");
  EXPECT_EQ(Ranges("bytes=0-0", 10, 0), "ignored");
}

TEST(Range, ContentRange) {
  char out[kMaxContentRangeLength];
  EXPECT_EQ(FormatContentRange({0, 499}, 1234, out), "bytes 0-499/1234");
  EXPECT_EQ(FormatUnsatisfiedRange(1234, out), "bytes */1234");
  EXPECT_EQ(FormatUnsatisfiedRange(0, out), "bytes */0");
  const std::string_view longest =
      FormatContentRange({UINT64_MAX - 1, UINT64_MAX - 1}, UINT64_MAX, out);
  EXPECT_EQ(longest, "bytes 18446744073709551614-18446744073709551614/18446744073709551615");
  EXPECT_EQ(longest.size(), kMaxContentRangeLength);
}

}  // namespace
}  // namespace httpd::http
