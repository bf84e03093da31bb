// SPDX-License-Identifier: Apache-2.0
//
// Body filters, chains, trailers and interim responses, as modules use them and clients see them.

#include <poll.h>
#include <sys/socket.h>

#include <cctype>
#include <fstream>
#include <string>

#include "integration/module_test.h"

namespace httpd::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr size_t kStream = 8u << 20;

std::string Text(size_t size) {
  std::string text(size, ' ');
  for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 7 % 26);
  return text;
}

std::string Upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(c));
  return text;
}

std::string Chunked(std::string_view body, std::string_view trailers = "", size_t piece = 7000) {
  std::string out;
  char size[32];
  for (size_t at = 0; at < body.size(); at += piece) {
    const std::string_view part = body.substr(at, piece);
    snprintf(size, sizeof size, "%zx\r\n", part.size());
    out.append(size).append(part).append("\r\n");
  }
  return out + "0\r\n" + std::string(trailers) + "\r\n";
}

class Filters : public ModuleTest {
 protected:
  void SetUp() override {
    server_.modules = {"mime", "dir", "filters", "bodies"};
    server_.workers = 1;
    server_.AllowLog("httpd_filter_add() called by filters");  // it tries what must be refused
    small_ = Text(1000);
    large_ = Text(1 << 20);
    server_.Write("htdocs/small.txt", small_);
    server_.Write("htdocs/large.txt", large_);
    Begin();
  }
  // Peak of the worker's resident memory, KiB.
  size_t WorkerPeak() {
    std::ifstream status("/proc/" + std::to_string(server_.WorkerPids().at(0)) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.rfind("VmHWM:", 0) == 0) return std::stoul(line.substr(6));
    }
    return 0;
  }
  std::string small_;
  std::string large_;
};

TEST_F(Filters, ASmallBodyKeepsItsLength) {
  const Answer answer = Fetch("/small.txt?upper");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, Upper(small_));
  EXPECT_EQ(answer.Field("Content-Length"), "1000");
}

TEST_F(Filters, ALargeBodyIsChunked) {
  const Answer answer = Fetch("/large.txt?upper");
  EXPECT_EQ(answer.body, Upper(large_));
  EXPECT_EQ(answer.Field("Transfer-Encoding"), "chunked");
  EXPECT_FALSE(answer.Has("Content-Length"));
  const CurlAnswer curl = CurlGet("http://127.0.0.1:" + std::to_string(port_) + "/large.txt?upper");
  EXPECT_EQ(curl.error, 0);
  EXPECT_EQ(curl.body, Upper(large_));
}

TEST_F(Filters, AnOldClientGetsItToTheEndOfTheConnection) {
  Wire wire(port_);
  ASSERT_TRUE(wire.Send("GET /large.txt?upper HTTP/1.0\r\nHost: x\r\n\r\n"));
  const std::string all = wire.ReadAll();
  EXPECT_THAT(all, Not(HasSubstr("chunked")));
  EXPECT_EQ(all.substr(all.find("\r\n\r\n") + 4), Upper(large_));
  EXPECT_FALSE(wire.reset());
}

TEST_F(Filters, OrderIsByPlaceThenByLoading) {
  // upper (content) stands before half (encoding), whatever was inserted first.
  const Answer answer = Fetch("/large.txt?half,pass,upper");
  EXPECT_EQ(answer.body, Upper(large_.substr(0, 50000)));
}

TEST_F(Filters, FileRangesPassUntouched) {
  const Answer answer = Fetch("/large.txt?pass");
  EXPECT_EQ(answer.body, large_);
  EXPECT_EQ(answer.Field("Content-Length"), std::to_string(large_.size()));
  EXPECT_TRUE(answer.Has("Accept-Ranges"));
  const Answer part = Fetch("/large.txt?pass", "Range: bytes=10-19\r\n");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, large_.substr(10, 10));
}

