// SPDX-License-Identifier: Apache-2.0
//
// The family of processes: what each is called, who replaces whom, and what each signal does. All
// of it is watched from outside.

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "integration/background_load.h"
#include "integration/server_fixture.h"

namespace httpd::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class Processes : public ServerTest {
 protected:
  // Waits until the serving generation has `count` living workers, none of them in `not_these`.
  bool WaitForWorkers(size_t count, const std::set<pid_t>& not_these) {
    return WaitUntil([&] {
      std::vector<pid_t> now = server_.WorkerPids();
      return now.size() == count && std::all_of(now.begin(), now.end(), [&](pid_t pid) {
               return Alive(pid) && !not_these.count(pid);
             });
    });
  }
};

TEST_F(Processes, EachHasItsTitleAndAllAreCalledHttpd) {
  ASSERT_TRUE(server_.Start());
  EXPECT_THAT(Title(server_.pid()), MatchesRegex("httpd: supervisor.*"));
  EXPECT_THAT(Title(server_.GenerationPid()), MatchesRegex("httpd: generation 1.*"));
  std::vector<pid_t> workers = server_.WorkerPids();
  ASSERT_EQ(workers.size(), 2u);
  EXPECT_THAT(Title(workers[0]), MatchesRegex("httpd: worker 1\\.0.*"));
  EXPECT_THAT(Title(workers[1]), MatchesRegex("httpd: worker 1\\.1.*"));
  for (pid_t pid : {server_.pid(), server_.GenerationPid(), workers[0], workers[1]}) {
    EXPECT_EQ(Comm(pid), "httpd");
  }
  EXPECT_EQ(Children(server_.pid()), std::vector<pid_t>{server_.GenerationPid()});
}

TEST_F(Processes, ThePidFileNamesTheSupervisor) {
  ASSERT_TRUE(server_.Start());
  EXPECT_EQ(atoi(ReadFile(server_.Path("run/httpd.pid")).c_str()), server_.pid());
  server_.Finish();
  EXPECT_FALSE(FileExists(server_.Path("run/httpd.pid")));
  EXPECT_FALSE(FileExists(server_.StatePath()));
}

TEST_F(Processes, AKilledWorkerIsForkedAgain) {
  ASSERT_TRUE(server_.Start());
  server_.AllowLog("worker");
  pid_t generation = server_.GenerationPid();
  pid_t victim = server_.WorkerPids()[0];
  kill(victim, SIGKILL);
  EXPECT_TRUE(WaitForWorkers(2, {victim})) << server_.ErrorLog();
  EXPECT_EQ(server_.GenerationPid(), generation);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Get(server_.port(), "/1k.txt").status, 200);
}

// A worker is stopped first, so that what it owned when it died is known exactly.
TEST_F(Processes, KilledWorkersCostAtMostTheirOwnConnections) {
  ASSERT_TRUE(server_.Start());
  server_.AllowLog("worker");
  BackgroundLoad load(server_.port(), 32);
  ASSERT_TRUE(load.Begin());
  std::set<uint16_t> owned;
  size_t owned_in_all = 0;  // a port may come again
  for (int i = 0; i < 20; ++i) {
    std::vector<pid_t> workers = server_.WorkerPids();
    ASSERT_EQ(workers.size(), 2u);
    pid_t victim = workers[static_cast<size_t>(i) % 2];
    kill(victim, SIGSTOP);
    ASSERT_TRUE(WaitUntil([&] { return StatusLine(victim, "State")[0] == 'T'; }));
    std::set<uint16_t> ports = ClientPorts(victim);
    owned.insert(ports.begin(), ports.end());
    owned_in_all += ports.size();
    kill(victim, SIGKILL);
    ASSERT_TRUE(WaitForWorkers(2, {victim})) << "after kill " << i << "\n" << server_.ErrorLog();
    ASSERT_TRUE(load.WaitForMore(200)) << "after kill " << i;
  }
  const load::Report& report = load.End();
  for (const load::Loss& loss : report.losses) {
    EXPECT_TRUE(owned.count(loss.local_port))
        << "lost without belonging to a killed worker: " << loss.kind << ", client port "
        << loss.local_port << ", after " << loss.seconds << " s";
  }
  EXPECT_LE(report.total.Errors(), owned_in_all) << report.ToText();
  EXPECT_EQ(report.total.refused + report.total.connect_timeouts, 0u) << report.ToText();
  EXPECT_EQ(report.total.bad_bodies + report.total.bad_status, 0u) << report.ToText();
}

