// SPDX-License-Identifier: Apache-2.0
//
// Calls that no module may make, made by tests/modules/misuse.cc: each is answered with an error
// code and a line that names module and function, and the server goes on serving.
#include "include/httpd/types.h"
#include "integration/module_test.h"

namespace httpd::testing {
namespace {

using ::testing::HasSubstr;

class Misuse : public ModuleTest {
 protected:
  Misuse() {
    server_.modules = {"misuse"};
    server_.workers = 1;
    server_.AllowLog("[HS-");  // each test says which line it expects
  }
  // The line that holds `text`; it must name the module.
  void ExpectLine(const std::string& text) {
    EXPECT_TRUE(server_.WaitForLog(text)) << text << "\n" << server_.ErrorLog();
    EXPECT_THAT(server_.LogLine(text), HasSubstr("misuse"));
  }
  void ExpectStillServing() {
    EXPECT_EQ(Body("/1k.txt"), std::string(1024, 'k'));
    EXPECT_EQ(server_.GenerationId(), 1);
    EXPECT_THAT(server_.ErrorLog(), ::testing::Not(HasSubstr("[HP-32]"))) << "no worker died";
  }
};

TEST_F(Misuse, ANullHandle) {
  Begin();
  EXPECT_EQ(Body("/misuse/null"), std::to_string(HTTPD_ERR_INVALID));
  ExpectLine("httpd_response_set_status() called by misuse: the handle is NULL");
  ExpectStillServing();
}

TEST_F(Misuse, AnArgumentThatCannotBe) {
  Begin();
  EXPECT_EQ(Body("/misuse/argument"), std::to_string(HTTPD_ERR_INVALID));
  ExpectLine("httpd_response_set_status() called by misuse: the status is not between");
  ExpectStillServing();
}

TEST_F(Misuse, AHandleOfAnEndedRequest) {
  Begin();
  Wire waiting(port_);
  ASSERT_TRUE(waiting.Send(Request("GET", "/misuse/wait")));
  EXPECT_EQ(Body("/misuse/remember"), "remembered");
  EXPECT_EQ(Body("/misuse/release"), "0");
  EXPECT_EQ(waiting.Read().status, 204);
  ExpectLine("httpd_response_set_status() called by misuse: the request has ended");
  ExpectLine("httpd_request_method() called by misuse: the request has ended");
  EXPECT_THAT(server_.LogLine("httpd_request_method()"), HasSubstr("HS-31"));
  ExpectStillServing();
}

TEST_F(Misuse, WritingBehindTheEnd) {
  Begin();
  const Answer late = Fetch("/misuse/late");
  EXPECT_EQ(late.body, "late");
  EXPECT_FALSE(late.Has("X-Late"));
  ExpectLine("httpd_response_write() called by misuse: the response is complete");
  ExpectLine("httpd_response_set_header() called by misuse: the head was sent");
  EXPECT_THAT(server_.LogLine("httpd_response_write()"), HasSubstr("HS-32"));
  ExpectStillServing();
}

TEST_F(Misuse, AHookEnteredTooLate) {
  Begin();
  EXPECT_EQ(Body("/misuse/hook"), std::to_string(HTTPD_ERR_STATE));
  ExpectLine("httpd_hook_request() called by misuse: hooks are entered in the register function");
  ExpectStillServing();
}

TEST_F(Misuse, ACallFromAnotherThread) {
  SKIP_UNLESS_FAULTS();
  Begin();
  EXPECT_EQ(Body("/misuse/thread"), std::to_string(HTTPD_ERR_THREAD));
  EXPECT_TRUE(server_.WaitForLog("httpd_response_set_status() called by a thread of a module"));
  EXPECT_THAT(server_.LogLine("a thread of a module"), HasSubstr("HS-33"));
  ExpectStillServing();
}

TEST_F(Misuse, SuspendedWithoutAToken) {
  Begin();
  EXPECT_EQ(Status("/misuse/no-token"), 500);
  ExpectLine("[HS-01]");
  ExpectStillServing();
}

TEST_F(Misuse, AHookThatThrows) {
  Begin();
  EXPECT_EQ(Status("/misuse/throw"), 500);
  ExpectLine("[HS-02]");
  ExpectStillServing();
}

TEST_F(Misuse, ALogHookThatThrows) {
  Begin();
  EXPECT_EQ(Status("/misuse/throw-late"), 404);
  ExpectLine("[HS-02]");
  ExpectStillServing();
}

TEST_F(Misuse, ABodyReaderThatThrows) {
  Begin();
  Wire wire(port_);
  EXPECT_EQ(wire.Ask(Request("POST", "/misuse/reader", "Content-Length: 4\r\n", "body")).status,
            500);
  ExpectLine("a C++ exception left a body reader");
  ExpectStillServing();
}

TEST_F(Misuse, ACancelCallbackThatThrows) {
  Begin();
  {
    Wire leaving(port_);
    ASSERT_TRUE(leaving.Send(Request("GET", "/misuse/cancel")));
    ASSERT_EQ(Status("/1k.txt"), 200);  // one worker: the other request waits by now
  }
  ExpectLine("a C++ exception left a cancel");
  ExpectStillServing();
}

TEST_F(Misuse, MoreMemoryThanAPoolMayHold) {
  Begin();
  EXPECT_EQ(Body("/misuse/memory"), "none");
  ExpectStillServing();
}

TEST_F(Misuse, ADirectiveThatThrows) {
  server_.extra = "Misuse throw\n";
  const ExitOutcome outcome = Check();
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.output, HasSubstr("Misuse"));
  EXPECT_THAT(outcome.output, HasSubstr("exception"));
  EXPECT_THAT(outcome.output, HasSubstr("conf/httpd.conf:"));
}

}  // namespace
}  // namespace httpd::testing
