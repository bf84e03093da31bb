// SPDX-License-Identifier: Apache-2.0
// The planner's process may die of what it reads: that is a finding about a module, nothing more.
#include "process/planner.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "process/signals.h"

namespace httpd::process {
namespace {

class PlannerTest : public testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/planner_test.XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    folder_ = folder;
    ASSERT_TRUE(SignalPipe::Open({SIGCHLD}));
    loop_.Watch(SignalPipe::fd(), [this] {
      SignalPipe::Take();
      int status = 0;
      for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) planner_->Exited(pid, status);
    });
  }
  void TearDown() override {
    ResetSignals({});
    std::filesystem::remove_all(folder_);
  }
  void Add(const std::string& name, const std::string& content) {
    const std::string path = folder_ + "/mod_" + name + ".so";
    std::ofstream(path) << content;
    input_.plan.items.push_back({name, "/original/mod_" + name + ".so", path, ""});
  }
  module::ModulePlan Run() {
    std::optional<module::ModulePlan> result;
    const auto held = [] {
      return std::vector<Descriptor>{{0, Hold::kStdio}, {1, Hold::kStdio}, {2, Hold::kStdio}};
    };
    planner_ = std::make_unique<Planner>(&loop_, input_, held,
                                         [&](module::ModulePlan r) { result = std::move(r); });
    planner_->Start();
    while (!result.has_value()) loop_.RunOnce();
    return *result;
  }

  std::string folder_;
  PollLoop loop_;
  PlannerInput input_;
  std::unique_ptr<Planner> planner_;
};

TEST_F(PlannerTest, NothingToLookAtIsAnAnswer) { EXPECT_TRUE(Run().modules.empty()); }

TEST_F(PlannerTest, EveryBadFileIsFoundAtOnce) {
  Add("text", "#!/bin/sh\n");
  Add("empty", "");
  const auto result = Run();
  ASSERT_EQ(result.modules.size(), 2u);
  EXPECT_TRUE(module::HasErrors(result.modules[0].findings));
  EXPECT_TRUE(module::HasErrors(result.modules[1].findings));
}

TEST_F(PlannerTest, ACrashIsAFindingAboutTheModuleThatCausedIt) {
  input_.plan.inspector_path = HTTPD_CRASHING_INSPECTOR;
  Add("one", "x");
  Add("two", "x");
  const auto result = Run();
  ASSERT_EQ(result.modules.size(), 2u);
  for (const auto& report : result.modules) {
    ASSERT_TRUE(module::HasErrors(report.findings)) << report.name;
  }
  EXPECT_EQ(result.modules[0].name, "one");
  EXPECT_EQ(result.modules[1].original, "/original/mod_two.so");
}

TEST_F(PlannerTest, ACrashThatNoModuleCausesByItselfIsAnErrorAllTheSame) {
  input_.plan.inspector_path = HTTPD_CRASHING_INSPECTOR;
  setenv("HTTPD_CRASH_ONCE", (folder_ + "/crashed").c_str(), 1);
  for (const char* name : {"one", "two"}) {
    module::InspectionItem& item = input_.plan.items.emplace_back();
    item.name = name;
    item.original = item.copy = "/proc/self/exe";  // good enough for a look at its first bytes
  }
  const auto plan = Run();
  unsetenv("HTTPD_CRASH_ONCE");
  for (const auto& report : plan.modules) {
    EXPECT_FALSE(module::HasErrors(report.findings)) << report.name;
  }
  ASSERT_TRUE(module::HasErrors(plan.general));
  EXPECT_EQ(plan.general.back().code, "HM-28");
}

TEST_F(PlannerTest, CompiledInModulesComeFirstUnlessAnOrderSaysOtherwise) {
  module::ModuleReport builtin;
  builtin.name = "static_one";
  builtin.manifest.name = "static_one";
  input_.plan.builtin = {builtin};
  const auto result = Run();
  ASSERT_EQ(result.modules.size(), 1u);
  EXPECT_EQ(result.modules[0].name, "static_one");
}

}  // namespace
}  // namespace httpd::process
