// SPDX-License-Identifier: Apache-2.0
//
// Lists, parameters, quoted strings, media types and weights.
#include "http/field.h"

#include <gtest/gtest.h>

#include <string>

namespace httpd::http {
namespace {

std::string Elements(std::string_view value) {
  std::string text;
  ListReader list(value);
  for (std::string_view element; list.Next(&element);) text += "<" + std::string(element) + ">";
  return text;
}

TEST(Field, List) {
  EXPECT_EQ(Elements(""), "");
  EXPECT_EQ(Elements(" , ,\t,"), "");
  EXPECT_EQ(Elements("close"), "<close>");
  EXPECT_EQ(Elements("close, x"), "<close><x>");
  EXPECT_EQ(Elements(" a\t,,b c , d"), "<a><b c><d>");
  EXPECT_EQ(Elements("\"a,b\", c"), "<\"a,b\"><c>");
  EXPECT_EQ(Elements("x=\"a\\\",b\",c"), "<x=\"a\\\",b\"><c>");
  EXPECT_EQ(Elements("\"open, b"), "<\"open><b>");  // not a quoted string, so its comma separates
}

TEST(Field, ListHasToken) {
  EXPECT_TRUE(ListHasToken("keep-alive, Upgrade", "upgrade"));
  EXPECT_FALSE(ListHasToken("keep-alive", "keep"));
  EXPECT_FALSE(ListHasToken("", ""));
  EXPECT_FALSE(ListHasToken("close;x", "close"));
}

TEST(Field, Tokens) {
  EXPECT_TRUE(IsToken("!#$%&'*+-.^_`|~09azAZ"));
  for (const char* bad : {"", " ", "a b", "a:", "a/b", "(", "a\x80", "a\x7f", "\"a\""}) {
    EXPECT_FALSE(IsToken(bad)) << bad;
  }
}

TEST(Field, FieldValue) {
  EXPECT_TRUE(IsFieldValue(""));
  EXPECT_TRUE(IsFieldValue("text/html; charset=\"utf-8\"\t\xe9"));
  for (int c = 0; c < 256; ++c) {
    const bool bad = (c < 0x20 && c != '\t') || c == 0x7f;
    for (const size_t at : {0u, 5u, 17u, 40u}) {
      std::string text(41, 'v');
      text[at] = static_cast<char>(c);
      EXPECT_EQ(IsFieldValue(text), !bad) << c << " at " << at;
    }
  }
}

TEST(Field, Ows) {
  EXPECT_EQ(TrimOws(" \ta b\t "), "a b");
  EXPECT_EQ(TrimOws(" \t "), "");
  EXPECT_EQ(TrimOws("\r a"), "\r a");
}

TEST(Field, CaseIsAsciiOnly) {
  EXPECT_TRUE(EqualsIgnoreCase("Keep-Alive", "kEEP-aLIVE"));
  EXPECT_FALSE(EqualsIgnoreCase("a", "ab"));
  EXPECT_FALSE(EqualsIgnoreCase("[", "{"));
  EXPECT_FALSE(EqualsIgnoreCase("\xc9", "\xe9"));
}

TEST(Field, QuotedString) {
  EXPECT_EQ(QuotedStringLength("\"\""), 2u);
  EXPECT_EQ(QuotedStringLength("\"a b\" c"), 5u);
  EXPECT_EQ(QuotedStringLength("\"a\\\"b\"x"), 6u);
  EXPECT_EQ(QuotedStringLength("\"a\\\\\""), 5u);
  for (const char* bad :
       {"", "a", "\"", "\"a", "\"a\\", "\"a\\\"", "\"a\nb\"", "\"\\\x01\"", "\"\x7f\""}) {
    EXPECT_EQ(QuotedStringLength(bad), 0u) << bad;
  }
  char out[16];
  EXPECT_EQ(Unquote("a\\\"b\\\\", out), "a\"b\\");
  EXPECT_EQ(Unquote("", out), "");
}

std::string Parameters(std::string_view text) {
  std::string result;
  ParameterReader reader(text);
  std::string_view name;
  std::string_view value;
  bool quoted;
  while (reader.Next(&name, &value, &quoted)) {
    result += std::string(name) + (quoted ? "=q:" : "=") + std::string(value) + ";";
  }
  return result + (reader.malformed() ? "!" : "");
}

TEST(Field, Parameters) {
  EXPECT_EQ(Parameters(""), "");
  EXPECT_EQ(Parameters("; charset=utf-8"), "charset=utf-8;");
  EXPECT_EQ(Parameters(" ; a=b;c=\"d;\\\"e\" ; f=g "), "a=b;c=q:d;\\\"e;f=g;");
  EXPECT_EQ(Parameters(";;a=b;;"), "a=b;");
  EXPECT_EQ(Parameters("; a=\"\""), "a=q:;");
  EXPECT_EQ(Parameters("; a=b; c"), "a=b;!");
  for (const char* bad : {"a=b", "; a", "; =b", "; a=", "; a =b", "; a= b", "; a=\"b"}) {
    EXPECT_EQ(Parameters(bad), "!") << bad;
  }
}

TEST(Field, MediaType) {
  MediaType media;
  ASSERT_TRUE(ParseMediaType(" text/html; charset=utf-8 ", &media));
  EXPECT_EQ(media.type, "text");
  EXPECT_EQ(media.subtype, "html");
  EXPECT_EQ(media.parameters, "; charset=utf-8");
  ASSERT_TRUE(ParseMediaType("*/*", &media));
  ASSERT_TRUE(ParseMediaType("application/vnd.api+json", &media));
  EXPECT_EQ(media.parameters, "");
  for (const char* bad : {"", "text", "text/", "/html", "text /html", "text/ html", "text/html x",
                          "text/html, a/b"}) {
    EXPECT_FALSE(ParseMediaType(bad, &media)) << bad;
  }
}

TEST(Field, QValues) {
  struct {
    const char* text;
    int value;
  } cases[] = {{"0", 0},     {"1", 1000},    {"0.", 0},       {"1.", 1000},  {"0.5", 500},
               {"0.05", 50}, {"0.123", 123}, {"1.000", 1000}, {"1.001", -1}, {"0.1234", -1},
               {"", -1},     {"2", -1},      {".5", -1},      {"-1", -1},    {"0,5", -1},
               {"0.a", -1},  {"01", -1},     {"1.0000", -1}};
  for (const auto& c : cases) EXPECT_EQ(ParseQValue(c.text), c.value) << c.text;
}

TEST(Field, ListQuality) {
  EXPECT_EQ(ListQuality("gzip, br;q=0.5", "gzip"), 1000);
  EXPECT_EQ(ListQuality("gzip, br;q=0.5", "BR"), 500);
  EXPECT_EQ(ListQuality("gzip", "br"), -1);
  EXPECT_EQ(ListQuality("*;q=0.1, gzip;q=0", "gzip"), 0);
  EXPECT_EQ(ListQuality("*;q=0.1, gzip;q=0", "br"), 100);
  EXPECT_EQ(ListQuality("gzip;q=x", "gzip"), -1);
  EXPECT_EQ(ListQuality("gzip;q=\"1\"", "gzip"), -1);
  EXPECT_EQ(ListQuality("gzip;level=9;q=0.2", "gzip"), 200);
  EXPECT_EQ(ListQuality("", "gzip"), -1);
}

TEST(Field, Decimal) {
  uint64_t value = 0;
  EXPECT_TRUE(ParseDecimal("0", &value));
  EXPECT_TRUE(ParseDecimal("18446744073709551615", &value));
  EXPECT_EQ(value, UINT64_MAX);
  EXPECT_TRUE(ParseDecimal("00000000000000000000000042", &value));
  EXPECT_EQ(value, 42u);
  for (const char* bad : {"", "18446744073709551616", "99999999999999999999999", "+1", "-1", " 1",
                          "1 ", "0x10", "1.0", "1e3"}) {
    EXPECT_FALSE(ParseDecimal(bad, &value)) << bad;
  }
}

}  // namespace
}  // namespace httpd::http
