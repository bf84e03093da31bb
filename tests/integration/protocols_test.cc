// SPDX-License-Identifier: Apache-2.0
//
// A protocol of a module that makes several requests at once on a connection, alone and over a
// preface and a layer.

#include <gmock/gmock.h>

#include "integration/connection_clients.h"
#include "integration/module_test.h"

namespace httpd::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Protocols : public ConnectionTest {
 protected:
  bool WaitForCount(std::string_view text, size_t wanted) const {
    return WaitUntil([&] {
      const std::string log = server_.ErrorLog();
      size_t count = 0;
      for (size_t at = 0; (at = log.find(text, at)) != std::string::npos; ++at) ++count;
      return count == wanted;
    });
  }
};

TEST_F(Protocols, HttpAndMuxShareAPort) {
  BeginWith({"toy_mux"});
  EXPECT_EQ(Fetch("/1k.txt").status, 200);
  SocketChannel socket(port_);
  MuxClient client(&socket);
  ASSERT_TRUE(client.Send("TOYMUX1\n" + Asking(1, "/1k.txt")));
  ASSERT_TRUE(client.Finish(1));
  EXPECT_THAT(client.streams[1].head, StartsWith("200\n"));
  EXPECT_EQ(client.streams[1].body, Get(port_, "/1k.txt").body);
  for (const char* field : {"\ndate: ", "\nserver: ", "\ncontent-type: ",
                            "\ncontent-length: 1024\n", "\netag: ", "\nlast-modified: "}) {
    EXPECT_THAT(client.streams[1].head, HasSubstr(field));
  }
  EXPECT_THAT(client.streams[1].head, Not(HasSubstr("onnection")));
  // Byte by byte, and something that only looks like it.
  SocketChannel slow(port_);
  MuxClient slow_client(&slow);
  for (char c : "TOYMUX1\n" + Asking(9, "/nothing")) ASSERT_TRUE(slow.Send({&c, 1}));
  ASSERT_TRUE(slow_client.Finish(9));
  EXPECT_THAT(slow_client.streams[9].head, StartsWith("404\n"));
  Wire not_it(port_);
  EXPECT_EQ(not_it.Ask("TOY / HTTP/1.1\r\nHost: a\r\n\r\n").status, 501);
}

TEST_F(Protocols, ThreeRequestsWithBodiesBothWaysAtOnce) {
  BeginWith({"toy_mux", "echo"});
  SocketChannel socket(port_);
  MuxClient client(&socket);
  const MuxHead post{.length = -1, .method = "POST"};
  std::string frames = "TOYMUX1\n";
  for (uint8_t id : {1, 2, 3}) frames += Asking(id, "/echo", post);
  std::string bodies[4];
  for (int round = 0; round < 20; ++round) {
    for (uint8_t id : {1, 2, 3}) {
      const std::string piece(500, static_cast<char>('a' + id));
      bodies[id] += piece;
      frames += Packed('D', id, piece);
    }
  }
  for (uint8_t id : {1, 2, 3}) frames += Packed('E', id);
  ASSERT_TRUE(client.Send(frames));
  for (uint8_t id : {1, 2, 3}) {
    ASSERT_TRUE(client.Finish(id));
    EXPECT_EQ(client.streams[id].body, bodies[id]);
  }
}

TEST_F(Protocols, FlowControlPriorityAndReset) {
  BeginWith({"toy_mux"});
  SocketChannel socket(port_);
  MuxClient client(&socket);
  ASSERT_TRUE(client.Send("TOYMUX1\n" + Asking(1, "/large.bin", {.window = 0, .urgency = 5}) +
                          Asking(2, "/large.bin", {.window = 0, .urgency = 1}) +
                          Asking(3, "/large.bin", {.window = 5000}) +
                          Asking(5, "/large.bin", {.window = 0, .urgency = 5}) +
                          Asking(4, "/1k.txt")));
  ASSERT_TRUE(client.Finish(4));  // not held up by the others
  while (client.streams[3].body.size() < 5000) ASSERT_NE(client.Next().type, 0);
  EXPECT_EQ(client.streams[1].body, "");
  client.order.clear();
  ASSERT_TRUE(client.Send(Packed('R', 3) + Packed('W', 1, "100000000") +
                          Packed('W', 2, "100000000") + Packed('W', 5, "100000000")));
  for (uint8_t id : {1, 5}) ASSERT_TRUE(client.Finish(id));
  EXPECT_TRUE(client.streams[2].ended);
  for (uint8_t id : {1, 2, 5}) EXPECT_EQ(client.streams[id].body, Large());
  EXPECT_EQ(client.streams[3].body.size(), 5000u) << "nothing behind the reset";
  EXPECT_LT(client.order.rfind('2'), client.order.find('1')) << "the urgent one first";
  EXPECT_THAT(client.order, HasSubstr("151515")) << "those of one urgency in turn";
}

