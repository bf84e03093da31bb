// SPDX-License-Identifier: Apache-2.0
//
// The command line, through the bootstrap: what each option prints, its exit status, and that
// checking a configuration touches nothing.

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "integration/server_fixture.h"

namespace httpd::testing {
namespace {

using ::testing::HasSubstr;

class CommandLine : public ServerTest {
 protected:
  // bin/httpd -d ROOT -f conf/httpd.conf ARGS…
  ExitOutcome Httpd(std::vector<std::string> args) {
    std::vector<std::string> all = {"-d", server_.root(), "-f", "conf/httpd.conf"};
    all.insert(all.end(), args.begin(), args.end());
    return server_.Run(all);
  }
  ExitOutcome Check(const std::string& extra) {
    server_.extra = extra;
    server_.WriteConfig();
    return Httpd({"-t"});
  }
  pid_t PidFromFile() { return atoi(ReadFile(server_.Path("run/httpd.pid")).c_str()); }
  bool WaitForServing() {
    return WaitUntil([&] { return server_.State()["state"].String() == "serving"; });
  }

  std::vector<std::string> Tree() {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(server_.root())) {
      struct stat info;
      stat(entry.path().c_str(), &info);
      if (entry.path().filename() == "run-output.txt") continue;
      out.push_back(entry.path().string() + " " +
                    (S_ISREG(info.st_mode) ? std::to_string(info.st_size) : ""));
    }
    std::sort(out.begin(), out.end());
    return out;
  }
};

TEST_F(CommandLine, VersionAndBuildSettings) {
  ExitOutcome small = server_.Run({"-v"});
  EXPECT_EQ(small.status, 0);
  EXPECT_THAT(small.output, HasSubstr("0.1.0"));
  ExitOutcome large = server_.Run({"-V"});
  EXPECT_EQ(large.status, 0);
  EXPECT_THAT(large.output, HasSubstr("0.1.0"));
  EXPECT_GT(large.output.size(), small.output.size());
  // The row of platform/targets that this build is for, and what it implies.
  EXPECT_THAT(large.output,
              HasSubstr("Target:         linux-glibc (Linux with glibc), built and tested"));
  EXPECT_THAT(large.output, HasSubstr("Modules:       mod_x.so, ELF, opened with dlopen"));
  EXPECT_THAT(large.output, HasSubstr("Library path:  LD_LIBRARY_PATH\n"));
}

TEST_F(CommandLine, CompiledInModules) {
  ExitOutcome outcome = server_.Run({"-l"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.output, HasSubstr("core"));
  EXPECT_THAT(outcome.output, HasSubstr("so"));
}

TEST_F(CommandLine, DirectivesOfTheCore) {
  ExitOutcome outcome = server_.Run({"-L"});
  EXPECT_EQ(outcome.status, 0);
  for (const char* name : {"DocumentRoot", "Listen", "LoadModule", "ServerName"}) {
    EXPECT_THAT(outcome.output, HasSubstr(name));
  }
}

TEST_F(CommandLine, LoadedModulesAndVirtualHosts) {
  server_.extra =
      "<VirtualHost *:80>\nServerName one.example\nServerAlias uno.example\n"
      "</VirtualHost>\n";
  server_.WriteConfig();
  ExitOutcome modules = Httpd({"-M"});
  EXPECT_EQ(modules.status, 0) << modules.output;
  EXPECT_THAT(modules.output, HasSubstr("mime_module"));
  EXPECT_THAT(modules.output, HasSubstr("dir_module"));
  ExitOutcome hosts = Httpd({"-S"});
  EXPECT_EQ(hosts.status, 0) << hosts.output;
  EXPECT_THAT(hosts.output, HasSubstr("one.example"));
}

TEST_F(CommandLine, HelpNamesEveryOption) {
  ExitOutcome outcome = server_.Run({"-h"});
  EXPECT_EQ(outcome.status, 0);
  for (const char* option : {"-t", "-f", "-d", "-D", "-v", "-V", "-l", "-L", "-M", "-S", "-h", "-X",
                             "-F", "-k", "-C", "-c"}) {
    EXPECT_THAT(outcome.output, HasSubstr(option));
  }
}

TEST_F(CommandLine, AnUnknownOptionIsRefusedWithAFix) {
  ExitOutcome outcome = server_.Run({"-Z"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("-Z"));
  EXPECT_THAT(outcome.output, HasSubstr("fix:"));
  ExitOutcome verb = server_.Run({"-k", "explode"});
  EXPECT_EQ(verb.status, 1);
  EXPECT_THAT(verb.output, HasSubstr("explode"));
  EXPECT_THAT(verb.output, HasSubstr("graceful-stop"));
}

TEST_F(CommandLine, CheckingAGoodConfigurationSaysSo) {
  ExitOutcome outcome = Check("");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("Syntax OK"));
}

TEST_F(CommandLine, CheckingCreatesBindsAndAppendsNothing) {
  server_.modules = {"mime", "dir", "log_config"};
  server_.extra = "CustomLog logs/access.log \"%r\"\n";
  server_.listen = "127.0.0.1:1";  // binding it would fail as an ordinary user
  server_.WriteConfig();
  std::vector<std::string> before = Tree();
  ExitOutcome outcome = Httpd({"-t"});
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_EQ(Tree(), before);
}

TEST_F(CommandLine, CheckingWorksBesideARunningServer) {
  ASSERT_TRUE(server_.Start());
  pid_t generation = server_.GenerationPid();
  EXPECT_EQ(Httpd({"-t"}).status, 0);
  EXPECT_EQ(PidFromFile(), server_.pid());
  EXPECT_EQ(server_.GenerationPid(), generation);
  EXPECT_EQ(Get(server_.port(), "/1k.txt").status, 200);
}

// file:line:column, the line itself, a caret under the place, and a fix.
void ExpectDiagnostic(const std::string& output, int line, const std::string& source,
                      const std::string& named) {
  EXPECT_THAT(output, HasSubstr("httpd.conf:" + std::to_string(line) + ":"));
  EXPECT_THAT(output, HasSubstr(source));
  EXPECT_THAT(output, HasSubstr("^"));
  EXPECT_THAT(output, HasSubstr(named));
  EXPECT_THAT(output, HasSubstr("fix:"));
}

int LastLine(const std::string& text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n')) - 1;
}

TEST_F(CommandLine, AnUnknownDirectiveIsShownWithItsPlaceAndACloseSpelling) {
  ExitOutcome outcome = Check("DocumentRot /tmp\n");
  EXPECT_EQ(outcome.status, 1);
  ExpectDiagnostic(outcome.output, LastLine(server_.ConfigText()), "DocumentRot /tmp",
                   "DocumentRoot");
}

TEST_F(CommandLine, ErrorsOfTheSupervisorAndOfTheGenerationAreShownAtOnce) {
  ExitOutcome outcome = Check("Listen 80800\nKeepAlive perhaps\nDocumentRot /tmp\n");
  EXPECT_EQ(outcome.status, 1);
  for (const char* named : {"80800", "perhaps", "DocumentRot"}) {
    EXPECT_THAT(outcome.output, HasSubstr(named));
  }
  EXPECT_THAT(outcome.output, Not(HasSubstr("Syntax OK")));
}

TEST_F(CommandLine, ABadArgumentIsShownWithItsPlace) {
  ExitOutcome outcome = Check("KeepAlive perhaps\n");
  EXPECT_EQ(outcome.status, 1);
  ExpectDiagnostic(outcome.output, LastLine(server_.ConfigText()), "KeepAlive perhaps", "perhaps");
}

TEST_F(CommandLine, AMissingIncludeIsShownWithItsPlace) {
  ExitOutcome outcome = Check("Include conf/extra/none.conf\n");
  EXPECT_EQ(outcome.status, 1);
  ExpectDiagnostic(outcome.output, LastLine(server_.ConfigText()), "Include conf/extra/none.conf",
                   "none.conf");
}

TEST_F(CommandLine, EveryErrorIsReportedNotTheFirst) {
  ExitOutcome outcome = Check("DocumentRot /tmp\nKeepAlive perhaps\n<Directory>\n</Directory>\n");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("DocumentRot"));
  EXPECT_THAT(outcome.output, HasSubstr("perhaps"));
  EXPECT_THAT(outcome.output, HasSubstr("<Directory>"));
}

TEST_F(CommandLine, AnErrorInAnIncludedFileIsShownThere) {
  server_.Write("conf/extra/part.conf", "# one\nKeepAlive\n");
  ExitOutcome outcome = Check("Include conf/extra/*.conf\n");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("part.conf:2:"));
}

