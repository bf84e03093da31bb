// SPDX-License-Identifier: Apache-2.0
//
// Index names, statuses and the address of a directory, without a server.
#include <gtest/gtest.h>

#include "index_name.h"

namespace mod_dir {
namespace {

IndexName Parse(std::string_view text) {
  IndexName name;
  EXPECT_EQ(ParseIndexName(text, &name), "") << text;
  return name;
}

std::string Problem(std::string_view text) {
  IndexName name;
  return ParseIndexName(text, &name);
}

TEST(IndexName, Parses) {
  EXPECT_EQ(Parse("index.html"), (IndexName{"index.html", ""}));
  EXPECT_EQ(Parse("/cgi-bin/list?all=1"), (IndexName{"/cgi-bin/list", "all=1"}));
  EXPECT_EQ(Parse("a%20b.html"), (IndexName{"a b.html", ""}));
  EXPECT_EQ(Parse("sub/index.html"), (IndexName{"sub/index.html", ""}));
  EXPECT_EQ(Parse("..hidden"), (IndexName{"..hidden", ""}));
}

TEST(IndexName, RefusesWhatCannotBeAFileHere) {
  EXPECT_EQ(Problem(""), "found no file name");
  EXPECT_EQ(Problem("?x"), "found no file name");
  EXPECT_EQ(Problem("http://example.org/"), "found the address of another server");
  EXPECT_EQ(Problem("//example.org/"), "found two slashes");
  EXPECT_EQ(Problem("a%2"), "found a % without two hexadecimal digits");
  EXPECT_EQ(Problem("a%zz"), "found a % without two hexadecimal digits");
  EXPECT_EQ(Problem("a%00"), "found a NUL");
  EXPECT_EQ(Problem("../secret"), "found a \".\" or \"..\" segment");
  EXPECT_EQ(Problem("%2e%2e/secret"), "found a \".\" or \"..\" segment");
}

std::string Url(std::string_view path, const char* query) {
  std::string out;
  AppendDirectoryUrl(path, query == nullptr ? "" : query, query != nullptr, &out);
  return out;
}

TEST(DirectoryUrl, EncodesAndKeepsTheQuery) {
  EXPECT_EQ(Url("/a", nullptr), "/a/");
  EXPECT_EQ(Url("/a", ""), "/a/?");
  EXPECT_EQ(Url("/a b", "x=%20&y"), "/a%20b/?x=%20&y");
  EXPECT_EQ(Url("/a?b#c%d", nullptr), "/a%3Fb%23c%25d/");
  EXPECT_EQ(Url("/a\r\nSet-Cookie: x", nullptr), "/a%0D%0ASet-Cookie:%20x/");
  EXPECT_EQ(Url("/\xc3\xa4", nullptr), "/%C3%A4/");
}

TEST(DirectoryUrl, NeverNamesAnotherHost) {
  EXPECT_EQ(Url("//evil.example", nullptr), "/evil.example/");
}

TEST(RedirectStatus, Names) {
  EXPECT_EQ(RedirectStatus("off"), 0);
  EXPECT_EQ(RedirectStatus("On"), 302);
  EXPECT_EQ(RedirectStatus("permanent"), 301);
  EXPECT_EQ(RedirectStatus("seeother"), 303);
  EXPECT_EQ(RedirectStatus("307"), 307);
  EXPECT_EQ(RedirectStatus("200"), -1);
  EXPECT_EQ(RedirectStatus("304"), -1);
  EXPECT_EQ(RedirectStatus("perhaps"), -1);
}

}  // namespace
}  // namespace mod_dir
