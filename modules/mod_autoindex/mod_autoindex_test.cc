// SPDX-License-Identifier: Apache-2.0
//
// Options, order, escaping and the page, without a server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/pool.h"
#include "listing.h"
#include "options.h"
#include "page.h"
#include "text.h"

namespace mod_autoindex {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

template <typename T>
std::string Call(void (*append)(T, PoolText*), std::type_identity_t<T> value) {
  httpd_pool pool;
  PoolText out(&pool, 16);
  append(value, &out);
  return std::string(out.view());
}

TEST(Html, EscapesWhatHtmlNeeds) {
  EXPECT_EQ(Call(AppendHtml, "a<b>&\"c'"), "a&lt;b&gt;&amp;&quot;c&#39;");
  EXPECT_EQ(Call(AppendHtml, "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"),
            "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80");
}

TEST(Html, ShowsControlsAndWhatIsNotUtf8) {
  EXPECT_EQ(Call(AppendHtml, "a\nb"),
            "a\xe2\x90\x8a"
            "b");
  EXPECT_EQ(Call(AppendHtml, "\x7f"), "\xe2\x90\xa1");
  EXPECT_EQ(Call(AppendHtml, "a\xff\xc3z"), "a\xef\xbf\xbd\xef\xbf\xbdz");
  EXPECT_EQ(Call(AppendHtml, "\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");  // surrogate
  EXPECT_EQ(Call(AppendHtml, "\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd");                  // overlong
  EXPECT_EQ(Call(AppendHtmlText, "a\n\tb"), "a\n\tb");
}

TEST(Href, EncodesNames) {
  EXPECT_EQ(Call(AppendHref, "a b\"<>&'%?#\n.txt"), "a%20b%22%3C%3E%26%27%25%3F%23%0A.txt");
  EXPECT_EQ(Call(AppendHref, "javascript:alert(1)"), "javascript%3Aalert(1)");
  EXPECT_EQ(Call(AppendHref, "\xc3\xa4"), "%C3%A4");
}

TEST(Size, Readable) {
  EXPECT_EQ(Call(AppendSize, 0), "0");
  EXPECT_EQ(Call(AppendSize, 999), "999");
  EXPECT_EQ(Call(AppendSize, 1024), "1.0K");
  EXPECT_EQ(Call(AppendSize, 1536), "1.5K");
  EXPECT_EQ(Call(AppendSize, 23 << 20), "23M");
  EXPECT_EQ(Call(AppendSize, 1023 * 1024), "1.0M");
  EXPECT_EQ(Call(AppendSize, INT64_MAX), "8.0E");
}

TEST(Date, Iso) {
  EXPECT_EQ(Call(AppendDate, 971'211'336'000'000'000), "2000-10-10");
  EXPECT_EQ(Call(AppendClock, 971'211'336'000'000'000), "20:55");
}

TEST(Query, Decoded) { EXPECT_EQ(Call(AppendDecoded, "a%2Ab+c%zz%4"), "a*b c%zz%4"); }

TEST(Wildcard, Matches) {
  EXPECT_TRUE(MatchWildcard("a.txt", "*.txt"));
  EXPECT_TRUE(MatchWildcard("a.txt", "?.t*t"));
  EXPECT_TRUE(MatchWildcard("", "*"));
  EXPECT_FALSE(MatchWildcard("a.txt", "*.tx"));
  EXPECT_FALSE(MatchWildcard("a", "??"));
  EXPECT_FALSE(MatchWildcard(std::string(255, 'a'), "*a*a*a*a*a*a*a*a*a*a*a*a*b"));
}

std::vector<std::string> Sorted(std::vector<Entry> entries, Order order, uint32_t options) {
  Sort(entries.data(), entries.size(), order, options);
  std::vector<std::string> names;
  for (const Entry& entry : entries) names.emplace_back(entry.name);
  return names;
}

Entry Make(std::string_view name, int64_t size = 0, int64_t mtime = 0, bool directory = false) {
  Entry entry;
  entry.name = name;
  entry.size = size;
  entry.mtime = mtime;
  entry.directory = directory;
  return entry;
}

TEST(Sort, ByColumn) {
  const std::vector<Entry> entries = {Make("b", 3, 1), Make("a", 1, 3), Make("c", 2, 2)};
  EXPECT_THAT(Sorted(entries, {'N', false}, 0), ElementsAre("a", "b", "c"));
  EXPECT_THAT(Sorted(entries, {'N', true}, 0), ElementsAre("c", "b", "a"));
  EXPECT_THAT(Sorted(entries, {'S', false}, 0), ElementsAre("a", "c", "b"));
  EXPECT_THAT(Sorted(entries, {'M', true}, 0), ElementsAre("a", "c", "b"));
}

TEST(Sort, FoldersFirstInBothDirections) {
  const std::vector<Entry> entries = {Make("a"), Make("z", 0, 0, true), Make("y", 0, 0, true)};
  EXPECT_THAT(Sorted(entries, {'N', false}, kFoldersFirst), ElementsAre("y", "z", "a"));
  EXPECT_THAT(Sorted(entries, {'N', true}, kFoldersFirst), ElementsAre("z", "y", "a"));
}

TEST(Sort, CaseAndVersions) {
  const std::vector<Entry> entries = {Make("file10"), Make("File9"), Make("file2")};
  EXPECT_THAT(Sorted(entries, {}, 0), ElementsAre("File9", "file10", "file2"));
  EXPECT_THAT(Sorted(entries, {}, kIgnoreCase), ElementsAre("file10", "file2", "File9"));
  EXPECT_THAT(Sorted(entries, {}, kIgnoreCase | kVersionSort),
              ElementsAre("file2", "File9", "file10"));
  EXPECT_LT(CompareNames("a007", "a7", kVersionSort), 0);  // never equal
}

uint32_t Apply(std::vector<std::string_view> words, Options options = {}) {
  std::string_view value;
  for (const std::string_view word : words) {
    EXPECT_EQ(ApplyOption(word, &options, &value), OptionResult::kUsed) << word;
  }
  return options.Effective();
}

TEST(Options, ReplaceOrChange) {
  EXPECT_EQ(Apply({}), kFancyIndexing | kFoldersFirst);
  EXPECT_EQ(Apply({"FancyIndexing"}), uint32_t{kFancyIndexing});
  EXPECT_EQ(Apply({"fancyindexing", "VersionSort"}), kFancyIndexing | kVersionSort);
  EXPECT_EQ(Apply({"+IgnoreCase", "-FoldersFirst"}), kFancyIndexing | kIgnoreCase);
  EXPECT_EQ(Apply({"None"}), 0u);
}

TEST(Options, Merge) {
  Options outer;
  Options inner;
  Apply({});
  std::string_view value;
  ApplyOption("+IgnoreCase", &outer, &value);
  ApplyOption("-IgnoreCase", &inner, &value);
  ApplyOption("+VersionSort", &inner, &value);
  EXPECT_EQ(MergeOptions(outer, inner).Effective(), kFancyIndexing | kFoldersFirst | kVersionSort);
  ApplyOption("SuppressIcon", &inner, &value);
  EXPECT_EQ(MergeOptions(outer, inner).Effective(), uint32_t{kSuppressIcon});
}

TEST(Options, WhatIsNotThere) {
  Options options;
  std::string_view value;
  EXPECT_EQ(ApplyOption("NameWidth=*", &options, &value), OptionResult::kNoEffect);
  EXPECT_EQ(ApplyOption("Charset=latin1", &options, &value), OptionResult::kCharset);
  EXPECT_EQ(value, "latin1");
  EXPECT_EQ(ApplyOption("Fancy", &options, &value), OptionResult::kUnknown);
}

TEST(Query, Choice) {
  const Choice choice = ParseQuery("C=M;O=D;P=*.txt", {});
  EXPECT_EQ(choice.order.column, 'M');
  EXPECT_TRUE(choice.order.descending);
  EXPECT_EQ(choice.pattern, "*.txt");
  EXPECT_EQ(ParseQuery("C=S&O=A", {}).order.column, 'S');
  EXPECT_EQ(ParseQuery("C=X;O=Q;=;C", {'D', true}).order.column, 'D');
}

TEST(Order, Default) {
  Order order;
  EXPECT_TRUE(ParseOrder("descending", "Date", &order));
  EXPECT_EQ(order.column, 'M');
  EXPECT_TRUE(order.descending);
  EXPECT_FALSE(ParseOrder("Down", "Date", &order));
  EXPECT_FALSE(ParseOrder("Ascending", "Colour", &order));
}

class PageTest : public ::testing::Test {
 protected:
  std::string Render() {
    page_.entries = entries_.data();
    page_.count = entries_.size();
    PoolText out(&pool_, 16);
    AppendPage(page_, &out);
    return std::string(out.view());
  }

  httpd_pool pool_;
  std::vector<Entry> entries_ = {Make("sub dir", 0, 0, true), Make("a<b>.txt", 1536, 1)};
  Page page_ = {.path = "/x & y/"};
};

TEST_F(PageTest, Table) {
  const std::string page = Render();
  EXPECT_THAT(page, HasSubstr("<title>Index of /x &amp; y/</title>"));
  EXPECT_THAT(page, HasSubstr("<a href=\"/x%20%26%20y/\">x &amp; y</a>/</h1>"));
  EXPECT_THAT(page, HasSubstr("<a href=\"sub%20dir/\"><span>sub dir/</span></a>"));
  EXPECT_THAT(page, HasSubstr("<a href=\"a%3Cb%3E.txt\"><span>a&lt;b&gt;.txt</span></a>"));
  EXPECT_THAT(page, HasSubstr("title=\"1536 bytes\">1.5K</td>"));
  EXPECT_THAT(page, HasSubstr("<a href=\"../\">Parent directory</a>"));
  EXPECT_THAT(page, HasSubstr("aria-sort=\"ascending\"><a href=\"?C=N;O=D\">Name</a>"));
  EXPECT_THAT(page, Not(HasSubstr("Description")));
}

TEST_F(PageTest, RootHasNoParent) {
  page_.path = "/";
  EXPECT_THAT(Render(), Not(HasSubstr("Parent directory")));
}

TEST_F(PageTest, Plain) {
  page_.options = 0;
  const std::string page = Render();
  EXPECT_THAT(page, HasSubstr("<li><a href=\"sub%20dir/\">sub dir/</a></li>"));
  EXPECT_THAT(page, Not(HasSubstr("<table>")));
}

TEST_F(PageTest, PatternCannotBreakOut) {
  page_.pattern = "\"><script>";
  EXPECT_THAT(Render(), Not(HasSubstr("<script>")));
}

TEST_F(PageTest, SaysWhatIsLeftOut) {
  page_.more = true;
  EXPECT_THAT(Render(), HasSubstr("Only 2 entries are shown; this directory has more."));
}

TEST_F(PageTest, StaysBelowItsLimit) {
  const std::string name(255, '\xff');
  entries_.assign(20000, Make(name));
  const std::string page = Render();
  EXPECT_LT(page.size(), kMaxPage + 8192);
  EXPECT_THAT(page, HasSubstr("this directory has more."));
}

TEST_F(PageTest, HeaderAndReadme) {
  page_.header = "<b>hello</b>";
  page_.readme = "1 < 2";
  page_.readme_is_text = true;
  const std::string page = Render();
  EXPECT_THAT(page, HasSubstr("<b>hello</b>"));
  EXPECT_THAT(page, HasSubstr("<pre>1 &lt; 2</pre>"));
  EXPECT_THAT(page, Not(HasSubstr("<h1>")));
}

TEST(Symbol, ByExtension) {
  EXPECT_EQ(SymbolOf(Make("a.PNG")), "image");
  EXPECT_EQ(SymbolOf(Make("a.tar.gz")), "archive");
  EXPECT_EQ(SymbolOf(Make("a.mp4")), "media");
  EXPECT_EQ(SymbolOf(Make("a.html")), "text");
  EXPECT_EQ(SymbolOf(Make("a.")), "file");
  EXPECT_EQ(SymbolOf(Make(".png")), "file");
  EXPECT_EQ(SymbolOf(Make("a.xyz")), "file");
  EXPECT_EQ(SymbolOf(Make("a.png", 0, 0, true)), "folder");
}

}  // namespace
}  // namespace mod_autoindex