TEST_F(CommandLine, AnUnclosedSectionIsShownWhereItWasOpened) {
  ExitOutcome outcome = Check("<Directory \"/tmp\">\n");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("Directory"));
  EXPECT_THAT(outcome.output,
              HasSubstr("httpd.conf:" + std::to_string(LastLine(server_.ConfigText())) + ":"));
}

TEST_F(CommandLine, AMissingConfigurationIsNamedWithAFix) {
  ExitOutcome outcome = server_.Run({"-d", server_.root(), "-f", "conf/none.conf", "-t"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("conf/none.conf"));
  EXPECT_THAT(outcome.output, HasSubstr("fix:"));
}

TEST_F(CommandLine, DefinesReachTheConfiguration) {
  server_.WriteConfig(server_.ConfigText() + "<IfDefine BROKEN>\nNoSuchThing\n</IfDefine>\n");
  for (const char* module : {"mime", "dir"}) server_.CopyModule(module);
  EXPECT_EQ(Httpd({"-t"}).status, 0);
  EXPECT_EQ(Httpd({"-D", "BROKEN", "-t"}).status, 1);
}

TEST_F(CommandLine, DirectivesFromTheCommandLine) {
  server_.WriteConfig();
  EXPECT_EQ(Httpd({"-c", "NoSuchThing", "-t"}).status, 1);
  EXPECT_EQ(Httpd({"-C", "Define X y", "-c", "ServerName ${X}.example", "-t"}).status, 0);
}

// In the background, as from a shell: start returns when the server serves.
TEST_F(CommandLine, StartReloadAndStopByCommand) {
  server_.WriteConfig();
  ExitOutcome start = Httpd({"-k", "start"});
  ASSERT_TRUE(start.exited) << "start stayed in the foreground";
  ASSERT_EQ(start.status, 0) << start.output << server_.ErrorLog();
  EXPECT_TRUE(WaitForServing());
  EXPECT_EQ(Get(server_.port(), "/1k.txt").status, 200);
  pid_t supervisor = PidFromFile(), generation = server_.GenerationPid();
  ASSERT_GT(supervisor, 1);
  EXPECT_NE(getsid(supervisor), getsid(0)) << "not detached from the session of its starter";

  ExitOutcome again = Httpd({"-k", "start"});
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.output, HasSubstr(std::to_string(supervisor)));

  for (const char* verb : {"graceful", "restart"}) {
    EXPECT_EQ(Httpd({"-k", verb}).status, 0) << verb;
    EXPECT_TRUE(WaitUntil([&] {
      pid_t now = server_.GenerationPid();
      return now > 0 && now != generation;
    })) << verb;
    generation = server_.GenerationPid();
  }
  EXPECT_EQ(PidFromFile(), supervisor);
  EXPECT_EQ(Httpd({"-k", "stop"}).status, 0);
  EXPECT_TRUE(WaitUntil([&] { return !Alive(supervisor); }));
  EXPECT_FALSE(FileExists(server_.Path("run/httpd.pid")));
}

