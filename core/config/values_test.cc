// SPDX-License-Identifier: Apache-2.0
// Values of core directives.
#include "config/values.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace httpd::config {
namespace {

TEST(ValuesTest, Times) {
  uint32_t time = 0;
  EXPECT_TRUE(ParseTime("5", 1000, &time));
  EXPECT_EQ(time, 5000u);
  EXPECT_TRUE(ParseTime("250ms", 1000, &time));
  EXPECT_EQ(time, 250u);
  EXPECT_TRUE(ParseTime("2min", 1000, &time));
  EXPECT_EQ(time, 120000u);
  EXPECT_TRUE(ParseTime("744h", 1000, &time));
  EXPECT_EQ(time, 2678400000u);
  for (const char* bad :
       {"", "-1", "+1", "5x", "ms", "1.5", "99999999999999999999", "745h", "5 s"}) {
    EXPECT_FALSE(ParseTime(bad, 1000, &time)) << bad;
  }
}

TEST(ValuesTest, ServerNames) {
  std::string host;
  uint16_t port = 0;
  EXPECT_TRUE(ParseServerName("WWW.Example.org:8080", &host, &port));
  EXPECT_EQ(host, "www.example.org");
  EXPECT_EQ(port, 8080);
  EXPECT_TRUE(ParseServerName("https://a", &host, &port));
  EXPECT_EQ(port, 0);
  EXPECT_TRUE(ParseServerName("[::1]", &host, &port));
  EXPECT_EQ(host, "[::1]");
  EXPECT_TRUE(ParseServerName("[::1]:80", &host, &port));
  EXPECT_EQ(port, 80);
  for (const char* bad : {"", ":80", "a:", "a:0", "a:70000", "a b", "a/b", "ftp://a", "[::1", "::1",
                          "[::1]x:80", "a\"b"}) {
    EXPECT_FALSE(ParseServerName(bad, &host, &port)) << bad;
  }
}

TEST(ValuesTest, ReadTimeouts) {
  ReadTimeout value;
  ASSERT_TRUE(ParseReadTimeout("20-40,MinRate=500", &value));
  EXPECT_EQ(value.initial, 20u);
  EXPECT_EQ(value.max, 40u);
  EXPECT_EQ(value.rate, 500u);
  ASSERT_TRUE(ParseReadTimeout("0", &value));
  EXPECT_EQ(value.initial, 0u);
  EXPECT_EQ(value.rate, 0u);
  for (const char* bad : {"", "a", "40-20", "20-20", "20,", "20,MinRate=", "20,MinRate=0", "-5",
                          "20,Rate=5", "86401"}) {
    EXPECT_FALSE(ParseReadTimeout(bad, &value)) << bad;
  }
}

class DirectoryTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/values_test.XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    root_ = name;
    ASSERT_EQ(::chmod(name, 0755), 0);
  }
  void TearDown() override {
    ::chmod((root_ + "/a").c_str(), 0755);
    ::rmdir((root_ + "/a/b").c_str());
    ::rmdir((root_ + "/a").c_str());
    ::unlink((root_ + "/f").c_str());
    ::rmdir(root_.c_str());
  }
  std::string root_;
};

TEST_F(DirectoryTest, NamesTheFirstProblem) {
  DirectoryProblem problem;
  EXPECT_FALSE(CheckDirectory(root_ + "/a/b", &problem));
  EXPECT_EQ(problem.fix, "mkdir -p " + root_ + "/a/b");
  ASSERT_EQ(::mkdir((root_ + "/a").c_str(), 0755), 0);
  ASSERT_EQ(::mkdir((root_ + "/a/b").c_str(), 0755), 0);
  EXPECT_TRUE(CheckDirectory(root_ + "/a/b", &problem));
  EXPECT_TRUE(CheckDirectory("/", &problem));
  if (::geteuid() == 0) return;  // root may enter every directory
  ASSERT_EQ(::chmod((root_ + "/a").c_str(), 0644), 0);
  EXPECT_FALSE(CheckDirectory(root_ + "/a/b", &problem));
  EXPECT_TRUE(problem.fix == "ls -ld " + root_ + "/a/b" ||
              problem.fix == "chmod o+x " + root_ + "/a")
      << problem.fix;
}

}  // namespace
}  // namespace httpd::config
