// SPDX-License-Identifier: Apache-2.0
//
// Every code about a module file has a module that is broken in just that way, and the text that is
// said about it is fixed word by word: on the terminal, in the error log and in its JSON form.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "base/concat.h"
#include "integration/server_fixture.h"
#include "object/machines.h"

namespace httpd::testing {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

struct Case {
  std::string title;
  std::string make;
  std::string configuration;
  std::string expected;

  std::string Code() const { return title.substr(0, title.find(' ')); }
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.title; }

std::string ReadText(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::vector<Case> ReadCases() {
  std::istringstream file(ReadText(HTTPD_CASES "/cases.txt"));
  std::vector<Case> cases;
  int part = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("== ")) {
      cases.push_back({line.substr(3), "", "", ""});
      part = 0;
    } else if (line == "--") {
      ++part;
    } else if (!cases.empty()) {
      Case& one = cases.back();
      std::string* text = part == 0 ? &one.make : part == 1 ? &one.configuration : &one.expected;
      *text += line + "\n";
    }
  }
  return cases;
}

void ReplaceAll(std::string* text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text->find(from, at)) != std::string::npos; at += to.size()) {
    text->replace(at, from.size(), to);
  }
}

// What follows `lead` becomes `to`: as far as it consists of `characters`, or to the end of the
// line.
void ReplaceAfter(std::string* text, std::string_view lead, std::string_view characters,
                  std::string_view to) {
  for (size_t at = 0; (at = text->find(lead, at)) != std::string::npos;) {
    at += lead.size();
    size_t end =
        characters.empty() ? text->find('\n', at) : text->find_first_not_of(characters, at);
    end = std::min(end, text->size());
    text->replace(at, end - at, to);
  }
}

class BrokenModuleTest : public ServerTest, public ::testing::WithParamInterface<Case> {
 protected:
  // Makes the files of the case and writes the configuration.
  void Make() {
    folder_ = server_.Path("case");
    fs::create_directory(folder_);
    const std::string flags =
        base::Concat(HTTPD_CC, " -std=gnu99 -O1 -fPIC -I", HTTPD_INCLUDE, " ");
    const std::string script =
        base::Concat("set -e; umask 022; D='", folder_, "' S='" HTTPD_CASES "' MODULE='", flags,
                     "-shared -fvisibility=hidden' LIBRARY='", flags, "-shared' PROGRAM='",
                     HTTPD_CC, "'\n", GetParam().make);
    std::ofstream(server_.Path("make.sh")) << script;
    ASSERT_EQ(std::system(base::Concat("sh ", server_.Path("make.sh")).c_str()), 0) << script;
    std::string lines = GetParam().configuration;
    ReplaceAll(&lines, "$D", folder_);
    server_.modules.clear();
    server_.extra = lines;
    server_.WriteConfig();
  }

  // With the paths of this run and this machine replaced.
  std::string Normal(std::string text) const {
    ReplaceAll(&text, folder_, "$D");
    ReplaceAll(&text, server_.root(), "$ROOT");
    ReplaceAll(&text, BuildDir(), "$BUILD");
    ReplaceAll(&text, object::HostTargetText(), "$HOST");
    // Where lines are depends on the fixture, where libraries are on the system.
    ReplaceAfter(&text, "httpd.conf:", "0123456789:", "");
    ReplaceAfter(&text, "library cache or one of ", "", "$DIRECTORIES");
    return text;
  }

  std::string folder_;
};

