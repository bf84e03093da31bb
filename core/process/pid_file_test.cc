// SPDX-License-Identifier: Apache-2.0
// One server per pid file, decided by the lock and not by what the file says. Record locks belong
// to processes, so the other server is a child.
#include "process/pid_file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "base/concat.h"

namespace httpd::process {
namespace {

class PidFileTest : public testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/pid_file_test.XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    folder_ = folder;
    path_ = folder_ + "/httpd.pid";
  }
  void TearDown() override {
    unlink(path_.c_str());
    rmdir(folder_.c_str());
  }
  std::string Content() {
    std::stringstream text;
    text << std::ifstream(path_).rdbuf();
    return text.str();
  }

  // A child that takes the file and holds it until Release.
  pid_t OtherServer() {
    int ready[2];
    EXPECT_EQ(pipe(ready), 0);
    const pid_t pid = fork();
    if (pid == 0) {
      PidFile file;
      pid_t stale = 0;
      Problem problem;
      const char byte = PidFile::Take(path_, &file, &stale, &problem) ? 'y' : 'n';
      if (write(ready[1], &byte, 1) != 1) _exit(1);
      pause();
    }
    char byte = 0;
    EXPECT_EQ(read(ready[0], &byte, 1), 1);
    EXPECT_EQ(byte, 'y');
    close(ready[0]);
    close(ready[1]);
    return pid;
  }
  void Kill(pid_t pid) {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }

  std::string folder_, path_;
  PidFile file_;
  pid_t stale_ = 0;
  Problem problem_;
};

TEST_F(PidFileTest, HoldsThePidAndGoesAway) {
  ASSERT_TRUE(PidFile::Take(path_, &file_, &stale_, &problem_)) << RenderProblem(problem_);
  EXPECT_EQ(Content(), base::Concat(getpid(), "\n"));
  EXPECT_EQ(stale_, 0);
  file_.Remove();
  EXPECT_NE(access(path_.c_str(), F_OK), 0);
}

TEST_F(PidFileTest, ASecondServerIsRefusedWithThePidOfTheFirst) {
  const pid_t other = OtherServer();
  EXPECT_FALSE(PidFile::Take(path_, &file_, &stale_, &problem_));
  EXPECT_NE(RenderProblem(problem_).find(base::Concat("pid ", other)), std::string::npos)
      << RenderProblem(problem_);
  EXPECT_EQ(Content(), base::Concat(other, "\n"));
  PidFileState state;
  ASSERT_TRUE(ReadPidFile(path_, &state, &problem_));
  EXPECT_EQ(state.running, other);
  Kill(other);
  ASSERT_TRUE(ReadPidFile(path_, &state, &problem_));
  EXPECT_EQ(state.running, 0);
  EXPECT_EQ(state.written, other);
  EXPECT_TRUE(PidFile::Take(path_, &file_, &stale_, &problem_)) << RenderProblem(problem_);
  EXPECT_EQ(stale_, other);
  file_.Remove();
}

TEST_F(PidFileTest, AStaleFileOfAStrangerIsNoServer) {
  std::ofstream(path_) << "1\n";
  PidFileState state;
  ASSERT_TRUE(ReadPidFile(path_, &state, &problem_));
  EXPECT_EQ(state.running, 0);
  EXPECT_EQ(state.written, 1);
  EXPECT_TRUE(PidFile::Take(path_, &file_, &stale_, &problem_));
  EXPECT_EQ(stale_, 1);
  file_.Remove();
}

TEST_F(PidFileTest, RubbishInTheFileIsNoPid) {
  std::ofstream(path_) << "-17 rm -rf\n";
  PidFileState state;
  ASSERT_TRUE(ReadPidFile(path_, &state, &problem_));
  EXPECT_EQ(state.written, 0);
}

TEST_F(PidFileTest, AMissingFolderIsNamedWithItsCure) {
  EXPECT_FALSE(PidFile::Take(folder_ + "/none/httpd.pid", &file_, &stale_, &problem_));
  EXPECT_EQ(problem_.fix, "mkdir -p " + folder_ + "/none");
}

TEST_F(PidFileTest, AFileThatIsSomebodyElsesByNowIsLeftAlone) {
  ASSERT_TRUE(PidFile::Take(path_, &file_, &stale_, &problem_));
  unlink(path_.c_str());
  std::ofstream(path_) << "123\n";
  file_.Remove();
  EXPECT_EQ(access(path_.c_str(), F_OK), 0);
}

}  // namespace
}  // namespace httpd::process
