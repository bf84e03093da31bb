// SPDX-License-Identifier: Apache-2.0
//
// Idle connections that change the generation: the client notices nothing, and what modules keep
// on them goes along.

#include <gmock/gmock.h>
#include <signal.h>

#include <memory>

#include "integration/module_test.h"

namespace httpd::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kAsk[] = "GET /handover HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr char kFile[] = "GET /1k.txt HTTP/1.1\r\nHost: localhost\r\n\r\n";

class HandoverTest : public ModuleTest {
 protected:
  void BeginWithModule() {
    server_.modules = {"mime", "dir", "handover"};
    Begin();
  }
  bool SwapAndDrain() { return server_.Reload().ok && server_.WaitUntilDrained(); }
  std::string Hooks() { return Body("/handover/hooks"); }
};

TEST_F(HandoverTest, AHundredIdleConnectionsAreServedByTheNewGeneration) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  std::vector<std::unique_ptr<Wire>> wires;
  for (int i = 0; i < 100; ++i) {
    wires.push_back(std::make_unique<Wire>(port_));
    ASSERT_EQ(wires.back()->Ask(kFile).status, 200);
  }
  // The old generation ends although no client has asked again or closed: nothing is left there.
  ASSERT_TRUE(SwapAndDrain());
  for (auto& wire : wires) {
    Answer answer = wire->Ask(kFile);
    ASSERT_EQ(answer.status, 200);
    EXPECT_NE(answer.Field("Connection"), "close");
    EXPECT_FALSE(wire->reset());
  }
  ASSERT_TRUE(SwapAndDrain());
  for (auto& wire : wires) EXPECT_EQ(wire->Ask(kFile).status, 200);
}

TEST_F(HandoverTest, MoreThanTheQueueHoldsMoveToo) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  std::vector<std::unique_ptr<Wire>> wires;
  for (int i = 0; i < 700; ++i) {
    wires.push_back(std::make_unique<Wire>(port_));
    ASSERT_EQ(wires.back()->Ask(kFile).status, 200);
  }
  ASSERT_TRUE(SwapAndDrain());
  for (auto& wire : wires) ASSERT_EQ(wire->Ask(kFile).status, 200);
}

TEST_F(HandoverTest, StateGoesAlongAndTheHooksAreTheRightOnes) {
  server_.workers = 1;
  ASSERT_NO_FATAL_FAILURE(BeginWithModule());
  Wire wire(port_);
  EXPECT_EQ(wire.Ask(kAsk).body, "count 1 generation 1");
  EXPECT_EQ(wire.Ask(kAsk).body, "count 2 generation 1");
  ASSERT_TRUE(SwapAndDrain());
  EXPECT_EQ(wire.Ask(kAsk).body, "count 3 generation 2");
  ASSERT_TRUE(SwapAndDrain());
  EXPECT_EQ(wire.Ask(kAsk).body, "count 4 generation 3");
  // In this generation: the connection came by import, the one that asks now by open.
  EXPECT_THAT(Hooks(), HasSubstr("opened 1 closed 0 exported 0 imported 1"));
}

TEST_F(HandoverTest, ABusyConnectionIsFinishedByTheOldGeneration) {
  std::string big(16u << 20, 'b');
  server_.Write("htdocs/big.bin", big);
  ASSERT_NO_FATAL_FAILURE(Begin());
  Wire wire(port_);
  ASSERT_TRUE(wire.Send("GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  Wire half(port_);
  ASSERT_EQ(half.Ask(kFile).status, 200);
  ASSERT_TRUE(half.Send("GET /1k.txt HTTP/1.1\r\nHo"));
  // What arrives half may be read before or behind the swap; it is answered in either case.
  ASSERT_TRUE(server_.Reload().ok);
  EXPECT_EQ(wire.Read().body.size(), big.size());
  EXPECT_EQ(half.Ask("st: localhost\r\n\r\n").status, 200);
}

TEST_F(HandoverTest, AModuleMayKeepAConnection) {
  ASSERT_NO_FATAL_FAILURE(BeginWithModule());
  Wire wire(port_);
  ASSERT_EQ(wire.Ask("GET /handover/stay HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 200);
  ASSERT_TRUE(server_.Reload().ok);
  // The old generation learns of the swap a moment behind the new one's start.
  for (int count = 2;; ++count) {
    ASSERT_LT(count, 100000);
    const Answer answer = wire.Ask(kAsk);
    ASSERT_EQ(answer.body, "count " + std::to_string(count) + " generation 1");
    if (answer.Field("Connection") == "close") break;
  }
  EXPECT_TRUE(server_.WaitUntilDrained());
}

TEST_F(HandoverTest, StateBeyondTheLimitIsRefusedAndTheRestMoves) {
  ASSERT_NO_FATAL_FAILURE(BeginWithModule());
  server_.AllowLog("the states of a connection are beyond 1 KiB");
  Wire wire(port_);
  ASSERT_EQ(wire.Ask("GET /handover/large HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 200);
  ASSERT_TRUE(SwapAndDrain());
  EXPECT_EQ(wire.Ask(kAsk).body, "count 2 generation 2");
}

TEST_F(HandoverTest, AnImportThatFailsClosesTheConnection) {
  ASSERT_NO_FATAL_FAILURE(BeginWithModule());
  Wire wire(port_);
  ASSERT_EQ(wire.Ask(kAsk).status, 200);
  server_.extra = "HandoverRefuse import\n";
  server_.WriteConfig();
  ASSERT_TRUE(server_.Reload().ok);
  EXPECT_TRUE(wire.AtEnd());
}

TEST_F(HandoverTest, AConnectionThatNeverAskedMovesToo) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  Wire wire(port_);
  ASSERT_TRUE(WaitUntil([&] {
    for (pid_t worker : server_.WorkerPids()) {
      if (ClientPorts(worker).contains(wire.local_port())) return true;
    }
    return false;
  }));
  ASSERT_TRUE(SwapAndDrain());
  EXPECT_EQ(wire.Ask(kFile).status, 200);
}

TEST_F(HandoverTest, ARestartMovesWhatIsIdleToo) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  Wire wire(port_);
  ASSERT_EQ(wire.Ask(kFile).status, 200);
  ASSERT_TRUE(server_.Reload(SIGHUP).ok);
  ASSERT_TRUE(server_.WaitUntilDrained());
  EXPECT_EQ(wire.Ask(kFile).status, 200);
}

TEST_F(HandoverTest, MisuseIsAnswered) {
  ASSERT_NO_FATAL_FAILURE(BeginWithModule());
  server_.AllowLog("httpd_connection_export() called by handover");
  server_.AllowLog("httpd_connection_import() called by handover");
  EXPECT_EQ(Body("/handover/misuse"),
            "export now -19\nimport now 1\nexport null -16\nimport null 1\n");
}

}  // namespace
}  // namespace httpd::testing
