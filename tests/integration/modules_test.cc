// SPDX-License-Identifier: Apache-2.0
//
// Bad modules, found at start, at reload, and while the server runs. Each must be named with what
// is wrong with it, and must never reach a running server.

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "integration/background_load.h"
#include "integration/server_fixture.h"

namespace httpd::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

const char kPlainCrashes[] = "ASAN_OPTIONS=handle_segv=0:allow_user_segv_handler=1:detect_leaks=0";

class Modules : public ServerTest {
 protected:
  // Writes into the very file, as cp does, not by rename.
  void Overwrite(const std::string& module, const std::string& content) {
    std::ofstream(server_.Path("libexec/mod_" + module + ".so"), std::ios::binary | std::ios::trunc)
        << content;
  }

  // A reload that must fail, naming `module`; the server must go on.
  ReloadOutcome ExpectRefusedReload(const std::string& named) {
    server_.AllowLog("");
    pid_t generation = server_.GenerationPid();
    ReloadOutcome outcome = server_.Reload();
    EXPECT_TRUE(outcome.finished);
    EXPECT_FALSE(outcome.ok);
    EXPECT_THAT(server_.ErrorLog(), HasSubstr(named));
    EXPECT_EQ(server_.GenerationPid(), generation);
    EXPECT_EQ(Get(server_.port(), "/1k.txt").status, 200);
    return outcome;
  }

  void ExpectRefusedStart(const std::string& module, const std::vector<std::string>& wanted) {
    server_.modules = {"mime", "dir", module};
    server_.extra = "ModuleLoadTimeout 2\n";
    server_.environment = {kPlainCrashes};
    ExitOutcome outcome = server_.StartAndFail();
    EXPECT_TRUE(outcome.exited);
    EXPECT_EQ(outcome.status, 1) << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr(module));
    for (const std::string& text : wanted) EXPECT_THAT(outcome.output, HasSubstr(text));
    EXPECT_THAT(outcome.output, HasSubstr("fix:"));
    EXPECT_TRUE(WaitUntil([] { return Children(getpid()).empty(); })) << "a process is left";
  }

  void ExpectRefusedAtReload(const std::string& module, const std::vector<std::string>& wanted) {
    server_.extra = "ModuleLoadTimeout 2\n";
    server_.environment = {kPlainCrashes};
    ASSERT_TRUE(server_.Start());
    server_.modules.push_back(module);
    server_.WriteConfig();
    BackgroundLoad load(server_.port(), 8);
    ASSERT_TRUE(load.Begin());
    ExpectRefusedReload(module);
    for (const std::string& text : wanted) EXPECT_THAT(server_.ErrorLog(), HasSubstr(text));
    EXPECT_TRUE(load.WaitForMore(100));
    EXPECT_EQ(load.End().total.Errors(), 0u);
  }
};

// ---- A module's file is overwritten while it serves ----

TEST_F(Modules, OverwritingAFileWithRubbishHurtsNobody) {
  ASSERT_TRUE(server_.Start());
  BackgroundLoad load(server_.port(), 16);
  ASSERT_TRUE(load.Begin());
  std::string good = ReadFile(server_.Path("libexec/mod_mime.so"));
  std::string foreign = good;
  foreign[18] = 22;  // e_machine: S/390
  foreign[19] = 0;
  struct {
    const char* what;
    std::string content;
  } const spoils[] = {
      {"rubbish", std::string(20000, '\x01')},
      {"text", "#!/bin/sh\necho I am no module\n"},
      {"another CPU", foreign},
      {"no record", ReadFile(TestModuleDir() + "/mod_no_record.so")},
      {"empty", ""},
      {"truncated", good.substr(0, good.size() / 3)},
  };
  for (const auto& spoil : spoils) {
    SCOPED_TRACE(spoil.what);
    Overwrite("mime", spoil.content);
    ASSERT_TRUE(load.WaitForMore(200)) << "hurt by the overwriting itself";
    ExpectRefusedReload("mod_mime.so");
    ASSERT_TRUE(load.WaitForMore(100)) << "hurt by the reload";
  }
  Overwrite("mime", good);
  EXPECT_TRUE(server_.Reload().ok) << server_.ErrorLog();
  EXPECT_TRUE(load.WaitForMore(100));
  EXPECT_EQ(load.End().total.Errors(), 0u);
}

