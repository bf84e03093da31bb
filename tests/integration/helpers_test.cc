// SPDX-License-Identifier: Apache-2.0
//
// Processes beside the workers: asked through watched sockets, started again when they die, and
// never alive without their generation.

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "integration/module_test.h"

namespace httpd::testing {
namespace {

using ::testing::HasSubstr;

class Helpers : public ModuleTest {
 protected:
  void SetUp() override {
    server_.modules = {"mime", "dir", "helper"};
    // Every generation tries once what may not be done.
    server_.AllowLog("httpd_helper_add() called by helper");
  }
  // Puts the program where the workers' user can run it.
  std::string Program() {
    server_.Write("bin/helper_program", ReadFile(TestModuleDir() + "/helper_program"));
    std::string path = server_.Path("bin/helper_program");
    chmod(server_.Path("bin").c_str(), 0755);
    chmod(path.c_str(), 0755);
    return path;
  }
  void BeginWithProgram() {
    server_.extra = "HelperProgram \"" + Program() + "\" -end\n";
    Begin();
  }
  // The helper processes below the server, by their titles.
  std::vector<pid_t> Running(std::string_view title) {
    std::vector<pid_t> out;
    for (pid_t pid : Descendants(server_.pid())) {
      if (Title(pid).find(title) != std::string::npos) out.push_back(pid);
    }
    return out;
  }
  pid_t First(std::string_view title) {
    std::vector<pid_t> all = Running(title);
    return all.empty() ? 0 : all.front();
  }
  pid_t Upper() { return First("helper helper/upper"); }
};

TEST_F(Helpers, AFunctionAnswersWhileTheRequestWaits) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  EXPECT_EQ(Body("/helper/upper?abc"), "ABC");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Body("/helper/upper?again"), "AGAIN");
  EXPECT_EQ(Body("/helper/starts"), "upper 1 prog 0");
  EXPECT_TRUE(server_.WaitForLog("the helper listens"));
}

TEST_F(Helpers, AProgramGetsItsSocketAsDescriptorZeroAndItsArguments) {
  ASSERT_NO_FATAL_FAILURE(BeginWithProgram());
  EXPECT_EQ(Body("/helper/prog?abc"), "cba-end");
  EXPECT_EQ(Body("/helper/starts"), "upper 1 prog 1");
}

TEST_F(Helpers, HelpersRunUnprivilegedAndHoldOnlyTheirOwn) {
  ASSERT_NO_FATAL_FAILURE(BeginWithProgram());
  EXPECT_EQ(Body("/helper/prog?abc"), "cba-end");
  const pid_t upper = Upper();
  ASSERT_GT(upper, 0);
  EXPECT_EQ(EffectiveUid(upper), EffectiveUid(server_.WorkerPids()[0]));
  for (pid_t pid : {upper, First("helper_program")}) {
    for (const auto& [fd, target] : Descriptors(pid)) {
      const bool own =
          fd <= 2 || target.ends_with("/logs/error.log") || target.starts_with("socket:");
      EXPECT_TRUE(own) << Title(pid) << ": " << fd << " -> " << target;
    }
    EXPECT_LE(Descriptors(pid).size(), 5u);
  }
  // No name in the file system leads to the sockets.
  for (const auto& entry : std::filesystem::directory_iterator("/tmp")) {
    if (!entry.path().filename().string().starts_with("httpd-helper.")) continue;
    struct stat facts {};
    if (stat(entry.path().c_str(), &facts) != 0) continue;  // of another test, this moment
    EXPECT_EQ(facts.st_mode & 077, 0u) << entry.path();
  }
}

TEST_F(Helpers, OneThatDiesIsNamedAndStartedAgainAndLosesNoConnection) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  server_.AllowLog("HP-60 helper upper of module helper");
  const pid_t first = Upper();
  ASSERT_GT(first, 0);
  ASSERT_TRUE(SendSignal(first, SIGKILL));
  ASSERT_TRUE(WaitUntil([&] { return !Alive(first); }));  // else it may still accept
  EXPECT_EQ(Body("/helper/upper?abc"), "ABC") << "the connection did not wait";
  EXPECT_NE(Upper(), first);
  EXPECT_EQ(Body("/helper/starts"), "upper 2 prog 0");
  EXPECT_TRUE(server_.WaitForLog("HP-60 helper upper of module helper (pid " +
                                 std::to_string(first) + ") died: signal 9"));
}

