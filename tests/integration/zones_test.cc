// SPDX-License-Identifier: Apache-2.0
//
// Memory that outlives generations: the same key is the same memory, another layout is migrated,
// a refused configuration leaves everything as it was, and a lock survives its holder.

#include <gmock/gmock.h>
#include <signal.h>

#include "integration/module_test.h"

namespace httpd::testing {
namespace {

using ::testing::HasSubstr;

class Zones : public ModuleTest {
 protected:
  void SetUp() override {
    server_.modules = {"mime", "dir", "zone"};
    server_.workers = 2;
    // Every generation asks once for each thing that may not be asked for.
    server_.AllowLog("httpd_zone_open() called by zone");
  }
  ReloadOutcome ReloadWith(const std::string& extra) {
    server_.extra = extra;
    server_.WriteConfig();
    return server_.Reload();
  }
  std::string Count() {
    std::string body = Body("/zone");
    return body.substr(0, body.find(' '));
  }
  // The zones that a process holds as descriptors.
  size_t ZoneDescriptors(pid_t pid) {
    size_t count = 0;
    for (const auto& [fd, target] : Descriptors(pid)) count += target.starts_with("/memfd:httpd-");
    return count;
  }
};

TEST_F(Zones, AllWorkersCountInTheSameMemoryWithoutDescriptors) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  for (int i = 1; i <= 20; ++i) EXPECT_EQ(Count(), std::to_string(1000 + i));
  EXPECT_EQ(ZoneDescriptors(server_.pid()), 1u);
  EXPECT_EQ(ZoneDescriptors(server_.GenerationPid()), 0u);
  for (pid_t worker : server_.WorkerPids()) EXPECT_EQ(ZoneDescriptors(worker), 0u);
  EXPECT_THAT(Body("/zone/peek"), HasSubstr("locked size 4096"));
}

TEST_F(Zones, TheSameLayoutIsSharedAcrossASwap) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  EXPECT_EQ(Count(), "1001");
  ASSERT_TRUE(server_.Reload().ok);
  ASSERT_TRUE(server_.WaitUntilDrained());
  EXPECT_EQ(Count(), "1002");
  EXPECT_EQ(ZoneDescriptors(server_.pid()), 1u);
}

TEST_F(Zones, AnotherLayoutIsMigratedAndTheOldMemoryGoes) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  EXPECT_EQ(Count(), "1001");
  ASSERT_TRUE(ReloadWith("ZoneLayout 2\n").ok);
  ASSERT_TRUE(server_.WaitUntilDrained());
  EXPECT_EQ(Body("/zone"), "1002 locked size 8192 migrated 1");
  EXPECT_TRUE(WaitUntil([&] { return ZoneDescriptors(server_.pid()) == 1; }))
      << "the old generation's zone is kept";
  ASSERT_TRUE(ReloadWith("").ok);
  ASSERT_TRUE(server_.WaitUntilDrained());
  EXPECT_EQ(Count(), "1003");
}

TEST_F(Zones, ARefusedGenerationLeavesTheZoneAsItWas) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  EXPECT_EQ(Count(), "1001");
  server_.AllowLog("core:error");  // the refusal, in several lines
  EXPECT_FALSE(ReloadWith("ZoneLayout 2\nZoneRefuse later\n").ok);
  EXPECT_EQ(Count(), "1002");
  EXPECT_TRUE(WaitUntil([&] { return ZoneDescriptors(server_.pid()) == 1; }))
      << "the refused generation's zone is kept";
  // And the next one migrates from what serves, not from what was refused.
  ASSERT_TRUE(ReloadWith("ZoneLayout 2\n").ok);
  ASSERT_TRUE(server_.WaitUntilDrained());
  EXPECT_EQ(Count(), "1003");
}

TEST_F(Zones, AnInitThatFailsRefusesTheConfigurationInWords) {
  ExpectRefused("ZoneRefuse init\n", "module zone did not fill zone counter [HS-80]",
                "remove ZoneRefuseInit");
}

TEST_F(Zones, MoreThanTheMachineHasIsRefusedInWords) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  server_.AllowLog("core:error");  // the refusal, in several lines
  ReloadOutcome outcome = ReloadWith("ZoneBytes 1099511627776\n");
  EXPECT_FALSE(outcome.ok);
  EXPECT_THAT(outcome.error, HasSubstr("HP-63"));
  EXPECT_TRUE(server_.WaitForLog("no more than the machine's memory"));
  EXPECT_EQ(Count(), "1001");
}

TEST_F(Zones, ACheckFillsPrivateMemoryAndTouchesNothing) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  EXPECT_EQ(Count(), "1001");
  EXPECT_EQ(Check().status, 0);
  EXPECT_EQ(Count(), "1002");
}

TEST_F(Zones, TheNextOneLearnsThatTheHolderDied) {
  server_.workers = 1;
  ASSERT_NO_FATAL_FAILURE(Begin());
  server_.AllowLog("died: signal 9");
  EXPECT_EQ(Count(), "1001");
  Fetch("/zone/die");
  std::string body;
  ASSERT_TRUE(WaitUntil([&] { return !(body = Body("/zone")).empty(); }));
  EXPECT_THAT(body, HasSubstr("1002 mended"));
  EXPECT_THAT(Body("/zone"), HasSubstr("1003 locked"));
}

TEST_F(Zones, AReplacedGenerationHasTheSameMemory) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  EXPECT_EQ(Count(), "1001");
  server_.AllowLog("died: signal 9");
  server_.AllowLog("end of file");
  const pid_t generation = server_.GenerationPid();
  ASSERT_TRUE(SendSignal(generation, SIGKILL));
  ASSERT_TRUE(WaitUntil([&] {
    const pid_t now = server_.GenerationPid();
    return now > 0 && now != generation && server_.State()["state"].String() == "serving";
  }));
  EXPECT_EQ(Count(), "1002");
}

TEST_F(Zones, MisuseIsAnswered) {
  server_.workers = 1;
  ASSERT_NO_FATAL_FAILURE(Begin());
  server_.AllowLog("httpd_zone_lock() called by zone");
  server_.AllowLog("httpd_zone_unlock() called by");
  server_.AllowLog("httpd_zone_memory() called by zone");
  server_.AllowLog("httpd_zone_size() called by zone");
  EXPECT_EQ(Body("/zone/misuse"),
            "early -19\ntwice -25\nname -16\nbytes -16\ntoo large -16\nno module -16\n"
            "no options -16\nno place -16\nlate -19\nunlock unlocked -19\nlock 0\nlock twice -16\n"
            "unlock elsewhere -19\nlock elsewhere -27\nunlock 0\nlock null -16\nunlock null -16\n"
            "memory null 1\nsize null 0\n");
  EXPECT_TRUE(server_.WaitForLog("the module has a zone of that name; it answered"));
}

}  // namespace
}  // namespace httpd::testing