TEST_F(Protocols, InterimTrailersAndHeadOfAStream) {
  BeginWith({"toy_mux"});
  SocketChannel socket(port_);
  MuxClient client(&socket);
  ASSERT_TRUE(client.Send("TOYMUX1\n" + Asking(1, "/mux/interim") +
                          Asking(2, "/mux/trailers", {.length = -1, .method = "POST"}) +
                          Packed('D', 2, "body") + Packed('T', 2, "x-sum: 42") + Packed('E', 2) +
                          Asking(3, "/1k.txt", {.method = "HEAD"})));
  for (uint8_t id : {1, 2, 3}) ASSERT_TRUE(client.Finish(id));
  EXPECT_EQ(client.streams[1].interim, "103\nlink: </style.css>; rel=preload\n");
  EXPECT_EQ(client.streams[1].body, "after the hint");
  EXPECT_EQ(client.streams[2].body, "42");
  EXPECT_THAT(client.streams[2].trailers, HasSubstr(": 42"));
  EXPECT_EQ(client.streams[3].body, "");
  EXPECT_THAT(client.streams[3].head, HasSubstr("\ncontent-length: 1024\n"));
}

TEST_F(Protocols, HeadsOfStreamsKeepTheRulesOfHttp1) {
  BeginWith({"toy_mux"});
  SocketChannel socket(port_);
  MuxClient client(&socket);
  ASSERT_TRUE(client.Send("TOYMUX1\n"));
  const struct {
    std::string path;
    MuxHead head;
  } bad[] = {
      {"no-slash", {}},
      {"/a b", {}},
      {"/a\rb", {}},
      {"http://other/", {}},
      {"/", {.method = "G T"}},
      {"/", {.method = "GET\t"}},
      {"/", {.authority = ""}},
      {"/", {.authority = "a,b"}},
      {"/", {.fields = "content-length: 5\ncontent-length: 5\n"}},
      {"/", {.length = 3, .fields = "content-length: 5\n"}},
      {"/", {.fields = "content-length: -1\n"}},
      {"/", {.fields = "transfer-encoding: chunked\n"}},
      {"/", {.fields = "connection: close\n"}},
      {"/", {.fields = "Upper: case\n"}},
      {"/", {.fields = "bad name: x\n"}},
      {"/", {.fields = "x: a\rb\n"}},
      {"/", {.fields = "te: gzip\n"}},
      {"/", {.fields = "host: other\n"}},
  };
  uint8_t id = 10;
  for (const auto& each : bad) {
    ASSERT_TRUE(client.Send(Asking(id, each.path, each.head)));
    ASSERT_TRUE(client.Finish(id));
    EXPECT_EQ(client.streams[id].refused, "-16")
        << each.path << " " << each.head.method << " " << each.head.fields;
    ++id;
  }
  ASSERT_TRUE(client.Send(Asking(id, "/1k.txt", {.fields = "host: localhost\nte: trailers\n"})));
  ASSERT_TRUE(client.Finish(id));
  EXPECT_THAT(client.streams[id].head, StartsWith("200\n"));
  // A body that is not as long as it was said to be ends as an error.
  ASSERT_TRUE(client.Send(Asking(200, "/mux/trailers", {.length = 10, .method = "POST"}) +
                          Packed('D', 200, "abc") + Packed('E', 200)));
  ASSERT_TRUE(client.Finish(200));
  EXPECT_THAT(client.streams[200].head, StartsWith("400\n"));
}