TEST_F(CommandLine, GracefulStopByCommand) {
  server_.WriteConfig();
  ASSERT_EQ(Httpd({"-k", "start"}).status, 0);
  pid_t supervisor = PidFromFile();
  ASSERT_GT(supervisor, 1);
  EXPECT_EQ(Httpd({"-k", "graceful-stop"}).status, 0);
  EXPECT_TRUE(WaitUntil([&] { return !Alive(supervisor); }));
}

TEST_F(CommandLine, StoppingWhatDoesNotRunIsSaid) {
  server_.WriteConfig();
  for (const char* verb : {"stop", "graceful-stop"}) {
    ExitOutcome outcome = Httpd({"-k", verb});
    EXPECT_EQ(outcome.status, 1) << verb;
    EXPECT_THAT(outcome.output, HasSubstr("not running")) << verb;
  }
}

TEST_F(CommandLine, AFailingStartInTheBackgroundIsSeenByItsStarter) {
  server_.extra = "NoSuchDirective\n";
  server_.WriteConfig();
  server_.AllowLog("");
  ExitOutcome outcome = Httpd({"-k", "start"});
  EXPECT_TRUE(outcome.exited);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("NoSuchDirective"));
  EXPECT_FALSE(FileExists(server_.Path("run/httpd.pid")));
}

TEST_F(CommandLine, ForegroundByDefineAsInApache) {
  server_.WriteConfig();
  TestServer* server = &server_;
  server->arguments = {"-D", "FOREGROUND"};
  ASSERT_TRUE(server->Start());
  EXPECT_TRUE(Alive(server->pid()));
}

}  // namespace
}  // namespace httpd::testing
