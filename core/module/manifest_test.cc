// SPDX-License-Identifier: Apache-2.0
//
// What a manifest may say, and what each wrong one is told.

#include "module/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

namespace httpd::module {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// "a|b|" with NUL for each |.
std::string Bytes(std::string text) {
  for (char& c : text) {
    if (c == '|') c = '\0';
  }
  return text;
}

std::vector<ManifestProblem> ProblemsOf(const std::string& text, Manifest* manifest = nullptr) {
  Manifest unused;
  std::vector<ManifestProblem> problems;
  const bool ok = ParseManifest(Bytes(text), manifest != nullptr ? manifest : &unused, &problems);
  EXPECT_EQ(ok, problems.empty());
  return problems;
}

TEST(ManifestTest, ReadsEveryKey) {
  Manifest m;
  EXPECT_THAT(
      ProblemsOf("name=log_config|abi=1.4|version=2.0.1~rc1|description=Logs, in any format|"
                 "license=Apache-2.0|author=A. Nother|requires=mime, sql>=1.2|wants=env|"
                 "conflicts=oldlog=1.0|provides=logger/2|before=ssl|after=alias dir|"
                 "directive=CustomLog|directive=LogFormat|privileged=CustomLog:append:1|"
                 "reloadable=no|",
                 &m),
      IsEmpty());
  EXPECT_EQ(m.name, "log_config");
  EXPECT_EQ(m.abi_major, 1u);
  EXPECT_EQ(m.abi_minor, 4u);
  EXPECT_EQ(m.version, "2.0.1~rc1");
  EXPECT_EQ(m.description, "Logs, in any format");
  EXPECT_EQ(m.license, "Apache-2.0");
  EXPECT_EQ(m.author, "A. Nother");
  EXPECT_THAT(m.required,
              ElementsAre(ModuleReference{"mime", "", ""}, ModuleReference{"sql", ">=", "1.2"}));
  EXPECT_THAT(m.wants, ElementsAre(ModuleReference{"env", "", ""}));
  EXPECT_THAT(m.conflicts, ElementsAre(ModuleReference{"oldlog", "=", "1.0"}));
  EXPECT_THAT(m.provides, ElementsAre(ModuleReference{"logger", "/", "2"}));
  EXPECT_THAT(m.before, ElementsAre("ssl"));
  EXPECT_THAT(m.after, ElementsAre("alias", "dir"));
  EXPECT_THAT(m.directives, ElementsAre("CustomLog", "LogFormat"));
  EXPECT_THAT(m.privileged,
              ElementsAre(PrivilegedArgument{"CustomLog", PrivilegedMode::kAppend, 1}));
  EXPECT_FALSE(m.reloadable);
}

TEST(ManifestTest, UnknownKeysAreIgnoredUnlessDemanded) {
  EXPECT_THAT(ProblemsOf("name=a|abi=1.0|colour=green|"), IsEmpty());
  const auto problems = ProblemsOf("name=a|abi=1.0|!colour=green|");
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_THAT(problems[0].found, HasSubstr("!colour"));
}

TEST(ManifestTest, PaddingMeansNothing) {
  EXPECT_THAT(ProblemsOf("|||name=a||abi=1.0||||"), IsEmpty());
}

TEST(ManifestTest, TellsWhatIsMissingAndWhatIsTwice) {
  const auto nothing = ProblemsOf("");
  ASSERT_THAT(nothing, SizeIs(2));
  EXPECT_EQ(nothing[0].what, "the manifest has no name");
  EXPECT_EQ(nothing[1].what, "the manifest has no abi");
  EXPECT_THAT(ProblemsOf("name=a|name=a|abi=1.0|abi=1.0|"), IsEmpty());
  const auto twice = ProblemsOf("name=a|name=b|abi=1.0|abi=1.1|");
  ASSERT_THAT(twice, SizeIs(2));
  EXPECT_EQ(twice[0].found, "\"a\" and \"b\"");
}

TEST(ManifestTest, ReadsSinceWhenFunctionsCame) {
  Manifest m;
  EXPECT_THAT(ProblemsOf("name=a|abi=1.3|since=httpd_foo:1.1,httpd_bar:1.2|", &m), IsEmpty());
  EXPECT_THAT(m.since, ElementsAre(FunctionSince{"httpd_foo", 1}, FunctionSince{"httpd_bar", 2}));
}

TEST(ManifestTest, TellsAllProblemsAtOnceWithAFix) {
  const char* const bad[] = {
      "name=Mime",
      "name=",
      "name=a-b",
      "abi=1",
      "abi=1.",
      "abi=.1",
      "abi=0.1",
      "abi=1.0.0",
      "abi=4294967296.0",
      "version=new",
      "reloadable=maybe",
      "requires=sql>1",
      "requires=sql>=",
      "requires=>=1",
      "provides=/1",
      "before=A",
      "directive=a/b",
      "since=httpd_foo",
      "since=httpd_foo:1",
      "since=:1.1",
      "privileged=CustomLog",
      "privileged=L:write:1",
      "privileged=L:read:0",
      "privileged=L:read:x",
      "privileged=L::read:1",
      "noequals",
      "=novalue",
  };
  for (const char* entry : bad) {
    const std::string base = std::string(entry).starts_with("name=")  ? "abi=1.0|"
                             : std::string(entry).starts_with("abi=") ? "name=a|"
                                                                      : "name=a|abi=1.0|";
    const auto problems = ProblemsOf(base + entry + "|");
    ASSERT_THAT(problems, SizeIs(1)) << entry;
    EXPECT_FALSE(problems[0].what.empty()) << entry;
    EXPECT_FALSE(problems[0].wanted.empty()) << entry;
    EXPECT_FALSE(problems[0].fix.empty()) << entry;
  }
  EXPECT_THAT(ProblemsOf("name=A|abi=x|version=|!y=1|"), SizeIs(4));
}

TEST(ManifestTest, RefusesWhatIsTooLargeOrNotText) {
  EXPECT_THAT(ProblemsOf(std::string(kMaxManifestBytes + 1, 'x')), SizeIs(1));
  EXPECT_THAT(ProblemsOf("name=a|abi=1.0|description=" + std::string(5000, 'x') + "|"), SizeIs(1));
  EXPECT_THAT(ProblemsOf("name=a|abi=1.0|description=two\nlines|"), SizeIs(1));
  EXPECT_THAT(ProblemsOf("name=a|abi=1.0|license=cut"), SizeIs(1));
  std::string many = "name=a|abi=1.0|";
  for (size_t i = 0; i < kMaxManifestEntries; ++i) many += "k=v|";
  EXPECT_THAT(ProblemsOf(many), SizeIs(1));
}

TEST(ManifestTest, SurvivesRandomBytes) {
  std::mt19937 random(7);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = Bytes("name=a|abi=1.0|requires=b>=1|privileged=L:read:1|before=x|");
    for (int i = 0; i < 6; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
    Manifest manifest;
    std::vector<ManifestProblem> problems;
    ParseManifest(bytes, &manifest, &problems);
  }
}

}  // namespace
}  // namespace httpd::module