TEST_F(Protocols, ASuspendedRequestHearsOfTheEnd) {
  BeginWith({"toy_mux"});
  {
    SocketChannel socket(port_);
    MuxClient client(&socket);
    ASSERT_TRUE(client.Send("TOYMUX1\n" + Asking(1, "/mux/hang")));
    ASSERT_TRUE(server_.WaitForLog("hang waits"));
    ASSERT_TRUE(client.Send(Packed('R', 1) + Asking(2, "/1k.txt")));
    ASSERT_TRUE(client.Finish(2));
    EXPECT_TRUE(server_.WaitForLog("hang cancelled"));
    ASSERT_TRUE(client.Send(Asking(1, "/mux/hang") + Asking(3, "/mux/hang")));
    EXPECT_TRUE(WaitForCount("hang waits", 3));
    const linger hard{1, 0};  // and is gone with a reset
    setsockopt(socket.wire().fd(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  }
  EXPECT_TRUE(server_.WaitForLog("mux closed"));
  EXPECT_TRUE(WaitForCount("hang cancelled", 3));
}

TEST_F(Protocols, AStoppedServerTellsWhoWaits) {
  BeginWith({"toy_mux"});
  SocketChannel socket(port_);
  MuxClient client(&socket);
  ASSERT_TRUE(client.Send("TOYMUX1\n" + Asking(1, "/mux/hang")));
  ASSERT_TRUE(server_.WaitForLog("hang waits"));
  server_.Signal(SIGTERM);
  EXPECT_FALSE(client.Finish(1) && client.streams[1].reset.empty());
  EXPECT_TRUE(server_.WaitForLog("hang cancelled"));
  EXPECT_TRUE(server_.WaitForLog("mux closed"));
  EXPECT_EQ(server_.WaitForExit().status, 0);
}

TEST_F(Protocols, GarbageAndAbortsEndAMux) {
  BeginWith({"toy_mux"});
  SocketChannel garbage(port_);
  ASSERT_TRUE(garbage.Send("TOYMUX1\n" + Asking(1, "/mux/hang") + Packed('?', 1)));
  MuxClient client(&garbage);
  ASSERT_TRUE(server_.WaitForLog("hang waits"));
  ASSERT_TRUE(garbage.Send(Packed('R', 1)));
  EXPECT_EQ(client.Next().type, 0);
  EXPECT_TRUE(garbage.ended());
  // Aborts at every length of a conversation.
  const std::string whole = "TOYMUX1\n" + Asking(1, "/large.bin") + Asking(2, "/1k.txt");
  for (size_t n = 1; n <= whole.size(); n += 3) {
    Wire wire(port_);
    ASSERT_TRUE(wire.Send(whole.substr(0, n)));
  }
  EXPECT_EQ(Fetch("/1k.txt").status, 200);
}

TEST_F(Protocols, ASilentMuxTimesOut) {
  BeginWith({"xor_layer", "toy_mux"});
  SocketChannel socket(port_);
  XorChannel layer(&socket, 0x10, "x", "toymux");
  ASSERT_TRUE(layer.Handshake());
  EXPECT_EQ(ReadToEnd(&layer), "");
  EXPECT_TRUE(layer.farewell());
  EXPECT_TRUE(server_.WaitForLog("mux timeout"));
  EXPECT_TRUE(server_.WaitForLog("mux closed"));
}

TEST_F(Protocols, ClosingAfterAnAnswer) {
  BeginWith({"toy_mux"});
  SocketChannel socket(port_);
  MuxClient client(&socket);
  ASSERT_TRUE(client.Send("TOYMUX1\n" + Asking(1, "/mux/close")));
  ASSERT_TRUE(client.Finish(1));
  EXPECT_EQ(client.streams[1].body, "closing");
  EXPECT_EQ(client.Next().type, 0);
  EXPECT_TRUE(socket.ended());
  Wire wire(port_);  // the same on HTTP/1
  EXPECT_EQ(wire.Ask(Request("GET", "/mux/close")).body, "closing");
  EXPECT_TRUE(wire.AtEnd());
}

TEST_F(Protocols, AMuxFinishesWhenTheGenerationIsSwapped) {
  BeginWith({"toy_mux"});
  SocketChannel socket(port_);
  MuxClient client(&socket);
  ASSERT_TRUE(client.Send("TOYMUX1\n" + Asking(1, "/large.bin", {.window = 1000})));
  while (client.streams[1].body.size() < 1000) ASSERT_NE(client.Next().type, 0);
  ASSERT_TRUE(server_.Reload().ok);
  while (!client.goodbye) ASSERT_NE(client.Next().type, 0);
  ASSERT_TRUE(client.Send(Packed('W', 1, "100000000")));
  ASSERT_TRUE(client.Finish(1));
  EXPECT_EQ(client.streams[1].body, Large());
  EXPECT_EQ(client.Next().type, 0);
  EXPECT_TRUE(server_.WaitUntilDrained());
  EXPECT_TRUE(server_.WaitForLog("mux closed"));
}

TEST_F(Protocols, PrefaceLayerAndMuxInOneWrite) {
  server_.AllowLog("httpd_connection_set_client");  // /who calls it too late
  BeginWith({"proxy_preface", "xor_layer", "toy_mux"});
  SocketChannel socket(port_);
  XorChannel layer(&socket, 0x33, "sni.example", "toymux");
  MuxClient client(&layer);
  // Everything at once: each leaves the rest to the next.
  ASSERT_TRUE(socket.Send("PROXY TCP4 198.51.100.7 192.0.2.9 5555 8443\r\n" + layer.hello() +
                          layer.Record("TOYMUX1\n" + Asking(1, "/facts") + Asking(2, "/who")) +
                          layer.Record(Asking(3, "/large.bin"))));
  ASSERT_TRUE(layer.AwaitHello());
  for (uint8_t id : {1, 2, 3}) ASSERT_TRUE(client.Finish(id));
  EXPECT_EQ(client.streams[1].body, "sni.example https 1 1");
  EXPECT_THAT(client.streams[2].body, StartsWith("198.51.100.7 5555 192.0.2.9 8443 "));
  EXPECT_EQ(client.streams[3].body, Large());
  // HTTP/1 by ALPN, although a protocol could be detected.
  SocketChannel second(port_);
  XorChannel other(&second, 0x44, "x", "http/1.1");
  ASSERT_TRUE(second.Send("PROXY UNKNOWN\r\n"));
  ASSERT_TRUE(other.Handshake());
  ASSERT_TRUE(other.Send(Request("GET", "/1k.txt")));
  EXPECT_THAT(ReadUntil(&other, "\r\n\r\n"), StartsWith("HTTP/1.1 200"));
}

}  // namespace
}  // namespace httpd::testing
