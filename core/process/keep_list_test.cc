// SPDX-License-Identifier: Apache-2.0
// After a fork a process holds what its role may hold, and nothing else: counted in real children.
#include "process/keep_list.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "process/channel.h"
#include "process/signals.h"

namespace httpd::process {
namespace {

// Runs `test` in a child of the role; 0 is success.
template <typename Test>
int InChild(Role role, const std::vector<Descriptor>& held, Test test) {
  const pid_t pid = ForkRole(role, "test", held, {SIGHUP});
  if (pid == 0) _exit(test());
  int status = 0;
  waitpid(pid, &status, 0);
  return status;
}

TEST(KeepListTest, EachRoleKeepsExactlyItsList) {
  std::vector<Descriptor> held = {{0, Hold::kStdio}, {1, Hold::kStdio}, {2, Hold::kStdio}};
  // One descriptor of every kind, at numbers with gaps between them.
  std::vector<int> opened;
  for (int hold = 1; hold <= static_cast<int>(Hold::kModule); ++hold) {
    const int fd = fcntl(0, F_DUPFD, 20 + 3 * hold);
    ASSERT_GE(fd, 0);
    opened.push_back(fd);
    held.push_back({fd, static_cast<Hold>(hold)});
  }
  for (const Role role : {Role::kPlanner, Role::kGeneration, Role::kWorker, Role::kHelper}) {
    std::vector<int> expected = Kept(role, held);
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(expected.size() - 3, KeepList(role).size() - 1) << RoleName(role);
    EXPECT_EQ(InChild(role, held, [&] { return OpenDescriptors() == expected ? 0 : 1; }), 0)
        << RoleName(role);
  }
  for (const int fd : opened) close(fd);
}

TEST(KeepListTest, NoRoleBelowTheSupervisorHasThePidFile) {
  for (const Role role : {Role::kPlanner, Role::kGeneration, Role::kWorker, Role::kHelper}) {
    const auto list = KeepList(role);
    for (const Hold hold : {Hold::kPidFile, Hold::kReport}) {
      EXPECT_EQ(std::find(list.begin(), list.end(), hold), list.end()) << HoldName(hold);
    }
  }
}

TEST(KeepListTest, ChildrenHaveFreshSignals) {
  ASSERT_TRUE(SignalPipe::Open({SIGTERM, SIGUSR1}));
  const auto test = [] {
    struct sigaction action {};
    sigaction(SIGTERM, nullptr, &action);
    if (action.sa_handler != SIG_DFL) return 1;
    sigaction(SIGINT, nullptr, &action);
    if (action.sa_handler != SIG_IGN) return 2;
    sigaction(SIGHUP, nullptr, &action);
    if (action.sa_handler != SIG_IGN) return 3;
    sigset_t mask;
    sigprocmask(SIG_BLOCK, nullptr, &mask);
    return sigismember(&mask, SIGTERM) == 1 ? 4 : 0;
  };
  EXPECT_EQ(InChild(Role::kWorker, {{2, Hold::kStdio}}, test), 0);
  ResetSignals({});
}

// The child must see its parent's end although a sibling was forked later from the same image.
TEST(KeepListTest, ALifelineHasOneHolder) {
  Channel parent_end, child_end, sibling_end, unused;
  ASSERT_TRUE(Channel::Pair(&parent_end, &child_end));
  ASSERT_TRUE(Channel::Pair(&sibling_end, &unused));
  const pid_t sibling =
      ForkRole(Role::kGeneration, "sibling",
               std::vector<Descriptor>{{2, Hold::kStdio}, {unused.fd(), Hold::kGenerationChannel}});
  if (sibling == 0) {
    pause();
    _exit(0);
  }
  // Wait until the sibling has closed its copies: it can then not hold the line open.
  parent_end.Close();
  Packet packet;
  EXPECT_EQ(child_end.Receive(&packet, Channel::Wait::kYes), Channel::Got::kEnd);
  kill(sibling, SIGKILL);
  waitpid(sibling, nullptr, 0);
}

TEST(SignalsTest, EachSignalIsTakenOnce) {
  ASSERT_TRUE(SignalPipe::Open({SIGUSR1, SIGUSR2}));
  raise(SIGUSR2);
  raise(SIGUSR1);
  raise(SIGUSR2);
  EXPECT_EQ(SignalPipe::Take(), (std::vector<int>{SIGUSR2, SIGUSR1}));
  EXPECT_TRUE(SignalPipe::Take().empty());
  ResetSignals({});
}

}  // namespace
}  // namespace httpd::process
