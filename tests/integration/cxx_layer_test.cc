// SPDX-License-Identifier: Apache-2.0
//
// The C++ layer (httpd/*.hpp) in the running server, used by tests/modules/cxx_layer.cc.
#include "integration/module_test.h"

namespace httpd::testing {
namespace {

using ::testing::HasSubstr;

class CxxLayer : public ModuleTest {
 protected:
  CxxLayer() {
    server_.modules = {"cxx_layer"};
    server_.workers = 1;
  }
  void ExpectThrown(const char* path, int status, const char* text) {
    server_.AllowLog(text);
    EXPECT_EQ(Status(path), status) << path;
    EXPECT_TRUE(server_.WaitForLog(text)) << server_.ErrorLog();
    EXPECT_THAT(server_.LogLine(text), HasSubstr("cxx_layer"));
  }
};

TEST_F(CxxLayer, ContextsAreMadeOnceAndDestroyedWithTheirObject) {
  Begin();
  {
    Wire wire(port_);
    EXPECT_EQ(wire.Ask(Request("GET", "/cxx/counts")).body, "1 1 101 0");
    EXPECT_EQ(wire.Ask(Request("GET", "/cxx/counts")).body, "1 2 102 1");
  }
  // Two requests and one connection are gone.
  EXPECT_TRUE(WaitUntil([&] { return Body("/cxx/counts").substr(0, 4) == "1 1 "; }));
  EXPECT_TRUE(WaitUntil([&] {
    const std::string counts = Body("/cxx/counts");
    return std::stoi(counts.substr(counts.rfind(' '))) >= 3;
  }));
}

TEST_F(CxxLayer, ChainsAndBuffers) {
  Begin();
  EXPECT_EQ(Body("/cxx/chains"), "copied moved bc");
}

TEST_F(CxxLayer, Timers) {
  Begin();
  EXPECT_EQ(Body("/cxx/later"), "later");
  EXPECT_EQ(Body("/cxx/ticks"), "tick tick tick ");
}

TEST_F(CxxLayer, Tasks) {
  Begin();
  EXPECT_EQ(Body("/cxx/offloaded"), "thread loop posted");
}

TEST_F(CxxLayer, ExceptionsBecome500AndALine) {
  Begin();
  ExpectThrown("/cxx/throws", 500, "thrown in a hook");
  ExpectThrown("/cxx/throws-int", 500, "the callback threw an exception");
  EXPECT_EQ(Body("/1k.txt"), std::string(1024, 'k'));
}

TEST_F(CxxLayer, ExceptionsInCallbacksAreLogged) {
  Begin();
  ExpectThrown("/cxx/throws-thread", 204, "thrown in a thread");
  ExpectThrown("/cxx/throws-timer", 204, "thrown in a timer");
  EXPECT_EQ(Body("/1k.txt"), std::string(1024, 'k'));
}

}  // namespace
}  // namespace httpd::testing
