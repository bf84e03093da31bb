// SPDX-License-Identifier: Apache-2.0
// Checks that lines arrive whole and in order, that nothing blocks, and that every loss is counted.
#include "log/logfile.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <sstream>

#include "absl/status/status.h"
#include "base/str.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "log/error_log.h"
#include "module/registry.h"

// What the request runtime implements in the server; here a generation is its log files.
struct httpd_generation {
  httpd::log::LogFiles* files = nullptr;
};

namespace httpd::log {

LogFiles* LogFilesOf(httpd_generation* generation) { return generation->files; }

namespace {

using base::Str;
using testing::HasSubstr;

class FakeGrants : public server::GrantClient {
 public:
  absl::StatusOr<int> Open(std::string_view directive, std::string_view argument) override {
    ++opened;
    const auto path = paths.find(std::string(directive) + " " + std::string(argument));
    if (path == paths.end()) return absl::PermissionDeniedError("no line of the configuration");
    return ::open(path->second.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  }
  std::map<std::string, std::string> paths;
  int opened = 0;
};

class LogFileTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/httpd-logfile-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    directory_ = name;
    grants_.paths["CustomLog logs/a"] = directory_ + "/a";
    files_.SetClock([this] { return now_; });
    saved_log_ = Descriptor();
    error_log_ = ::open((directory_ + "/error").c_str(), O_RDWR | O_CREAT | O_APPEND, 0644);
    SetDescriptor(error_log_);
    signal(SIGPIPE, SIG_IGN);
  }
  void TearDown() override {
    SetDescriptor(saved_log_);
    close(error_log_);
    for (const char* name : {"a", "b", "error", "fifo"}) unlink((directory_ + "/" + name).c_str());
    rmdir(directory_.c_str());
  }

  std::string Read(const std::string& name) {
    std::ifstream in(directory_ + "/" + name);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  httpd_logfile* Open(const char* directive = "CustomLog", const char* argument = "logs/a") {
    auto file = files_.Open(directive, argument);
    EXPECT_TRUE(file.ok()) << file.status();
    return file.ok() ? *file : nullptr;
  }
  static bool Line(httpd_logfile* file, std::string_view text) {
    char* room = httpd_logfile_reserve(file, text.size());
    if (room == nullptr) return false;
    memcpy(room, text.data(), text.size());
    httpd_logfile_commit(file, text.size());
    return true;
  }
  // A pipe in place of the file, as for a logger program; returns the reading end.
  base::UniqueFd MakePipe(httpd_logfile* file) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    dup2(ends[1], file->fd());
    close(ends[1]);
    return base::UniqueFd(ends[0]);
  }

