// SPDX-License-Identifier: Apache-2.0
// Checks that orders are stable, meet every demand, and that circles are told as such.
#include "module/order.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace httpd::module {
namespace {

using testing::ElementsAre;

std::string Describe(const std::vector<Demand>& cycle) {
  std::string text;
  for (const Demand& demand : cycle) {
    text += std::to_string(demand.first) + ">" + std::to_string(demand.second) + " ";
  }
  return text;
}

TEST(StableOrder, WithoutDemandsNothingMoves) {
  EXPECT_THAT(StableOrder(4, {}).nodes, ElementsAre(0u, 1u, 2u, 3u));
  EXPECT_TRUE(StableOrder(0, {}).nodes.empty());
}

TEST(StableOrder, MovesOnlyWhatMustMove) {
  EXPECT_THAT(StableOrder(4, {{3, 1, 0}}).nodes, ElementsAre(0u, 2u, 3u, 1u));
  EXPECT_THAT(StableOrder(4, {{0, 1, 0}, {1, 2, 0}}).nodes, ElementsAre(0u, 1u, 2u, 3u));
  EXPECT_THAT(StableOrder(3, {{2, 0, 0}, {2, 0, 1}}).nodes, ElementsAre(1u, 2u, 0u))
      << "said twice";
}

TEST(StableOrder, TellsTheCircleAlone) {
  // 0 waits for the circle 1 > 2 > 3 > 1 without being part of it.
  const Order order = StableOrder(5, {{1, 0, 0}, {1, 2, 0}, {2, 3, 0}, {3, 1, 0}});
  ASSERT_EQ(order.cycles.size(), 1u);
  EXPECT_EQ(Describe(order.cycles[0]), "1>2 2>3 3>1 ");
  EXPECT_EQ(order.nodes.size(), 5u);
}

TEST(StableOrder, TellsEveryCircle) {
  const Order order = StableOrder(6, {{1, 0, 0}, {0, 1, 0}, {5, 4, 0}, {4, 5, 0}, {2, 2, 0}});
  ASSERT_EQ(order.cycles.size(), 3u);
  EXPECT_EQ(Describe(order.cycles[0]), "0>1 1>0 ");
  EXPECT_EQ(Describe(order.cycles[1]), "2>2 ");
  EXPECT_EQ(Describe(order.cycles[2]), "4>5 5>4 ");
  EXPECT_EQ(order.nodes.size(), 6u);
}

}  // namespace
}  // namespace httpd::module
