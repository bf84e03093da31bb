// SPDX-License-Identifier: Apache-2.0
// What a generation may ask for, and that a descriptor keeps its number when its log is reopened.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "process/generation_channel.h"
#include "process/grant_client.h"
#include "process/grant_table.h"
#include "process/problem.h"

namespace httpd::process {
namespace {

config::Node Directive(const std::string& name, const std::vector<std::string>& args) {
  config::Node node;
  node.name = name;
  for (const std::string& text : args) {
    config::Arg arg;
    arg.text = text;
    node.args.push_back(std::move(arg));
  }
  return node;
}

class GrantTableTest : public testing::Test {
 protected:
  void SetUp() override {
    early_.server_root.value = "/srv";
    early_.error_log.value = "/srv/logs/error_log";
    config::Node host = Directive("VirtualHost", {"*:80"});
    host.section = true;
    host.children = {Directive("customlog", {"logs/a.log", "common"}),
                     Directive("ErrorLog", {"logs/host_error"}),
                     Directive("SSLCertificateKeyFile", {"/etc/key.pem"})};
    early_.active = {Directive("ErrorLog", {"logs/error_log"}), host,
                     Directive("CustomLog", {"|/bin/cat", "common"}),
                     Directive("DocumentRoot", {"/etc/shadow"})};
    module::Manifest manifest;
    manifest.privileged = {{"CustomLog", module::PrivilegedMode::kAppend, 1},
                           {"SSLCertificateKeyFile", module::PrivilegedMode::kRead, 1},
                           {"CustomLog", module::PrivilegedMode::kRead, 7}};
    table_ = GrantTable::Build(early_, {manifest});
  }
  config::EarlyConfig early_;
  GrantTable table_;
};

TEST_F(GrantTableTest, TheErrorLogIsFirst) {
  EXPECT_EQ(table_.at(GrantTable::kErrorLog).path, "/srv/logs/error_log");
  EXPECT_EQ(table_.Find("ErrorLog", "/srv/logs/error_log"), GrantTable::kErrorLog);
}

TEST_F(GrantTableTest, HasWhatConfigurationAndManifestNameTogether) {
  const size_t log = table_.Find("CustomLog", "logs/a.log");
  ASSERT_NE(log, GrantTable::kNone);
  EXPECT_EQ(table_.at(log).path, "/srv/logs/a.log");
  EXPECT_EQ(table_.at(log).mode, OpenMode::kAppend);
  EXPECT_EQ(table_.Find("CUSTOMLOG", "/srv/logs/a.log"), log);
  const size_t key = table_.Find("SSLCertificateKeyFile", "/etc/key.pem");
  ASSERT_NE(key, GrantTable::kNone);
  EXPECT_EQ(table_.at(key).mode, OpenMode::kRead);
  EXPECT_NE(table_.Find("ErrorLog", "logs/host_error"), GrantTable::kNone);
}

TEST_F(GrantTableTest, HasNothingElse) {
  EXPECT_EQ(table_.Find("CustomLog", "logs/b.log"), GrantTable::kNone);
  EXPECT_EQ(table_.Find("DocumentRoot", "/etc/shadow"), GrantTable::kNone);
  EXPECT_EQ(table_.Find("CustomLog", "|/bin/cat"), GrantTable::kNone);
  EXPECT_EQ(table_.Find("SSLCertificateKeyFile", "logs/a.log"), GrantTable::kNone);
  EXPECT_EQ(table_.Find("", ""), GrantTable::kNone);
}

class BrokerClientTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(Channel::Pair(&ours_, &supervisor_));
    client_ = std::make_unique<BrokerClient>(&ours_);
  }
  static int TemporaryFile() {
    char path[] = "/tmp/grant_test.XXXXXX";
    const int fd = mkostemp(path, O_CLOEXEC);
    unlink(path);
    return fd;
  }
  static ino_t Inode(int fd) {
    struct stat facts {};
    return fstat(fd, &facts) == 0 ? facts.st_ino : 0;
  }
  // Answers the next request as the supervisor would.
  std::thread Answer(ToGeneration type, uint32_t value, std::string payload, int fd) {
    return std::thread([=, this] {
      Packet request;
      EXPECT_EQ(supervisor_.Receive(&request, Channel::Wait::kYes), Channel::Got::kPacket);
      request_ = request.payload;
      supervisor_.Send(static_cast<uint32_t>(ToGeneration::kDrain), 7);  // out of turn
      supervisor_.Send(static_cast<uint32_t>(type), value, payload, fd);
    });
  }
  Channel ours_, supervisor_;
  std::unique_ptr<BrokerClient> client_;
  std::string request_;
};

TEST_F(BrokerClientTest, ARequestNamesDirectiveAndArgument) {
  const int file = TemporaryFile();
  std::thread supervisor = Answer(ToGeneration::kGrant, 3, "", file);
  const auto fd = client_->Open("CustomLog", "logs/a.log");
  supervisor.join();
  ASSERT_TRUE(fd.ok());
  EXPECT_EQ(request_, std::string("CustomLog\0logs/a.log", 20));
  EXPECT_EQ(Inode(*fd), Inode(file));
  const auto deferred = client_->TakeDeferred();
  ASSERT_EQ(deferred.size(), 1u);
  EXPECT_EQ(deferred[0].value, 7u);
  close(*fd);
  close(file);
}

TEST_F(BrokerClientTest, ARefusalBringsItsFix) {
  std::thread supervisor =
      Answer(ToGeneration::kRefused, 0, std::string("cannot [HP-10]\0mkdir x", 22), -1);
  const auto fd = client_->Open("CustomLog", "x");
  supervisor.join();
  ASSERT_FALSE(fd.ok());
  EXPECT_EQ(fd.status().message(), "cannot [HP-10]");
  EXPECT_EQ(FixOf(fd.status()), "mkdir x");
}

TEST_F(BrokerClientTest, WithoutASupervisorTheAnswerIsAnError) {
  supervisor_.Close();
  EXPECT_FALSE(client_->Open("CustomLog", "x").ok());
}

TEST_F(BrokerClientTest, AReopenedLogKeepsItsNumbers) {
  const int one = TemporaryFile(), two = fcntl(one, F_DUPFD_CLOEXEC, 0), fresh = TemporaryFile();
  client_->Adopt(0, one);
  client_->Adopt(0, two);
  EXPECT_EQ(client_->Replace(0, fresh), (std::vector<int>{one, two}));
  EXPECT_EQ(Inode(one), Inode(fresh));
  EXPECT_EQ(Inode(two), Inode(fresh));
  EXPECT_EQ(fcntl(one, F_GETFD), FD_CLOEXEC);
  EXPECT_TRUE(client_->Replace(1, fresh).empty());
  close(one);
  close(two);
  close(fresh);
}

TEST_F(BrokerClientTest, ANumberThatWasGivenUpIsNotTouched) {
  const int given = TemporaryFile(), other = TemporaryFile(), fresh = TemporaryFile();
  client_->Adopt(0, given);
  ASSERT_EQ(dup3(other, given, O_CLOEXEC), given);  // the module closed it; somebody else has it
  EXPECT_TRUE(client_->Replace(0, fresh).empty());
  EXPECT_EQ(Inode(given), Inode(other));
  EXPECT_TRUE(client_->Descriptors().empty());
  close(given);
  close(other);
  close(fresh);
}

}  // namespace
}  // namespace httpd::process
