// SPDX-License-Identifier: Apache-2.0
//
// Entity tags made, read and compared.
#include "http/etag.h"

#include <gtest/gtest.h>

namespace httpd::http {
namespace {

std::string_view Make(unsigned parts, bool weak = false) {
  static char buffer[kMaxETagLength];
  return FormatETag(parts, 0xabc, 0x400, 0x123456789, weak, buffer);
}

TEST(ETag, Parts) {
  EXPECT_EQ(Make(kETagNone), "");
  EXPECT_EQ(Make(kETagInode), "\"abc\"");
  EXPECT_EQ(Make(kETagSize), "\"400\"");
  EXPECT_EQ(Make(kETagMTime), "\"123456789\"");
  EXPECT_EQ(Make(kETagDefault), "\"400-123456789\"");
  EXPECT_EQ(Make(kETagInode | kETagDefault), "\"abc-400-123456789\"");
  EXPECT_EQ(Make(kETagSize, true), "W/\"400\"");
}

TEST(ETag, Extremes) {
  char buffer[kMaxETagLength];
  EXPECT_EQ(FormatETag(kETagSize, 0, 0, 0, false, buffer), "\"0\"");
  const std::string_view longest = FormatETag(7, UINT64_MAX, UINT64_MAX, -1, true, buffer);
  EXPECT_EQ(longest, "W/\"ffffffffffffffff-ffffffffffffffff-ffffffffffffffff\"");
  EXPECT_EQ(longest.size(), kMaxETagLength);
}

TEST(ETag, Parse) {
  ETag tag;
  EXPECT_TRUE(ParseETag("\"\"", &tag));
  EXPECT_EQ(tag.opaque, "\"\"");
  EXPECT_TRUE(ParseETag("W/\"a,b\\\"", &tag));  // a backslash is a character like any other
  EXPECT_TRUE(tag.weak);
  EXPECT_EQ(tag.opaque, "\"a,b\\\"");
  EXPECT_TRUE(ParseETag("\"\xc3\xa9!\"", &tag));
  for (const char* bad : {"", "\"", "abc", "\"abc", "abc\"", "w/\"a\"", "W/a", "W/", "W", "\"a b\"",
                          "\"a\x7f\"", "\"a\" ", "\"a\"b", "W /\"a\""}) {
    EXPECT_FALSE(ParseETag(bad, &tag)) << bad;
  }
}

TEST(ETag, Consume) {
  std::string_view text = "W/\"a\", \"b\"";
  ETag tag;
  EXPECT_TRUE(ConsumeETag(&text, &tag));
  EXPECT_EQ(text, ", \"b\"");
  EXPECT_FALSE(ConsumeETag(&text, &tag));
  EXPECT_EQ(text, ", \"b\"");
}

// The table of RFC 9110 §8.8.3.2.
TEST(ETag, Comparison) {
  const ETag w1{"\"1\"", true};
  const ETag w2{"\"2\"", true};
  const ETag s1{"\"1\"", false};
  EXPECT_FALSE(StrongMatch(w1, w1));
  EXPECT_TRUE(WeakMatch(w1, w1));
  EXPECT_FALSE(StrongMatch(w1, w2));
  EXPECT_FALSE(WeakMatch(w1, w2));
  EXPECT_FALSE(StrongMatch(w1, s1));
  EXPECT_TRUE(WeakMatch(w1, s1));
  EXPECT_TRUE(StrongMatch(s1, s1));
  EXPECT_TRUE(WeakMatch(s1, s1));
}

}  // namespace
}  // namespace httpd::http