// A worker forked again after its module's file was spoiled has the old code.
TEST_F(Modules, ARespawnedWorkerNeverPicksUpAChangedFile) {
  ASSERT_TRUE(server_.Start());
  server_.AllowLog("worker");
  Overwrite("mime", std::string(20000, '\xfe'));
  for (int i = 0; i < 4; ++i) {
    std::vector<pid_t> before = server_.WorkerPids();
    kill(before[0], SIGKILL);
    ASSERT_TRUE(WaitUntil([&] {
      std::vector<pid_t> now = server_.WorkerPids();
      return now.size() == 2 && now != before && Alive(now[0]) && Alive(now[1]);
    }));
  }
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Get(server_.port(), "/1k.txt").status, 200);
  EXPECT_THAT(Get(server_.port(), "/index.html").Field("Content-Type"), HasSubstr("text/html"));
}

TEST_F(Modules, EachKindOfBadFileIsToldApart) {
  std::string good = ReadFile(BuildDir() + "/libexec/mod_mime.so");
  std::string foreign = good;
  foreign[18] = 22;
  foreign[19] = 0;
  struct {
    const char* what;
    std::string content;
    std::vector<std::string> any_of;  // one of these must be said
  } const cases[] = {
      {"text", "#!/bin/sh\necho no module\n", {"script", "text", "not a shared object"}},
      {"another CPU", foreign, {"s390", "S/390", "machine"}},
      {"no record", ReadFile(TestModuleDir() + "/mod_no_record.so"), {"mime_module", "record"}},
      {"rubbish", std::string(20000, '\x01'), {"not a", "neither", "no program"}},
      {"truncated", good.substr(0, good.size() / 3), {"truncated", "malformed", "cut", "short"}},
      {"archive", "!<arch>\n" + std::string(100, ' '), {"archive"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    server_.CopyModule("mime");
    Overwrite("mime", c.content);
    ExitOutcome outcome = server_.StartAndFail();
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.output, HasSubstr("mod_mime.so"));
    EXPECT_THAT(outcome.output, HasSubstr("HM-"));
    EXPECT_THAT(outcome.output, HasSubstr("fix:"));
    bool said = false;
    for (const std::string& text : c.any_of) said |= outcome.output.find(text) != std::string::npos;
    EXPECT_TRUE(said) << outcome.output;
    unlink(server_.Path("logs/error.log").c_str());
  }
}

TEST_F(Modules, AMissingFileIsNamed) {
  server_.WriteConfig(server_.ConfigText() + "LoadModule gone_module libexec/mod_gone.so\n");
  server_.CopyModule("mime");
  server_.CopyModule("dir");
  ExitOutcome outcome = server_.StartAndFail();
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("libexec/mod_gone.so"));
  EXPECT_THAT(outcome.output, HasSubstr("httpd.conf:"));
  EXPECT_THAT(outcome.output, HasSubstr("fix:"));
}

TEST_F(Modules, AFileThatOthersMayWriteIsRefused) {
  server_.WriteConfig();
  chmod(server_.Path("libexec/mod_mime.so").c_str(), 0666);
  ExitOutcome outcome = server_.StartAndFail();
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("mod_mime.so"));
  EXPECT_THAT(outcome.output, HasSubstr("chmod"));
}

// ---- A module misbehaves while it registers ----

TEST_F(Modules, AFailingRegisterFunctionIsQuotedAtStart) {
  ExpectRefusedStart("register_fails", {"eaten by moths", "buy moth balls", "httpd.conf:"});
}
TEST_F(Modules, AFailingRegisterFunctionIsQuotedAtReload) {
  ExpectRefusedAtReload("register_fails", {"eaten by moths", "buy moth balls"});
}
TEST_F(Modules, ACrashingRegisterFunctionIsNamedAtStart) {
  ExpectRefusedStart("register_crashes", {"signal 11"});
}
TEST_F(Modules, ACrashingRegisterFunctionIsNamedAtReload) {
  ExpectRefusedAtReload("register_crashes", {"signal 11"});
}
TEST_F(Modules, AForkingRegisterFunctionIsNamedAtStart) {
  ExpectRefusedStart("register_forks", {"fork"});
}
TEST_F(Modules, AForkingRegisterFunctionIsNamedAtReload) {
  ExpectRefusedAtReload("register_forks", {"fork"});
}
TEST_F(Modules, ARegisterFunctionThatNeverReturnsIsNamedAtStart) {
  ExpectRefusedStart("register_hangs", {"2 s"});
}
TEST_F(Modules, ARegisterFunctionThatNeverReturnsIsNamedAtReload) {
  ExpectRefusedAtReload("register_hangs", {"2 s"});
}
TEST_F(Modules, ARegisterFunctionThatExitsIsNamedAtStart) {
  ExpectRefusedStart("register_exits", {"exit"});
}
TEST_F(Modules, ARegisterFunctionThatExitsIsNamedAtReload) {
  ExpectRefusedAtReload("register_exits", {"exit"});
}
TEST_F(Modules, AThreadBeforeTheWorkersAreForkedIsRefusedByName) {
  ExpectRefusedStart("register_thread", {"thread"});
}

