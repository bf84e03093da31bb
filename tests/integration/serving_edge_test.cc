// SPDX-License-Identifier: Apache-2.0
//
// The serving path where clients and handlers do what is allowed but rare: they do not read, leave
// in the middle, send a body nobody asked for, or write behind a flush. Each test was a defect.

#include <gmock/gmock.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>

#include "integration/server_fixture.h"

namespace httpd::testing {
namespace {

using std::chrono::steady_clock;
using ::testing::AnyOf;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Not;

class ServingEdge : public ServerTest {
 protected:
  void Begin() {
    ASSERT_TRUE(server_.Start());
    port_ = server_.port();
  }
  void BeginWithEdge() {
    server_.modules.push_back("edge");
    Begin();
  }
  uint16_t port_ = 0;
};

std::string Times(size_t count, const std::string& text) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += text;
  return out;
}

// The kernel takes little for this client, so that the server meets a full socket early. Not less
// than some segments of the loopback interface: then every window update would wait for a timer.
void ReadSlowly(const Wire& wire) {
  int size = 128 * 1024;
  setsockopt(wire.fd(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

void ReadFast(const Wire& wire) {
  int size = 1 << 20;
  setsockopt(wire.fd(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

// The end of this connection is a reset.
void ResetAtClose(const Wire& wire) {
  linger abrupt{1, 0};
  setsockopt(wire.fd(), SOL_SOCKET, SO_LINGER, &abrupt, sizeof abrupt);
}

// Processor time of these processes so far, in clock ticks.
long CpuTicks(const std::vector<pid_t>& pids) {
  long sum = 0;
  for (pid_t pid : pids) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    std::getline(stat, text);
    std::istringstream rest(text.substr(text.rfind(')') + 2));
    std::string word;
    for (int field = 3; field <= 15 && rest >> word; ++field) {
      if (field >= 14) sum += std::stol(word);
    }
  }
  return sum;
}

void LetTimePass(int ms) { poll(nullptr, 0, ms); }  // only where time itself is under test

TEST_F(ServingEdge, AResetInTheMiddleOfAFullBatchHurtsNobody) {
  server_.Write("htdocs/mid.txt", std::string(12000, 'm'));
  server_.workers = 1;
  Begin();
  const std::vector<pid_t> before = server_.WorkerPids();
  const std::string batch = Times(390, Request("GET", "/mid.txt"));
  for (int i = 0; i < 60; ++i) {
    Wire wire(port_);
    ReadSlowly(wire);
    ResetAtClose(wire);
    ASSERT_TRUE(wire.Send(batch));
    if (i % 3 > 0) {  // the server has begun to answer
      pollfd readable{wire.fd(), POLLIN, 0};
      poll(&readable, 1, 5000);
    }
    if (i % 3 == 2) usleep(static_cast<useconds_t>(i) * 50);
  }
  LetTimePass(600);  // two ticks of the clock that closes what is late
  EXPECT_EQ(Get(port_, "/").status, 200);
  EXPECT_EQ(server_.WorkerPids(), before);
}

TEST_F(ServingEdge, AResetWhileAHandlerRunsIsSeenAfterIt) {
  server_.workers = 1;
  BeginWithEdge();
  const std::vector<pid_t> before = server_.WorkerPids();
  server_.Write("marks/readme", "");
  const std::string mark = server_.Path("marks/mark");
  ASSERT_EQ(chmod(server_.Path("marks").c_str(), 0777), 0);
  {
    Wire wire(port_);
    ResetAtClose(wire);
    ASSERT_TRUE(wire.Send(
        Request("POST", "/edge/wait?" + mark, "Content-Length: 5\r\nExpect: 100-continue\r\n")));
    ASSERT_TRUE(WaitUntil([&] { return access((mark + ".in").c_str(), F_OK) == 0; }));
  }
  server_.Write("marks/mark.go", "");
  LetTimePass(600);
  EXPECT_EQ(Get(port_, "/").status, 200);
  EXPECT_EQ(server_.WorkerPids(), before);
}

TEST_F(ServingEdge, PipelinedRequestsGoOnWhenASlowClientReadsAgain) {
  constexpr size_t kCount = 1500;
  const std::string body(12000, 'm');
  server_.Write("htdocs/mid.txt", body);
  Begin();
  Wire wire(port_);
  ReadSlowly(wire);
  ASSERT_TRUE(wire.Send(Times(kCount, Request("GET", "/mid.txt"))));
  ReadFast(wire);
  for (size_t i = 0; i < kCount; ++i) {
    const Answer answer = wire.Read();
    ASSERT_EQ(answer.status, 200) << i;
    ASSERT_TRUE(answer.body == body) << i;
  }
}

TEST_F(ServingEdge, AnUnreadBodyDoesNotKeepTheProcessorBusyWhileTheAnswerWaits) {
  server_.Write("htdocs/big.bin", std::string(16u << 20, 'b'));
  server_.workers = 1;
  Begin();
  Wire wire(port_);
  const std::string body(100000, 'x');
  ASSERT_TRUE(wire.Send(Request("GET", "/big.bin", "Content-Length: 100000\r\n", body)));
  ASSERT_TRUE(WaitUntil([&] {
    char first;
    return recv(wire.fd(), &first, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
  }));
  LetTimePass(300);
  const long before = CpuTicks(server_.WorkerPids());
  LetTimePass(1000);
  EXPECT_LT(CpuTicks(server_.WorkerPids()) - before, sysconf(_SC_CLK_TCK) / 4);
  EXPECT_EQ(wire.Read().body.size(), 16u << 20);
  EXPECT_EQ(wire.Ask(Request("GET", "/")).status, 200);  // the body was not taken for a request
}

TEST_F(ServingEdge, AnswersOfACutConnectionReachNobodyElse) {
  server_.Write("htdocs/secret.txt", "for one client only");
  server_.workers = 1;
  BeginWithEdge();
  server_.AllowLog("HS-17");
  Wire cut(port_);
  ASSERT_TRUE(cut.Send(Request("GET", "/secret.txt") + Request("GET", "/edge/large-head")));
  cut.ReadAll();
  Wire other(port_);
  EXPECT_THAT(other.Ask(Request("GET", "/nothing")).status, Eq(404));
}

TEST_F(ServingEdge, NothingOfAHeadAnswerFollowsItsFlush) {
  BeginWithEdge();
  Wire wire(port_);
  ASSERT_TRUE(
      wire.Send(Request("HEAD", "/edge/stream", "Content-Length: 5\r\nExpect: 100-continue\r\n")));
  char first;
  ASSERT_EQ(recv(wire.fd(), &first, 1, MSG_PEEK), 1);  // 100: the handler waits for the body
  ASSERT_TRUE(wire.Send("12345"));
  EXPECT_EQ(wire.Read(true).status, 200);
  ASSERT_TRUE(wire.Send(Request("GET", "/")));
  EXPECT_EQ(wire.Read().status, 200);
}

TEST_F(ServingEdge, AFlushedAnswerComesWhole) {
  BeginWithEdge();
  Wire wire(port_);
  ASSERT_TRUE(
      wire.Send(Request("POST", "/edge/stream", "Content-Length: 5\r\nExpect: 100-continue\r\n")));
  char first;
  ASSERT_EQ(recv(wire.fd(), &first, 1, MSG_PEEK), 1);
  ASSERT_TRUE(wire.Send("12345"));
  const Answer answer = wire.Read();
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(answer.body, "first second");
  EXPECT_EQ(wire.Ask(Request("GET", "/")).status, 200);
}

TEST_F(ServingEdge, TheLogCountsEachByteOnce) {
  constexpr size_t kCount = 20;
  server_.Write("htdocs/mid.txt", std::string(12000, 'm'));
  server_.modules.push_back("log_config");
  server_.extra = "CustomLog logs/access.log \"%O %B\"\n";
  server_.workers = 1;
  Begin();
  Wire wire(port_);
  ASSERT_TRUE(wire.Send(Times(kCount, Request("GET", "/mid.txt"))));
  for (size_t i = 0; i < kCount; ++i) ASSERT_EQ(wire.Read().body.size(), 12000u);
  const auto lines = [&] {
    std::ifstream log(server_.Path("logs/access.log"));
    std::vector<std::string> out;
    for (std::string line; std::getline(log, line);) out.push_back(line);
    return out;
  };
  ASSERT_TRUE(WaitUntil([&] { return lines().size() == kCount; }));
  for (const std::string& line : lines()) EXPECT_EQ(line, lines().front());
}

TEST_F(ServingEdge, ABodyTooLargeHasItsErrorDocument) {
  server_.Write("htdocs/large.html", "this was too much");
  server_.AllowLog("HS-05");
  server_.extra = "LimitRequestBody 10\nErrorDocument 413 /large.html\n";
  Begin();
  const Answer answer =
      Ask(port_, Request("POST", "/", "Content-Length: 20\r\n", std::string(20, 'x')));
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.body, "this was too much");
}

TEST_F(ServingEdge, ATimeOfZeroMeansNoLimit) {
  server_.extra = "RequestReadTimeout header=0 body=0\n";
  server_.modules.push_back("edge");
  Begin();
  Wire wire(port_);
  LetTimePass(700);
  ASSERT_TRUE(wire.Send("POST /edge/drop HTTP/1.1\r\n"));
  LetTimePass(700);
  ASSERT_TRUE(wire.Send("Host: a\r\nContent-Length: 2\r\n\r\nx"));
  LetTimePass(700);
  ASSERT_TRUE(wire.Send("x"));
  EXPECT_EQ(wire.Read().status, 200);
}

TEST_F(ServingEdge, ABodyThatTricklesIsCutOff) {
  server_.extra = "RequestReadTimeout body=1,MinRate=1000\n";
  server_.modules.push_back("edge");
  Begin();
  for (const char* target : {"/edge/drop", "/index.html"}) {
    Wire wire(port_);
    ASSERT_TRUE(wire.Send(Request("POST", target, "Content-Length: 1000\r\n")));
    const auto start = steady_clock::now();
    bool over = false;
    while (!over && steady_clock::now() - start < std::chrono::seconds(8)) {
      if (!wire.Send("x")) break;
      pollfd end{wire.fd(), POLLRDHUP, 0};
      over = poll(&end, 1, 200) > 0;
    }
    EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(6)) << target;
  }
}

TEST_F(ServingEdge, ABodyAtTheMinimalRateIsRead) {
  server_.extra = "RequestReadTimeout body=1,MinRate=10\n";
  server_.modules.push_back("edge");
  Begin();
  Wire wire(port_);
  ASSERT_TRUE(wire.Send(Request("POST", "/edge/drop", "Content-Length: 100\r\n")));
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(wire.Send("0123456789"));
    LetTimePass(200);
  }
  EXPECT_EQ(wire.Read().status, 200);
}

TEST_F(ServingEdge, MoreFilesThanDescriptorsAreServed) {
  constexpr int kFiles = 150;
  for (int i = 0; i < kFiles; ++i) {
    server_.Write("htdocs/f" + std::to_string(i), std::string(40000, 'f'));
  }
  rlimit old;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &old), 0);
  rlimit few{100, old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  server_.workers = 1;
  Begin();
  setrlimit(RLIMIT_NOFILE, &old);
  Wire wire(port_);
  for (int i = 0; i < kFiles; ++i) {
    ASSERT_TRUE(wire.Send(Request("GET", "/f" + std::to_string(i))));
    EXPECT_EQ(wire.Read().status, 200) << i;
  }
  EXPECT_EQ(Get(port_, "/").status, 200);
}

// MaxConnections: one more waits in the kernel's queue and is served when another closes.
TEST_F(ServingEdge, AConnectionBeyondTheLimitWaitsForItsTurn) {
  server_.workers = 1;
  server_.extra = "MaxConnections 2";
  Begin();
  auto first = std::make_unique<Wire>(port_);
  Wire second(port_);
  ASSERT_EQ(first->Ask(Request("GET", "/1k.txt")).status, 200);
  ASSERT_EQ(second.Ask(Request("GET", "/1k.txt")).status, 200);
  Wire third(port_);
  ASSERT_TRUE(third.Send(Request("GET", "/1k.txt")));
  pollfd answer{third.fd(), POLLIN, 0};
  EXPECT_EQ(poll(&answer, 1, 300), 0) << "it was served although two others are open";
  EXPECT_EQ(second.Ask(Request("GET", "/1k.txt")).status, 200);
  first.reset();
  EXPECT_EQ(third.Read().status, 200);
}

}  // namespace
}  // namespace httpd::testing
