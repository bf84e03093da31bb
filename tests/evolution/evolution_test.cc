// SPDX-License-Identifier: Apache-2.0
//
// Modules of another age in the running server: what was built with older headers serves, what was
// built with newer ones serves as long as it needs nothing that is not there, and is refused by
// name otherwise. The headers are made from the real ones by age.awk.
#include "integration/module_test.h"

namespace httpd::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr milliseconds kSoon{2000};  // the lines are there once a request was answered

class Evolution : public ModuleTest {
 protected:
  void Use(const char* module) { server_.modules = {module}; }
  void Configure() {
    server_.extra =
        "AgedFirst server\nAgedSecond server\n"
        "<Location \"/aged\">\nSetHandler aged\nAgedSecond location\n</Location>\n";
  }
  void ExpectServes(const char* module) {
    Use(module);
    Configure();
    Begin();
    EXPECT_EQ(Body("/aged"), "server location");
    EXPECT_EQ(Body("/1k.txt"), std::string(1024, 'k'));
  }
  std::string Refusal(const char* module) {
    Use(module);
    Configure();
    const ExitOutcome outcome = Check();
    EXPECT_NE(outcome.status, 0) << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr("fix: "));
    return outcome.output;
  }
};

TEST_F(Evolution, AnOlderModuleServes) { ExpectServes("age_older"); }

TEST_F(Evolution, TheShortestRecordIsRead) {
  Use("age_oldest");
  ExpectWarned("OldestSays x", "the oldest module was here");
}

TEST_F(Evolution, ANewerModuleServesWhenItNeedsNothingNew) { ExpectServes("age_newer"); }

TEST_F(Evolution, ANewFunctionRefusesByItsName) {
  const std::string refusal = Refusal("age_future");
  EXPECT_THAT(refusal, HasSubstr("needs core ≥ 1.1 (uses httpd_request_future)"));
  EXPECT_THAT(refusal, HasSubstr("HM-26"));
  EXPECT_THAT(refusal, Not(HasSubstr("HM-41"))) << "found out before any code was mapped";
}

TEST_F(Evolution, ANewFieldOfTheRecordRefuses) {
  const std::string refusal = Refusal("age_record");
  EXPECT_THAT(refusal, HasSubstr("HM-50"));
  EXPECT_THAT(refusal, HasSubstr("of httpd_module (ABI 1.2)"));
}

TEST_F(Evolution, ANewFieldOfADirectiveRefuses) {
  const std::string refusal = Refusal("age_directive");
  EXPECT_THAT(refusal, HasSubstr("HM-52"));
  EXPECT_THAT(refusal, HasSubstr("AgedFirst"));
  EXPECT_THAT(refusal, HasSubstr("of httpd_directive"));
}

TEST_F(Evolution, ANewFieldOfTheOptionsRefuses) {
  const std::string refusal = Refusal("age_options");
  EXPECT_THAT(refusal, HasSubstr("HM-53"));
  EXPECT_THAT(refusal, HasSubstr("httpd_hook_options sets the field at byte"));
}

// Every struct that has a size, given with a field this server does not know.
TEST_F(Evolution, ANewFieldOfAnyStructIsRefusedByName) {
  Use("age_structs");
  server_.workers = 1;
  server_.AllowLog("sets the field at byte");
  Begin();
  EXPECT_EQ(Body("/1k.txt"), std::string(1024, 'k'));
  for (const std::string name :
       {"httpd_filter_options", "httpd_authz_provider", "httpd_authn_provider",
        "httpd_variable_options", "httpd_metric_options", "httpd_protocol", "httpd_helper_options",
        "httpd_zone_options", "httpd_timer_options", "httpd_watch_options", "httpd_task_options",
        "httpd_layer_table", "httpd_preface_options", "httpd_subrequest_options"}) {
    EXPECT_TRUE(server_.WaitForLog(name + " refused", kSoon)) << name;
    EXPECT_THAT(server_.LogLine(name + " sets the field at byte"), HasSubstr("age_structs"));
  }
  EXPECT_THAT(server_.ErrorLog(), Not(HasSubstr("TAKEN")));
}

}  // namespace
}  // namespace httpd::testing