// A process that a module started ends with the server, however stubborn it is.
TEST_F(Modules, AProcessThatAModuleStartedDoesNotOutliveTheServer) {
  server_.modules = {"mime", "dir", "register_daemon"};
  server_.AllowLog("register_daemon");
  server_.WriteConfig();
  server_.Write("conf/empty", "");
  ExitOutcome outcome = server_.Run({"-d", server_.root(), "-f", "conf/httpd.conf", "-t"});
  EXPECT_TRUE(outcome.exited) << "-t waits for the module's process";
  EXPECT_TRUE(WaitUntil([] { return Children(getpid()).empty(); })) << "left behind after -t";
}

// ---- Good modules ----

TEST_F(Modules, BothAncestorsSpellingsLoadAModule) {
  server_.modules = {};
  for (const char* name : {"mime", "dir", "alias"}) server_.CopyModule(name);
  server_.WriteConfig(server_.ConfigText() + "ModulePath \"" + server_.root() +
                      "/libexec\"\nLoadModule mime_module libexec/mod_mime.so\n"
                      "LoadModule mod_dir.c\nLoadModule alias\n");
  ASSERT_TRUE(server_.Start());
  EXPECT_THAT(Get(server_.port(), "/").body, HasSubstr("It works."));
  EXPECT_EQ(server_.State()["modules"].Items().size(), 3u);
}

TEST_F(Modules, FortyModulesAreLoadedFromPrivateCopies) {
  for (int i = 1; i <= 40; ++i) {
    std::string number = std::to_string(i);
    server_.modules.push_back("pad" + std::string(2 - number.size(), '0') + number);
  }
  ASSERT_TRUE(server_.Start());
  Json modules = server_.State()["modules"];
  ASSERT_EQ(modules.Items().size(), 42u);
  std::string maps = Maps(server_.WorkerPids()[0]);
  for (const Json& module : modules.Items()) {
    EXPECT_THAT(maps, HasSubstr(module["copy"].String()));
    EXPECT_EQ(maps.find(server_.Path("libexec/mod_" + module["name"].String() + ".so")),
              std::string::npos)
        << "mapped from libexec, where cp can spoil it";
  }
  EXPECT_EQ(Get(server_.port(), "/1k.txt").status, 200);
}

TEST_F(Modules, AModuleCanBeAddedReplacedAndRemovedUnderLoad) {
  ASSERT_TRUE(server_.Start());
  BackgroundLoad load(server_.port(), 16);
  ASSERT_TRUE(load.Begin());
  auto echo = [&] {
    return Ask(server_.port(),
               "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
               "Connection: close\r\n\r\nhello")
        .body;
  };
  // A connection made in the very moment of a change may still be the old generation's.
  auto echoes = [&] { return WaitUntil([&] { return echo() == "hello"; }); };
  EXPECT_NE(echo(), "hello");
  server_.modules.push_back("echo");
  server_.WriteConfig();
  ASSERT_TRUE(server_.Reload().ok) << server_.ErrorLog();
  EXPECT_TRUE(echoes());
  server_.CopyModule("echo");  // an upgrade
  ASSERT_TRUE(server_.Reload().ok);
  EXPECT_TRUE(echoes());
  server_.modules.pop_back();
  server_.WriteConfig();
  ASSERT_TRUE(server_.Reload().ok);
  ASSERT_TRUE(server_.WaitUntilDrained());
  EXPECT_NE(echo(), "hello");
  for (pid_t worker : server_.WorkerPids()) {
    EXPECT_EQ(Maps(worker).find("mod_echo.so"), std::string::npos) << "not unloaded";
  }
  EXPECT_EQ(load.End().total.Errors(), 0u);
}

}  // namespace
}  // namespace httpd::testing
