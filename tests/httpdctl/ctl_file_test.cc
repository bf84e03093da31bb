// SPDX-License-Identifier: Apache-2.0
// httpdctl about single files and its own command line, from an installation that was moved.
#include <gtest/gtest.h>
#include <pty.h>

#include "ctl_fixture.h"

namespace httpd::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(CtlTest, EveryVerbHasHelpAndTheManualNamesTheSame) {
  const CtlOutcome help = Ctl("help");
  EXPECT_EQ(help.status, 0);
  std::stringstream manual;
  manual << std::ifstream(HTTPD_SOURCE_DIR "/docs/man/httpdctl.8").rdbuf();
  const std::string page = manual.str();
  std::vector<std::string> verbs;
  std::stringstream lines(help.out.substr(0, help.out.find("\nOptions of every verb")));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  ")) verbs.push_back(line.substr(2, line.find(' ', 2) - 2));
  }
  EXPECT_GE(verbs.size(), 6u);
  for (const std::string& verb : verbs) {
    EXPECT_THAT(page, HasSubstr("\n.It Cm " + verb + "\n"));
    EXPECT_THAT(page, HasSubstr("\n.Cm " + verb + "\n"));
    const CtlOutcome own = Ctl("help " + verb);
    EXPECT_EQ(own.status, 0);
    EXPECT_THAT(own.out, HasSubstr("usage: httpdctl " + verb));
    EXPECT_EQ(Ctl(verb + " --help").out, own.out);
    // Each option in help is in the manual.
    std::stringstream options(own.out);
    for (std::string line; std::getline(options, line);) {
      const size_t dashes = line.find("--");
      if (!line.starts_with("  ") || dashes == std::string::npos || dashes > 6) continue;
      const std::string name = line.substr(dashes + 2, line.find(' ', dashes) - dashes - 2);
      if (name == "field" || name == "output") continue;  // by their letters
      EXPECT_THAT(page, HasSubstr("-" + name)) << verb;
    }
  }
  const std::string section =
      page.substr(page.find(".Ss Verbs"), page.find(".Sh JSON") - page.find(".Ss Verbs"));
  size_t in_manual = 0;
  for (size_t at = 0; (at = section.find(".It Cm ", at)) != std::string::npos; ++at) ++in_manual;
  EXPECT_EQ(in_manual, verbs.size());
}

TEST_F(CtlTest, MistakesAreToldWithACure) {
  const CtlOutcome verb = Ctl("chekc");
  EXPECT_EQ(verb.status, 2);
  EXPECT_THAT(verb.error, HasSubstr("HT-01"));
  EXPECT_THAT(verb.error, HasSubstr("modinfo, check, deps, order, graph, platforms, help"));
  EXPECT_THAT(verb.error, HasSubstr("fix: httpdctl check"));
  EXPECT_EQ(Ctl("").status, 2);
  const CtlOutcome option = Ctl("deps --revers");
  EXPECT_EQ(option.status, 2);
  EXPECT_THAT(option.error, HasSubstr("fix: httpdctl deps --reverse"));
  EXPECT_EQ(Ctl("check --json=yes").status, 2);
  EXPECT_EQ(Ctl("graph -o").status, 2);
  const CtlOutcome place = Ctl("--prefix /nowhere check");
  EXPECT_EQ(place.status, 1);
  EXPECT_THAT(place.error, HasSubstr("HT-03"));
  EXPECT_EQ(Ctl("--version").out, "httpdctl " HTTPD_VERSION "\n");
}

TEST_F(CtlTest, ModinfoShowsManifestAndObject) {
  const Json info = CtlJson("modinfo " + Fixture("mod_hello.so"));
  EXPECT_EQ(info["name"].String(), "hello");
  EXPECT_EQ(info["abi"].String(), "1.0");
  EXPECT_EQ(info["kind"].String(), "ELF shared object");
  EXPECT_EQ(info["state"].String(), "whole");
  EXPECT_EQ(info["build_id"].String().size(), 40u);
  EXPECT_EQ(info["hash"].String().size(), 32u);
  EXPECT_EQ(info["size"].Int(),
            static_cast<int64_t>(std::filesystem::file_size(Fixture("mod_hello.so"))));
  EXPECT_TRUE(TextHas(info["exports"], "hello_module"));
  EXPECT_EQ(info["api_unknown"].Items().size(), 0u);
}

