// SPDX-License-Identifier: Apache-2.0
//
// Prefix matching, statuses and targets, without a server.
#include <gtest/gtest.h>

#include <string>

#include "rules.h"

namespace mod_alias {
namespace {

TEST(MatchPrefix, WholeSegmentsOnly) {
  EXPECT_EQ(MatchPrefix("/icons/a.png", "/icons"), 6u);
  EXPECT_EQ(MatchPrefix("/icons", "/icons"), 6u);
  EXPECT_EQ(MatchPrefix("/iconsets/a", "/icons"), 0u);
  EXPECT_EQ(MatchPrefix("/icon", "/icons"), 0u);
  EXPECT_EQ(MatchPrefix("/", "/icons"), 0u);
}

TEST(MatchPrefix, TrailingSlashWantsADirectory) {
  EXPECT_EQ(MatchPrefix("/icons/a.png", "/icons/"), 7u);
  EXPECT_EQ(MatchPrefix("/icons/", "/icons/"), 7u);
  EXPECT_EQ(MatchPrefix("/icons", "/icons/"), 0u);
}

TEST(MatchPrefix, AnyNumberOfSlashes) {
  EXPECT_EQ(MatchPrefix("//icons///a", "/icons/"), 10u);
  EXPECT_EQ(MatchPrefix("/icons/a", "//icons//"), 7u);
}

TEST(MatchPrefix, TheRootMatchesEverything) {
  EXPECT_EQ(MatchPrefix("/", "/"), 1u);
  EXPECT_EQ(MatchPrefix("/a/b", "/"), 1u);
  EXPECT_EQ(MatchPrefix("*", "/"), 0u);
}

TEST(ParseStatus, WordsAndNumbers) {
  EXPECT_EQ(ParseStatus("permanent"), 301);
  EXPECT_EQ(ParseStatus("Temp"), 302);
  EXPECT_EQ(ParseStatus("seeother"), 303);
  EXPECT_EQ(ParseStatus("gone"), 410);
  EXPECT_EQ(ParseStatus("308"), 308);
  EXPECT_EQ(ParseStatus("/old"), -1);
  EXPECT_EQ(ParseStatus("12345"), -1);
  EXPECT_EQ(ParseStatus(""), -1);
}

TEST(Statuses, WithAndWithoutTarget) {
  EXPECT_TRUE(IsRedirectStatus(301));
  EXPECT_FALSE(IsRedirectStatus(304));
  EXPECT_TRUE(IsErrorStatus(404));
  EXPECT_FALSE(IsErrorStatus(200));
}

std::string Location(std::string_view target, std::string_view rest, const char* query = nullptr) {
  std::string out;
  const httpd_str text = {query, query == nullptr ? 0 : std::string_view(query).size()};
  AppendLocation(target, rest, text, &out);
  return out;
}

TEST(Location, KeepsRestAndQuery) {
  EXPECT_EQ(Location("https://e.org/new", "/a b", "x=1"), "https://e.org/new/a%20b?x=1");
  EXPECT_EQ(Location("https://e.org/new", "", ""), "https://e.org/new?");
  EXPECT_EQ(Location("https://e.org/new", "/a?b"), "https://e.org/new/a%3Fb");
}

TEST(Location, OwnQueryWinsAndFragmentStaysLast) {
  EXPECT_EQ(Location("/new?a=1", "", "x=1"), "/new?a=1");
  EXPECT_EQ(Location("/new#top", "", "x=1"), "/new?x=1#top");
  EXPECT_EQ(Location("/new?a=1#top", "", "x=1"), "/new?a=1#top");
}

TEST(Location, NeverNamesAnotherHost) {
  EXPECT_EQ(Location("/", "/evil.example"), "/evil.example");
  EXPECT_EQ(Location("/", "//evil.example"), "/evil.example");
  EXPECT_EQ(Location("/", "evil.example"), "/evil.example");
  EXPECT_EQ(Location("//cdn.example", "/a"), "//cdn.example/a");  // as configured
}

TEST(Location, NoHeaderCanBeSmuggledIn) {
  EXPECT_EQ(Location("/n", "/\r\nX: y"), "/n/%0D%0AX:%20y");
}

TEST(DotDot, FindsSegmentsOnly) {
  EXPECT_TRUE(HasDotDotSegment("/dir/../etc"));
  EXPECT_TRUE(HasDotDotSegment("/dir/.."));
  EXPECT_FALSE(HasDotDotSegment("/dir/..a/b.."));
  EXPECT_FALSE(HasDotDotSegment("/dir../a"));
}

TEST(Scheme, IsRecognised) {
  EXPECT_TRUE(HasScheme("https://e.org/"));
  EXPECT_TRUE(HasScheme("mailto:me@example.org"));
  EXPECT_FALSE(HasScheme("/path:x"));
  EXPECT_FALSE(HasScheme("www.example.org"));
  EXPECT_FALSE(HasScheme(":x"));
}

}  // namespace
}  // namespace mod_alias
