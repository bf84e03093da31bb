// SPDX-License-Identifier: Apache-2.0
//
// Percent-encoding and HTML escaping.
#include "http/escape.h"

#include <gtest/gtest.h>

namespace httpd::http {
namespace {

TEST(PercentEncode, Sets) {
  struct {
    const char* text;
    EncodeSet set;
    const char* expected;
  } cases[] = {
      {"", EncodeSet::kPath, ""},
      {"/a b/\xc3\xa9", EncodeSet::kPath, "/a%20b/%C3%A9"},
      {"/100%?#", EncodeSet::kPath, "/100%25%3F%23"},
      {"//evil.org/x", EncodeSet::kPath, "/%2Fevil.org/x"},
      {"/a//b", EncodeSet::kPath, "/a//b"},
      {"/a:b;c@d", EncodeSet::kPath, "/a:b;c@d"},
      {"/<\"'>\\^`{|}", EncodeSet::kPath, "/%3C%22%27%3E%5C%5E%60%7B%7C%7D"},
      {"/\r\nSet-Cookie:", EncodeSet::kPath, "/%0D%0ASet-Cookie:"},
      {"a/b:c;d", EncodeSet::kSegment, "a%2Fb%3Ac%3Bd"},
      {"javascript:x", EncodeSet::kSegment, "javascript%3Ax"},
      {"x=1&y+z", EncodeSet::kQuery, "x%3D1%26y%2Bz"},
      {"-._~aZ9", EncodeSet::kQuery, "-._~aZ9"},
      {"http://h/a%20b?c=d#e f\"<\r\n", EncodeSet::kLocation,
       "http://h/a%20b?c=d#e%20f%22%3C%0D%0A"},
  };
  for (const auto& c : cases) EXPECT_EQ(PercentEncode(c.text, c.set), c.expected) << c.text;
}

TEST(EscapeHtml, Table) {
  EXPECT_EQ(EscapeHtml(""), "");
  EXPECT_EQ(EscapeHtml("plain text"), "plain text");
  EXPECT_EQ(EscapeHtml("<a href=\"x\">'&'</a>"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
  EXPECT_EQ(EscapeHtml("tab\tline\r\n\xc3\xa9"), "tab\tline\r\n\xc3\xa9");
  EXPECT_EQ(EscapeHtml(std::string_view("a\0b\x1b\x7f", 5)), "a&#65533;b&#65533;&#65533;");
}

TEST(EscapeHtml, SinkGetsRuns) {
  int calls = 0;
  std::string out;
  EscapeHtml("abc<def", [&](std::string_view piece) {
    ++calls;
    out += piece;
  });
  EXPECT_EQ(out, "abc&lt;def");
  EXPECT_EQ(calls, 3);
}

}  // namespace
}  // namespace httpd::http
