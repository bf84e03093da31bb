// SPDX-License-Identifier: Apache-2.0
//
// What a worker does for modules beside requests: timers, watched descriptors, tasks, posts,
// metrics and tokens, with clients that leave, workers that are killed and generations that go.

#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <sstream>

#include "integration/module_test.h"

namespace httpd::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Services : public ModuleTest {
 protected:
  Services() { server_.modules = {"mime", "dir", "services"}; }

  std::vector<std::string> LogLines(std::string_view text) {
    std::vector<std::string> found;
    std::istringstream log(server_.ErrorLog());
    for (std::string line; std::getline(log, line);) {
      if (line.find(text) != std::string::npos) found.push_back(line);
    }
    return found;
  }
  static void Kill(pid_t pid) { ASSERT_TRUE(SendSignal(pid, SIGKILL)) << "no such worker"; }
  static pid_t PidOf(const std::string& line) {
    const size_t at = line.find("[pid ");
    return at == std::string::npos ? -1 : std::stoi(line.substr(at + 5));
  }
  // The token that /services/wait has written, once there are `count` of them.
  std::string Token(size_t count) {
    EXPECT_TRUE(WaitUntil([&] { return LogLines("] token ").size() >= count; }));
    const std::string line = LogLines("] token ").back();
    const size_t at = line.find("] token ") + 8;
    return line.substr(at, line.find('.', at) - at);
  }
  int Ticks() { return std::stoi(Body("/services/ticks")); }
};

TEST_F(Services, TasksRunBesideTheLoopAndCanBeCancelled) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  EXPECT_EQ(Body("/services/offload"), "done");
  EXPECT_EQ(Body("/services/cancel"), "cancelled");
  EXPECT_EQ(Body("/services/cancel-waiting"), "never ran");
}

TEST_F(Services, MoreTasksThanTheQueueTakesAreRefused) {
  server_.AllowLog("1024 tasks wait already");
  ASSERT_NO_FATAL_FAILURE(Begin());
  EXPECT_EQ(Body("/services/too-many"), "limit");
  EXPECT_THAT(server_.LogLine("1024 tasks wait"), HasSubstr("httpd_offload() called by services"));
}

TEST_F(Services, ATaskIsCancelledWhenItsClientLeaves) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  std::optional<Wire> client(port_);
  ASSERT_TRUE(client->Send(Request("GET", "/services/leave")));
  ASSERT_TRUE(server_.WaitForLog("task was handed over"));
  client.reset();
  EXPECT_TRUE(server_.WaitForLog("task was cancelled"));
}

TEST_F(Services, ATaskThatBlocksDoesNotHoldUpTheEnd) {
  server_.workers = 1;
  ASSERT_NO_FATAL_FAILURE(Begin());
  EXPECT_EQ(Body("/services/blocking"), "blocked");
  EXPECT_TRUE(server_.Reload().ok);
  EXPECT_TRUE(server_.WaitUntilDrained());
  EXPECT_THAT(server_.LogLine("[HS-60]"), HasSubstr("a task of module services"));
}

TEST_F(Services, AWorkerThatEndsCallsDoneOfItsTasks) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  Wire client(port_);
  ASSERT_TRUE(client.Send(Request("GET", "/services/leave")));
  ASSERT_TRUE(server_.WaitForLog("task was handed over"));
  server_.Signal(SIGTERM);
  EXPECT_TRUE(server_.WaitForExit().exited);
  EXPECT_THAT(server_.ErrorLog(), HasSubstr("task was cancelled"));
}

TEST_F(Services, TimersOfAWorkerFireAndThoseOfARequestEndWithIt) {
  server_.workers = 1;
  ASSERT_NO_FATAL_FAILURE(Begin());
  EXPECT_EQ(Body("/services/timers"), "stopped");
  const int ticks = Ticks();
  // One every 5 milliseconds at most: those of the request would have fired long before.
  EXPECT_TRUE(WaitUntil([&] { return Ticks() > ticks + 150; }));
  EXPECT_THAT(server_.ErrorLog(), Not(HasSubstr("timer of an ended request")));
}