  std::string directory_;
  FakeGrants grants_;
  LogFiles files_{&grants_};
  int64_t now_ = 1000;
  int saved_log_ = 2;
  int error_log_ = -1;
};

TEST_F(LogFileTest, BuffersUntilFlushed) {
  httpd_logfile* file = Open();
  ASSERT_TRUE(files_.StartWorker(nullptr));
  EXPECT_TRUE(Line(file, "one\n"));
  EXPECT_TRUE(Line(file, "two\n"));
  EXPECT_EQ(Read("a"), "");
  files_.FlushAll();
  EXPECT_EQ(Read("a"), "one\ntwo\n");
  EXPECT_EQ(file->buffered(), 0u);
}

TEST_F(LogFileTest, FlushesWhenFullAndKeepsTheOrder) {
  httpd_logfile* file = Open();
  ASSERT_TRUE(files_.StartWorker(nullptr));
  std::string wanted;
  for (int i = 0; i < 5000; ++i) {
    const std::string line = "line " + std::to_string(i) + " of a log that is longer than 64 KiB\n";
    wanted += line;
    ASSERT_TRUE(Line(file, line));
  }
  EXPECT_GT(Read("a").size(), httpd_logfile::kBufferSize);
  files_.Finish();
  EXPECT_EQ(Read("a"), wanted);
  EXPECT_EQ(files_.drops(), 0u);
}

TEST_F(LogFileTest, CommitKeepsNoMoreThanReserved) {
  httpd_logfile* file = Open();
  ASSERT_TRUE(files_.StartWorker(nullptr));
  char* room = file->Reserve(3);
  memcpy(room, "ab\n", 3);
  file->Commit(100);
  EXPECT_EQ(file->buffered(), 3u);
  file->Commit(3);  // nothing is reserved
  EXPECT_EQ(file->buffered(), 3u);
  httpd_logfile_commit(nullptr, 1);
  EXPECT_EQ(httpd_logfile_reserve(nullptr, 1), nullptr);
}

TEST_F(LogFileTest, NoLinesBeforeTheWorkerStarts) {
  httpd_logfile* file = Open();
  EXPECT_FALSE(Line(file, "early\n"));
  ASSERT_TRUE(files_.StartWorker(nullptr));
  EXPECT_FALSE(files_.Open("CustomLog", "logs/b").ok());
  EXPECT_TRUE(files_.Open("CustomLog", "logs/a").ok()) << "it is open already";
}

TEST_F(LogFileTest, SharesFiles) {
  grants_.paths["CustomLog ./logs/a"] = directory_ + "/a";
  grants_.paths["TransferLog logs/b"] = directory_ + "/b";
  httpd_logfile* file = Open();
  EXPECT_EQ(Open(), file);
  EXPECT_EQ(grants_.opened, 1);
  EXPECT_EQ(Open("CustomLog", "./logs/a"), file) << "the same file by another name";
  EXPECT_NE(Open("TransferLog", "logs/b"), file);
  EXPECT_EQ(files_.size(), 2u);
}

TEST_F(LogFileTest, DevNullIsNotShared) {
  grants_.paths["CustomLog x"] = "/dev/null";
  grants_.paths["CustomLog y"] = "/dev/null";
  EXPECT_NE(Open("CustomLog", "x"), Open("CustomLog", "y"));
}

TEST_F(LogFileTest, TooLongALineIsCountedAndReported) {
  httpd_logfile* file = Open();
  std::atomic<uint32_t> drops{0};
  ASSERT_TRUE(files_.StartWorker(&drops));
  EXPECT_TRUE(Line(file, std::string(httpd_logfile::kBufferSize - 1, 'x') + "\n"));
  EXPECT_FALSE(Line(file, std::string(httpd_logfile::kBufferSize, 'x') + "\n"));
  EXPECT_EQ(drops, 1u);
  files_.FlushAll();
  EXPECT_THAT(Read("error"), HasSubstr("a line was longer than the buffer of 64 KiB"));
  EXPECT_THAT(Read("error"), HasSubstr("1 lines were lost"));
}

TEST_F(LogFileTest, AFullPipeNeverBlocks) {
  httpd_logfile* file = Open();
  std::atomic<uint32_t> drops{0};
  ASSERT_TRUE(files_.StartWorker(&drops));
  const base::UniqueFd reader = MakePipe(file);
  const std::string line = std::string(99, 'x') + "\n";
  uint64_t lost = 0;
  for (int i = 0; i < 10000; ++i) lost += Line(file, line) ? 0 : 1;  // 1 MB into some 128 KiB
  EXPECT_GT(lost, 0u);
  EXPECT_EQ(drops, lost);
  files_.FlushAll();
  EXPECT_THAT(Read("error"), HasSubstr("does not keep up"));
  EXPECT_THAT(Read("error"), HasSubstr(std::to_string(lost) + " lines were lost"));

  // Everything that was kept arrives, in whole lines.
  fcntl(reader.get(), F_SETFL, O_NONBLOCK);
  std::string got;
  char buffer[8192];
  for (;;) {
    const ssize_t n = read(reader.get(), buffer, sizeof buffer);
    if (n > 0) {
      got.append(buffer, static_cast<size_t>(n));
    } else if (file->buffered() == 0) {
      break;
    } else {
      files_.FlushAll();
    }
  }
  EXPECT_EQ(got.size(), (10000 - lost) * line.size());
  for (size_t i = 0; i < got.size(); i += line.size()) ASSERT_EQ(got.substr(i, line.size()), line);
}

TEST_F(LogFileTest, WhatAFullPipeKeepsIsLostAtTheEnd) {
  httpd_logfile* file = Open();
  std::atomic<uint32_t> drops{0};
  ASSERT_TRUE(files_.StartWorker(&drops));
  const base::UniqueFd reader = MakePipe(file);
  const std::string line = std::string(4095, 'x') + "\n";
  while (file->Flush()) ASSERT_TRUE(Line(file, line));
  ASSERT_TRUE(Line(file, "last\n"));
  files_.Finish();
  EXPECT_EQ(drops, 2u);
  EXPECT_EQ(file->buffered(), 0u);
  EXPECT_THAT(Read("error"), HasSubstr("2 lines were lost"));
}

TEST_F(LogFileTest, LongLinesGoThroughAPipe) {
  httpd_logfile* file = Open();
  ASSERT_TRUE(files_.StartWorker(nullptr));
  const base::UniqueFd reader = MakePipe(file);
  const std::string text = "short\n" + std::string(3 * PIPE_BUF, 'y') + "\nend\n";
  ASSERT_TRUE(Line(file, text));
  EXPECT_TRUE(file->Flush());
  std::string got(text.size(), '\0');
  ASSERT_EQ(read(reader.get(), got.data(), got.size()), static_cast<ssize_t>(text.size()));
  EXPECT_EQ(got, text);
}

TEST_F(LogFileTest, ReaderThatEnded) {
  httpd_logfile* file = Open();
  ASSERT_TRUE(files_.StartWorker(nullptr));
  MakePipe(file).Reset();
  ASSERT_TRUE(Line(file, "text\n"));
  files_.FlushAll();
  EXPECT_THAT(Read("error"), HasSubstr("the program that reads the log has ended"));
  EXPECT_THAT(Read("error"), HasSubstr("fix: "));
}

TEST_F(LogFileTest, FullDiskIsReportedOnceAMinuteAndLinesComeLater) {
  grants_.paths["CustomLog full"] = "/dev/full";
  httpd_logfile* file = Open("CustomLog", "full");
  ASSERT_TRUE(files_.StartWorker(nullptr));
  ASSERT_TRUE(Line(file, "kept\n"));
  for (int i = 0; i < 59; ++i, ++now_) files_.FlushAll();
  std::string log = Read("error");
  EXPECT_THAT(log, HasSubstr("cannot write to the log full: the disk is full"));
  EXPECT_EQ(log.find("the disk is full"), log.rfind("the disk is full"));
  ++now_;
  files_.FlushAll();
  log = Read("error");
  EXPECT_NE(log.find("the disk is full"), log.rfind("the disk is full"));

  // Room again: what was kept is written. Reopening exchanges what the number means.
  const base::UniqueFd room(::open((directory_ + "/b").c_str(), O_WRONLY | O_CREAT, 0644));
  dup2(room.get(), file->fd());
  files_.FlushAll();
  EXPECT_EQ(Read("b"), "kept\n");
}

TEST_F(LogFileTest, AShortWriteIsContinued) {
  httpd_logfile* file = Open();
  ASSERT_TRUE(files_.StartWorker(nullptr));
  const pid_t child = fork();
  if (child == 0) {  // in a process of its own, for the limit stays
    signal(SIGXFSZ, SIG_IGN);
    const rlimit old{6, RLIM_INFINITY};
    bool good = setrlimit(RLIMIT_FSIZE, &old) == 0 && Line(file, "12345678\n") && !file->Flush();
    good = good && file->buffered() == 3;
    const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
    if (setrlimit(RLIMIT_FSIZE, &none) != 0) _exit(3);
    good = good && file->Flush();
    _exit(good ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(Read("a"), "12345678\n");
}

TEST_F(LogFileTest, ModulesOpenThroughTheirGeneration) {
  httpd_generation generation;
  httpd_module_handle module;
  module.name = "log_config";
  EXPECT_EQ(httpd_logfile_open(&module, HTTPD_STR("CustomLog"), HTTPD_STR("logs/a")), nullptr);
  EXPECT_THAT(module.error, HasSubstr("OPEN_LOGS"));
  module.generation = &generation;
  EXPECT_EQ(httpd_logfile_open(&module, HTTPD_STR("CustomLog"), HTTPD_STR("logs/a")), nullptr);
  generation.files = &files_;
  EXPECT_NE(httpd_logfile_open(&module, HTTPD_STR("CustomLog"), HTTPD_STR("logs/a")), nullptr);
  EXPECT_EQ(httpd_logfile_open(&module, HTTPD_STR("CustomLog"), HTTPD_STR("/etc/x")), nullptr);
  EXPECT_EQ(module.error, "CustomLog /etc/x: no line of the configuration");
}

TEST_F(LogFileTest, ErrorLogOfModules) {
  httpd_module_handle module;
  module.name = "hello";
  httpd_log(&module, HTTPD_LOG_WARN, HTTPD_STR("careful\nfix: none"));
  httpd_log(nullptr, HTTPD_LOG_ERROR, HTTPD_STR("oops"));
  httpd_log(&module, HTTPD_LOG_TRACE, HTTPD_STR("hidden"));
  httpd_log(&module, 4711, HTTPD_STR("hidden"));
  const std::string log = Read("error");
  EXPECT_THAT(log, HasSubstr("[hello:warn]"));
  EXPECT_THAT(log, HasSubstr("[core:error]"));
  EXPECT_EQ(log.find("hidden"), std::string::npos);
}

}  // namespace
}  // namespace httpd::log
