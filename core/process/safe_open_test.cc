// SPDX-License-Identifier: Apache-2.0
// The broker's walk: what it opens, what it makes and for whom, and whose links it does not follow.
// As root the folders of an ordinary user are made for real; as that user those tests are skipped.
#include "process/safe_open.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace httpd::process {
namespace {

constexpr uid_t kStranger = 65533;  // nobody's number on any usual system

class SafeOpenTest : public testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/safe_open_test.XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    folder_ = folder;
    chmod(folder, 0755);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) { return folder_ + "/" + name; }
  void Make(const std::string& name) { std::ofstream(Path(name)) << "old"; }
  base::UniqueFd Append(const std::string& path) {
    return SafeOpen(path, OpenMode::kAppend, &problem_);
  }
  std::string Text() { return RenderProblem(problem_); }

  std::string folder_;
  Problem problem_;
};

TEST_F(SafeOpenTest, MakesALogAndAppends) {
  {
    const base::UniqueFd fd = Append(Path("error_log"));
    ASSERT_TRUE(fd) << Text();
    EXPECT_EQ(fcntl(fd.get(), F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK), O_WRONLY | O_APPEND);
    EXPECT_EQ(fcntl(fd.get(), F_GETFD), FD_CLOEXEC);
    ASSERT_EQ(write(fd.get(), "one", 3), 3);
  }
  const base::UniqueFd fd = Append(Path("error_log"));
  ASSERT_EQ(write(fd.get(), "two", 3), 3);
  EXPECT_EQ(std::filesystem::file_size(Path("error_log")), 6u);
}

TEST_F(SafeOpenTest, ReadsButNeverMakesForReading) {
  Make("key.pem");
  EXPECT_TRUE(SafeOpen(Path("key.pem"), OpenMode::kRead, &problem_));
  EXPECT_FALSE(SafeOpen(Path("none.pem"), OpenMode::kRead, &problem_));
  EXPECT_NE(Text().find("no such file"), std::string::npos) << Text();
  EXPECT_FALSE(std::filesystem::exists(Path("none.pem")));
}

TEST_F(SafeOpenTest, AMissingFolderIsNamedWithMkdir) {
  EXPECT_FALSE(Append(Path("logs/error_log")));
  EXPECT_EQ(problem_.fix, "mkdir -p " + folder_ + "/logs");
}

TEST_F(SafeOpenTest, AFolderIsNoLog) {
  EXPECT_FALSE(Append(folder_));
  EXPECT_FALSE(Append(folder_ + "/"));
  Make("file");
  EXPECT_FALSE(Append(Path("file/log")));
  EXPECT_NE(Text().find("not a directory"), std::string::npos) << Text();
}

TEST_F(SafeOpenTest, OwnLinksAreFollowed) {
  if (geteuid() == 0) GTEST_SKIP() << "below /tmp root follows no link: see the next test";
  std::filesystem::create_directory(Path("real"));
  std::filesystem::create_directory_symlink("real", Path("logs"));
  ASSERT_TRUE(Append(Path("logs/error_log"))) << Text();
  EXPECT_TRUE(std::filesystem::exists(Path("real/error_log")));
}

TEST_F(SafeOpenTest, RootFollowsRootsLinksInRootsFolders) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  std::filesystem::create_directory(Path("real"));
  std::filesystem::create_directory_symlink("real", Path("logs"));
  EXPECT_TRUE(Append(Path("logs/error_log"))) << Text();
}

TEST_F(SafeOpenTest, RootDoesNotFollowLinksOfOthers) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  Make("precious");
  std::filesystem::create_directory(Path("theirs"));
  ASSERT_EQ(chown(Path("theirs").c_str(), kStranger, kStranger), 0);
  std::filesystem::create_symlink(Path("precious"), Path("theirs/error_log"));
  ASSERT_EQ(lchown(Path("theirs/error_log").c_str(), kStranger, kStranger), 0);
  EXPECT_FALSE(Append(Path("theirs/error_log")));
  EXPECT_NE(Text().find("symbolic link"), std::string::npos) << Text();
  EXPECT_EQ(std::filesystem::file_size(Path("precious")), 3u);
}

TEST_F(SafeOpenTest, AFileInAnothersFolderIsMadeAsItsOwner) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  std::filesystem::create_directory(Path("theirs"));
  ASSERT_EQ(chown(Path("theirs").c_str(), kStranger, kStranger), 0);
  ASSERT_TRUE(Append(Path("theirs/access_log"))) << Text();
  struct stat facts {};
  ASSERT_EQ(stat(Path("theirs/access_log").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_uid, kStranger);
  EXPECT_EQ(geteuid(), 0u) << "root was not taken back";
}

TEST_F(SafeOpenTest, AHardLinkInAnothersFolderIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  Make("precious");
  ASSERT_EQ(chown(Path("precious").c_str(), kStranger, kStranger), 0);
  std::filesystem::create_directory(Path("theirs"));
  ASSERT_EQ(chown(Path("theirs").c_str(), kStranger, kStranger), 0);
  std::filesystem::create_hard_link(Path("precious"), Path("theirs/error_log"));
  EXPECT_FALSE(Append(Path("theirs/error_log")));
  EXPECT_NE(Text().find("hard links"), std::string::npos) << Text();
}

TEST_F(SafeOpenTest, AFifoDoesNotStopTheServer) {
  ASSERT_EQ(mkfifo(Path("fifo").c_str(), 0600), 0);
  EXPECT_FALSE(Append(Path("fifo"))) << "nobody reads it: opening would wait for ever";
}

TEST_F(SafeOpenTest, StandardErrorIsTheProcesssOwn) {
  const base::UniqueFd fd = Append("/dev/stderr");
  ASSERT_TRUE(fd) << Text();
  EXPECT_GT(fd.get(), 2);
}

TEST_F(SafeOpenTest, CheckingMakesNothing) {
  EXPECT_TRUE(CheckOpen(Path("error_log"), OpenMode::kAppend, &problem_)) << Text();
  EXPECT_FALSE(std::filesystem::exists(Path("error_log")));
  EXPECT_FALSE(CheckOpen(Path("none/error_log"), OpenMode::kAppend, &problem_));
  EXPECT_FALSE(CheckOpen(Path("none.pem"), OpenMode::kRead, &problem_));
}

}  // namespace
}  // namespace httpd::process