TEST_F(Processes, AKilledGenerationIsReplaced) {
  ASSERT_TRUE(server_.Start());
  server_.AllowLog("generation");
  server_.AllowLog("worker");
  pid_t victim = server_.GenerationPid();
  std::vector<pid_t> old_workers = server_.WorkerPids();
  kill(victim, SIGKILL);
  ASSERT_TRUE(WaitUntil([&] {
    pid_t now = server_.GenerationPid();
    return now > 0 && now != victim && Alive(now) && server_.State()["state"].String() == "serving";
  })) << server_.ErrorLog();
  EXPECT_TRUE(WaitForWorkers(2, {old_workers.begin(), old_workers.end()}));
  EXPECT_EQ(Get(server_.port(), "/1k.txt").status, 200);
  EXPECT_TRUE(WaitUntil([&] {
    return std::none_of(old_workers.begin(), old_workers.end(), Alive);
  })) << "workers of the dead generation live on";
}

TEST_F(Processes, WithoutASupervisorTheRestDrainsAndEnds) {
  ASSERT_TRUE(server_.Start());
  server_.AllowLog("supervisor");
  std::vector<pid_t> rest = Descendants(server_.pid());
  ASSERT_EQ(rest.size(), 3u);
  Wire wire(server_.port());
  const char kRequest[] = "GET /1k.txt HTTP/1.1\r\nHost: localhost\r\n\r\n";
  EXPECT_EQ(wire.Ask(kRequest).status, 200);
  server_.Signal(SIGKILL);
  EXPECT_EQ(server_.WaitForExit().status, 128 + SIGKILL);
  EXPECT_TRUE(WaitUntil([&] { return std::none_of(rest.begin(), rest.end(), Alive); }))
      << "still there: " << Title(rest[0]) << ", " << Title(rest[1]) << ", " << Title(rest[2]);
  EXPECT_FALSE(wire.reset());
}

TEST_F(Processes, AfterAKilledSupervisorTheServerCanBeStartedAgain) {
  ASSERT_TRUE(server_.Start());
  server_.AllowLog("supervisor");
  std::vector<pid_t> rest = Descendants(server_.pid());
  server_.Signal(SIGKILL);
  server_.WaitForExit();
  ASSERT_TRUE(WaitUntil([&] { return std::none_of(rest.begin(), rest.end(), Alive); }));
  pid_t before = atoi(ReadFile(server_.Path("run/httpd.pid")).c_str());
  // The state file of the dead server must not be taken for the new one's.
  unlink(server_.StatePath().c_str());
  ASSERT_TRUE(server_.Start()) << "stale pid file of " << before;
  EXPECT_EQ(Get(server_.port(), "/1k.txt").status, 200);
}

TEST_F(Processes, GracefulAndRestartSwapTheGeneration) {
  ASSERT_TRUE(server_.Start());
  uint16_t port = server_.port();
  pid_t supervisor = server_.pid(), first = server_.GenerationPid();
  for (int number : {SIGUSR1, SIGHUP}) {
    ReloadOutcome outcome = server_.Reload(number);
    EXPECT_TRUE(outcome.ok) << outcome.error;
    EXPECT_TRUE(server_.WaitUntilDrained());
    EXPECT_NE(server_.GenerationPid(), first);
    EXPECT_EQ(server_.port(), port);
    EXPECT_EQ(Get(port, "/1k.txt").status, 200);
  }
  EXPECT_EQ(server_.pid(), supervisor);
  EXPECT_EQ(server_.GenerationId(), 3);
  EXPECT_THAT(Title(server_.GenerationPid()), MatchesRegex("httpd: generation 3.*"));
}

TEST_F(Processes, TermStopsAtOnce) {
  ASSERT_TRUE(server_.Start());
  Wire idle(server_.port());
  server_.Signal(SIGTERM);
  EXPECT_EQ(server_.WaitForExit().status, 0);
}

TEST_F(Processes, InterruptStopsAtOnce) {
  ASSERT_TRUE(server_.Start());
  server_.Signal(SIGINT);
  EXPECT_EQ(server_.WaitForExit().status, 0);
}

// Ctrl-C reaches the whole foreground group; only the supervisor acts on it, so the end is orderly.
TEST_F(Processes, InterruptToTheWholeGroupIsAnOrderlyEnd) {
  ASSERT_TRUE(server_.Start());
  kill(-server_.pid(), SIGINT);
  EXPECT_EQ(server_.WaitForExit().status, 0);
}

