// SPDX-License-Identifier: Apache-2.0
// The start-up report: what a generation tells arrives, and nothing that it makes up gets in.
#include "process/startup_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/start_cost.h"

namespace httpd::process {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

StartupFigures Figures() {
  StartupFigures figures;
  figures.before = 1000;
  figures.configuration = 500;
  figures.plan.copying = 250;
  figures.plan.planning = 250;
  figures.generation = 2000;
  figures.modules.push_back({"mime", 10, 0, 0, 0});
  figures.modules.push_back({"dir", 20, 0, 0, 0});
  return figures;
}

TEST(StartupReportTest, WhatTheGenerationTellsIsRead) {
  base::StartCost& cost = base::ThisStart();
  cost = base::StartCost();
  cost.load = 700;
  cost.evaluate = 60;
  cost.post_config = 5;
  cost.modules.push_back({"mime", 100, 7, 12});
  StartupFigures figures = Figures();
  ReadDescription(DescribeThisStart(), &figures);
  EXPECT_EQ(figures.load, 700u);
  EXPECT_EQ(figures.evaluate, 60u);
  EXPECT_EQ(figures.post_config, 5u);
  EXPECT_EQ(figures.modules[0].open, 100u);
  EXPECT_EQ(figures.modules[0].enter, 7u);
  EXPECT_EQ(figures.modules[0].faults, 12u);
  EXPECT_EQ(figures.modules[1].sum(), 20u);
}

TEST(StartupReportTest, NonsenseIsNotBelieved) {
  StartupFigures figures = Figures();
  ReadDescription("module \x1b[2J 1 2 3\nmodule mime x 5 99999999999\nphases 1\n\n", &figures);
  ASSERT_EQ(figures.modules.size(), 2u);
  EXPECT_EQ(figures.modules[0].open, 0u);
  EXPECT_EQ(figures.modules[0].enter, 5u);
  EXPECT_EQ(figures.modules[0].faults, 0u);
  EXPECT_EQ(figures.load, 0u);
}

TEST(StartupReportTest, TheTableIsSortedAndHasShares) {
  const std::string text = RenderStartup(Figures(), false);
  EXPECT_THAT(text, HasSubstr("start-up: 4.00 ms, 2 modules"));
  EXPECT_THAT(text, HasSubstr("    1000 us  25 %  before the core"));
  EXPECT_THAT(text, HasSubstr("warm: the index has the verdict"));
  EXPECT_LT(text.find("\ndir "), text.find("\nmime "));
  StartupFigures cold = Figures();
  cold.plan.planners = 1;
  EXPECT_THAT(RenderStartup(cold, false), HasSubstr("cold: 1 planner,"));
}

TEST(StartupReportTest, JsonHasTheSame) {
  const std::string text = RenderStartup(Figures(), true);
  EXPECT_THAT(text, HasSubstr("\"total\":4000,\"warm\":true"));
  EXPECT_THAT(text, HasSubstr("\"configuration\":500"));
  EXPECT_THAT(text, HasSubstr("{\"name\":\"mime\",\"inspect\":10,\"open\":0"));
  EXPECT_THAT(text, Not(HasSubstr("\n{")));
}

}  // namespace
}  // namespace httpd::process
