// SPDX-License-Identifier: Apache-2.0
//
// The load client is the judge of the swap and crash tests, so each of its verdicts is provoked
// here by a server that behaves in exactly that way.

#include "load/load_client.h"

#include <gtest/gtest.h>

#include "load/scripted_server.h"

namespace httpd::load {
namespace {

using std::chrono::milliseconds;

Options OptionsFor(const ScriptedServer& server, uint64_t requests) {
  Options options;
  options.port = server.port();
  options.connections = 1;
  options.requests = requests;
  options.duration = milliseconds(5000);
  options.answer_timeout = milliseconds(3000);
  return options;
}

void ServeWell(int fd, int) {
  while (ScriptedServer::ReadRequest(fd))
    ScriptedServer::Write(fd, ScriptedServer::Answer("hello"));
}

TEST(LoadClient, CountsGoodAnswersOnKeptAliveConnections) {
  ScriptedServer server(ServeWell);
  Options options = OptionsFor(server, 200);
  options.connections = 4;
  options.expected_body = "hello";
  Report report = RunLoad(options);
  EXPECT_EQ(report.total.answered, 200u);
  EXPECT_EQ(report.total.connects, 4u);
  EXPECT_EQ(report.total.Errors(), 0u) << report.ToText();
  EXPECT_EQ(report.latency.count(), 200u);
  EXPECT_EQ(report.connections.size(), 4u);
  EXPECT_EQ(server.accepted(), 4);
}

TEST(LoadClient, PipelinesAndMatchesAnswersInOrder) {
  ScriptedServer server(ServeWell);
  Options options = OptionsFor(server, 300);
  options.pipeline = 16;
  options.expected_body = "hello";
  Report report = RunLoad(options);
  EXPECT_EQ(report.total.answered, 300u);
  EXPECT_EQ(report.total.Errors(), 0u) << report.ToText();
}

TEST(LoadClient, CountsAReset) {
  ScriptedServer server([](int fd, int nth) {
    if (nth > 0) return ServeWell(fd, nth);
    ScriptedServer::ReadRequest(fd);
    ScriptedServer::Reset(fd);
  });
  Report report = RunLoad(OptionsFor(server, 5));
  EXPECT_EQ(report.total.resets, 1u) << report.ToText();
  EXPECT_EQ(report.total.Errors(), 1u);
  EXPECT_EQ(report.total.answered, 4u);
  ASSERT_EQ(report.losses.size(), 1u);
  EXPECT_NE(report.losses[0].local_port, 0);
}

TEST(LoadClient, CountsAShortBody) {
  ScriptedServer server([](int fd, int nth) {
    if (nth > 0) return ServeWell(fd, nth);
    ScriptedServer::ReadRequest(fd);
    ScriptedServer::Write(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
  });
  Report report = RunLoad(OptionsFor(server, 5));
  EXPECT_EQ(report.total.short_bodies, 1u) << report.ToText();
  EXPECT_EQ(report.total.Errors(), 1u);
}

TEST(LoadClient, CountsAShortChunkedBody) {
  ScriptedServer server([](int fd, int nth) {
    if (nth > 0) return ServeWell(fd, nth);
    ScriptedServer::ReadRequest(fd);
    ScriptedServer::Write(fd,
                          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  });
  Report report = RunLoad(OptionsFor(server, 5));
  EXPECT_EQ(report.total.short_bodies, 1u) << report.ToText();
  EXPECT_EQ(report.total.Errors(), 1u);
}

TEST(LoadClient, CountsAnUnansweredRequestWhenTheConnectionEnds) {
  ScriptedServer server([](int fd, int nth) {
    ScriptedServer::ReadRequest(fd);
    if (nth > 0) {
      ScriptedServer::Write(fd, ScriptedServer::Answer("hello"));
      ServeWell(fd, nth);
    }
  });
  Report report = RunLoad(OptionsFor(server, 5));
  EXPECT_EQ(report.total.unanswered, 1u) << report.ToText();
  EXPECT_EQ(report.total.Errors(), 1u);
}

TEST(LoadClient, CountsAnUnansweredRequestWhenTimeRunsOut) {
  ScriptedServer server([](int fd, int nth) {
    if (nth > 0) return ServeWell(fd, nth);
    ScriptedServer::WaitForClient(fd);
  });
  Options options = OptionsFor(server, 5);
  options.answer_timeout = milliseconds(100);
  Report report = RunLoad(options);
  EXPECT_EQ(report.total.unanswered, 1u) << report.ToText();
  EXPECT_EQ(report.total.Errors(), 1u);
  EXPECT_EQ(report.total.answered, 4u);
}

TEST(LoadClient, CountsEveryRequestThatWasInFlight) {
  ScriptedServer server([](int fd, int nth) {
    if (nth > 0) return ServeWell(fd, nth);
    for (int i = 0; i < 4; ++i) ScriptedServer::ReadRequest(fd);
  });
  Options options = OptionsFor(server, 8);
  options.pipeline = 4;
  Report report = RunLoad(options);
  EXPECT_EQ(report.total.unanswered, 4u) << report.ToText();
  EXPECT_EQ(report.total.answered, 4u);
}

TEST(LoadClient, AnAnnouncedCloseIsHonouredAndNoError) {
  ScriptedServer server([](int fd, int) {
    ScriptedServer::ReadRequest(fd);
    ScriptedServer::Write(fd, ScriptedServer::Answer("hello", "Connection: close\r\n"));
  });
  Options options = OptionsFor(server, 10);
  options.expected_body = "hello";
  Report report = RunLoad(options);
  EXPECT_EQ(report.total.answered, 10u);
  EXPECT_EQ(report.total.announced, 10u);
  EXPECT_EQ(report.total.Errors(), 0u) << report.ToText();
}

TEST(LoadClient, RequestsPipelinedBehindAnAnnouncedCloseAreSentAgain) {
  ScriptedServer server([](int fd, int nth) {
    ScriptedServer::ReadRequest(fd);
    ScriptedServer::Write(fd,
                          ScriptedServer::Answer("hello", nth == 0 ? "Connection: close\r\n" : ""));
    ServeWell(fd, nth);
  });
  Options options = OptionsFor(server, 12);
  options.pipeline = 4;
  Report report = RunLoad(options);
  EXPECT_EQ(report.total.answered, 12u) << report.ToText();
  EXPECT_EQ(report.total.Errors(), 0u) << report.ToText();
}

TEST(LoadClient, ABodyDelimitedByTheEndIsComplete) {
  ScriptedServer server([](int fd, int) {
    ScriptedServer::ReadRequest(fd);
    ScriptedServer::Write(fd, "HTTP/1.1 200 OK\r\n\r\nhello");
  });
  Options options = OptionsFor(server, 3);
  options.expected_body = "hello";
  Report report = RunLoad(options);
  EXPECT_EQ(report.total.answered, 3u);
  EXPECT_EQ(report.total.Errors(), 0u) << report.ToText();
}

TEST(LoadClient, ClosingAnIdleConnectionIsNoError) {
  ScriptedServer server([](int fd, int) {
    ScriptedServer::ReadRequest(fd);
    ScriptedServer::Write(fd, ScriptedServer::Answer("hello"));
  });
  Options options = OptionsFor(server, 3);
  options.think_time = milliseconds(100);
  Report report = RunLoad(options);
  EXPECT_EQ(report.total.idle_closes, 2u) << report.ToText();
  EXPECT_EQ(report.total.Errors(), 0u) << report.ToText();
}

TEST(LoadClient, CountsWrongBodiesAndStatus) {
  ScriptedServer server([](int fd, int) {
    for (int i = 0; ScriptedServer::ReadRequest(fd); ++i) {
      ScriptedServer::Write(fd, i == 0   ? ScriptedServer::Answer("jello")
                                : i == 1 ? "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"
                                         : ScriptedServer::Answer("hello"));
    }
  });
  Options options = OptionsFor(server, 4);
  options.expected_body = "hello";
  Report report = RunLoad(options);
  EXPECT_EQ(report.total.bad_bodies, 1u) << report.ToText();
  EXPECT_EQ(report.total.bad_status, 1u) << report.ToText();
  EXPECT_EQ(report.total.Errors(), 2u);
}

TEST(LoadClient, CountsBytesNobodyAskedFor) {
  ScriptedServer server([](int fd, int nth) {
    ScriptedServer::ReadRequest(fd);
    ScriptedServer::Write(fd, ScriptedServer::Answer("hello") + (nth == 0 ? "surplus" : ""));
    ServeWell(fd, nth);
  });
  Report report = RunLoad(OptionsFor(server, 5));
  EXPECT_EQ(report.total.malformed, 1u) << report.ToText();
}

TEST(LoadClient, CountsRefusedConnects) {
  Options options;
  {
    ScriptedServer server(ServeWell);
    options = OptionsFor(server, 5);
  }
  options.duration = milliseconds(100);
  Report report = RunLoad(options);
  EXPECT_GT(report.total.refused, 0u);
  EXPECT_EQ(report.total.answered, 0u);
}

TEST(LoadClient, EndsWhenToldTo) {
  ScriptedServer server(ServeWell);
  Options options = OptionsFor(server, 0);
  options.duration = milliseconds(60000);
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> answered{0};
  Report report;
  std::thread runner([&] { report = RunLoad(options, &stop, &answered); });
  while (answered < 100) std::this_thread::yield();
  stop = true;
  runner.join();
  EXPECT_GE(report.total.answered, 100u);
  EXPECT_EQ(report.total.Errors(), 0u) << report.ToText();
  EXPECT_LT(report.seconds, 30);
}

TEST(LoadClient, JsonHasEveryCount) {
  ScriptedServer server(ServeWell);
  Report report = RunLoad(OptionsFor(server, 5));
  std::string json = report.ToJson(true);
  for (const auto& [name, value] : Fields(report.total)) {
    EXPECT_NE(json.find('"' + std::string(name) + "\":"), std::string::npos) << json;
  }
  EXPECT_NE(json.find("\"answered\":5"), std::string::npos) << json;
  EXPECT_NE(json.find("\"connections\":[{"), std::string::npos) << json;
}

}  // namespace
}  // namespace httpd::load