TEST_F(Processes, WindowChangeStopsGracefully) {
  server_.Write("htdocs/big.bin", std::string(16u << 20, 'b'));
  ASSERT_TRUE(server_.Start());
  uint16_t port = server_.port();
  Wire wire(port);
  ASSERT_TRUE(wire.Send("GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  char first;
  ASSERT_TRUE(WaitUntil([&] { return recv(wire.fd(), &first, 1, MSG_PEEK | MSG_DONTWAIT) == 1; }));
  server_.Signal(SIGWINCH);
  ASSERT_TRUE(WaitUntil([&] { return !Wire(port).connected() || !Alive(server_.pid()); }))
      << "still accepting";
  Answer answer = wire.Read();
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(answer.body.size(), 16u << 20);
  EXPECT_EQ(server_.WaitForExit().status, 0);
}

TEST_F(Processes, LogsAreReopenedAfterARename) {
  server_.modules = {"mime", "dir", "log_config"};
  server_.extra = "CustomLog logs/access.log \"%r\"\n";
  ASSERT_TRUE(server_.Start());
  uint16_t port = server_.port();
  pid_t generation = server_.GenerationPid();
  Get(port, "/1k.txt?before");
  std::string access = server_.Path("logs/access.log"), error = server_.Path("logs/error.log");
  ASSERT_TRUE(WaitUntil([&] { return ReadFile(access).find("?before") != std::string::npos; }));
  rename(access.c_str(), (access + ".1").c_str());
  rename(error.c_str(), (error + ".1").c_str());
  server_.Signal(SIGUSR2);
  ASSERT_TRUE(WaitUntil([&] { return FileExists(access) && FileExists(error); }));
  // The worker may still write a line to the old file until it has the new descriptor.
  EXPECT_TRUE(WaitUntil([&] {
    Get(port, "/1k.txt?after");
    return ReadFile(access).find("?after") != std::string::npos;
  }));
  EXPECT_EQ(server_.GenerationPid(), generation) << "reopening logs is no reload";
  EXPECT_EQ(server_.GenerationId(), 1);
  struct stat info;
  ASSERT_EQ(stat(access.c_str(), &info), 0);
  EXPECT_EQ(info.st_uid, geteuid()) << "a reopened log belongs to the server's owner";
}

TEST_F(Processes, AFailedReloadLeavesTheOldOneServingAndSaysWhy) {
  ASSERT_TRUE(server_.Start());
  server_.AllowLog("");  // the refusal is an error, and it is several lines
  pid_t generation = server_.GenerationPid();
  server_.WriteConfig(server_.ConfigText() + "NoSuchDirective on\n");
  BackgroundLoad load(server_.port(), 8);
  ASSERT_TRUE(load.Begin());
  ReloadOutcome outcome = server_.Reload();
  EXPECT_TRUE(outcome.finished);
  EXPECT_FALSE(outcome.ok);
  EXPECT_THAT(outcome.error, HasSubstr("NoSuchDirective"));
  EXPECT_THAT(server_.ErrorLog(), HasSubstr("NoSuchDirective"));
  EXPECT_THAT(server_.ErrorLog(), HasSubstr("httpd.conf:"));
  EXPECT_EQ(server_.GenerationPid(), generation);
  EXPECT_TRUE(load.WaitForMore(200));
  EXPECT_EQ(load.End().total.Errors(), 0u);
  server_.WriteConfig();
  EXPECT_TRUE(server_.Reload().ok) << "a failed reload must not spoil the next";
}

TEST_F(Processes, ASecondServerOnTheSamePortIsRefused) {
  ASSERT_TRUE(server_.Start());
  TestServer second;
  second.listen = "127.0.0.1:" + std::to_string(server_.port());
  ExitOutcome outcome = second.StartAndFail();
  EXPECT_TRUE(outcome.exited);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr(std::to_string(server_.port())));
  EXPECT_THAT(outcome.output, HasSubstr("in use"));
  EXPECT_THAT(outcome.output, HasSubstr("fix:"));
  EXPECT_EQ(Get(server_.port(), "/1k.txt").status, 200);
}

TEST_F(Processes, ASecondServerWithTheSamePidFileIsRefused) {
  ASSERT_TRUE(server_.Start());
  TestServer second;
  second.extra = "PidFile \"" + server_.Path("run/httpd.pid") + "\"\n";
  ExitOutcome outcome = second.StartAndFail();
  EXPECT_TRUE(outcome.exited);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("httpd.pid"));
  EXPECT_THAT(outcome.output, HasSubstr(std::to_string(server_.pid())));
  EXPECT_EQ(atoi(ReadFile(server_.Path("run/httpd.pid")).c_str()), server_.pid());
}

