// SPDX-License-Identifier: Apache-2.0
//
// The index of module copies: a start that finds everything as it was inspects and copies nothing,
// every change is seen, and an index that cannot be believed costs time and nothing else.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "integration/server_fixture.h"

extern char** environ;

namespace httpd::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

int64_t ChangedAt(const std::string& path) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0) return 0;
  return int64_t{facts.st_ctim.tv_sec} * 1'000'000'000 + facts.st_ctim.tv_nsec;
}

int64_t Now() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

class IndexTest : public ServerTest {
 protected:
  void SetUp() override {
    server_.environment = {"ASAN_OPTIONS=detect_leaks=0"};  // LeakSanitizer cannot be traced
    for (const std::string& module : server_.modules) server_.CopyModule(module);
    server_.WriteConfig();
  }

  std::string Module() const { return server_.Path("libexec/mod_mime.so"); }
  std::string IndexPath() const { return server_.Path("run/modules/index"); }

  // Files that changed within the present tick of the clock are not put into the index.
  void Settle() {
    ASSERT_TRUE(WaitUntil([&] {
      for (const auto& file : fs::directory_iterator(server_.Path("libexec"))) {
        if (Now() - ChangedAt(file.path()) < 40'000'000) return false;
      }
      return true;
    }));
  }
  // One start that leaves everything in the index.
  void Warm() {
    Settle();
    ASSERT_TRUE(server_.Start());
    server_.Finish();
    ASSERT_TRUE(FileExists(IndexPath()));
  }

  std::vector<std::string> Check() const {
    return {HttpdProgram(), "-d", server_.root(), "-f", "conf/httpd.conf", "-t"};
  }
  static bool Traceable() {
    return std::system("strace -f -o /dev/null true >/dev/null 2>&1") == 0;
  }
  // System calls that start processes, look into files or change folders.
  std::string TracePath() const { return server_.Path("trace.txt"); }
  std::vector<std::string> Traced(const std::vector<std::string>& command) const {
    std::vector<std::string> all = {
        "strace",
        "-f",
        "-qq",
        "-s",
        "300",
        "-o",
        TracePath(),
        "-e",
        "trace=clone,clone3,fork,vfork,open,openat,rename,renameat,renameat2,mkdir,mkdirat,execve"};
    all.insert(all.end(), command.begin(), command.end());
    return all;
  }
  pid_t Spawn(const std::vector<std::string>& command) const {
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    const std::string output = server_.Path("spawned.txt");
    posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                     0644);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    pid_t pid = -1;
    const int error =
        posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    return error == 0 ? pid : -1;
  }
  std::string TraceOfCheck() {
    unlink(TracePath().c_str());
    const pid_t pid = Spawn(Traced(Check()));
    int status = -1;
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    EXPECT_EQ(status, 0) << ReadFile(server_.Path("spawned.txt"));
    return ReadFile(TracePath());
  }
  // From start to serving and to the end.
  std::string TraceOfStart() {
    unlink(TracePath().c_str());
    unlink(server_.StatePath().c_str());
    const pid_t pid =
        Spawn(Traced({HttpdProgram(), "-d", server_.root(), "-f", "conf/httpd.conf", "-F"}));
    EXPECT_TRUE(WaitUntil([&] { return server_.State()["state"].String() == "serving"; }))
        << ReadFile(server_.Path("spawned.txt")) << server_.ErrorLog();
    const auto supervisor = static_cast<pid_t>(server_.State()["pid"].Int());
    EXPECT_TRUE(SendSignal(supervisor, SIGTERM));
    int status = -1;
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    EXPECT_EQ(status, 0);
    return ReadFile(TracePath());
  }
  static size_t Count(const std::string& text, std::string_view piece) {
    size_t count = 0;
    for (size_t at = 0; (at = text.find(piece, at)) != std::string::npos; ++at) ++count;
    return count;
  }
  // A call that another process interrupts has a second line without the parenthesis.
  static size_t Forks(const std::string& trace) {
    return Count(trace, " clone(") + Count(trace, " clone3(") + Count(trace, "fork(");
  }
  bool ReadsModules(const std::string& trace) const {
    return Count(trace, server_.root() + "/libexec/mod_") + Count(trace, "\"mod_mime.so\"") > 0;
  }
  static bool Inspects(const std::string& trace) {
    return Count(trace, "libhttpd_inspect.so\"") > 0;
  }
  // What lies below run/, with the times of change.
  std::map<std::string, int64_t> Run() const {
    std::map<std::string, int64_t> all;
    for (const auto& entry : fs::recursive_directory_iterator(server_.Path("run"))) {
      all[entry.path()] = ChangedAt(entry.path());
    }
    return all;
  }
};

