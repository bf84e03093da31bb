// SPDX-License-Identifier: Apache-2.0
//
// A site as its owner and its visitors see it: which files are served, hosts, listings, logs, large
// files and clients that come and go.

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>

#include "integration/server_fixture.h"

namespace httpd::testing {
namespace {

using ::testing::AnyOf;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Not;

class Site : public ServerTest {
 protected:
  void Begin() {
    ASSERT_TRUE(server_.Start());
    port_ = server_.port();
  }
  uint16_t port_ = 0;
};

TEST_F(Site, OnlyRegularFilesAreServed) {
  mkfifo(server_.Path("htdocs/pipe").c_str(), 0666);
  server_.Write("htdocs/private.txt", "private");
  chmod(server_.Path("htdocs/private.txt").c_str(), 0);
  server_.Write("htdocs/empty.txt", "");
  Begin();
  EXPECT_THAT(Get(port_, "/pipe").status, AnyOf(Eq(403), Eq(404)));
  EXPECT_EQ(Get(port_, "/private.txt").status, 403);
  Answer empty = Get(port_, "/empty.txt");
  EXPECT_EQ(empty.status, 200);
  EXPECT_EQ(empty.Field("Content-Length"), "0");
  EXPECT_EQ(Get(port_, "/1k.txt/more").status, 404);
  server_.AllowLog("/pipe");
  server_.AllowLog("private.txt");
}

TEST_F(Site, ADirectoryWithoutSlashIsRedirected) {
  server_.Write("htdocs/sub/index.html", "sub index");
  Begin();
  Answer answer = Get(port_, "/sub?q=1");
  EXPECT_EQ(answer.status, 301);
  EXPECT_THAT(answer.Field("Location"), HasSubstr("/sub/?q=1"));
}

TEST_F(Site, ALargeFileArrivesWhole) {
  std::string big;
  for (int i = 0; big.size() < (24u << 20); ++i) big += std::to_string(i) + "\n";
  server_.Write("htdocs/big.txt", big);
  Begin();
  Wire slow(port_);  // does not read for now
  ASSERT_TRUE(slow.Send(Request("GET", "/big.txt")));
  for (int i = 0; i < 8; ++i) EXPECT_EQ(Get(port_, "/1k.txt").status, 200) << "blocked";
  EXPECT_TRUE(Get(port_, "/big.txt").body == big);
  EXPECT_TRUE(slow.Read().body == big);
}

TEST_F(Site, AClientThatLeavesHurtsNobody) {
  server_.Write("htdocs/big.bin", std::string(8u << 20, 'b'));
  Begin();
  for (int i = 0; i < 20; ++i) {
    Wire leaver(port_);
    ASSERT_TRUE(leaver.Send(Request("GET", "/big.bin")));
    if (i % 2) leaver.Read(true);  // the head, and a part of the body
  }
  for (int i = 0; i < 8; ++i) EXPECT_EQ(Get(port_, "/1k.txt").status, 200);
  EXPECT_EQ(server_.WorkerPids().size(), 2u);
}

TEST_F(Site, AClientThatHalfClosesStillGetsItsAnswer) {
  Begin();
  Wire wire(port_);
  ASSERT_TRUE(wire.Send(Request("GET", "/1k.txt")));
  wire.EndSending();
  EXPECT_EQ(wire.Read().body, std::string(1024, 'k'));
}

TEST_F(Site, TheHostFieldChoosesTheVirtualHost) {
  server_.Write("one/index.html", "site one");
  server_.Write("two/index.html", "site two");
  std::string root = server_.root();
  server_.extra = "<VirtualHost *>\nServerName one.example\nDocumentRoot \"" + root +
                  "/one\"\n</VirtualHost>\n<VirtualHost *>\nServerName two.example\n"
                  "ServerAlias *.two.example\nDocumentRoot \"" +
                  root + "/two\"\n</VirtualHost>\n";
  Begin();
  auto page = [&](const std::string& host) {
    return Ask(port_, "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n").body;
  };
  EXPECT_EQ(page("one.example"), "site one");
  EXPECT_EQ(page("two.example"), "site two");
  EXPECT_EQ(page("TWO.example:99"), "site two");
  EXPECT_EQ(page("www.two.example"), "site two");
  EXPECT_EQ(page("unknown.example"), "site one") << "the first virtual host is the default";
}

TEST_F(Site, AChangedFileIsSeenWithinASecondAndABit) {
  Begin();
  EXPECT_EQ(Get(port_, "/1k.txt").body.size(), 1024u);
  server_.Write("htdocs/1k.txt.new", "changed");
  rename(server_.Path("htdocs/1k.txt.new").c_str(), server_.Path("htdocs/1k.txt").c_str());
  EXPECT_TRUE(
      WaitUntil([&] { return Get(port_, "/1k.txt").body == "changed"; }, milliseconds(5000)));
}

TEST_F(Site, NoAnswerMixesTwoVersionsOfAFile) {
  Begin();
  Wire wire(port_);
  for (int i = 0; i < 40; ++i) {
    std::string content(static_cast<size_t>(100 + i * 37), static_cast<char>('a' + i % 26));
    server_.Write("htdocs/v.txt.new", content);
    rename(server_.Path("htdocs/v.txt.new").c_str(), server_.Path("htdocs/v.txt").c_str());
    Answer answer = wire.Ask(Request("GET", "/v.txt"));
    if (answer.status == 404) continue;  // the open-file cache may know that it was missing
    ASSERT_EQ(answer.status, 200);
    ASSERT_TRUE(answer.complete);
    ASSERT_FALSE(answer.body.empty());
    EXPECT_EQ(answer.body, std::string(answer.body.size(), answer.body[0]));
  }
}

TEST_F(Site, DirectoryListingsAreEscaped) {
  server_.modules = {"mime", "dir", "autoindex"};
  server_.extra =
      "<Directory \"" + server_.root() + "/htdocs/list\">\nOptions +Indexes\n</Directory>\n";
  server_.Write("htdocs/list/a <b>&\".txt", "x");
  server_.Write("htdocs/list/sub/x", "x");
  Begin();
  Answer answer = Get(port_, "/list/");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("a &lt;b&gt;&amp;"));
  EXPECT_THAT(answer.body, HasSubstr("a%20%3Cb%3E"));
  EXPECT_THAT(answer.body, HasSubstr("sub/"));
  EXPECT_THAT(answer.body, Not(HasSubstr("a <b>")));
}

TEST_F(Site, TheAccessLogHasOneLinePerRequest) {
  server_.modules = {"mime", "dir", "log_config"};
  server_.extra = "LogFormat \"%h %r %>s %b\" short\nCustomLog logs/access.log short\n";
  Begin();
  for (int i = 0; i < 5; ++i) Get(port_, "/1k.txt?" + std::to_string(i));
  Get(port_, "/missing");
  auto lines = [&] {
    std::string log = ReadFile(server_.Path("logs/access.log"));
    return std::count(log.begin(), log.end(), '\n');
  };
  EXPECT_TRUE(WaitUntil([&] { return lines() == 6; })) << lines();
  std::string log = ReadFile(server_.Path("logs/access.log"));
  EXPECT_THAT(log, HasSubstr("127.0.0.1 GET /1k.txt?3 HTTP/1.1 200 1024\n"));
  EXPECT_THAT(log, HasSubstr("GET /missing HTTP/1.1 404"));
}

TEST_F(Site, BufferedAccessLogLinesAreWrittenBeforeTheEnd) {
  server_.modules = {"mime", "dir", "log_config"};
  server_.extra = "CustomLog logs/access.log \"%r\"\n";
  Begin();
  for (int i = 0; i < 5; ++i) Get(port_, "/1k.txt");
  server_.Finish();
  std::string log = ReadFile(server_.Path("logs/access.log"));
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 5) << log;
}

TEST_F(Site, AliasAndRedirect) {
  server_.modules = {"mime", "dir", "alias"};
  server_.Write("elsewhere/file.txt", "from elsewhere");
  server_.extra = "Alias /alias/ \"" + server_.root() +
                  "/elsewhere/\"\n"
                  "Redirect permanent /old http://example.org/new\n";
  Begin();
  EXPECT_EQ(Get(port_, "/alias/file.txt").body, "from elsewhere");
  Answer moved = Get(port_, "/old/x");
  EXPECT_EQ(moved.status, 301);
  EXPECT_EQ(moved.Field("Location"), "http://example.org/new/x");
}

}  // namespace
}  // namespace httpd::testing