TEST_F(Processes, ACrashNamesModuleHookAndRequest) {
  server_.modules = {"mime", "dir", "crash"};
  server_.environment = {"ASAN_OPTIONS=handle_segv=0:allow_user_segv_handler=1"};
  ASSERT_TRUE(server_.Start());
  server_.AllowLog("worker");
  server_.AllowLog("crash");
  std::vector<pid_t> before = server_.WorkerPids();
  Wire wire(server_.port());
  ASSERT_TRUE(wire.Send("GET /crash HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  EXPECT_EQ(wire.ReadAll(), "");
  ASSERT_TRUE(server_.WaitForLog("GET /crash HTTP/1.1")) << server_.ErrorLog();
  std::string line = server_.LogLine("GET /crash HTTP/1.1");
  EXPECT_THAT(line, HasSubstr("module crash"));
  EXPECT_THAT(line, HasSubstr("handler"));
  EXPECT_THAT(line, HasSubstr("signal 11"));
  EXPECT_TRUE(WaitUntil([&] {
    std::vector<pid_t> now = server_.WorkerPids();
    return now.size() == 2 && now != before && Alive(now[0]) && Alive(now[1]);
  }));
  EXPECT_EQ(Get(server_.port(), "/1k.txt").status, 200);
}

// A log line is made of what a client sent; it must stay one line.
TEST_F(Processes, ABlameLineCannotBeForged) {
  server_.modules = {"mime", "dir", "crash"};
  server_.environment = {"ASAN_OPTIONS=handle_segv=0:allow_user_segv_handler=1"};
  ASSERT_TRUE(server_.Start());
  server_.AllowLog("worker");
  server_.AllowLog("crash");
  Wire wire(server_.port());
  ASSERT_TRUE(wire.Send("GET /crash?\x1b[2J\x80 HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  wire.ReadAll();
  // Whether refused as malformed or crashed: no escape character reaches the log.
  EXPECT_EQ(Get(server_.port(), "/1k.txt").status, 200);
  EXPECT_EQ(server_.ErrorLog().find('\x1b'), std::string::npos);
}

TEST_F(Processes, WorkersGiveUpPrivileges) {
  SKIP_UNLESS_ROOT();
  ASSERT_TRUE(server_.Start());
  EXPECT_EQ(EffectiveUid(server_.pid()), 0u);
  std::vector<pid_t> unprivileged = server_.WorkerPids();
  unprivileged.push_back(server_.GenerationPid());
  for (pid_t pid : unprivileged) {
    EXPECT_NE(EffectiveUid(pid), 0u) << Title(pid);
    EXPECT_EQ(StatusLine(pid, "CapEff"), "0000000000000000") << Title(pid);
    EXPECT_EQ(StatusLine(pid, "CapPrm"), "0000000000000000") << Title(pid);
    EXPECT_EQ(StatusLine(pid, "NoNewPrivs"), "1") << Title(pid);
    std::string uids = StatusLine(pid, "Uid");
    EXPECT_EQ(uids.find("\t0"), std::string::npos) << "saved user id: " << uids;
  }
}

TEST_F(Processes, UserRootIsRefused) {
  SKIP_UNLESS_ROOT();
  server_.extra = "User root\n";
  ExitOutcome outcome = server_.StartAndFail();
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("root"));
  EXPECT_THAT(outcome.output, HasSubstr("fix:"));
  EXPECT_THAT(outcome.output, HasSubstr("httpd.conf:"));
}

TEST_F(Processes, AllSlotsAreServedAfterManyKills) {
  server_.workers = 4;
  ASSERT_TRUE(server_.Start());
  server_.AllowLog("worker");
  for (int round = 0; round < 3; ++round) {
    std::vector<pid_t> victims = server_.WorkerPids();
    for (pid_t victim : victims) kill(victim, SIGKILL);
    ASSERT_TRUE(WaitForWorkers(4, {victims.begin(), victims.end()})) << server_.ErrorLog();
  }
  // With a slot that nobody polls, one connect in four would hang.
  for (int i = 0; i < 100; ++i) ASSERT_EQ(Get(server_.port(), "/1k.txt").status, 200) << i;
}

}  // namespace
}  // namespace httpd::testing
