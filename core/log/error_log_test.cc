// SPDX-License-Identifier: Apache-2.0
// What operators' tools rely on: the shape of a line, whole lines under concurrency, and that
// hostile text cannot forge one.
#include "log/error_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <thread>
#include <vector>

namespace httpd::log {
namespace {

class ErrorLogTest : public testing::Test {
 protected:
  void SetUp() override {
    char path[] = "/tmp/error_log_test.XXXXXX";
    fd_ = mkstemp(path);
    ASSERT_GE(fd_, 0);
    unlink(path);
    fcntl(fd_, F_SETFL, O_APPEND);
    SetDescriptor(fd_);
    SetLevel(Level::kWarn);
  }
  void TearDown() override {
    SetDescriptor(2);
    close(fd_);
  }

  std::vector<std::string> Lines() {
    std::string all(static_cast<size_t>(lseek(fd_, 0, SEEK_END)), '\0');
    EXPECT_EQ(pread(fd_, all.data(), all.size(), 0), static_cast<ssize_t>(all.size()));
    std::vector<std::string> lines;
    for (size_t at = 0; at < all.size();) {
      const size_t end = all.find('\n', at);
      EXPECT_NE(end, std::string::npos) << "last line has no end";
      if (end == std::string::npos) break;
      lines.push_back(all.substr(at, end - at));
      at = end + 1;
    }
    return lines;
  }

  int fd_ = -1;
};

TEST_F(ErrorLogTest, LineHasApachesShape) {
  Write(Level::kNotice, "core", "HP-01 started");
  const auto lines = Lines();
  ASSERT_EQ(lines.size(), 1u);
  int end = -1, month_end = -1, micros = -1, year = -1;
  long pid = -1;
  char day[4] = {}, month[4] = {};
  std::sscanf(lines[0].c_str(),
              "[%3s %3s %*2d %*2d:%*2d:%*2d.%n%6d %4d] [core:notice] [pid %ld] %n", day, month,
              &month_end, &micros, &year, &pid, &end);
  EXPECT_EQ(month_end, 21) << lines[0];
  EXPECT_EQ(lines[0].substr(27, 1), " ") << lines[0];
  EXPECT_GE(year, 2026);
  EXPECT_EQ(pid, getpid());
  ASSERT_GT(end, 0) << lines[0];
  EXPECT_EQ(lines[0].substr(static_cast<size_t>(end)), "HP-01 started");
}

TEST_F(ErrorLogTest, EveryLineOfATextHasThePrefix) {
  Write(Level::kError, "config", "first\n  second\nthird\n");
  const auto lines = Lines();
  ASSERT_EQ(lines.size(), 3u);
  for (const auto& line : lines) EXPECT_NE(line.find("[config:error] [pid "), std::string::npos);
  EXPECT_NE(lines[1].find("]   second"), std::string::npos) << lines[1];
}

TEST_F(ErrorLogTest, ControlCharactersAreEscaped) {
  Write(Level::kError, "core", std::string_view("a\r\x1b[31mb\0c", 10));
  const auto lines = Lines();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_NE(lines[0].find("a\\x0d\\x1b[31mb\\x00c"), std::string::npos) << lines[0];
}

TEST_F(ErrorLogTest, LevelsFilterButNoticesStay) {
  SetLevel(Level::kError);
  Write(Level::kWarn, "core", "dropped");
  Write(Level::kInfo, "core", "dropped");
  Write(Level::kNotice, "core", "kept");
  Write(Level::kCrit, "core", "kept");
  EXPECT_EQ(Lines().size(), 2u);
  SetLevel(Level::kTrace8);
  EXPECT_TRUE(Enabled(Level::kTrace8));
}

TEST_F(ErrorLogTest, OverlongLineIsCutAndMarked) {
  Write(Level::kError, "core", std::string(3 * kMaxLine, '\x01'));
  Write(Level::kError, "core", "next");
  const auto lines = Lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_LT(lines[0].size(), kMaxLine);
  EXPECT_TRUE(lines[0].ends_with(" [cut]"));
}

TEST_F(ErrorLogTest, ThreadsDoNotMixLines) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 200; ++i) Write(Level::kError, "core", std::string(300, char('a' + t)));
    });
  }
  for (auto& thread : threads) thread.join();
  const auto lines = Lines();
  EXPECT_EQ(lines.size(), 800u);
  for (const auto& line : lines) {
    EXPECT_EQ(line.find_first_not_of(line.back(), line.size() - 300), std::string::npos) << line;
  }
}

TEST(LevelTest, NamesAndParsingAgree) {
  for (int i = 0; i < 16; ++i) {
    const auto level = static_cast<Level>(i);
    EXPECT_EQ(ParseLevel(LevelName(level)), level);
  }
  EXPECT_EQ(ParseLevel("WARN"), Level::kWarn);
  EXPECT_EQ(ParseLevel("warning"), std::nullopt);
  EXPECT_EQ(LevelName(static_cast<Level>(99)), "unknown");
}

TEST(LostLinesTest, CountsWhatCouldNotBeWritten) {
  const uint64_t before = LostLines();
  SetDescriptor(-1);
  Write(Level::kError, "core", "nobody hears this");
  SetDescriptor(2);
  EXPECT_EQ(LostLines(), before + 1);
}

}  // namespace
}  // namespace httpd::log