TEST_F(Services, ATimerOfTheGenerationMovesWhenItsWorkerIsKilled) {
  server_.AllowLog("HP-32");
  server_.workers = 3;
  ASSERT_NO_FATAL_FAILURE(Begin());
  ASSERT_TRUE(WaitUntil([&] { return LogLines("generation tick").size() >= 5; }));
  std::vector<std::string> before = LogLines("generation tick");
  const pid_t leader = PidOf(before.front());
  for (const std::string& line : before) EXPECT_EQ(PidOf(line), leader);
  const auto killed = std::chrono::steady_clock::now();
  ASSERT_NO_FATAL_FAILURE(Kill(leader));
  const auto moved = [&] { return PidOf(LogLines("generation tick").back()) != leader; };
  EXPECT_TRUE(WaitUntil(moved));
  EXPECT_LT(std::chrono::steady_clock::now() - killed, std::chrono::seconds(2));
  const pid_t next = PidOf(LogLines("generation tick").back());
  const size_t now = LogLines("generation tick").size();
  ASSERT_TRUE(WaitUntil([&] { return LogLines("generation tick").size() >= now + 5; }));
  for (size_t i = now; i < now + 5; ++i) EXPECT_EQ(PidOf(LogLines("generation tick")[i]), next);
  EXPECT_EQ(LogLines("generation once").size(), 1u) << "a respawned worker fired it again";
}

TEST_F(Services, TheMonitorHookRunsInOneWorker) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  ASSERT_TRUE(server_.WaitForLog("monitor ran", std::chrono::seconds(20)));
  EXPECT_EQ(LogLines("monitor ran").size(), 1u);
}

TEST_F(Services, DescriptorsAreWatched) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  EXPECT_EQ(Body("/services/pipe"), "through the pipe");
  EXPECT_EQ(Body("/services/broken-pipe"), "error was told");
}

TEST_F(Services, PostsOfAThreadStayInOrder) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  EXPECT_EQ(Body("/services/thread"), "0123456789");
}

TEST_F(Services, MetricsAreSharedAndOutliveAWorker) {
  server_.AllowLog("HP-32");
  ASSERT_NO_FATAL_FAILURE(Begin());
  for (int i = 0; i < 10; ++i) Body("/services/metrics");
  const std::string text = Body("/services/metrics");
  EXPECT_THAT(text, HasSubstr("httpd_services_busy{} 11\n"));
  EXPECT_THAT(text, HasSubstr("httpd_services_sizes{} 22\nbucket 10: 11 sum 847\n"
                              "bucket 100: 11 sum 847\nbucket -1: 0 sum 847\n"));
  EXPECT_THAT(text, HasSubstr("httpd_services_ticks_total{shared} "));
  EXPECT_THAT(text, HasSubstr("httpd_core_requests_total{} 10\n"));
  EXPECT_THAT(text, HasSubstr("httpd_core_open_connections{} "));
  const std::vector<pid_t> before = server_.WorkerPids();
  for (const pid_t pid : before) ASSERT_NO_FATAL_FAILURE(Kill(pid));
  ASSERT_TRUE(WaitUntil([&] {
    const std::vector<pid_t> now = server_.WorkerPids();
    return now.size() == 2 && std::none_of(now.begin(), now.end(), [&](pid_t pid) {
             return std::count(before.begin(), before.end(), pid) > 0;
           });
  }));
  EXPECT_THAT(Body("/services/metrics"), HasSubstr("httpd_services_busy{} 1\n"))
      << "what the gauges of dead workers said is gone";
  EXPECT_THAT(Body("/services/metrics"), Not(HasSubstr("sum 0\n"))) << "histograms stay";
}

TEST_F(Services, LevelsAreOfModulesAndPlaces) {
  server_.log_level = "warn";
  server_.extra = "<Location /services>\nLogLevel services:debug\n</Location>\n";
  ASSERT_NO_FATAL_FAILURE(Begin());
  EXPECT_EQ(Body("/services/log"), "0 1 0") << "wanted at that place, not outside";
  EXPECT_THAT(server_.LogLine("an event"),
              HasSubstr("an event key=\"a \\\"b\\\"\\n\xff\" size=\"12\" [SVC-01]"));
  EXPECT_THAT(server_.LogLine("an event"), HasSubstr("[services:debug] [pid "));
  EXPECT_THAT(server_.LogLine("an event"), HasSubstr("[client 127.0.0.1:"));
  EXPECT_NE(server_.LogLine("a line about a request"), "");
  EXPECT_EQ(server_.LogLine("without request"), "");
  EXPECT_EQ(server_.LogLine("generation tick"), "") << "info is not wanted outside the place";
}

TEST_F(Services, LevelsOfTheMainServerHoldOutsideRequests) {
  server_.log_level = "warn services:debug";
  server_.extra = "<Location /services>\nLogLevel warn\n</Location>\n";
  ASSERT_NO_FATAL_FAILURE(Begin());
  EXPECT_EQ(Body("/services/log"), "0 0 1") << "a plain level takes the module's back";
  EXPECT_NE(server_.LogLine("without request"), "");
  EXPECT_EQ(server_.LogLine("an event"), "");
}

