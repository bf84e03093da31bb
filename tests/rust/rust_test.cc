// SPDX-License-Identifier: Apache-2.0
//
// The module in Rust (rusty.rs) in the running server: an answer to AUTHENTICATE from another
// thread, and a filter in each direction.
#include <unistd.h>

#include "integration/module_test.h"

namespace httpd::testing {
namespace {

using ::testing::HasSubstr;

class Rust : public ModuleTest {
 protected:
  void SetUp() override {
    if (access((TestModuleDir() + "/mod_rusty.so").c_str(), R_OK) != 0) {
      GTEST_SKIP() << "rustc is missing: the module was not built";
    }
    server_.modules = {"rusty", "echo"};
  }
};

TEST_F(Rust, RegistersAndLogs) {
  Begin();
  EXPECT_TRUE(server_.WaitForLog("registered from Rust"));
  EXPECT_EQ(Body("/1k.txt"), std::string(1024, 'k'));
}

TEST_F(Rust, AnswersAuthenticateFromItsThread) {
  server_.extra =
      "<Location \"/1k.txt\">\nAuthType Basic\nAuthName crabs\n"
      "Require valid-user\n</Location>\n";
  Begin();
  EXPECT_EQ(Status("/1k.txt"), 401);
  const Answer known = Fetch("/1k.txt", "Authorization: Basic ZmVycmlzOmNyYWI=\r\n");
  EXPECT_EQ(known.status, 200);
  EXPECT_EQ(known.body, std::string(1024, 'k'));
  EXPECT_EQ(Fetch("/1k.txt", "Authorization: Basic ZmVycmlzOmNyYWM=\r\n").status, 401);
}

TEST_F(Rust, TheClientLeavesMeanwhile) {
  server_.extra = "<Location \"/1k.txt\">\nRequire valid-user\n</Location>\n";
  Begin();
  for (int i = 0; i < 20; ++i) {
    Wire leaving(port_);
    ASSERT_TRUE(
        leaving.Send(Request("GET", "/1k.txt", "Authorization: Basic ZmVycmlzOmNyYWI=\r\n")));
  }
  EXPECT_EQ(Fetch("/1k.txt", "Authorization: Basic ZmVycmlzOmNyYWI=\r\n").status, 200);
}

TEST_F(Rust, FiltersAResponse) {
  Begin();
  EXPECT_EQ(Body("/1k.txt?out"), std::string(1024, 'x'));
  EXPECT_EQ(Body("/1k.txt"), std::string(1024, 'k'));
}

TEST_F(Rust, FiltersARequest) {
  Begin();
  Wire wire(port_);
  const std::string body(100000, 'a');
  const std::string length = "Content-Length: 100000\r\n";
  EXPECT_EQ(wire.Ask(Request("POST", "/echo?in", length, body)).body, std::string(100000, 'n'));
  EXPECT_EQ(wire.Ask(Request("POST", "/echo?out", length, body)).body, std::string(100000, 'n'));
  EXPECT_EQ(wire.Ask(Request("POST", "/echo", length, body)).body, body);
}

TEST_F(Rust, ADrainingGenerationEndsItsThread) {
  Begin();
  ASSERT_TRUE(server_.Reload().ok);
  EXPECT_TRUE(server_.WaitUntilDrained());
  EXPECT_EQ(Body("/1k.txt?out"), std::string(1024, 'x'));
}

}  // namespace
}  // namespace httpd::testing