TEST_F(Filters, AChangedBodyHasNoRangesAndAWeakTag) {
  const Answer plain = Fetch("/small.txt");
  const Answer answer = Fetch("/small.txt?upper", "Range: bytes=10-19\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, Upper(small_));
  EXPECT_FALSE(answer.Has("Accept-Ranges"));
  EXPECT_EQ(answer.Field("ETag"), "W/" + plain.Field("ETag"));
  EXPECT_EQ(answer.Field("Last-Modified"), plain.Field("Last-Modified"));
  const Answer unchanged =
      Fetch("/small.txt?upper", "If-None-Match: " + answer.Field("ETag") + "\r\n");
  EXPECT_EQ(unchanged.status, 304);
  EXPECT_EQ(unchanged.Field("ETag"), answer.Field("ETag"));
  const Answer handler = Fetch("/b/hello?upper");
  EXPECT_EQ(handler.body, "HELLO WORLD");
  EXPECT_EQ(handler.Field("ETag"), "W/\"strong\"");
  EXPECT_EQ(handler.Field("Last-Modified"), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_FALSE(handler.Has("Accept-Ranges"));
  EXPECT_EQ(Fetch("/b/hello?pass").Field("ETag"), "\"strong\"");
}

TEST_F(Filters, AHeadRequestHasNoBodyToFilter) {
  Wire wire(port_);
  ASSERT_TRUE(wire.Send(Request("HEAD", "/small.txt?upper")));
  const Answer changed = wire.Read(true);
  EXPECT_EQ(changed.status, 200);
  EXPECT_FALSE(changed.Has("Content-Length"));
  ASSERT_TRUE(wire.Send(Request("HEAD", "/small.txt?pass,count")));
  const Answer same = wire.Read(true);
  EXPECT_EQ(same.Field("Content-Length"), "1000");
  EXPECT_EQ(wire.Ask(Request("GET", "/small.txt")).body, small_);
}

TEST_F(Filters, ErrorPagesAreFilteredToo) {
  const Answer answer = Fetch("/missing?upper");
  EXPECT_EQ(answer.status, 404);
  EXPECT_THAT(answer.body, StartsWith("<!DOCTYPE HTML>"));
  EXPECT_THAT(answer.body, HasSubstr("<H1>404"));
  // Refused before filters were inserted.
  const Answer early = Ask(port_, Request("GET", "/a%2Fb?upper"));
  EXPECT_EQ(early.status, 404);
}

TEST_F(Filters, AFilterThatWaitsIsCalledAgain) {
  const Answer answer = Fetch("/small.txt?slow");
  EXPECT_EQ(answer.body, small_);
  EXPECT_EQ(answer.Field("Content-Length"), "1000");  // it leaves the bytes alone
  const Answer large = Fetch("/large.txt?upper,slow");
  EXPECT_EQ(large.body, Upper(large_));
  const Answer stream = Fetch("/b/stream?slow");
  EXPECT_EQ(stream.body.size(), kStream);
}

TEST_F(Filters, AFilterMayLeave) {
  EXPECT_EQ(Fetch("/large.txt?leave").body, large_);
  EXPECT_EQ(Fetch("/small.txt?leave,upper").body, Upper(small_));
  EXPECT_EQ(Fetch("/small.txt?decline").body, small_);
}

TEST_F(Filters, OneThatGrowsTheDataNeedsLittleMemory) {
  Wire wire(port_);
  const size_t before = WorkerPeak();
  ASSERT_TRUE(wire.Send(Request("GET", "/large.txt?grow")));  // a gigabyte
  // A client that reads slowly: 64 MiB of it, then it leaves.
  static char piece[1 << 16];
  size_t got = 0;
  while (got < (64u << 20)) {
    const ssize_t n = recv(wire.fd(), piece, sizeof piece, 0);
    ASSERT_GT(n, 0);
    got += static_cast<size_t>(n);
  }
  EXPECT_LT(WorkerPeak() - before, 24u << 10);
  server_.AllowLog("response aborted");
  const Answer all = Fetch("/small.txt?grow");
  EXPECT_EQ(all.body.size(), 1000000u);
  EXPECT_EQ(all.body.substr(999, 2), "ah");
}

TEST_F(Filters, OneThatStopsHalfWayEndsTheResponse) {
  Wire wire(port_);
  const Answer file = wire.Ask(Request("GET", "/large.txt?half"));
  EXPECT_TRUE(file.complete);
  EXPECT_EQ(file.body, large_.substr(0, 50000));
  const Answer stream = wire.Ask(Request("GET", "/b/stream?half"));
  EXPECT_TRUE(stream.complete);
  EXPECT_EQ(stream.body, std::string(50000, 'x'));
  const Answer large = wire.Ask(Request("GET", "/b/large?half"));
  EXPECT_EQ(large.body, std::string(50000, 'y'));
  EXPECT_TRUE(server_.WaitForLog("last -2"));  // HTTPD_DONE
  EXPECT_EQ(wire.Ask(Request("GET", "/small.txt")).body, small_);
}

TEST_F(Filters, AFailureBeforeTheHeadIsAnErrorPage) {
  EXPECT_EQ(Status("/small.txt?fail_first"), 502);
  EXPECT_EQ(Status("/large.txt?fail_first"), 502);
  EXPECT_EQ(Status("/small.txt?refuse"), 503);
  EXPECT_EQ(Status("/b/stream?refuse"), 503);
  EXPECT_EQ(Status("/missing?fail_first"), 502);
  EXPECT_EQ(Status("/small.txt?fail_late"), 200);
  EXPECT_TRUE(server_.WaitForLog("HS-40"));
}

TEST_F(Filters, AFailureBehindTheHeadCutsTheConnection) {
  server_.AllowLog("HS-41");
  Wire wire(port_);
  const Answer answer = wire.Ask(Request("GET", "/b/stream?fail_late"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_FALSE(answer.complete);
  Wire old(port_);
  ASSERT_TRUE(old.Send("GET /b/stream?fail_late HTTP/1.0\r\n\r\n"));
  EXPECT_LT(old.ReadAll().size(), 300000u);
  EXPECT_TRUE(old.reset());  // its end is the only end there is
  EXPECT_TRUE(server_.WaitForLog("HS-41"));
}

TEST_F(Filters, MistakesOfFiltersAreFound) {
  for (const char* code : {"HS-42", "HS-43", "HS-41", "HS-32", "response aborted"}) {
    server_.AllowLog(code);
  }
  EXPECT_EQ(Status("/small.txt?keep_end"), 500);
  EXPECT_TRUE(server_.WaitForLog("filter keep_end got the end of the body"));
  EXPECT_FALSE(Fetch("/large.txt?lie").complete);
  const Answer behind = Fetch("/small.txt?behind_end");
  EXPECT_EQ(behind.body, "once");
  EXPECT_TRUE(server_.WaitForLog("httpd_filter_pass() called by filters"));
}

// ---- trailers and interim responses ----

TEST_F(Filters, TrailersFollowTheBody) {
  Wire wire(port_);
  ASSERT_TRUE(wire.Send("GET /b/trailers HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  const std::string all = wire.ReadAll();
  EXPECT_THAT(all, HasSubstr("\r\nTrailer: X-One, X-Two\r\n"));
  EXPECT_THAT(all, HasSubstr("\r\nTransfer-Encoding: chunked\r\n"));
  EXPECT_THAT(all, EndsWith("\r\n0\r\nX-One: 1\r\nX-Two: 2\r\n\r\n"));
  EXPECT_THAT(all, HasSubstr("one=0;two=0;length=-16;split=-16;"));
  Wire old(port_);
  ASSERT_TRUE(old.Send("GET /b/trailers HTTP/1.0\r\nHost: x\r\n\r\n"));
  EXPECT_THAT(old.ReadAll(), Not(HasSubstr("X-One")));
  Wire counted(port_);
  ASSERT_TRUE(counted.Send("GET /b/stream?count HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  EXPECT_THAT(counted.ReadAll(), EndsWith("0\r\nX-Count: 8388608\r\n\r\n"));
  server_.AllowLog("HS-30");
}

TEST_F(Filters, EarlyHintsComeFirst) {
  server_.AllowLog("HS-30");
  Wire wire(port_);
  // Two requests at once: each has its hints in front.
  ASSERT_TRUE(wire.Send(Request("GET", "/small.txt") + Request("GET", "/b/hints") +
                        "GET /b/hints HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  const std::string all = wire.ReadAll();
  const size_t first =
      all.find("HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n");
  ASSERT_NE(first, std::string::npos);
  EXPECT_GT(first, all.find(small_));
  EXPECT_EQ(all.substr(all.find("\r\n\r\n", first) + 4, 15), "HTTP/1.1 200 OK");
  EXPECT_NE(all.find("HTTP/1.1 103", first + 1), std::string::npos);
  EXPECT_THAT(all, EndsWith("switching=-16;continue=-16;bad=-16;null=-16;hints=0;head_sent=0;"));
  Wire old(port_);
  ASSERT_TRUE(old.Send("GET /b/hints HTTP/1.0\r\n\r\n"));
  const std::string text = old.ReadAll();
  EXPECT_THAT(text, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(text, HasSubstr("hints=-1;"));  // HTTPD_DECLINED
}

// ---- chains and the response ----

TEST_F(Filters, AChainHasItemsOfEveryKind) {
  server_.AllowLog("HS-32");
  Wire wire(port_);
  ASSERT_TRUE(wire.Send("GET /b/chain HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  const std::string all = wire.ReadAll();
  EXPECT_THAT(all, HasSubstr("copy static buffer23456"));
  EXPECT_THAT(all, EndsWith("0\r\nX-Chain: yes\r\n\r\n"));
  EXPECT_TRUE(server_.WaitForLog("chain item released"));
  EXPECT_EQ(Status("/b/chain-fails"), 507);
  EXPECT_EQ(Body("/b/chain?upper"), "COPY STATIC BUFFER23456");
}

TEST_F(Filters, AResponseCanBeTakenBack) {
  const Answer answer = Fetch("/b/reset");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "fresh");
  EXPECT_FALSE(answer.Has("X-Gone"));
  EXPECT_EQ(Body("/b/reset?upper"), "FRESH");
}

TEST_F(Filters, AModulesTagStandsAlone) {
  const Answer answer = Fetch("/small.txt?etag");
  EXPECT_EQ(answer.head.find("ETag: \"mine\""), answer.head.rfind("ETag:"));
  EXPECT_TRUE(answer.Has("Last-Modified"));
  EXPECT_EQ(Fetch("/small.txt?etag", "If-None-Match: \"mine\"\r\n").status, 304);
  EXPECT_EQ(Fetch("/small.txt?etag", "If-None-Match: " + Fetch("/small.txt").Field("ETag") + "\r\n")
                .status,
            200);
}

TEST_F(Filters, AClientThatLeavesIsNoticed) {
  server_.AllowLog("response aborted");
  {
    Wire wire(port_);
    ASSERT_TRUE(wire.Send(Request("GET", "/b/stream?upper")));
    char byte;
    ASSERT_EQ(recv(wire.fd(), &byte, 1, 0), 1);
  }
  EXPECT_TRUE(server_.WaitForLog("stream cancelled"));
  EXPECT_TRUE(server_.WaitForLog("response aborted"));
}

TEST_F(Filters, MisuseIsAnswered) {
  for (const char* code : {"HS-30", "HS-31", "HS-32"}) server_.AllowLog(code);
  EXPECT_EQ(Body("/b/misuse"),
            "write_null_request=-16;write_null_data=-16;chain_null=-16;insert_null=-16;"
            "flush_running=-19;flush_null=-16;pull_null=-16;pull_zero=-16;pull_ended=-19;"
            "resume_null=-16;pass_null=-16;remove_null=-16;find_null=0;insert_late=-19;"
            "find_none=0;find_case=1;");
  for (const char* function :
       {"httpd_response_write()", "httpd_response_write_chain()", "httpd_request_insert_filter()",
        "httpd_response_flush()", "httpd_request_pull_body()", "httpd_filter_resume()"}) {
    EXPECT_TRUE(server_.WaitForLog(std::string(function) + " called by bodies")) << function;
  }
}

// ---- bodies of requests ----

TEST_F(Filters, ABodyIsPulledWithItsTrailers) {
  Wire wire(port_);
  const std::string body = Text(300000);
  const Answer chunked =
      wire.Ask(Request("POST", "/b/pull", "Transfer-Encoding: chunked\r\n",
                       Chunked(body, "X-Sum: 42\r\nSet-Cookie: no=1\r\nX-Other: z\r\n")));
  EXPECT_EQ(chunked.status, 200);
  EXPECT_THAT(chunked.body, HasSubstr("bytes=300000;trailers=2;"));
  EXPECT_THAT(chunked.body, EndsWith(";again=-19;sum=42"));
  EXPECT_THAT(wire.Ask(Request("POST", "/b/pull", "Content-Length: 300000\r\n", body)).body,
              HasSubstr("bytes=300000;trailers=0;"));
  EXPECT_THAT(wire.Ask(Request("GET", "/b/pull")).body, HasSubstr("bytes=0;"));
  server_.AllowLog("HS-32");
}

TEST_F(Filters, FiltersOfTheBodyArePulledAndFedToReaders) {
  Wire wire(port_);
  const std::string body = Text(50000);
  const std::string sized = "Content-Length: 50000\r\n";
  EXPECT_EQ(wire.Ask(Request("POST", "/b/read?in_upper", sized, body)).body, Upper(body));
  EXPECT_EQ(wire.Ask(Request("POST", "/b/read?in_double,in_upper", sized, body)).body.size(),
            100000u);
  EXPECT_EQ(wire.Ask(Request("POST", "/b/read?in_slow", sized, body)).body, body);
  EXPECT_THAT(wire.Ask(Request("POST", "/b/pull?in_double", sized, body)).body,
              HasSubstr("bytes=100000;"));
  EXPECT_THAT(wire.Ask(Request("POST", "/b/pull?in_slow,in_double", sized, body)).body,
              HasSubstr("bytes=100000;"));
  EXPECT_EQ(wire.Ask(Request("POST", "/b/pull?in_fail", sized, body)).status, 422);
  EXPECT_EQ(Ask(port_, Request("POST", "/b/read?in_fail", sized, body)).status, 400);
  EXPECT_EQ(Ask(port_, Request("POST", "/b/read?in_nothing", sized, body)).status, 400);
  server_.AllowLog("HS-44");
  server_.AllowLog("HS-32");
}

// The server reads no more than the client takes of the echo.
TEST_F(Filters, BackPressureReachesTheSender) {
  Wire wire(port_);
  const size_t size = 64u << 20;
  ASSERT_TRUE(
      wire.Send(Request("POST", "/b/echo", "Content-Length: " + std::to_string(size) + "\r\n")));
  const std::string piece(1 << 16, 'p');
  size_t sent = 0;
  // Nothing is read here: what the sockets hold, and then no more is taken.
  while (sent < size) {
    const ssize_t n = send(wire.fd(), piece.data(), piece.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n > 0) {
      sent += static_cast<size_t>(n);
      continue;
    }
    pollfd room = {wire.fd(), POLLOUT, 0};
    if (poll(&room, 1, 1000) == 0) break;
  }
  EXPECT_LT(sent, 32u << 20);
  server_.AllowLog("response aborted");
}

TEST_F(Filters, TheEchoIsWhole) {
  const std::string body = Text(3 << 20);
  const Answer answer =
      Ask(port_, Request("POST", "/b/echo", "Transfer-Encoding: chunked\r\n", Chunked(body)));
  EXPECT_EQ(answer.body, body);
  EXPECT_EQ(Ask(port_, Request("POST", "/b/echo", "Content-Length: 5\r\n", "hello")).body, "hello");
}

}  // namespace
}  // namespace httpd::testing
