// SPDX-License-Identifier: Apache-2.0
//
// A module that another one requires is loaded by itself, wherever modules are loaded, with the
// same care as one that has a LoadModule line.

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "integration/module_test.h"

namespace httpd::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Autoload : public ModuleTest {
 protected:
  void SetUp() override {
    server_.modules = {"requires_pad"};
    server_.CopyModule("pad01");
    server_.extra = "ModulePath \"" + server_.Path("libexec") + "\"\nPad01 word\n";
  }
  std::string Required() const { return server_.Path("libexec/mod_pad01.so"); }
};

TEST_F(Autoload, AtStartAndReload) {
  Begin();
  EXPECT_TRUE(server_.WaitForLog("HM-83"));
  const std::string state = ReadFile(server_.StatePath());
  const size_t required = state.find("\"pad01\"");
  ASSERT_NE(required, std::string::npos) << state;
  EXPECT_LT(required, state.find("\"requires_pad\"")) << "loaded before the one that needs it";
  ASSERT_TRUE(server_.Reload().ok);
  EXPECT_NE(ReadFile(server_.StatePath()).find("\"pad01\""), std::string::npos);
  server_.modules = {"pad01", "requires_pad"};
  server_.WriteConfig();
  ASSERT_TRUE(server_.Reload().ok) << "both lines are fine as well";
  server_.modules = {"requires_pad"};
  server_.WriteConfig();
  ASSERT_EQ(unlink(Required().c_str()), 0);
  server_.AllowLog("");
  const ReloadOutcome refused = server_.Reload();
  EXPECT_FALSE(refused.ok);
  EXPECT_THAT(server_.ErrorLog(), HasSubstr("HP-20"));
  EXPECT_EQ(Status("/1k.txt"), 200) << "the old generation goes on";
}

TEST_F(Autoload, InACheck) {
  const ExitOutcome outcome = Check();
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("HM-83"));
  EXPECT_THAT(outcome.output, HasSubstr("conf/httpd.conf:")) << "at the line that requires it";
  const ExitOutcome list = server_.Run({"-d", server_.root(), "-f", "conf/httpd.conf", "-M"});
  EXPECT_THAT(list.output, HasSubstr("pad01_module (shared)"));
}

TEST_F(Autoload, OnlyFromASafePath) {
  ASSERT_EQ(chmod(Required().c_str(), 0757), 0);
  const ExitOutcome outcome = Check();
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.output, HasSubstr("HM-02"));
  EXPECT_THAT(outcome.output, HasSubstr("chmod o-w " + Required()));
}

TEST_F(Autoload, ADamagedOneIsRefusedAsAnyOther) {
  ASSERT_EQ(truncate(Required().c_str(), 3000), 0);
  const ExitOutcome outcome = Check();
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.output, Not(HasSubstr("Syntax OK")));
  EXPECT_THAT(outcome.output, HasSubstr("fix:"));
}

}  // namespace
}  // namespace httpd::testing
