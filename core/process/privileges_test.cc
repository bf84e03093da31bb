// SPDX-License-Identifier: Apache-2.0
// Root is given up for good, and directories that the new user cannot enter are named. In children:
// a process gets no second chance.
#include "process/privileges.h"

#include <gtest/gtest.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

namespace httpd::process {
namespace {

template <typename Test>
int InChild(Test test) {
  const pid_t pid = fork();
  if (pid == 0) _exit(test());
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool Choose(const config::EarlyConfig& early, uid_t uid, Identity* identity, Problem* problem) {
  return ChooseIdentity(early, uid, identity, problem);
}

TEST(IdentityTest, AnOrdinaryUserStaysWhoHeIs) {
  Identity identity;
  Problem problem;
  ASSERT_TRUE(Choose({}, 4711, &identity, &problem));
  EXPECT_FALSE(identity.drop);
  EXPECT_EQ(identity.uid, 4711u);
}

TEST(IdentityTest, RootTakesTheConfiguredUser) {
  config::EarlyConfig early;
  early.user.value = "#4711";
  early.user_account = config::Account{4711, 4712};
  Identity identity;
  Problem problem;
  ASSERT_TRUE(Choose(early, 0, &identity, &problem));
  EXPECT_TRUE(identity.drop);
  EXPECT_EQ(identity.uid, 4711u);
  EXPECT_EQ(identity.gid, 4712u);
  early.group_account = config::Account{4713, 0};
  ASSERT_TRUE(Choose(early, 0, &identity, &problem));
  EXPECT_EQ(identity.gid, 4713u);
}

TEST(IdentityTest, WithoutUserItIsAServiceAccount) {
  if (getpwnam("www-data") == nullptr && getpwnam("nobody") == nullptr) GTEST_SKIP();
  Identity identity;
  Problem problem;
  ASSERT_TRUE(Choose({}, 0, &identity, &problem));
  EXPECT_NE(identity.uid, 0u);
  EXPECT_NE(identity.gid, 0u);
}

TEST(IdentityTest, RootIsRefused) {
  config::EarlyConfig early;
  early.user.value = "toor";
  early.user_account = config::Account{0, 100};
  Identity identity;
  Problem problem;
  EXPECT_FALSE(Choose(early, 0, &identity, &problem));
  EXPECT_NE(problem.message.find("never run as root"), std::string::npos);
}

class DropTest : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root";
    identity_.drop = true;
    identity_.uid = identity_.gid = 65533;
    identity_.groups = {65533};
    identity_.user = "#65533";
  }
  Identity identity_;
};

TEST_F(DropTest, RootCannotBeTakenBack) {
  EXPECT_EQ(InChild([&] {
              Problem problem;
              if (!DropPrivileges(identity_, &problem)) return 1;
              if (getuid() != 65533 || getegid() != 65533) return 2;
              gid_t groups[8];
              if (getgroups(8, groups) != 1 || groups[0] != 65533) return 3;
              return setuid(0) == 0 || setgid(0) == 0 ? 4 : 0;
            }),
            0);
}

TEST_F(DropTest, AClosedDirectoryIsNamedWithItsChmod) {
  char folder[] = "/tmp/privileges_test.XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);  // mode 0700
  const std::string site = std::string(folder) + "/site";
  std::filesystem::create_directory(site);
  config::EarlyConfig early;
  early.server_root.value = "/";
  config::Node node;
  node.name = "documentroot";
  node.args.resize(1);
  node.args[0].text = site;
  early.active = {node};
  EXPECT_EQ(InChild([&] {
              Problem problem;
              if (!DropPrivileges(identity_, &problem)) return 1;
              config::Diagnostics diagnostics;
              CheckTraversal(early, {"/usr/lib"}, identity_, &diagnostics);
              if (diagnostics.all().size() != 1) return 2;
              const config::Diagnostic& d = diagnostics.all()[0];
              if (d.fix != std::string("chmod o+x ") + folder) return 3;
              return d.message == std::string("user #65533 cannot enter ") + folder ? 0 : 4;
            }),
            0);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace httpd::process
