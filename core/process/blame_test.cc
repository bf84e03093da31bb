// SPDX-License-Identifier: Apache-2.0
// The line about a dead worker is made from memory that the worker may have filled with anything.
#include "process/blame.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <cstring>

#include "process/scoreboard_memory.h"

namespace httpd::process {
namespace {

class BlameTest : public testing::Test {
 protected:
  void SetUp() override {
    board_ = Scoreboard::Create(2);
    ASSERT_NE(board_, nullptr);
    slot_ = board_->worker(0);
  }
  static std::string Names(uint16_t n) {
    if (n == 1) return "foo";
    return n == 2 ? "evil\nname" : "";
  }
  std::string Line(int status) { return DescribeDeath("worker 1.0", 42, status, *slot_, Names); }

  std::unique_ptr<Scoreboard> board_;
  ScoreboardSlot* slot_ = nullptr;
};

TEST_F(BlameTest, NamesModuleHookAndRequest) {
  slot_->Blame(1, 11);
  slot_->SetRequest("GET /x HTTP/1.1");
  slot_->SetClient("127.0.0.1");
  EXPECT_EQ(Line(SIGSEGV),
            "worker 1.0 (pid 42) died: signal 11 (Segmentation fault) in module foo, hook handler, "
            "request \"GET /x HTTP/1.1\" from 127.0.0.1");
}

TEST_F(BlameTest, AnIdleWorkerIsTheCore) {
  EXPECT_EQ(Line(SIGKILL), "worker 1.0 (pid 42) died: signal 9 (Killed) in core, no request");
}

TEST_F(BlameTest, ControlCharactersAndQuotesAreEscaped) {
  slot_->SetRequest("GET /\"\n[Sun] forged\x1b[2J\\ \x80");
  slot_->SetClient("1.2.3.4\r");
  const std::string line = Line(SIGSEGV);
  for (const char c : line) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << line;
  EXPECT_NE(line.find("GET /\\\"\\x0a[Sun] forged\\x1b[2J\\\\ \\x80"), std::string::npos) << line;
}

TEST_F(BlameTest, LengthsAndNumbersAreNotBelieved) {
  std::memset(static_cast<void*>(slot_), 0xff, sizeof *slot_);
  const std::string line = Line(SIGBUS);
  EXPECT_NE(line.find("unknown module 65535"), std::string::npos) << line;
  EXPECT_LT(line.size(), 2000u);
}

TEST_F(BlameTest, AModulesNameCannotBreakTheLine) {
  slot_->Blame(2, 0);
  EXPECT_EQ(Line(SIGSEGV).find('\n'), std::string::npos);
}

TEST_F(BlameTest, PhasesTellLoadingFromHooks) {
  EXPECT_EQ(DescribePhase(*board_->phase(), Names), "core, while the configuration was read");
  board_->phase()->Blame(1, 0);
  EXPECT_EQ(DescribePhase(*board_->phase(), Names),
            "module foo, while it was opened and registered");
  board_->phase()->Blame(1, 49);
  EXPECT_EQ(DescribePhase(*board_->phase(), Names), "module foo, hook post_config");
}

TEST_F(BlameTest, RowsBeyondTheEndDoNotExist) {
  EXPECT_NE(board_->worker(1), nullptr);
  EXPECT_EQ(board_->worker(2), nullptr);
}

}  // namespace
}  // namespace httpd::process
