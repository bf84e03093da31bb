// SPDX-License-Identifier: Apache-2.0
#include "server/vhost.h"

#include <gtest/gtest.h>

namespace httpd::server {
namespace {

class VhostTest : public testing::Test {
 protected:
  VhostTest() { Add({}, "main.example", {})->is_main = true; }

  httpd_server* Add(std::vector<VirtualHostAddress> addresses, const std::string& name,
                    std::vector<std::string> aliases) {
    auto core = std::make_unique<CoreServer>();
    core->server_name = name;
    core->aliases = std::move(aliases);
    auto server = std::make_unique<httpd_server>();
    server->addresses = std::move(addresses);
    server->core = core.get();
    cores_.push_back(std::move(core));
    servers_.servers.push_back(std::move(server));
    return servers_.servers.back().get();
  }

  ServerSet servers_;
  std::vector<std::unique_ptr<CoreServer>> cores_;
  VhostTable table_;
};

TEST_F(VhostTest, WithoutVirtualHostsTheMainServerAnswers) {
  table_.Build(servers_);
  EXPECT_TRUE(table_.empty());
  EXPECT_EQ(table_.Find("127.0.0.1", 80), nullptr);
}

TEST_F(VhostTest, NamesDecideWithinAnAddressAndTheFirstIsTheDefault) {
  httpd_server* a = Add({{"", 80}}, "a.example", {"www.a.example"});
  httpd_server* b = Add({{"", 80}}, "b.example", {"*.b.example"});
  table_.Build(servers_);
  const HostSet* set = table_.Find("127.0.0.1", 80);
  ASSERT_NE(set, nullptr);
  EXPECT_EQ(set->Find("B.Example"), b);
  EXPECT_EQ(set->Find("b.example."), b);
  EXPECT_EQ(set->Find("x.b.example"), b);
  EXPECT_EQ(set->Find("www.a.example"), a);
  EXPECT_EQ(set->Find("other"), a);
  EXPECT_EQ(set->Find(""), a);
  EXPECT_EQ(set->Find(std::string(5000, 'x')), a);
  EXPECT_EQ(table_.Find("127.0.0.1", 81), nullptr);
}

TEST_F(VhostTest, TheMostSpecificAddressWins) {
  httpd_server* any = Add({{"", 0}}, "any", {});
  httpd_server* port = Add({{"", 80}}, "port", {});
  httpd_server* host = Add({{"10.0.0.1", 0}}, "host", {});
  httpd_server* both = Add({{"10.0.0.1", 80}}, "both", {});
  table_.Build(servers_);
  EXPECT_EQ(table_.Find("10.0.0.1", 80)->fallback, both);
  EXPECT_EQ(table_.Find("10.0.0.1", 81)->fallback, host);
  EXPECT_EQ(table_.Find("10.0.0.2", 80)->fallback, port);
  EXPECT_EQ(table_.Find("10.0.0.2", 81)->fallback, any);
}

TEST_F(VhostTest, DescribesAddressesNamesAndDefaults) {
  Add({{"::1", 80}}, "six.example", {"alias.example"});
  table_.Build(servers_);
  const std::string text = table_.Describe(servers_);
  EXPECT_NE(text.find("[::1]:80\n    six.example (default)"), std::string::npos) << text;
  EXPECT_NE(text.find("alias alias.example"), std::string::npos) << text;
}

}  // namespace
}  // namespace httpd::server
