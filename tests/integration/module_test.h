// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>

#include <string>
#include <string_view>

#include "integration/server_fixture.h"

namespace httpd::testing {

// What the modules' tests have in common: a server with one configuration, asked many times.
class ModuleTest : public ServerTest {
 protected:
  void Begin() {
    ASSERT_TRUE(server_.Start());
    port_ = server_.port();
  }
  Answer Fetch(std::string_view target, std::string_view fields = "") {
    return Get(port_, target, fields);
  }
  int Status(std::string_view target) { return Fetch(target).status; }
  std::string Location(std::string_view target) { return Fetch(target).Field("Location"); }
  std::string Body(std::string_view target) { return Fetch(target).body; }

  // What httpd -t says about the settings of server_ so far.
  ExitOutcome Check() {
    server_.WriteConfig();
    return server_.Run({"-d", server_.root(), "-f", "conf/httpd.conf", "-t"});
  }
  // The configuration with `line` in it is refused, and these texts are said.
  void ExpectRefused(const std::string& line, std::string_view message, std::string_view fix = "") {
    server_.extra = line;
    const ExitOutcome outcome = Check();
    EXPECT_NE(outcome.status, 0) << line;
    EXPECT_THAT(outcome.output, ::testing::HasSubstr(std::string(message))) << line;
    EXPECT_THAT(outcome.output, ::testing::HasSubstr(std::string(fix))) << line;
    EXPECT_THAT(outcome.output, ::testing::HasSubstr("conf/httpd.conf:")) << line;
  }
  // The configuration with `line` in it is accepted with this warning.
  void ExpectWarned(const std::string& line, std::string_view message) {
    server_.extra = line;
    const ExitOutcome outcome = Check();
    EXPECT_EQ(outcome.status, 0) << line << "\n" << outcome.output;
    EXPECT_THAT(outcome.output, ::testing::HasSubstr(std::string(message))) << line;
  }

  uint16_t port_ = 0;
};

}  // namespace httpd::testing
