// SPDX-License-Identifier: Apache-2.0
//
// Authorities that pass and those that do not.
#include "http/host.h"

#include <gtest/gtest.h>

#include <string>

namespace httpd::http {
namespace {

TEST(Host, Valid) {
  struct {
    const char* authority;
    const char* host;
    int32_t port;
  } cases[] = {
      {"a", "a", -1},
      {"example.org", "example.org", -1},
      {"example.org.", "example.org.", -1},
      {"EXAMPLE.org:8080", "EXAMPLE.org", 8080},
      {"under_score.x-y.org:", "under_score.x-y.org", -1},
      {"127.0.0.1:80", "127.0.0.1", 80},
      {"a:0", "a", 0},
      {"a:65535", "a", 65535},
      {"a:00080", "a", 80},
      {"[::1]", "[::1]", -1},
      {"[::]:1", "[::]", 1},
      {"[2001:DB8::1:2]:443", "[2001:DB8::1:2]", 443},
      {"[::ffff:192.0.2.1]", "[::ffff:192.0.2.1]", -1},
  };
  for (const auto& c : cases) {
    std::string_view host;
    int32_t port = 7;
    EXPECT_TRUE(ParseAuthority(c.authority, &host, &port)) << c.authority;
    EXPECT_EQ(host, c.host) << c.authority;
    EXPECT_EQ(port, c.port) << c.authority;
  }
}

TEST(Host, Invalid) {
  for (const char* authority :
       {"",        ".",         "..",       ".a",           "a..b",    ":80",  "a:x",
        "a:-1",    "a:65536",   "a:999999", "a:000080",     "a:80:80", "a b",  "a,b",
        "a@b",     "a/b",       "a\\b",     "a?b",          "a#b",     "a%62", "a\"",
        "a;b",     "a\xc3\xa9", "[",        "[]",           "[::1",    "::1",  "[::1]x",
        "[::1]:x", "[1.2.3.4]", "[v1.x]",   "[::1%25eth0]", "a[::1]",  "*"}) {
    std::string_view host;
    int32_t port;
    EXPECT_FALSE(ParseAuthority(authority, &host, &port)) << authority;
  }
  std::string_view host;
  int32_t port;
  EXPECT_TRUE(ParseAuthority(std::string(255, 'a'), &host, &port));
  EXPECT_FALSE(ParseAuthority(std::string(256, 'a'), &host, &port));
}

TEST(Host, Ipv6) {
  for (const char* good : {"::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::",
                           "::2:3:4:5:6:7:8", "1::8", "fe80::abcd:EF01", "1:2:3:4:5:6:1.2.3.4",
                           "::1.2.3.4", "1::2:255.255.255.255", "1:2:3:4:5::1.2.3.4"}) {
    EXPECT_TRUE(IsIpv6(good)) << good;
  }
  for (const char* bad : {"",
                          ":",
                          ":::",
                          "1",
                          "1:",
                          ":1",
                          "1:2:3:4:5:6:7",
                          "1:2:3:4:5:6:7:8:9",
                          "1:2:3:4:5:6:7:8:",
                          "1::2::3",
                          "12345::",
                          "g::",
                          "1:2:3:4:5:6:7::8:9",
                          "::1.2.3",
                          "::1.2.3.4.5",
                          "::256.1.1.1",
                          "::01.2.3.4",
                          "1.2.3.4",
                          "1:2:3:4:5:6:7:1.2.3.4",
                          "1.2.3.4::",
                          "::1.2.3.4:5",
                          "1:2:3:4:5:6:7:8::",
                          "::1 ",
                          "1:::2",
                          "1:2:3:4:5:6::1.2.3.4"}) {
    EXPECT_FALSE(IsIpv6(bad)) << bad;
  }
}

}  // namespace
}  // namespace httpd::http
