// SPDX-License-Identifier: Apache-2.0
//
// Connections that modules take part in: prefaces, layers and take-over, with raw clients that
// speak all of it. Protocols that make requests are in protocols_test.cc.

#include <gmock/gmock.h>

#include "integration/connection_clients.h"
#include "integration/module_test.h"

namespace httpd::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kOffer[] = "Connection: upgrade\r\nUpgrade: other, echo\r\n";

class Connections : public ConnectionTest {
 protected:
  size_t Count(std::string_view text) const {
    const std::string log = server_.ErrorLog();
    size_t count = 0;
    for (size_t at = 0; (at = log.find(text, at)) != std::string::npos; ++at) ++count;
    return count;
  }
};

// ---- hooks and prefaces ----

TEST_F(Connections, EachOpenHasItsClose) {
  BeginWith({"upgrade"});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Fetch("/1k.txt").status, 200);
  EXPECT_TRUE(server_.WaitForLog("connection closed at 127.0.0.1 1 1"));
  EXPECT_TRUE(WaitUntil([&] {
    return Count("connection opened") >= 3 &&
           Count("connection opened") == Count("connection closed");
  }));
}

TEST_F(Connections, ProxyProtocolNamesTheClient) {
  server_.extra =
      "<VirtualHost 192.0.2.9:8443>\nServerName first.example\n</VirtualHost>\n"
      "<VirtualHost 192.0.2.9:8443>\nServerName second.example\n</VirtualHost>\n";
  server_.AllowLog("httpd_connection_set_client");  // /who calls it too late
  BeginWith({"proxy_preface"});
  Wire one(port_);
  EXPECT_EQ(
      one.Ask("PROXY TCP4 198.51.100.7 192.0.2.9 5555 8443\r\n" + Request("GET", "/who")).body,
      "198.51.100.7 5555 192.0.2.9 8443 second.example -19\n");
  EXPECT_THAT(one.Ask(Request("GET", "/who")).body, StartsWith("198.51.100.7 5555 "));

  std::string two("\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x24", 16);
  two += std::string("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07", 16);
  two += std::string("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x08", 16);
  two += std::string("\x10\x01\x01\xbb", 4);
  Wire other(port_);
  for (char c : two) ASSERT_TRUE(other.Send({&c, 1}));
  EXPECT_THAT(other.Ask(Request("GET", "/who")).body,
              StartsWith("2001:db8::7 4097 2001:db8::8 443 "));
}

TEST_F(Connections, TwoPrefacesComeInOrder) {
  server_.extra = "ProxyPrefaces 2\n";
  server_.AllowLog("httpd_connection_set_client");
  BeginWith({"proxy_preface"});
  Wire wire(port_);
  EXPECT_THAT(wire.Ask("PROXY TCP4 198.51.100.1 192.0.2.1 1 2\r\n"
                       "PROXY TCP4 198.51.100.2 192.0.2.2 3 4\r\n" +
                       Request("GET", "/who"))
                  .body,
              StartsWith("198.51.100.2 3 192.0.2.2 4 "));
}

