// SPDX-License-Identifier: Apache-2.0
//
// Requests whose length two parties could read differently. A server behind or in front of another
// one must not guess: one refusal, then the connection is closed, and whatever follows in the
// stream is never answered. RFC 9112 §6.3 and §11.2.

#include <gmock/gmock.h>

#include "integration/server_fixture.h"

namespace httpd::testing {
namespace {

struct Case {
  const char* name;
  std::string head;  // request line and fields, without the empty line
  std::string body;
};

const std::string kSmuggled = "GET /smuggled.txt HTTP/1.1\r\nHost: localhost\r\n\r\n";

std::vector<Case> Corpus() {
  const std::string post = "POST /echo HTTP/1.1\r\nHost: localhost\r\n";
  const std::string get = "GET /1k.txt HTTP/1.1\r\nHost: localhost\r\n";
  const std::string end = "0\r\n\r\n";
  return {
      {"both framings", post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", end},
      {"both framings, other order", post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
       end},
      {"two lengths", post + "Content-Length: 0\r\nContent-Length: 5\r\n", end},
      {"two lengths in one field", post + "Content-Length: 5, 0\r\n", end},
      {"signed length", post + "Content-Length: +5\r\n", end},
      {"negative length", post + "Content-Length: -5\r\n", end},
      {"hexadecimal length", post + "Content-Length: 0x5\r\n", end},
      {"length with rubbish", post + "Content-Length: 5 5\r\n", end},
      {"empty length", post + "Content-Length: \r\n", end},
      {"length beyond 64 bits", post + "Content-Length: 18446744073709551621\r\n", end},
      {"space before the colon", post + "Content-Length : 5\r\n", end},
      {"space before the colon of the coding", post + "Transfer-Encoding : chunked\r\n", end},
      {"folded field", post + "X: a\r\n Content-Length: 5\r\n", end},
      {"folded coding", post + "Transfer-Encoding:\r\n chunked\r\n", end},
      {"unknown coding", post + "Transfer-Encoding: cow\r\n", end},
      {"chunked is not last", post + "Transfer-Encoding: chunked, identity\r\n", end},
      {"chunked twice", post + "Transfer-Encoding: chunked, chunked\r\n", end},
      {"chunked in two fields", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n",
       end},
      {"quoted coding", post + "Transfer-Encoding: \"chunked\"\r\n", end},
      {"coding with a vertical tab",
       post + "Transfer-Encoding: \x0b"
              "chunked\r\n",
       end},
      {"coding in HTTP/1.0",
       "POST /echo HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n"
       "Transfer-Encoding: chunked\r\n",
       end},
      {"bare LF in the head", post + "X: a\nContent-Length: 5\r\n", end},
      {"bare CR in a field", post + "X: a\rContent-Length: 5\r\n", end},
      {"NUL in a field", post + std::string("X: a\0b\r\n", 8), ""},
      {"field without a colon", post + "Content-Length 5\r\n", end},
      {"field name with a space", post + "Content Length: 5\r\n", end},
      {"empty field name", post + ": 5\r\n", end},
      {"two hosts", get + "Host: other\r\n", ""},
      {"no host", "GET /1k.txt HTTP/1.1\r\n", ""},
      {"host with a path", "GET /1k.txt HTTP/1.1\r\nHost: a/b\r\n", ""},
      {"two spaces in the request line", "GET  /1k.txt HTTP/1.1\r\nHost: a\r\n", ""},
      {"tab in the request line", "GET\t/1k.txt HTTP/1.1\r\nHost: a\r\n", ""},
      {"space in the target", "GET /1k.txt x HTTP/1.1\r\nHost: a\r\n", ""},
      {"control in the target", "GET /\x01 HTTP/1.1\r\nHost: a\r\n", ""},
      {"no version", "GET /1k.txt\r\nHost: a\r\n", ""},
      {"wrong version", "GET /1k.txt HTTP/1.x\r\nHost: a\r\n", ""},
      {"version of another major", "GET /1k.txt HTTP/3.0\r\nHost: a\r\n", ""},
      {"lower-case protocol", "GET /1k.txt http/1.1\r\nHost: a\r\n", ""},
      {"relative target", "GET 1k.txt HTTP/1.1\r\nHost: a\r\n", ""},
      {"first line starts with a space", " GET /1k.txt HTTP/1.1\r\nHost: a\r\n", ""},
      {"first field starts with a space", "GET /1k.txt HTTP/1.1\r\n Host: a\r\n", ""},
      {"chunk size with a sign", post + "Transfer-Encoding: chunked\r\n", "+5\r\nhello\r\n" + end},
      {"chunk size with 0x", post + "Transfer-Encoding: chunked\r\n", "0x5\r\nhello\r\n" + end},
      {"chunk size beyond 64 bits", post + "Transfer-Encoding: chunked\r\n",
       "10000000000000005\r\nhello\r\n" + end},
      {"chunk longer than its size", post + "Transfer-Encoding: chunked\r\n",
       "2\r\nhello\r\n" + end},
      {"chunk ended by LF", post + "Transfer-Encoding: chunked\r\n", "5\nhello\n0\n\n"},
      {"chunk extension with LF", post + "Transfer-Encoding: chunked\r\n",
       "5;a\nb\r\nhello\r\n" + end},
      {"chunk size missing", post + "Transfer-Encoding: chunked\r\n", "\r\nhello\r\n" + end},
  };
}

class Smuggling : public ServerTest {};

TEST_F(Smuggling, EveryAmbiguousRequestIsRefusedAndItsConnectionClosed) {
  server_.modules = {"mime", "dir", "echo"};
  server_.Write("htdocs/smuggled.txt", "SMUGGLED");
  ASSERT_TRUE(server_.Start());
  uint16_t port = server_.port();
  for (const Case& c : Corpus()) {
    Wire wire(port);
    wire.Send(c.head + "\r\n" + c.body + kSmuggled);
    Answer answer = wire.Read();
    EXPECT_THAT(answer.status, ::testing::AnyOf(400, 411, 413, 417, 501, 505))
        << c.name << ": " << answer.head;
    std::string rest = wire.ReadAll(milliseconds(5000));
    EXPECT_EQ(rest, "") << c.name << ": answered something behind the refusal";
    EXPECT_THAT(rest + answer.body, ::testing::Not(::testing::HasSubstr("SMUGGLED"))) << c.name;
    EXPECT_TRUE(wire.AtEnd(milliseconds(5000))) << c.name << ": left open";
  }
  EXPECT_EQ(Get(port, "/1k.txt").status, 200);
}

TEST_F(Smuggling, TheCorpusSpoiledByNothingIsAnswered) {
  // The same shapes without the flaw: refusing everything would pass the test above.
  server_.modules = {"mime", "dir", "echo"};
  ASSERT_TRUE(server_.Start());
  uint16_t port = server_.port();
  const std::string post = "POST /echo HTTP/1.1\r\nHost: localhost\r\n";
  for (const std::string& good :
       {post + "Content-Length: 5\r\n\r\nhello",
        post + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        post + "transfer-encoding:CHUNKED\r\n\r\n005;a=\"b\"\r\nhello\r\n0\r\nX: y\r\n\r\n"}) {
    Wire wire(port);
    Answer answer = wire.Ask(good);
    EXPECT_EQ(answer.status, 200) << good;
    EXPECT_EQ(answer.body, "hello") << good;
    EXPECT_EQ(wire.Ask("GET /1k.txt HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 200) << good;
  }
}

TEST_F(Smuggling, RubbishIsRefusedOrClosedWithoutHarm) {
  ASSERT_TRUE(server_.Start());
  uint16_t port = server_.port();
  for (const std::string& rubbish :
       {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), std::string(5, '\0'),
        std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), std::string(70000, 'A'),
        std::string("GET / HTTP/1.1\r\n") + std::string(70000, 'x')}) {
    Wire wire(port);
    wire.Send(rubbish);
    wire.EndSending();
    std::string answer = wire.ReadAll();
    EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 4") ||
                answer.starts_with("HTTP/1.1 5"))
        << answer.substr(0, 100);
  }
  EXPECT_EQ(Get(port, "/1k.txt").status, 200);
}

}  // namespace
}  // namespace httpd::testing
