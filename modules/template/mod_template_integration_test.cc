// SPDX-License-Identifier: Apache-2.0
//
// The template in the running server, so that what is copied always works.
#include "integration/module_test.h"

namespace httpd::testing {
namespace {

class Template : public ModuleTest {
 protected:
  Template() { server_.modules = {"template"}; }
};

TEST_F(Template, SaysHelloByTheInnermostSetting) {
  server_.extra =
      "TemplateGreeting \"Good day\"\n<Location \"/hello\">\nSetHandler template\n</Location>\n"
      "<Location \"/hello/fr\">\nTemplateGreeting Bonjour\n</Location>\n";
  Begin();
  EXPECT_EQ(Body("/hello"), "Good day, world!\n");
  EXPECT_EQ(Body("/hello/fr"), "Bonjour, world!\n");
  EXPECT_EQ(Fetch("/hello").Field("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(Body("/1k.txt"), std::string(1024, 'k'));
  Wire wire(port_);
  const Answer post = wire.Ask("POST /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(post.status, 405);
  EXPECT_EQ(post.Field("Allow"), "GET, HEAD");
}

TEST_F(Template, MistakesAreNamed) {
  ExpectRefused("TemplateGreeting \"\"", "found an empty greeting", "TemplateGreeting \"Hello\"");
  ExpectRefused("TemplateGreeting", "TemplateGreeting \"text\"");
}

}  // namespace
}  // namespace httpd::testing
