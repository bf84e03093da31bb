// SPDX-License-Identifier: Apache-2.0
// What a person sees of a finding: place, line, caret, notes, fix.
#include "config/diagnostic.h"

#include <gtest/gtest.h>

namespace httpd::config {
namespace {

TEST(DiagnosticTest, LineCaretNotesAndFix) {
  SourceMap sources;
  const uint32_t file = sources.Add("conf/httpd.conf", "First 1\n  DirectryIndex index.html\r\n");
  Diagnostics diagnostics;
  Diagnostic& error =
      diagnostics.Error("HC-05", {file, 2, 3}, 13, "unknown directive \"DirectryIndex\"");
  error.found = "x";
  error.wanted = "y";
  error.notes.push_back({"like this one", {file, 1, 1}, 5});
  error.fix = "DirectoryIndex index.html";
  EXPECT_EQ(diagnostics.Render(sources, false),
            "conf/httpd.conf:2:3: error: unknown directive \"DirectryIndex\" [HC-05]\n"
            "      DirectryIndex index.html\n"
            "      ^~~~~~~~~~~~~\n"
            "  found: x\n"
            "  wanted: y\n"
            "conf/httpd.conf:1:1: note: like this one\n"
            "    First 1\n"
            "    ^~~~~\n"
            "  fix: DirectoryIndex index.html\n"
            "1 error\n");
  EXPECT_EQ(diagnostics.Summary(sources),
            "conf/httpd.conf:2:3: unknown directive \"DirectryIndex\" [HC-05]");
}

TEST(DiagnosticTest, WithoutAPosition) {
  SourceMap sources;
  Diagnostics diagnostics;
  diagnostics.Error("HC-01", {}, 0, "cannot open /x").fix = "ls /x";
  diagnostics.Warning("HC-13", {}, 0, "odd");
  EXPECT_EQ(diagnostics.Render(sources, false),
            "httpd: error: cannot open /x [HC-01]\n  fix: ls /x\nhttpd: warning: odd [HC-13]\n"
            "1 error and 1 warning\n");
  EXPECT_EQ(diagnostics.error_count(), 1);
  EXPECT_EQ(diagnostics.warning_count(), 1);
}

TEST(DiagnosticTest, WholeFilePosition) {
  SourceMap sources;
  const uint32_t file = sources.Add("big.conf", "x");
  Diagnostics diagnostics;
  diagnostics.Error("HC-03", {file, 0, 0}, 0, "file is too large");
  EXPECT_EQ(diagnostics.Render(sources, false),
            "big.conf: error: file is too large [HC-03]\n1 error\n");
}

TEST(DiagnosticTest, TabsWideAndBrokenCharacters) {
  SourceMap sources;
  const uint32_t file = sources.Add("f", "\tName \xc3\xa4\xe4\xb8\xad\xff\x1b[31m end\n");
  Diagnostics diagnostics;
  diagnostics.Error("X", {file, 1, 19}, 3, "m");
  EXPECT_EQ(diagnostics.Render(sources, false),
            "f:1:19: error: m [X]\n"
            "            Name \xc3\xa4\xe4\xb8\xad<FF><1B>[31m end\n"
            "                                 ^~~\n1 error\n");
}

TEST(DiagnosticTest, CaretAtTheEndOfALineAndIncludeChain) {
  SourceMap sources;
  const uint32_t main = sources.Add("main.conf", "Include sub.conf\n");
  const uint32_t sub = sources.Add("sub.conf", "<Files\n", {main, 1, 1});
  Diagnostics diagnostics;
  diagnostics.Error("X", {sub, 1, 7}, 1, "> is missing");
  EXPECT_EQ(diagnostics.Render(sources, false),
            "in file included from main.conf:1:\n"
            "sub.conf:1:7: error: > is missing [X]\n    <Files\n          ^\n1 error\n");
}

TEST(DiagnosticTest, ForgedLinesAreNotPrinted) {
  SourceMap sources;
  Diagnostics diagnostics;
  diagnostics.Error("X", {}, 0, "bad \"a\nhttpd: error\"");
  EXPECT_EQ(diagnostics.Summary(sources), "bad \"a<0A>httpd: error\" [X]");
}

TEST(DiagnosticTest, LongLinesAreShownAroundTheCaret) {
  SourceMap sources;
  const uint32_t file = sources.Add("f", std::string(5000, 'a') + "B" + std::string(5000, 'c'));
  Diagnostics diagnostics;
  diagnostics.Error("X", {file, 1, 5001}, 1, "m");
  const std::string text = diagnostics.Render(sources, false);
  EXPECT_LT(text.size(), 1000u);
  const size_t line = text.find("    ...");
  const size_t marks = text.find('\n', line) + 1;
  EXPECT_EQ(text.find('B') - line, text.find('^') - marks);
}

TEST(DiagnosticTest, Color) {
  SourceMap sources;
  Diagnostics diagnostics;
  diagnostics.Error("X", {}, 0, "m");
  EXPECT_NE(diagnostics.Render(sources, true).find("\x1b[1;31merror: "), std::string::npos);
}

TEST(DiagnosticTest, ManyFindingsStayBounded) {
  SourceMap sources;
  Diagnostics diagnostics;
  for (int i = 0; i < 5000; ++i) diagnostics.Error("X", {}, 0, "m");
  EXPECT_EQ(diagnostics.error_count(), 5000);
  EXPECT_LE(diagnostics.all().size(), 1000u);
  EXPECT_NE(diagnostics.Render(sources, false).find("5000 errors"), std::string::npos);
}

}  // namespace
}  // namespace httpd::config