TEST_F(Services, TheErrorLogCanBeJson) {
  server_.log_level = "info services:debug";
  server_.extra = "ErrorLogFormat json\n";
  ASSERT_NO_FATAL_FAILURE(Begin());
  EXPECT_EQ(Body("/services/log"), "0 1 1");
  ASSERT_TRUE(server_.WaitForLog("an event"));
  const Json event = Json::Parse(server_.LogLine("an event"));
  EXPECT_EQ(event["level"].String(), "debug");
  EXPECT_EQ(event["module"].String(), "services");
  EXPECT_EQ(event["code"].String(), "SVC-01");
  EXPECT_EQ(event["message"].String(), "an event");
  EXPECT_THAT(event["client"].String(), HasSubstr("127.0.0.1:"));
  EXPECT_GT(event["pid"].Int(), 1);
  EXPECT_EQ(event["fields"]["size"].String(), "12");
  EXPECT_THAT(server_.LogLine("an event"), HasSubstr("\"key\":\"a \\\"b\\\"\\u000a\xef\xbf\xbd\""));
  std::istringstream log(server_.ErrorLog());
  for (std::string line; std::getline(log, line);) {
    EXPECT_TRUE(Json::Parse(line).IsObject()) << line;
  }
}

TEST_F(Services, ATokenIsGoodOnce) {
  server_.log_level = "info";
  ASSERT_NO_FATAL_FAILURE(Begin());
  EXPECT_EQ(Body("/services/resume-twice"), "0 -22");
  EXPECT_THAT(server_.LogLine("resumed before, or has ended"),
              HasSubstr("httpd_request_resume() called by services"));
}

TEST_F(Services, ATokenEndsWithItsRequest) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  std::optional<Wire> client(port_);
  ASSERT_TRUE(client->Send(Request("GET", "/services/cancel-then-resume")));
  ASSERT_TRUE(server_.WaitForLog("waits for its client to leave"));
  client.reset();
  EXPECT_TRUE(server_.WaitForLog("resume after cancel -22"));
}

TEST_F(Services, ATokenOfAnotherWorkerOrGenerationIsStale) {
  server_.AllowLog("the token is of another worker or generation; it answered HTTPD_ERR_STALE");
  ASSERT_NO_FATAL_FAILURE(Begin());
  Wire client(port_);
  ASSERT_TRUE(client.Send(Request("GET", "/services/wait")));
  const std::string token = Token(1);
  // Another worker has another identity, so it refuses; its own resumes it, once.
  int stale = 0;
  int good = 0;
  ASSERT_TRUE(WaitUntil([&] {
    const std::string answer = Body("/services/resume?" + token);
    stale += answer == "-22";
    good += answer == "0";
    return good == 1;
  }));
  EXPECT_EQ(client.Read().body, "resumed");
  EXPECT_EQ(Body("/services/resume?" + token), "-22");

  Wire old(port_);
  ASSERT_TRUE(old.Send(Request("GET", "/services/wait")));
  const std::string of_old = Token(2);
  ASSERT_TRUE(server_.Reload().ok);
  // The old generation's workers would still know it.
  ASSERT_TRUE(WaitUntil([&] { return LogLines("takes no more connections").size() == 2; }));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Body("/services/resume?" + of_old), "-22");
  EXPECT_THAT(server_.ErrorLog(), HasSubstr("the token is of another worker or generation"));
}

TEST_F(Services, MisuseIsAnsweredAndLogged) {
  server_.workers = 1;
  server_.AllowLog("called by services");
  ASSERT_NO_FATAL_FAILURE(Begin());
  EXPECT_EQ(Status("/services/dead-task"), 200);
  EXPECT_EQ(Body("/services/misuse"),
            "timer twice -22, timer NULL -16, flags 2, fn 1, file 1, task NULL -16, dead task -22, "
            "post NULL -16, long -21, late subscription -19, late metric -19, counter -16, "
            "set -16, observe -16, no token -22");
  for (const char* function :
       {"httpd_timer_stop() ", "httpd_timer_start() ", "httpd_request_timer() ",
        "httpd_watch_start() ", "httpd_task_cancel() ", "httpd_post() ", "httpd_broadcast() ",
        "httpd_broadcast_subscribe() ", "httpd_metric_add() ", "httpd_metric_count() ",
        "httpd_metric_set() ", "httpd_metric_observe() ", "httpd_request_resume() "}) {
    EXPECT_THAT(server_.LogLine(std::string(function) + "called by services"), Not("")) << function;
  }
}