TEST_F(Connections, APrefaceThatIsNoneIsCut) {
  server_.extra = "RequestReadTimeout header=1\n";
  BeginWith({"proxy_preface"});
  for (const std::string& bytes :
       {std::string("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), std::string("PROXY TCP4 x y 1 2\r\n"),
        std::string(700, 'P'), std::string("\r\n\r\n\0\r\nQUIT\n\x31\x21\0\0", 16)}) {
    Wire wire(port_);
    ASSERT_TRUE(wire.Send(bytes));
    EXPECT_EQ(wire.ReadAll(), "") << bytes;
  }
  Wire silent(port_);
  ASSERT_TRUE(silent.Send("PRO"));
  EXPECT_TRUE(silent.AtEnd());
  EXPECT_TRUE(server_.WaitForLog("a preface did not arrive in time"));
  Wire gone(port_);
  ASSERT_TRUE(gone.Send("PRO"));
  gone.EndSending();
  EXPECT_TRUE(gone.AtEnd());
}

// ---- layers ----

TEST_F(Connections, ALayerCarriesHttp1) {
  BeginWith({"xor_layer"});
  SocketChannel socket(port_);
  XorChannel layer(&socket, 0x5a, "www.example.org", "http/1.1");
  ASSERT_TRUE(layer.Handshake());
  ASSERT_TRUE(layer.Send(Request("GET", "/facts")));
  EXPECT_THAT(ReadUntil(&layer, "https 1 1"), HasSubstr("www.example.org https 1 1"));
  // Many records with one write: bytes wait in the layer while the socket is silent.
  std::string burst;
  for (int i = 0; i < 50; ++i) burst += layer.Record(Request("GET", "/1k.txt"));
  ASSERT_TRUE(socket.Send(burst));
  std::string all;
  size_t answers = 0;
  while (answers < 50 && layer.More(&all)) {
    answers = 0;
    for (size_t at = 0; (at = all.find("HTTP/1.1 200", at)) != std::string::npos; ++at) ++answers;
  }
  EXPECT_EQ(answers, 50u);
}

TEST_F(Connections, ALayerCarriesFilesAndBodies) {
  BeginWith({"xor_layer", "echo"});
  SocketChannel socket(port_);
  XorChannel layer(&socket, 0x11, "a", "");
  ASSERT_TRUE(layer.Handshake());
  ASSERT_TRUE(layer.Send(Request("GET", "/large.bin")));
  std::string all;
  const std::string large = Large();
  while (!all.ends_with(large) && layer.More(&all)) {
  }
  EXPECT_TRUE(all.ends_with(large)) << all.size();
  const std::string body(200000, 'b');
  ASSERT_TRUE(layer.Send(
      Request("POST", "/echo", "Connection: close\r\nContent-Length: 200000\r\n", body)));
  const std::string answer = ReadToEnd(&layer);
  EXPECT_TRUE(answer.ends_with(body)) << answer.size();
  EXPECT_TRUE(layer.farewell()) << "the layer says farewell before the socket is closed";
}

TEST_F(Connections, HandshakesAreLimitedInTimeAndForm) {
  server_.extra = "RequestReadTimeout header=1\n";
  BeginWith({"xor_layer"});
  Wire garbage(port_);
  ASSERT_TRUE(garbage.Send("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_EQ(garbage.ReadAll(), "");
  Wire silent(port_);
  ASSERT_TRUE(silent.Send("XH"));
  EXPECT_TRUE(silent.AtEnd());
  EXPECT_TRUE(server_.WaitForLog("a handshake did not arrive in time"));
  SocketChannel cut(port_);
  XorChannel layer(&cut, 1, "a", "");
  ASSERT_TRUE(layer.Handshake());
  cut.wire().EndSending();  // without a farewell
  EXPECT_EQ(ReadToEnd(&layer), "");
  EXPECT_TRUE(cut.wire().AtEnd());
}

TEST_F(Connections, AnIdleLayeredConnectionEndsWithAFarewell) {
  server_.extra = "KeepAliveTimeout 1\n";
  BeginWith({"xor_layer"});
  SocketChannel socket(port_);
  XorChannel layer(&socket, 7, "a", "");
  ASSERT_TRUE(layer.Handshake());
  ASSERT_TRUE(layer.Send(Request("GET", "/1k.txt")));
  EXPECT_THAT(ReadToEnd(&layer), StartsWith("HTTP/1.1 200"));
  EXPECT_TRUE(layer.farewell());
}

// ---- take-over ----

TEST_F(Connections, AnUpgradeKeepsWhatWasSentAhead) {
  BeginWith({"upgrade"});
  SocketChannel socket(port_);
  ASSERT_TRUE(
      socket.Send(Request("GET", "/1k.txt") + Request("GET", "/upgrade", kOffer) + "ahead "));
  const std::string all = ReadUntil(&socket, "ahead ");
  EXPECT_THAT(all, HasSubstr("HTTP/1.1 101 Switching Protocols\r\n"));
  EXPECT_THAT(all, HasSubstr("Upgrade: echo\r\n"));
  EXPECT_THAT(all, HasSubstr("Connection: upgrade\r\n"));
  EXPECT_THAT(all, Not(HasSubstr("Content-Length: 0")));
  EXPECT_TRUE(all.ends_with("\r\n\r\nhello\nahead ")) << all;
  std::string bulk, back;
  while (bulk.size() < 300000) {
    const std::string piece(10000, static_cast<char>('a' + bulk.size() / 10000 % 26));
    bulk += piece;
    ASSERT_TRUE(socket.Send(piece));
    while (back.size() < bulk.size() && socket.More(&back)) {
    }
  }
  EXPECT_EQ(back, bulk);
  socket.wire().EndSending();
  EXPECT_EQ(ReadToEnd(&socket), "");
  EXPECT_TRUE(server_.WaitForLog("logged GET /upgrade HTTP/1.1 101"));
  EXPECT_TRUE(server_.WaitForLog("echo closed"));
  EXPECT_TRUE(server_.WaitForLog("echo destroyed"));
  EXPECT_TRUE(server_.WaitForLog("connection closed"));
}

TEST_F(Connections, AnUpgradeThatWasNotOfferedIsNone) {
  server_.AllowLog("httpd_request_take_over");
  BeginWith({"upgrade"});
  EXPECT_EQ(Fetch("/upgrade").status, 426);
  EXPECT_EQ(Fetch("/upgrade", "Upgrade: echo\r\n").status, 426) << "not in Connection";
  EXPECT_EQ(Fetch("/upgrade", "Connection: upgrade\r\nUpgrade: websocket\r\n").status, 426);
  EXPECT_EQ(
      Ask(port_, Request("POST", "/upgrade", std::string(kOffer) + "Content-Length: 4\r\n", "body"))
          .status,
      426);
  Wire wire(port_);
  const Answer refused = wire.Ask(Request("GET", "/upgrade?error", kOffer));
  EXPECT_EQ(refused.status, 403) << "what the handler answers in the end counts";
  EXPECT_FALSE(refused.Has("Upgrade"));
  EXPECT_EQ(wire.Ask(Request("GET", "/1k.txt")).status, 200) << "and HTTP/1 goes on";
}

TEST_F(Connections, ConnectReachesHandlersAndIsRefusedBehindThem) {
  BeginWith({"upgrade"});
  SocketChannel socket(port_);
  ASSERT_TRUE(socket.Send("CONNECT echo.test:7 HTTP/1.1\r\nHost: echo.test:7\r\n\r\nearly"));
  const std::string all = ReadUntil(&socket, "early");
  EXPECT_THAT(all, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(all, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(all, Not(HasSubstr("Transfer-Encoding")));
  EXPECT_THAT(all, Not(HasSubstr("\r\nConnection")));
  EXPECT_TRUE(all.ends_with("\r\n\r\nhello\nearly")) << all;
  Wire other(port_);
  const Answer refused = other.Ask("CONNECT other:443 HTTP/1.1\r\nHost: other:443\r\n\r\n");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.Field("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_TRUE(other.AtEnd());
}

TEST_F(Connections, AnUpgradeWorksOverALayer) {
  BeginWith({"upgrade", "xor_layer"});
  SocketChannel socket(port_);
  XorChannel layer(&socket, 0x21, "a", "");
  ASSERT_TRUE(layer.Handshake());
  ASSERT_TRUE(layer.Send(Request("GET", "/upgrade", kOffer) + "one"));
  EXPECT_TRUE(ReadUntil(&layer, "one").ends_with("hello\none"));
  ASSERT_TRUE(layer.Send("two"));
  EXPECT_EQ(ReadUntil(&layer, "two"), "two");
}

// ---- misuse ----

TEST_F(Connections, WrongCallsAreAnsweredAndNamed) {
  server_.AllowLog("conn_misuse");
  BeginWith({"conn_misuse"});
  EXPECT_EQ(Fetch("/misuse").body,
            "push_layer without readv -16\npush_layer with a flag -18\npush_layer on NULL -16\n"
            "set_preface without options -16\nset_preface too long -16\nset_protocol unknown -20\n"
            "set_client no address -16\nset_local no address -16\nread too early -19\n"
            "push_layer late -19\nset_preface late -19\nset_protocol late -19\n"
            "set_client late -19\nset_local late -19\nid of NULL 0\nbytes of NULL -16\n"
            "close of NULL -16\nread on http/1 -19\nwrite on http/1 -19\nwatch on http/1 -19\n"
            "set_timeout on http/1 -19\nshutdown on http/1 -19\nlayer_readv of NULL -16\n"
            "layer_shutdown of NULL -16\nstream_open on http/1 -19\n"
            "stream_open without head -16\nstream_start -19\nstream_feed -19\n"
            "stream_trailer -19\nstream_sent -19\nstream_abort -19\nstream_status 0\n"
            "stream_body 0\ntake_over without protocol -16\ntake_over not offered -19\n"
            "set_priority -16\nprotocol_add late -19\ndestroyed 4\n");
  EXPECT_THAT(server_.LogLine("httpd_connection_push_layer"), HasSubstr("called by conn_misuse"));
}

}  // namespace
}  // namespace httpd::testing