TEST_F(CtlTest, ModinfoOfOneFieldIsAValuePerLine) {
  EXPECT_EQ(Ctl("modinfo -F name -F abi " + Fixture("mod_hello.so")).out, "hello\n1.0\n");
  const CtlOutcome needed = Ctl("modinfo --field=needed " + Fixture("mod_linked.so"));
  EXPECT_THAT(needed.out, HasSubstr("libhttpd.so\n"));
  const CtlOutcome wrong = Ctl("modinfo -F neded " + Fixture("mod_linked.so"));
  EXPECT_EQ(wrong.status, 2);
  EXPECT_THAT(wrong.error, HasSubstr("HT-06"));
  EXPECT_THAT(wrong.error, HasSubstr("-F needed"));
  // Every field that some file shows has its name in the list.
  const std::string names = "\n" + Ctl("modinfo --fields").out;
  for (const char* file : {"mod_hello.so", "windows.dll", "xcoff.so", "macho.o", "empty"}) {
    if (!std::filesystem::exists(Fixture(file))) continue;
    std::stringstream lines(Ctl("modinfo " + Fixture(file)).out);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_THAT(names, HasSubstr("\n" + line.substr(0, line.find(':')) + "\n")) << file;
    }
  }
}

TEST_F(CtlTest, ModinfoKnowsForeignFormats) {
  const struct {
    const char *file, *format, *machine;
  } kFiles[] = {{"mod_hello.mips.so", "ELF", "big-endian"},
                {"windows.dll", "COFF", "x86-64"},
                {"xcoff.so", "XCOFF", "big-endian"},
                {"macho.o", "Mach-O", "AArch64"}};
  for (const auto& file : kFiles) {
    if (!std::filesystem::exists(Fixture(file.file))) continue;
    const Json info = CtlJson("modinfo " + Fixture(file.file));
    EXPECT_EQ(info["format"].String(), file.format) << file.file;
    EXPECT_THAT(info["machine"].String(), HasSubstr(file.machine)) << file.file;
  }
  EXPECT_EQ(CtlJson("modinfo " + Fixture("script"))["kind"].String(), "script");
}

TEST_F(CtlTest, WhatIsNoFileIsRefusedAtOnce) {
  const std::string fifo = Path("mod_fifo.so");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0644), 0);
  for (const std::string& file : {fifo, Path("mod_none.so"), root_}) {
    const CtlOutcome outcome = Ctl("modinfo " + file);
    EXPECT_EQ(outcome.status, 1) << file;
    EXPECT_THAT(outcome.error, HasSubstr("HT-05")) << file;
    EXPECT_THAT(outcome.error, HasSubstr("fix:")) << file;
    EXPECT_EQ(Ctl("check " + file).status, 1) << file;
  }
  const std::string sparse = Path("mod_sparse.so");
  std::ofstream(sparse).close();
  std::filesystem::resize_file(sparse, 1u << 30);
  EXPECT_EQ(Ctl("modinfo " + sparse).status, 1);
  EXPECT_EQ(Ctl("check " + sparse).status, 1);
}

TEST_F(CtlTest, CheckGivesTheVerdictOfAStart) {
  const CtlOutcome good = Ctl("check " + Fixture("mod_hello.so"));
  EXPECT_EQ(good.status, 0) << good.out << good.error;
  EXPECT_THAT(good.out, HasSubstr("module hello can be loaded from "));
  const CtlOutcome bad = Ctl("check " + Fixture("mod_bare.so") + " " + Fixture("mod_hello.so"));
  EXPECT_EQ(bad.status, 1);
  EXPECT_THAT(bad.out, HasSubstr("module bare cannot be loaded from "));
  EXPECT_THAT(bad.out, HasSubstr("  HM-20  "));
  EXPECT_THAT(bad.out, HasSubstr("  fix: "));
  const Json json = CtlJson("check " + Fixture("mod_bare.so") + " nothing");
  ASSERT_EQ(json["modules"].Items().size(), 2u);
  EXPECT_TRUE(HasCode(json["modules"][0]["findings"], "HM-20"));
  EXPECT_EQ(json["modules"][1]["name"].String(), "nothing");
  EXPECT_TRUE(HasCode(json["modules"][1]["findings"], "HM-01"));
}

TEST_F(CtlTest, CheckRefusesAPathThatOthersCanWrite) {
  Member("sql");
  EXPECT_EQ(Ctl("check sql").status, 0);
  chmod(Path("libexec").c_str(), 0777);
  const CtlOutcome outcome = Ctl("check sql");
  chmod(Path("libexec").c_str(), 0755);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, HasSubstr("chmod"));
  EXPECT_THAT(outcome.out, HasSubstr(Path("libexec")));
}

TEST_F(CtlTest, ACrashOfTheInspectorIsAFinding) {
  Member("sql");
  Member("last");
  Copy(HTTPD_CRASHING_INSPECTOR, "libexec/libhttpd_inspect.so");
  const CtlOutcome outcome = Ctl("modinfo " + Path("libexec/mod_sql.so"));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.error, HasSubstr("HM-28"));
  EXPECT_THAT(outcome.error, HasSubstr("mod_sql.so"));
}