#define SKIP_UNLESS_TRACEABLE() \
  if (!Traceable()) GTEST_SKIP() << "needs strace and the permission to trace"

TEST_F(IndexTest, AWarmStartInspectsAndCopiesNothing) {
  SKIP_UNLESS_TRACEABLE();
  Settle();
  const std::string cold = TraceOfStart();
  EXPECT_TRUE(ReadsModules(cold));
  EXPECT_TRUE(Inspects(cold));
  EXPECT_GT(Count(cold, "rename"), 0u);
  const std::string warm = TraceOfStart();
  EXPECT_FALSE(ReadsModules(warm)) << warm;
  EXPECT_FALSE(Inspects(warm)) << warm;
  EXPECT_EQ(Count(warm, server_.root() + "/run/modules/.index-"), 0u) << "nothing new to write";
  EXPECT_EQ(Count(warm, "mkdir"), 0u) << warm;
  // One process fewer: the planner.
  EXPECT_EQ(Forks(cold), Forks(warm) + 1);
}

TEST_F(IndexTest, AWarmReloadInspectsAndCopiesNothing) {
  Settle();
  ASSERT_TRUE(server_.Start());
  ASSERT_TRUE(WaitUntil([&] { return FileExists(IndexPath()); }));  // after it serves
  const auto before = Run();
  ASSERT_TRUE(server_.Reload().ok);
  for (const auto& [path, changed] : Run()) {
    if (path.find("/run/modules/") == std::string::npos) continue;
    EXPECT_EQ(before.count(path), 1u) << path;
    EXPECT_EQ(before.at(path), changed) << path;
  }
}

TEST_F(IndexTest, ACheckUsesTheIndexAndCreatesNothing) {
  SKIP_UNLESS_TRACEABLE();
  const std::string cold = TraceOfCheck();
  EXPECT_TRUE(Inspects(cold));
  EXPECT_FALSE(fs::exists(server_.Path("run/modules")));
  Warm();
  const auto before = Run();
  const std::string warm = TraceOfCheck();
  EXPECT_FALSE(Inspects(warm)) << warm;
  EXPECT_FALSE(ReadsModules(warm)) << warm;
  EXPECT_EQ(before, Run());
}

TEST_F(IndexTest, EachKindOfChangeIsSeen) {
  SKIP_UNLESS_TRACEABLE();
  Warm();
  const std::string good = ReadFile(Module());
  std::string bad = good;
  for (size_t i = 0; i < 64; ++i) bad[i] = 'x';
  const auto refused = [&](const std::string& what) {
    const ExitOutcome outcome = server_.Run({"-d", server_.root(), "-f", "conf/httpd.conf", "-t"});
    EXPECT_NE(outcome.status, 0) << what;
    EXPECT_THAT(outcome.output, HasSubstr("mod_mime.so")) << what;
  };
  std::ofstream(Module(), std::ios::binary) << bad;  // as cp: the same file, the same size
  refused("cp over it");
  std::ofstream(Module(), std::ios::binary) << good;
  EXPECT_TRUE(ReadsModules(TraceOfCheck()));
  std::ofstream(server_.Path("libexec/new"), std::ios::binary) << bad;
  fs::permissions(server_.Path("libexec/new"), fs::perms(0755));
  fs::rename(server_.Path("libexec/new"), Module());
  refused("rename");
  std::ofstream(Module(), std::ios::binary) << good;
  Warm();
  EXPECT_FALSE(ReadsModules(TraceOfCheck()));
  const timespec old[2] = {{1000, 0}, {1000, 0}};
  ASSERT_EQ(utimensat(AT_FDCWD, Module().c_str(), old, 0), 0);
  EXPECT_TRUE(ReadsModules(TraceOfCheck())) << "touch";
  chmod(Module().c_str(), 0757);
  refused("a path that is not safe any more");
}

TEST_F(IndexTest, ADamagedIndexIsMadeAnew) {
  Warm();
  const std::string bytes = ReadFile(IndexPath());
  ASSERT_GT(bytes.size(), 200u);
  for (const std::string& damaged : {std::string("rubbish"), bytes.substr(0, bytes.size() / 2)}) {
    std::ofstream(IndexPath(), std::ios::binary | std::ios::trunc) << damaged;
    ASSERT_TRUE(server_.Start());
    EXPECT_TRUE(server_.WaitForLog("HM-91"));
    EXPECT_EQ(Get(server_.port(), "/1k.txt").status, 200);
    EXPECT_TRUE(WaitUntil([&] { return ReadFile(IndexPath()).size() == bytes.size(); }));
    server_.Finish();
  }
}