TEST_F(Helpers, OneThatDiesAgainAndAgainIsStartedLaterAndLater) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  server_.AllowLog("HP-60 helper upper of module helper");
  for (int i = 0; i < 4; ++i) Fetch("/helper/upper?!");
  EXPECT_TRUE(server_.WaitForLog("died: exit status 3; it is started again at once"));
  EXPECT_TRUE(server_.WaitForLog("started again in 100 milliseconds"));
  EXPECT_TRUE(server_.WaitForLog("started again in 200 milliseconds"));
  EXPECT_EQ(Body("/helper/upper?abc"), "ABC");
  EXPECT_EQ(Body("/helper/starts"), "upper 5 prog 0");
}

TEST_F(Helpers, EachGenerationHasItsOwnAndEndsThem) {
  ASSERT_NO_FATAL_FAILURE(BeginWithProgram());
  const pid_t upper = Upper();
  const pid_t program = First("helper_program");
  ASSERT_TRUE(server_.Reload().ok);
  ASSERT_TRUE(server_.WaitUntilDrained());
  EXPECT_TRUE(WaitUntil([&] { return !Alive(upper) && !Alive(program); }));
  EXPECT_EQ(Body("/helper/upper?abc"), "ABC");
  EXPECT_EQ(Body("/helper/prog?abc"), "cba-end");
  EXPECT_EQ(Body("/helper/starts"), "upper 1 prog 1");
}

TEST_F(Helpers, OneThatIsDeafToTheTermSignalIsKilled) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  server_.AllowLog("did not end when asked and was killed");
  EXPECT_EQ(Body("/helper/upper?x"), "X");
  EXPECT_EQ(Body("/helper/upper??"), "?");
  const pid_t upper = Upper();
  ASSERT_TRUE(server_.Reload().ok);
  EXPECT_TRUE(WaitUntil([&] { return !Alive(upper); }));
  EXPECT_TRUE(server_.WaitForLog("did not end when asked and was killed"));
}

TEST_F(Helpers, TheDeathOfTheGenerationEndsThem) {
  ASSERT_NO_FATAL_FAILURE(BeginWithProgram());
  server_.AllowLog("died: signal 9");
  server_.AllowLog("is gone");
  const pid_t upper = Upper();
  const pid_t program = First("helper_program");
  const pid_t generation = server_.GenerationPid();
  ASSERT_TRUE(SendSignal(generation, SIGKILL));
  EXPECT_TRUE(WaitUntil([&] { return !Alive(upper) && !Alive(program); }));
  ASSERT_TRUE(WaitUntil([&] {
    return server_.GenerationPid() != generation && server_.State()["state"].String() == "serving";
  }));
  EXPECT_EQ(Body("/helper/upper?abc"), "ABC");
}

TEST_F(Helpers, TheDeathOfTheSupervisorEndsThem) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  server_.AllowLog("the supervisor is gone");
  const pid_t upper = Upper();
  ASSERT_GT(upper, 0);
  ASSERT_TRUE(SendSignal(server_.pid(), SIGKILL));
  EXPECT_TRUE(WaitUntil([&] { return !Alive(upper); }));
  server_.WaitForExit();
}

TEST_F(Helpers, ACheckStartsNothing) {
  EXPECT_EQ(Check().status, 0);
  EXPECT_THAT(server_.ErrorLog(), ::testing::Not(HasSubstr("the helper listens")));
}

TEST_F(Helpers, AProgramThatIsMissingOrNotExecutableIsRefusedInWords) {
  server_.extra = "HelperProgram /nowhere/at/all\n";
  ExitOutcome outcome = Check();
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.output, HasSubstr("/nowhere/at/all: No such file or directory [HS-81]"));
  EXPECT_THAT(outcome.output, HasSubstr("install the program"));
  const std::string path = Program();
  chmod(path.c_str(), 0644);
  server_.extra = "HelperProgram \"" + path + "\"\n";
  outcome = Check();
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.output, HasSubstr("is not executable"));
  EXPECT_THAT(outcome.output, HasSubstr("chmod a+x " + path));
}

TEST_F(Helpers, MisuseIsAnswered) {
  server_.workers = 1;
  ASSERT_NO_FATAL_FAILURE(Begin());
  server_.AllowLog("httpd_helper_connect() called by helper");
  server_.AllowLog("httpd_helper_starts() called by helper");
  EXPECT_EQ(Body("/helper/misuse"),
            "twice -25\nname -16\nneither -16\nmissing -20\nrelative -16\nfolder -20\nflags -18\n"
            "no module -16\nno options -16\nno place -16\nlate -19\nconnect null -16\n"
            "connect nobody -16\nstarts null 0\n");
}

}  // namespace
}  // namespace httpd::testing