TEST_F(CtlTest, WithoutTheInspectorNothingIsGuessed) {
  Member("sql");
  std::filesystem::remove(Path("libexec/libhttpd_inspect.so"));
  for (const char* verb : {"check sql", "modinfo sql"}) {
    const CtlOutcome outcome = Ctl(verb);
    EXPECT_EQ(outcome.status, 1) << verb;
    EXPECT_THAT(outcome.error, HasSubstr("HT-04")) << verb << outcome.out;
  }
}

TEST_F(CtlTest, HostileNamesForgeNoLines) {
  const std::string file = Path("libexec/mod_x\ny\x1b[31m.so");
  std::ofstream(file) << "text\n";
  const CtlOutcome outcome = Ctl("check '" + file + "'");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(outcome.out, HasSubstr("x\\x0ay\\x1b[31m"));
  CtlJson("check '" + file + "'");
}

TEST_F(CtlTest, ColoursAreForTerminalsOnly) {
  EXPECT_THAT(Ctl("modinfo " + Fixture("mod_hello.so")).out, Not(HasSubstr("\x1b")));
  const auto on_terminal = [&](const char* no_color) {
    const std::string program = Path("bin/httpdctl");
    int terminal = -1;
    const pid_t pid = forkpty(&terminal, nullptr, nullptr, nullptr);
    if (pid == 0) {
      setenv("TERM", "xterm", 1);
      no_color == nullptr ? unsetenv("NO_COLOR") : setenv("NO_COLOR", no_color, 1);
      execl(program.c_str(), "httpdctl", "modinfo", Fixture("mod_hello.so").c_str(), nullptr);
      _exit(127);
    }
    std::string text;
    char buffer[4096];
    for (ssize_t n; (n = read(terminal, buffer, sizeof buffer)) > 0;) text.append(buffer, n);
    close(terminal);
    waitpid(pid, nullptr, 0);
    return text;
  };
  if (on_terminal(nullptr).empty()) GTEST_SKIP() << "needs a pseudo-terminal";
  EXPECT_THAT(on_terminal(nullptr), HasSubstr("\x1b["));
  EXPECT_THAT(on_terminal("1"), Not(HasSubstr("\x1b[")));
}

// The promise of the manual: nothing of the file is executed or mapped executable.
TEST_F(CtlTest, NothingOfAFileIsExecuted) {
  if (Shell("strace -o " + Path("trace") + " true").status != 0) {
    GTEST_SKIP() << "needs strace, and the permission to trace";
  }
  Member("sql");
  Member("sql_mysql");
  // LeakSanitizer cannot work under a tracer.
  const CtlOutcome outcome =
      Shell("ASAN_OPTIONS=detect_leaks=0 strace -f -y -o " + Path("trace") +
            " -e trace=openat,open,read,pread64,execve,execveat,mmap,mprotect,clone,clone3,fork,"
            "vfork " +
            Path("bin/httpdctl") + " check sql_mysql");
  EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.error;
  std::ifstream trace(Path("trace"));
  size_t reads = 0, executions = 0;
  for (std::string line; std::getline(trace, line);) {
    executions +=
        line.find(" execve(") != std::string::npos || line.find(" execveat(") != std::string::npos;
    if (line.find("mod_sql") == std::string::npos) continue;
    reads += line.find("read") != std::string::npos;
    EXPECT_EQ(line.find(" mmap("), std::string::npos) << line;
    EXPECT_EQ(line.find(" mprotect("), std::string::npos) << line;
  }
  EXPECT_EQ(executions, 1u) << "that of httpdctl itself";
  EXPECT_GT(reads, 0u) << "the trace does not show the file at all";
}

TEST_F(CtlTest, PlatformsAreListedWithEveryField) {
  const CtlOutcome text = Ctl("platforms");
  EXPECT_EQ(text.status, 0) << text.error;
  EXPECT_THAT(text.out, HasSubstr("\n* linux-glibc "));
  EXPECT_THAT(text.out, HasSubstr("\n  svr4 "));
  const Json json = CtlJson("platforms");
  EXPECT_EQ(json["target"].String(), "linux-glibc");
  size_t found = 0;
  for (const Json& row : json["platforms"].Items()) {
    EXPECT_FALSE(row["title"].String().empty());
    if (row["name"].String() != "irix-n32") continue;
    ++found;
    EXPECT_EQ(row["format"].String(), "ELF");
    EXPECT_EQ(row["paths"].Items().size(), 2u);
    EXPECT_TRUE(TextHas(row["paths"], "LD_LIBRARYN32_PATH"));
  }
  EXPECT_EQ(found, 1u);
  EXPECT_EQ(Ctl("platforms linux").status, 2) << "no operands";
}

}  // namespace
}  // namespace httpd::testing