TEST_F(Services, AThreadMayNotCallWhatIsTheLoops) {
  SKIP_UNLESS_FAULTS();
  server_.AllowLog("[HS-33]");
  ASSERT_NO_FATAL_FAILURE(Begin());
  EXPECT_EQ(Status("/services/wrong-thread"), 410);
  EXPECT_THAT(server_.LogLine("[HS-33]"), HasSubstr("httpd_timer_start()"));
}

class LongPoll : public Services {
 protected:
  LongPoll() { server_.modules = {"mime", "dir", "longpoll"}; }

  // Clients on both workers hear what was said to one of them.
  void ExpectHeardByAll(const std::string& text) {
    constexpr size_t kClients = 24;
    const size_t before = LogLines("a waiter came").size();
    std::vector<std::unique_ptr<Wire>> clients;
    for (size_t i = 0; i < kClients; ++i) {
      clients.push_back(std::make_unique<Wire>(port_));
      ASSERT_TRUE(clients.back()->Send(Request("GET", "/longpoll/wait")));
    }
    const auto all = [&] { return LogLines("a waiter came").size() == before + kClients; };
    ASSERT_TRUE(WaitUntil(all));
    EXPECT_THAT(Body("/longpoll/say?" + text), HasSubstr(" 0"));
    for (auto& client : clients) EXPECT_EQ(client->Read().body, text);
    std::vector<pid_t> workers;
    for (const std::string& line : LogLines("a waiter came")) workers.push_back(PidOf(line));
    std::sort(workers.begin(), workers.end());
    EXPECT_NE(workers.front(), workers.back()) << "all waited in one worker";
  }
};

TEST_F(LongPoll, IsResumedByWhatAnotherWorkerSends) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  ExpectHeardByAll("hello");
  ExpectHeardByAll("again");
}

TEST_F(LongPoll, ARespawnedWorkerTakesPartAgain) {
  server_.AllowLog("HP-32");
  ASSERT_NO_FATAL_FAILURE(Begin());
  const std::vector<pid_t> before = server_.WorkerPids();
  ASSERT_EQ(before.size(), 2u);
  ASSERT_NO_FATAL_FAILURE(Kill(before[0]));
  ASSERT_TRUE(WaitUntil([&] {
    const std::vector<pid_t> now = server_.WorkerPids();
    return now.size() == 2 && std::count(now.begin(), now.end(), before[0]) == 0;
  }));
  ExpectHeardByAll("back");
}

TEST_F(LongPoll, AFloodArrivesInOrder) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  const int sent = std::stoi(Body("/longpoll/flood"));
  EXPECT_GT(sent, 20);
  EXPECT_LT(sent, 1000) << "nobody said that too much is under way";
  // Both workers have all of it.
  const auto complete = [&](int worker) {
    return WaitUntil([&] {
      const std::string answer = Body("/longpoll/flooded");
      return answer == std::to_string(worker) + ": " + std::to_string(sent) + " 0 0";
    });
  };
  EXPECT_TRUE(complete(0));
  EXPECT_TRUE(complete(1));
}

TEST_F(LongPoll, AStreamIsWrittenByATimer) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  Answer answer = Fetch("/longpoll/stream?20");
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(answer.body.size(), 20 * 6u);
  std::optional<Wire> leaver(port_);
  const size_t ended = LogLines("the timer of a stream ended").size();
  ASSERT_TRUE(leaver->Send(Request("GET", "/longpoll/stream?100000")));
  leaver.reset();
  EXPECT_TRUE(WaitUntil([&] { return LogLines("the timer of a stream ended").size() > ended; }));
}

TEST_F(LongPoll, AGenerationFinishesWhatWaitsInIt) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  std::optional<Wire> waiter(port_);
  ASSERT_TRUE(waiter->Send(Request("GET", "/longpoll/wait")));
  ASSERT_TRUE(server_.WaitForLog("a waiter came"));
  Wire stream(port_);
  ASSERT_TRUE(stream.Send(Request("GET", "/longpoll/stream?100")));
  ASSERT_TRUE(server_.Reload().ok);
  Answer answer = stream.Read();
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(answer.body.size(), 100 * 6u);
  waiter.reset();
  EXPECT_TRUE(server_.WaitForLog("a waiter left"));
  EXPECT_TRUE(server_.WaitUntilDrained());
}

}  // namespace
}  // namespace httpd::testing
