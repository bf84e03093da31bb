// SPDX-License-Identifier: Apache-2.0
//
// The walk over extensions, the table and the mime.types format, without a server.
#include <gtest/gtest.h>

#include <string>

#include "extensions.h"
#include "types_file.h"

namespace mod_mime {
namespace {

class ExamineTest : public ::testing::Test {
 protected:
  ExamineTest() {
    types_.Add("html")->type = "text/html";
    types_.Add("gz")->type = "application/gzip";
    types_.Add("png")->type = "image/png";
    settings_.Add("en")->language = "en";
    settings_.Add("fr")->language = "fr";
    settings_.Add("gz")->encoding = "gzip";
    settings_.Add("gz")->type = "";  // RemoveType
    settings_.Add("br")->encoding = "br";
    settings_.Add("utf8")->charset = "utf-8";
    settings_.Add("cgi")->handler = "cgi-script";
  }
  const Metadata& Look(std::string_view name) {
    found_ = Metadata();
    Examine(name, &settings_, types_, &found_);
    return found_;
  }

  ExtensionTable types_;
  ExtensionTable settings_;
  Metadata found_;
};

TEST_F(ExamineTest, OneExtension) { EXPECT_EQ(Look("index.html").type, "text/html"); }

TEST_F(ExamineTest, AllExtensionsInAnyOrder) {
  for (const char* name : {"index.html.en.gz", "index.en.html.gz", "index.en.gz.html"}) {
    const Metadata& found = Look(name);
    EXPECT_EQ(found.type, "text/html") << name;
    ASSERT_EQ(found.encodings, 1u) << name;
    EXPECT_EQ(found.encoding[0], "gzip");
    ASSERT_EQ(found.languages, 1u) << name;
    EXPECT_EQ(found.language[0], "en");
  }
}

TEST_F(ExamineTest, LastTypeCountsAndListsAddUp) {
  EXPECT_EQ(Look("a.png.html").type, "text/html");
  EXPECT_EQ(Look("a.html.png").type, "image/png");
  const Metadata& found = Look("a.en.fr.gz.br");
  ASSERT_EQ(found.languages, 2u);
  EXPECT_EQ(found.language[1], "fr");
  ASSERT_EQ(found.encodings, 2u);
  EXPECT_EQ(found.encoding[0], "gzip");
  EXPECT_EQ(found.encoding[1], "br");
}

TEST_F(ExamineTest, BaseNameIsNoExtension) {
  EXPECT_EQ(Look("html").type, "");
  EXPECT_EQ(Look(".html").type, "");  // a hidden file of that name
  EXPECT_EQ(Look("...html").type, "");
  EXPECT_EQ(Look("..html.png").type, "image/png");
  EXPECT_EQ(Look("html.png").type, "image/png");
  EXPECT_EQ(Look("").type, "");
  EXPECT_EQ(Look("...").type, "");
}

TEST_F(ExamineTest, EmptyAndUnknownExtensionsAreSkipped) {
  EXPECT_EQ(Look("a..html").type, "text/html");
  EXPECT_EQ(Look("a.html.").type, "text/html");
  EXPECT_EQ(Look("a.html.unknown").type, "text/html");
}

TEST_F(ExamineTest, CaseDoesNotMatter) {
  EXPECT_EQ(Look("A.HtMl").type, "text/html");
  EXPECT_EQ(Look("A.UTF8").charset, "utf-8");
}

TEST_F(ExamineTest, RemovedTypeHidesTheTypesFile) { EXPECT_EQ(Look("a.gz").type, ""); }

TEST_F(ExamineTest, Handler) { EXPECT_EQ(Look("a.cgi.html").handler, "cgi-script"); }

TEST_F(ExamineTest, MoreExtensionsThanRoom) {
  std::string name = "a";
  for (int i = 0; i < 1000; ++i) name += ".gz";
  EXPECT_EQ(Look(name).encodings, Metadata::kMaxValues);
}

TEST(ExtensionTable, OverlayKeepsWhatInnerDoesNotSay) {
  ExtensionTable outer, inner;
  outer.Add("a")->type = "x/a";
  outer.Add("a")->charset = "utf-8";
  outer.Add("b")->type = "x/b";
  inner.Add("A")->type = "y/a";
  inner.Add("b")->type = "";
  outer.Overlay(inner);
  const Extension* a = outer.Find("a", ExtensionTable::Hash("a"));
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a->type, "y/a");
  EXPECT_EQ(a->charset, "utf-8");
  const Extension* b = outer.Find("b", ExtensionTable::Hash("b"));
  EXPECT_TRUE(b->type.empty() && b->type.data() != nullptr);
}

TEST(ExtensionTable, ManyNames) {
  std::vector<std::string> names;
  for (int i = 0; i < 5000; ++i) names.push_back("ext" + std::to_string(i));
  ExtensionTable table;
  for (const std::string& name : names) table.Add(name)->type = name;
  EXPECT_EQ(table.size(), 5000u);
  for (const std::string& name : names) {
    const Extension* found = table.Find(name, ExtensionTable::Hash(name));
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->type, name);
  }
  EXPECT_EQ(table.Find("none", ExtensionTable::Hash("none")), nullptr);
}

TEST(TypesFile, Parses) {
  ExtensionTable types;
  EXPECT_EQ(ParseTypes("# comment\r\ntext/html\thtml htm # more\r\n\nx/y\nimage/png .png", &types),
            "");
  EXPECT_EQ(types.size(), 3u);
  EXPECT_EQ(types.Find("htm", ExtensionTable::Hash("htm"))->type, "text/html");
  EXPECT_EQ(types.Find("png", ExtensionTable::Hash("png"))->type, "image/png");
}

TEST(TypesFile, NamesTheBadLine) {
  ExtensionTable types;
  EXPECT_EQ(ParseTypes("text/html html\nhtml text/html\n", &types),
            "line 2: found \"html\", wanted a media type such as text/html");
}

TEST(TypesFile, BuiltinListIsWellFormed) {
  ExtensionTable types;
  EXPECT_EQ(ParseTypes(BuiltinTypes(), &types), "");
  EXPECT_GT(types.size(), 100u);
  EXPECT_EQ(types.Find("css", ExtensionTable::Hash("css"))->type, "text/css");
}

TEST(TypesFile, MediaTypes) {
  EXPECT_TRUE(IsMediaType("text/html"));
  EXPECT_TRUE(IsMediaType("text/html; charset=utf-8"));
  EXPECT_TRUE(IsMediaType("application/vnd.api+json"));
  for (const char* bad :
       {"", "text", "text/", "/html", "te xt/html", "a/b/c", "text/html\r\nX: y"}) {
    EXPECT_FALSE(IsMediaType(bad)) << bad;
  }
}

TEST(Charset, IsTakenOut) {
  EXPECT_EQ(WithoutCharset("text/html").before, "text/html");
  EXPECT_EQ(WithoutCharset("text/html; charset=latin1").before, "text/html");
  const TypeParts parts = WithoutCharset("text/html ;Charset=latin1; level=1");
  EXPECT_EQ(parts.before, "text/html");
  EXPECT_EQ(parts.after, "; level=1");
  EXPECT_EQ(WithoutCharset("text/html; level=1").before, "text/html; level=1");
}

}  // namespace
}  // namespace mod_mime
