// SPDX-License-Identifier: Apache-2.0
#include "net/timer_wheel.h"

#include <gtest/gtest.h>

#include <vector>

namespace httpd::net {
namespace {

struct Fixture : testing::Test {
  Fixture() { wheel.Start(0); }
  std::vector<TimerNode*> At(uint64_t now) {
    std::vector<TimerNode*> expired;
    wheel.Advance(now, [&](TimerNode* node) { expired.push_back(node); });
    return expired;
  }
  TimerWheel wheel;
  TimerNode a, b;
};

using TimerWheelTest = Fixture;

TEST_F(TimerWheelTest, ExpiresWithinTwoTicksAndNeverEarly) {
  wheel.Set(&a, 1000);
  EXPECT_TRUE(At(999).empty());
  EXPECT_EQ(At(1000 + 2 * TimerWheel::kTick), std::vector<TimerNode*>{&a});
  EXPECT_FALSE(a.linked());
}

TEST_F(TimerWheelTest, MovedForwardByAStoreExpiresLater) {
  wheel.Set(&a, 1000);
  a.deadline = 5000;
  EXPECT_TRUE(At(4000).empty());
  EXPECT_EQ(At(6000), std::vector<TimerNode*>{&a});
}

TEST_F(TimerWheelTest, MovedBackExpiresEarlier) {
  wheel.Set(&a, 50000);
  wheel.Set(&a, 1000);
  EXPECT_EQ(At(2000), std::vector<TimerNode*>{&a});
}

TEST_F(TimerWheelTest, FurtherAwayThanTheWheelIsRound) {
  const uint64_t far = TimerWheel::kTick * TimerWheel::kSlots * 5;
  wheel.Set(&a, far);
  EXPECT_TRUE(At(far - 1).empty());
  EXPECT_EQ(At(far + 2 * TimerWheel::kTick), std::vector<TimerNode*>{&a});
}

TEST_F(TimerWheelTest, CallbackMayRemoveAnotherAndFileAnew) {
  wheel.Set(&a, 1000);
  wheel.Set(&b, 1000);
  int calls = 0;
  wheel.Advance(3000, [&](TimerNode* node) {
    ++calls;
    wheel.Remove(node == &a ? &b : &a);
    wheel.Set(node, 4000);
  });
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(At(5000).size(), 1u);
}

}  // namespace
}  // namespace httpd::net
