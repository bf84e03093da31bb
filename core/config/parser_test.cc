// SPDX-License-Identifier: Apache-2.0
// The line grammar: words, continuations, sections, positions, and that every error is reported.
#include "config/parser.h"

#include <gtest/gtest.h>

#include <string>

namespace httpd::config {
namespace {

class ParserTest : public testing::Test {
 protected:
  Tree ParseText(std::string text, ParserLimits limits = {}) {
    const uint32_t file = sources_.Add("a.conf", std::move(text));
    return Parse(sources_, file, &diagnostics_, limits);
  }
  std::string Rendered() const { return diagnostics_.Render(sources_, false); }

  SourceMap sources_;
  Diagnostics diagnostics_;
};

TEST_F(ParserTest, DirectiveWithWordsAndPositions) {
  const Tree tree = ParseText("\n  ServerName  www.example.org  \n");
  ASSERT_EQ(tree.size(), 1u) << Rendered();
  EXPECT_EQ(tree[0].name, "ServerName");
  EXPECT_EQ(tree[0].position, (Position{0, 2, 3}));
  EXPECT_EQ(tree[0].name_length, 10u);
  ASSERT_EQ(tree[0].args.size(), 1u);
  EXPECT_EQ(tree[0].args[0].text, "www.example.org");
  EXPECT_EQ(tree[0].args[0].position, (Position{0, 2, 15}));
  EXPECT_EQ(tree[0].args[0].length, 15u);
  EXPECT_EQ(tree[0].raw, "www.example.org");
  EXPECT_FALSE(tree[0].section);
}

TEST_F(ParserTest, QuotesAndBackslashesAsApache) {
  const auto words = SplitWords(R"(a\\b c\d "x \"y\" \z" 'it''s' "p"q ' ')", {0, 1, 1});
  std::vector<std::string> texts;
  for (const Arg& word : words) texts.push_back(word.text);
  EXPECT_EQ(texts, (std::vector<std::string>{R"(a\b)", R"(c\d)", R"(x "y" \z)", "it", "s", "p", "q",
                                             " "}));
  EXPECT_TRUE(words[2].quoted);
  EXPECT_FALSE(words[0].quoted);
  EXPECT_EQ(words[2].position.column, 10u);
  EXPECT_EQ(words[2].length, 12u);
}

TEST_F(ParserTest, RegularExpressionsKeepTheirBackslashes) {
  const Tree tree = ParseText(R"(<FilesMatch "^\.ht">
</FilesMatch>
RedirectMatch ^/a\.b$ /c
)");
  ASSERT_EQ(tree.size(), 2u) << Rendered();
  EXPECT_EQ(tree[0].args[0].text, "^\\.ht");
  EXPECT_EQ(tree[1].args[0].text, "^/a\\.b$");
}

TEST_F(ParserTest, UnterminatedQuoteIsMarked) {
  const auto words = SplitWords(R"(a "b c)", {0, 1, 1});
  ASSERT_EQ(words.size(), 2u);
  EXPECT_TRUE(words[1].unterminated);
  EXPECT_EQ(words[1].text, "b c");
  EXPECT_TRUE(SplitWords("\"", {0, 1, 1})[0].unterminated);
}

TEST_F(ParserTest, ContinuationJoinsAndKeepsPositions) {
  const Tree tree = ParseText("LogFormat one \\\n  two\\\nthree\nNext x\n");
  ASSERT_EQ(tree.size(), 2u) << Rendered();
  EXPECT_EQ(tree[0].raw, "one   twothree");
  EXPECT_EQ(tree[0].args[1].text, "twothree");
  EXPECT_EQ(tree[0].args[1].position, (Position{0, 2, 3}));
  EXPECT_EQ(tree[1].position, (Position{0, 4, 1}));
}

TEST_F(ParserTest, CrLfFilesAndByteOrderMark) {
  const Tree tree = ParseText("\xef\xbb\xbfOne a\\\r\nb\r\nTwo c\r\n");
  ASSERT_EQ(tree.size(), 2u) << Rendered();
  EXPECT_EQ(tree[0].name, "One");
  EXPECT_EQ(tree[0].position.column, 4u);
  EXPECT_EQ(tree[0].args[0].text, "ab");
  EXPECT_EQ(tree[1].args[0].text, "c");
  EXPECT_TRUE(diagnostics_.ok());
}

TEST_F(ParserTest, BackslashAtTheEndOfTheFileStays) {
  const Tree tree = ParseText("Path C:\\");
  ASSERT_EQ(tree.size(), 1u);
  EXPECT_EQ(tree[0].args[0].text, "C:\\");
}

TEST_F(ParserTest, CommentsOnlyAtTheStartOfALine) {
  const Tree tree = ParseText("# no\n   # no\nErrorDocument 404 \"a # b\" # c\n");
  ASSERT_EQ(tree.size(), 1u);
  EXPECT_EQ(tree[0].raw, "404 \"a # b\" # c");
  EXPECT_EQ(tree[0].args.size(), 4u);
}

TEST_F(ParserTest, SwallowedLineAfterACommentIsAWarning) {
  const Tree tree = ParseText("# C:\\www\\\nListen 80\nUser www\n");
  EXPECT_EQ(tree.size(), 1u);
  EXPECT_EQ(diagnostics_.warning_count(), 1) << Rendered();
  EXPECT_EQ(diagnostics_.all()[0].code, "HC-26");
  EXPECT_EQ(diagnostics_.all()[0].position, (Position{0, 2, 1}));
}

TEST_F(ParserTest, SectionsNest) {
  const Tree tree = ParseText(
      "<VirtualHost *:80 [::1]:80>\n<Directory \"/srv/a b>c\" >\nOptions None\n</directory>\n"
      "ServerName x\n</VirtualHost>\n");
  ASSERT_TRUE(diagnostics_.ok()) << Rendered();
  ASSERT_EQ(tree.size(), 1u);
  EXPECT_TRUE(tree[0].section);
  EXPECT_EQ(tree[0].name, "VirtualHost");
  EXPECT_EQ(tree[0].position, (Position{0, 1, 2}));
  EXPECT_EQ(tree[0].args.size(), 2u);
  ASSERT_EQ(tree[0].children.size(), 2u);
  EXPECT_EQ(tree[0].children[0].args[0].text, "/srv/a b>c");
  EXPECT_EQ(tree[0].children[0].children.size(), 1u);
}

TEST_F(ParserTest, SectionWithoutArguments) {
  const Tree tree = ParseText("<Default>\nA b\n</Default>\n");
  ASSERT_EQ(tree.size(), 1u) << Rendered();
  EXPECT_EQ(tree[0].name, "Default");
  EXPECT_TRUE(tree[0].args.empty());
}

TEST_F(ParserTest, EveryErrorIsReported) {
  ParseText(
      "</Files>\n<Directory /a>\n</Directry>\n<Location /b\n</Location>\n< Files x>\n"
      "<VirtualHost *>\n<Directory /c>\n</VirtualHost>\n<Files *>\n");
  EXPECT_EQ(diagnostics_.error_count(), 6) << Rendered();
  const std::string text = Rendered();
  EXPECT_NE(text.find("a.conf:1:1: error: </Files> without a matching <Files> [HC-04]"), text.npos)
      << text;
  EXPECT_NE(text.find("a.conf:3:1: error: expected </Directory>, found </Directry> [HC-04]"),
            text.npos);
  EXPECT_NE(text.find("a.conf:2:2: note: <Directory> was opened here"), text.npos);
  EXPECT_NE(text.find("a.conf:4:12: error: > is missing after <Location [HC-06]"), text.npos);
  EXPECT_NE(text.find("a.conf:8:2: error: <Directory> is not closed before </VirtualHost>"),
            text.npos);
  EXPECT_NE(text.find("a.conf:10:2: error: <Files> is not closed before the end of the file"),
            text.npos);
}

TEST_F(ParserTest, TextAfterASectionLineIsAWarningAsApacheIgnoresIt) {
  const Tree tree = ParseText("<Files a> # my files\n</Files> # end\n");
  EXPECT_EQ(diagnostics_.error_count(), 0) << Rendered();
  EXPECT_EQ(diagnostics_.warning_count(), 2) << Rendered();
  ASSERT_EQ(tree.size(), 1u);
  EXPECT_EQ(tree[0].args.size(), 1u);
}

TEST_F(ParserTest, NulBytesAreRefusedWithTheirPlace) {
  EXPECT_TRUE(ParseText(std::string("a b\nc\0d\n", 8)).empty());
  ASSERT_EQ(diagnostics_.error_count(), 1);
  EXPECT_EQ(diagnostics_.all()[0].code, "HC-02");
  EXPECT_EQ(diagnostics_.all()[0].position, (Position{0, 2, 2}));
  ParseText(std::string("\xff\xfeS\0", 4));
  EXPECT_NE(Rendered().find("iconv"), std::string::npos);
  ParseText(std::string("\0", 1));
  EXPECT_EQ(diagnostics_.all()[2].position, (Position{2, 1, 1}));
}

TEST_F(ParserTest, Limits) {
  ParserLimits limits;
  limits.max_line = 10;
  limits.max_nesting = 2;
  limits.max_file = 100;
  Tree tree = ParseText("LongLineIsLong x\nA 12345 \\\n6789\nB c\n", limits);
  EXPECT_EQ(diagnostics_.error_count(), 2) << Rendered();
  EXPECT_EQ(tree.size(), 1u);
  tree = ParseText(
      "<Files>\n<Files>\n<Files>\n<Files>\nE f\n</Files>\n</Files>\nG h\n</Files>\n</Files>\n",
      limits);
  EXPECT_EQ(diagnostics_.error_count(), 3) << Rendered();
  ASSERT_EQ(tree.size(), 1u);
  ASSERT_EQ(tree[0].children.size(), 1u);
  ASSERT_EQ(tree[0].children[0].children.size(), 1u);
  EXPECT_EQ(tree[0].children[0].children[0].name, "G");
  EXPECT_TRUE(ParseText(std::string(101, '#'), limits).empty());
  EXPECT_EQ(diagnostics_.error_count(), 4);
}

// ---- Sections that only a module can know ----

TEST_F(ParserTest, ErrorsWithinAnUnknownSectionAreKeptWithIt) {
  const Tree tree = ParseText(
      "<Script lua>\n  if a </ b then\n <Directory /x>\n</VirtualHost>\n x = \"y\n \\\n</Script>\n"
      "After it\n");
  EXPECT_TRUE(diagnostics_.all().empty()) << Rendered();
  ASSERT_EQ(tree.size(), 2u);
  ASSERT_NE(tree[0].body, nullptr);
  EXPECT_EQ(tree[0].body->text,
            "  if a </ b then\n <Directory /x>\n</VirtualHost>\n x = \"y\n \\\n");
  EXPECT_GE(tree[0].body->findings.error_count(), 2);
  EXPECT_EQ(tree[1].name, "After");
  EXPECT_EQ(tree[1].position, (Position{0, 8, 1}));
}

TEST_F(ParserTest, TheFirstClosingLineEndsAnUnknownSection) {
  const Tree tree =
      ParseText("<VirtualHost *>\n<Text>\n  <If a>\n</text>\nName x\n</VirtualHost>\n");
  EXPECT_TRUE(diagnostics_.all().empty()) << Rendered();
  ASSERT_EQ(tree.size(), 1u);
  ASSERT_EQ(tree[0].children.size(), 2u);
  EXPECT_EQ(tree[0].children[0].body->text, "  <If a>\n");
  EXPECT_FALSE(tree[0].children[0].body->opened_again.valid());
  EXPECT_EQ(tree[0].children[1].name, "Name");
}

TEST_F(ParserTest, UnknownSectionsNestByTheirNames) {
  const Tree tree = ParseText("<Any a>\n<All>\n<Any b>\nR 1\n</Any>\n</All>\nR 2\n</Any>\nlast\n");
  EXPECT_TRUE(diagnostics_.all().empty()) << Rendered();
  ASSERT_EQ(tree.size(), 2u);
  ASSERT_EQ(tree[0].children.size(), 2u);
  EXPECT_EQ(tree[0].body->opened_again, (Position{0, 3, 1}));
  EXPECT_EQ(tree[0].body->findings.error_count(), 0);
  const Node& all = tree[0].children[0];
  ASSERT_EQ(all.children.size(), 1u);
  EXPECT_EQ(all.children[0].children[0].raw, "1");
}

TEST_F(ParserTest, AnUnknownSectionWithoutAnEndIsAnErrorAtOnce) {
  ParseText("<VirtualHost *>\n<Text>\nName x\n</VirtualHost>\n");
  ASSERT_EQ(diagnostics_.error_count(), 1) << Rendered();
  EXPECT_EQ(diagnostics_.all()[0].position, (Position{0, 2, 2}));
  EXPECT_EQ(diagnostics_.all()[0].fix, "</Text>");
}

TEST_F(ParserTest, AnUnknownSectionDoesNotCloseWhatIsAroundIt) {
  const Tree tree = ParseText("<Files x>\n<Text>\n</Files>\n</Text>\nName x\n</Files>\n");
  EXPECT_TRUE(diagnostics_.all().empty()) << Rendered();
  ASSERT_EQ(tree.size(), 1u);
  EXPECT_EQ(tree[0].children.size(), 2u);
  EXPECT_EQ(tree[0].children[0].body->findings.error_count(), 1);
}

}  // namespace
}  // namespace httpd::config
