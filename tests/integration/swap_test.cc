// SPDX-License-Identifier: Apache-2.0
//
// The promise of the whole architecture: a change of generations loses no request. Under load on
// kept-alive connections, counted per connection.

#include <gmock/gmock.h>
#include <signal.h>

#include "integration/background_load.h"
#include "integration/server_fixture.h"

namespace httpd::testing {
namespace {

class Swap : public ServerTest {
 protected:
  void SwapUnderLoad(int swaps, int connections, int pipeline, milliseconds think) {
    ASSERT_TRUE(server_.Start());
    BackgroundLoad load(server_.port(), connections, pipeline);
    load.options().think_time = think;
    ASSERT_TRUE(load.Begin());
    for (int i = 0; i < swaps; ++i) {
      ReloadOutcome outcome = server_.Reload();
      ASSERT_TRUE(outcome.ok) << "swap " << i << ": " << outcome.error << server_.ErrorLog();
      ASSERT_TRUE(load.WaitForMore(static_cast<uint64_t>(connections)))
          << "no answers after swap " << i;
    }
    EXPECT_TRUE(server_.WaitUntilDrained());
    const load::Report& report = load.End();
    EXPECT_EQ(report.total.resets, 0u);
    EXPECT_EQ(report.total.short_bodies, 0u);
    EXPECT_EQ(report.total.unanswered, 0u);
    EXPECT_EQ(report.total.Errors(), 0u) << report.ToText();
    EXPECT_EQ(server_.GenerationId(), swaps + 1);
    RecordProperty("answered", std::to_string(report.total.answered));
  }
};

TEST_F(Swap, AHundredGracefulSwapsUnderLoadLoseNothing) {
  SwapUnderLoad(100, 32, 1, milliseconds(0));
}

TEST_F(Swap, PipelinedRequestsSurviveSwaps) { SwapUnderLoad(10, 16, 8, milliseconds(0)); }

// Connections that are idle when the swap comes: each may be closed with an announcement or kept,
// but a request that meets the swap must be answered.
TEST_F(Swap, ConnectionsThatPauseSurviveSwaps) { SwapUnderLoad(10, 32, 1, milliseconds(7)); }

TEST_F(Swap, NewConnectionsDuringSwapsAreAnswered) {
  ASSERT_TRUE(server_.Start());
  BackgroundLoad load(server_.port(), 16);
  load.options().extra_fields = "Connection: close\r\n";
  ASSERT_TRUE(load.Begin());
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(server_.Reload().ok);
    ASSERT_TRUE(load.WaitForMore(50));
  }
  const load::Report& report = load.End();
  EXPECT_EQ(report.total.Errors(), 0u) << report.ToText();
}

TEST_F(Swap, ADownloadInProgressIsFinishedByTheOldGeneration) {
  std::string big(16u << 20, 'b');
  server_.Write("htdocs/big.bin", big);
  ASSERT_TRUE(server_.Start());
  Wire wire(server_.port());
  ASSERT_TRUE(wire.Send("GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  ASSERT_TRUE(server_.Reload().ok);
  EXPECT_GE(server_.State()["generations"].Items().size(), 2u) << "the old one left too early";
  Answer answer = wire.Read();
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(answer.body.size(), big.size());
  wire.AtEnd(milliseconds(100));
  EXPECT_TRUE(server_.WaitUntilDrained());
}

TEST_F(Swap, TheNewConfigurationIsServedAfterTheSwap) {
  server_.Write("other/index.html", "the other root");
  ASSERT_TRUE(server_.Start());
  server_.extra = "DocumentRoot \"" + server_.root() + "/other\"\n";
  server_.WriteConfig();
  ASSERT_TRUE(server_.Reload().ok);
  // A connection made in the very moment of the change may still be the old generation's.
  EXPECT_TRUE(WaitUntil([&] { return Get(server_.port(), "/").body == "the other root"; }));
  ASSERT_TRUE(server_.WaitUntilDrained());
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Get(server_.port(), "/").body, "the other root");
}

TEST_F(Swap, AnAddedAddressIsServedAndARemovedOneRefused) {
  ASSERT_TRUE(server_.Start());
  uint16_t first = server_.port();
  std::string text = server_.ConfigText();
  server_.WriteConfig(text + "Listen 127.0.0.2:0\n");
  ASSERT_TRUE(server_.Reload().ok);
  EXPECT_EQ(server_.port(), first) << "the address that stayed was bound anew";
  EXPECT_EQ(server_.State()["addresses"].Items().size(), 2u);
  EXPECT_EQ(Get(first, "/1k.txt").status, 200);
  server_.WriteConfig(text);
  ASSERT_TRUE(server_.Reload().ok);
  EXPECT_TRUE(WaitUntil([&] { return server_.State()["addresses"].Items().size() == 1; }));
  EXPECT_EQ(Get(first, "/1k.txt").status, 200);
}

TEST_F(Swap, ChangingTheNumberOfWorkersLosesNothing) {
  ASSERT_TRUE(server_.Start());
  BackgroundLoad load(server_.port(), 32);
  load.options().extra_fields = "Connection: close\r\n";  // every slot is asked again and again
  ASSERT_TRUE(load.Begin());
  for (int workers : {3, 1, 4, 2}) {
    server_.workers = workers;
    server_.WriteConfig();
    ASSERT_TRUE(server_.Reload().ok);
    EXPECT_EQ(server_.WorkerPids().size(), static_cast<size_t>(workers));
    ASSERT_TRUE(load.WaitForMore(200));
  }
  const load::Report& report = load.End();
  EXPECT_EQ(report.total.Errors(), 0u) << report.ToText();
}

}  // namespace
}  // namespace httpd::testing