// Lines that say something, without the counts and hints around them.
std::vector<std::string> Statements(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

TEST_P(BrokenModuleTest, IsToldOnTheTerminal) {
  Make();
  const ExitOutcome outcome = server_.Run({"-d", server_.root(), "-f", "conf/httpd.conf", "-t"});
  const std::string said = Normal(outcome.output);
  if (const char* file = getenv("HTTPD_NEW_CASES"); file != nullptr) {
    const Case& one = GetParam();
    std::ofstream(file, std::ios::app) << "== " << one.title << "\n"
                                       << one.make << "--\n"
                                       << one.configuration << "--\n"
                                       << said << "\n";
    return;
  }
  EXPECT_EQ(Statements(said), Statements(GetParam().expected));
  EXPECT_THAT(said, HasSubstr(GetParam().Code()));
}

// What the log says, as people and as programs read it.
std::string LoggedText(const std::string& log) {
  std::string text;
  for (const std::string& line : Statements(log)) {
    if (!line.starts_with("{")) {
      text += line + "\n";
      continue;
    }
    const Json event = Json::Parse(line);
    text += event["message"].String() + "\n";
  }
  return text;
}

TEST_P(BrokenModuleTest, IsToldInTheLog) {
  Make();
  const ExitOutcome check = server_.Run({"-d", server_.root(), "-f", "conf/httpd.conf", "-t"});
  if (check.status == 0) GTEST_SKIP() << "the server starts with it";
  const std::string lines = server_.extra;
  for (const std::string_view format : {"text", "json"}) {
    server_.extra = base::Concat("ErrorLogFormat ", format, "\n", lines);
    server_.WriteConfig();
    fs::remove(server_.Path("logs/error.log"));
    EXPECT_NE(server_.StartAndFail().status, 0);
    const std::string log = ReadText(server_.Path("logs/error.log"));
    EXPECT_EQ(log.starts_with("{"), format == "json") << log;
    const std::string said = Normal(LoggedText(log));
    for (const std::string& line : Statements(GetParam().expected)) {
      // Line numbers differ by the line that chose the format.
      if (line.find("conf/httpd.conf") != std::string::npos) continue;
      if (line.find(" | ") != std::string::npos) continue;
      EXPECT_THAT(said, HasSubstr(line));
    }
    EXPECT_THAT(said, HasSubstr(GetParam().Code()));
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, BrokenModuleTest, ::testing::ValuesIn(ReadCases()),
                         [](const ::testing::TestParamInfo<Case>& info) {
                           std::string name;
                           for (const char c : info.param.title) {
                             if (isalnum(static_cast<unsigned char>(c)) != 0) name += c;
                           }
                           return name;
                         });

// Codes about module files and plans that no module file alone can bring about, and where they are
// tested instead, if they are.
const std::map<std::string, std::string>& TestedElsewhere() {
  static const std::map<std::string, std::string> codes = {
      {"HM-05", "store_test, inspection_test: root can read everything"},
      {"HM-06", "store_test, TellsWhenTheCopyCannotBeWritten"},
      {"HM-08", "untested: a race that no test can time"},
      {"HM-27", "inspection_test: an installation without inspector"},
      {"HM-28", "below: CrashingInspector"},
      {"HM-29", "tests/svr4: a program that exports nothing to modules"},
      {"HM-40", "loader_test: a copy that vanished"},
      {"HM-43", "loader_test: without inspector"},
      {"HM-45", "dl_test has the loader's texts; needs a file system without execution"},
      {"HM-46", "dl_test has the loader's texts"},
      {"HM-47", "loader_test: without inspector"},
      {"HM-48", "record_test"},
      {"HM-49", "record_test"},
      {"HM-50", "record_test"},
      {"HM-51", "record_test"},
      {"HM-52", "record_test"},
      {"HM-53", "loader_test, evolution_test: what a module's code answers"},
      {"HM-54", "loader_test: what a module's code throws"},
      {"HM-55", "loader_test"},
      {"HM-56", "loader_test"},
      {"HM-57", "hooks_test"},
      {"HM-58", "loader_test: told by the loader alone"},
      {"HM-59", "loader_test: compiled-in modules"},
      {"HM-60", "untested: needs 65535 modules"},
      {"HP-23", "untested: an inspector that does not return within 20 seconds"},
      {"HP-24", "untested: no process to be had"},
      {"HP-25", "untested: the planner would have to be taken over"},
      {"HP-26", "untested: no folder for checking"},
  };
  return codes;
}

TEST(CasesTest, EveryCodeHasOne) {
  std::set<std::string> covered;
  for (const Case& one : ReadCases()) {
    covered.insert(one.Code());
    EXPECT_EQ(TestedElsewhere().count(one.Code()), 0u) << one.Code();
  }
  std::istringstream docs(ReadText(HTTPD_DOCS "/errors.md"));
  for (std::string line; std::getline(docs, line);) {
    const bool planner = line.starts_with("## HP-2") || line.starts_with("## HP-7");
    if (!line.starts_with("## HM-") && !planner) continue;
    const std::string code = line.substr(3, 5);
    // The set's own codes have cases of their own (set_check_test, module_sets_test).
    if (code >= "HM-80" && code <= "HM-99") continue;
    if (code >= "HP-70" && code <= "HP-79") continue;
    EXPECT_TRUE(covered.count(code) != 0 || TestedElsewhere().count(code) != 0) << line;
  }
}

class LinkTest : public ServerTest {
 protected:
  void Make(const std::string& script) {
    const std::string flags =
        base::Concat(HTTPD_CC, " -std=gnu99 -O1 -fPIC -I", HTTPD_INCLUDE, " ");
    std::ofstream(server_.Path("make.sh"))
        << "set -e; umask 022; cd " << server_.root() << "\nS='" HTTPD_CASES "' MODULE='" << flags
        << "-shared -fvisibility=hidden' LIBRARY='" << flags << "-shared'\n"
        << script;
    ASSERT_EQ(std::system(base::Concat("sh ", server_.Path("make.sh")).c_str()), 0);
  }
};

// The module's copy lies elsewhere, and its RUNPATH would lead nowhere.
TEST_F(LinkTest, APrivateLibraryIsFoundBesideTheOriginal) {
  Make(
      "mkdir -p own/lib\n"
      "$LIBRARY -DDEFINES=case_deep $S/library.c -Wl,-soname,libdeep.so.1 -o own/lib/libdeep.so.1\n"
      "$LIBRARY -DDEFINES=case_answer -DUSES=case_deep $S/library.c own/lib/libdeep.so.1 "
      "-Wl,-soname,libanswer.so.1 -o own/lib/libanswer.so.1\n"
      "$MODULE -DNAME=private -DUSES=case_answer $S/broken.c own/lib/libanswer.so.1 "
      "-Wl,--disable-new-dtags,-rpath,'$ORIGIN/lib' -o own/mod_private.so\n");
  server_.modules.clear();
  server_.extra = "LoadModule private_module own/mod_private.so\n";
  ASSERT_TRUE(server_.Start());
  const std::string maps =
      ReadText(base::Concat("/proc/", static_cast<int64_t>(server_.GenerationPid()), "/maps"));
  EXPECT_THAT(maps, HasSubstr(server_.Path("own/lib/libanswer.so.1")));
  EXPECT_THAT(maps, HasSubstr(server_.Path("own/lib/libdeep.so.1")));

  // Whoever may write to the library may run code in the server.
  fs::permissions(server_.Path("own/lib/libdeep.so.1"), fs::perms::others_write,
                  fs::perm_options::add);
  server_.AllowLog("HM-02");
  server_.AllowLog("HP-57");
  server_.AllowLog("libdeep.so.1");
  server_.AllowLog("");
  EXPECT_FALSE(server_.Reload().ok);
  EXPECT_TRUE(
      server_.WaitForLog(base::Concat("fix: chmod o-w ", server_.Path("own/lib/libdeep.so.1"))));
}

// An installation of its own, whose inspector dies of every file.
TEST_F(LinkTest, CrashingInspector) {
  const std::string build = BuildDir();
  const std::string own = server_.Path("install");
  fs::create_directories(own + "/bin");
  fs::create_directories(own + "/libexec");
  fs::copy_file(build + "/bin/httpd", own + "/bin/httpd");
  for (const fs::directory_entry& file : fs::directory_iterator(build + "/libexec")) {
    if (file.is_regular_file())
      fs::copy_file(file.path(), own + "/libexec/" + file.path().filename().string());
  }
  ASSERT_EQ(setenv("HTTPD_BUILD_DIR", own.c_str(), 1), 0);
  ASSERT_TRUE(server_.Start());
  EXPECT_EQ(Get(server_.port(), "/nothing").status, 404);
  const int64_t before = server_.GenerationId();
  fs::copy_file(build + "/tests/crashing_inspector.so", own + "/libexec/new.so");
  fs::rename(own + "/libexec/new.so", own + "/libexec/libhttpd_inspect.so");
  // A changed module, which nobody has looked at yet.
  std::ofstream(server_.Path("libexec/mod_mime.so"), std::ios::app) << "changed";
  server_.AllowLog("");
  EXPECT_FALSE(server_.Reload().ok);
  EXPECT_TRUE(server_.WaitForLog("HM-28"));
  EXPECT_EQ(server_.GenerationId(), before);
  EXPECT_EQ(Get(server_.port(), "/nothing").status, 404);
  unsetenv("HTTPD_BUILD_DIR");
}

}  // namespace
}  // namespace httpd::testing
