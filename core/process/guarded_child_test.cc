// SPDX-License-Identifier: Apache-2.0
// Work that reads hostile files is done elsewhere, and nothing it does there reaches the caller.
#include "process/guarded_child.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

namespace httpd::process {
namespace {

class GuardedChildTest : public ::testing::Test {
 protected:
  bool Run(const std::function<std::string()>& work, size_t most = 1 << 20) {
    return RunGuarded(
        Identity(), "mod_x.so", most, [] {}, work, &bytes_, &finding_);
  }
  std::string bytes_;
  module::Finding finding_;
};

TEST_F(GuardedChildTest, AnswersFromAnotherProcess) {
  const std::string large(300'000, 'x');
  ASSERT_TRUE(Run([&] { return std::to_string(getpid()) + large; }));
  EXPECT_NE(std::stol(bytes_), getpid());
  EXPECT_EQ(bytes_.size() - bytes_.find('x'), large.size());
}

TEST_F(GuardedChildTest, ADeathIsAFinding) {
  EXPECT_FALSE(Run([]() -> std::string {
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
    return "";
  }));
  EXPECT_EQ(finding_.code, "HM-28");
  EXPECT_EQ(finding_.where, "mod_x.so");
  EXPECT_NE(finding_.found.find("signal 11"), std::string::npos) << finding_.found;
  EXPECT_FALSE(Run([]() -> std::string { _exit(3); }));
  EXPECT_EQ(finding_.found, "exit status 3");
}

TEST_F(GuardedChildTest, AnAnswerWithoutEndIsCut) {
  EXPECT_FALSE(Run([] { return std::string(200'000, 'x'); }, 1000));
  EXPECT_EQ(finding_.found, "an answer of more than 1000 bytes");
}

}  // namespace
}  // namespace httpd::process