TEST_F(IndexTest, AnIndexThatOthersCanWriteIsNotBelieved) {
  Warm();
  chmod(IndexPath().c_str(), 0660);
  server_.AllowLog("HM-90");
  server_.AllowLog("warning");
  ASSERT_TRUE(server_.Start());
  EXPECT_TRUE(server_.WaitForLog("HM-90"));
  EXPECT_TRUE(server_.WaitForLog("its group can write it"));
  const auto mode = [&] {
    struct stat facts {};
    return stat(IndexPath().c_str(), &facts) == 0 ? facts.st_mode & 0777 : 0;
  };
  EXPECT_TRUE(WaitUntil([&] { return mode() == 0600; })) << "not replaced by one of our own";
}

TEST_F(IndexTest, AnIndexThatCannotBeWrittenStopsNobody) {
  fs::create_directories(IndexPath() + "/in the way");
  for (const char* folder : {"run/modules", "run/modules/index"}) {
    chmod(server_.Path(folder).c_str(), 0755);
  }
  server_.AllowLog("HM-9");
  server_.AllowLog("warning");
  Settle();
  ASSERT_TRUE(server_.Start());
  EXPECT_TRUE(server_.WaitForLog("HM-92"));
  EXPECT_EQ(Get(server_.port(), "/1k.txt").status, 200);
}

TEST_F(IndexTest, ManyServersMayStartAtOnce) {
  Settle();
  constexpr size_t kServers = 5;
  std::vector<pid_t> servers;
  for (size_t i = 0; i < kServers; ++i) {
    const std::string pid_file = "PidFile run/server" + std::to_string(i) + ".pid";
    servers.push_back(Spawn(
        {HttpdProgram(), "-d", server_.root(), "-f", "conf/httpd.conf", "-c", pid_file, "-F"}));
  }
  EXPECT_TRUE(WaitUntil([&] { return Count(server_.ErrorLog(), "HP-50") == kServers; }))
      << server_.ErrorLog() << ReadFile(server_.Path("spawned.txt"));
  // The end of one takes nothing from the others: each can be loaded again from its copies.
  SendSignal(servers[0], SIGTERM);
  int status = -1;
  EXPECT_EQ(waitpid(servers[0], &status, 0), servers[0]);
  for (size_t i = 1; i < kServers; ++i) SendSignal(servers[i], SIGUSR1);
  EXPECT_TRUE(WaitUntil([&] { return Count(server_.ErrorLog(), "HP-50") == 2 * kServers - 1; }))
      << server_.ErrorLog();
  for (size_t i = 1; i < kServers; ++i) {
    SendSignal(servers[i], SIGTERM);
    EXPECT_EQ(waitpid(servers[i], &status, 0), servers[i]);
    EXPECT_EQ(status, 0);
  }
  EXPECT_THAT(server_.ErrorLog(), Not(HasSubstr("HM-")));
  ASSERT_TRUE(server_.Start());
}

TEST_F(IndexTest, TheStartupReportTellsWhetherTheIndexWasUsed) {
  const std::vector<std::string> report = {"-d", server_.root(),     "-f",    "conf/httpd.conf",
                                           "-t", "--startup-report", "--json"};
  const ExitOutcome cold = server_.Run(report);
  EXPECT_EQ(cold.status, 0) << cold.output;
  EXPECT_THAT(cold.output, HasSubstr("\"warm\":false,\"copied\":2,\"planners\":1"));
  Warm();
  const ExitOutcome warm = server_.Run(report);
  EXPECT_EQ(warm.status, 0) << warm.output;
  EXPECT_THAT(warm.output, HasSubstr("\"warm\":true,\"copied\":0,\"planners\":0"));
  EXPECT_THAT(warm.output, HasSubstr("{\"name\":\"mime\",\"inspect\":0,\"open\":"));
  EXPECT_THAT(warm.output, Not(HasSubstr("\"open\":0,"))) << "each module was opened";
  const ExitOutcome table =
      server_.Run({"-d", server_.root(), "-f", "conf/httpd.conf", "-t", "--startup-report"});
  EXPECT_THAT(table.output, HasSubstr("start-up: "));
  EXPECT_THAT(table.output, HasSubstr("reading the configuration"));
  EXPECT_THAT(table.output, HasSubstr("\nmime "));
}

}  // namespace
}  // namespace httpd::testing
