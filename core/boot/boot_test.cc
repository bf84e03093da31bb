// SPDX-License-Identifier: Apache-2.0
// The environment after the bootstrap, for each state the user's variable can be in.

#include <gtest/gtest.h>
#include <stdlib.h>

#include "boot/environment.h"

namespace httpd::boot {
namespace {

TEST(RestoreEnvironment, GivesTheUsersValueBack) {
  setenv("LD_LIBRARY_PATH", "/libexec:/user", 1);
  setenv("HTTPD_BOOT_LIBRARY_PATH", "=/user", 1);
  setenv("HTTPD_BOOT_SELF", "/bin/httpd", 1);
  EXPECT_EQ(RestoreEnvironment(), "/bin/httpd");
  EXPECT_STREQ(getenv("LD_LIBRARY_PATH"), "/user");
  EXPECT_EQ(getenv("HTTPD_BOOT_LIBRARY_PATH"), nullptr);
  EXPECT_EQ(getenv("HTTPD_BOOT_SELF"), nullptr);
}

TEST(RestoreEnvironment, TellsEmptyFromUnset) {
  setenv("LD_LIBRARY_PATH", "/libexec", 1);
  setenv("HTTPD_BOOT_LIBRARY_PATH", "=", 1);
  RestoreEnvironment();
  EXPECT_STREQ(getenv("LD_LIBRARY_PATH"), "");
  setenv("HTTPD_BOOT_LIBRARY_PATH", "-", 1);
  RestoreEnvironment();
  EXPECT_EQ(getenv("LD_LIBRARY_PATH"), nullptr);
}

TEST(RestoreEnvironment, LeavesItAloneWithoutTheBootstrap) {
  setenv("LD_LIBRARY_PATH", "/user", 1);
  EXPECT_EQ(RestoreEnvironment(), "");
  EXPECT_STREQ(getenv("LD_LIBRARY_PATH"), "/user");
}

}  // namespace
}  // namespace httpd::boot
