// SPDX-License-Identifier: Apache-2.0
// The channel carries packets and descriptors, shows the end of the other side to exactly its peer,
// and takes nothing that is not a packet.
#include "process/channel.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/features.h"
#include "process/keep_list.h"

namespace httpd::process {
namespace {

class ChannelTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(Channel::Pair(&a_, &b_)); }
  Channel a_, b_;
  Packet packet_;
};

TEST_F(ChannelTest, CarriesTypeValueAndPayload) {
  ASSERT_TRUE(a_.Send(7, 42, std::string("one\0two", 7)));
  ASSERT_EQ(b_.Receive(&packet_), Channel::Got::kPacket);
  EXPECT_EQ(packet_.type, 7u);
  EXPECT_EQ(packet_.value, 42u);
  EXPECT_EQ(packet_.payload, std::string("one\0two", 7));
  EXPECT_FALSE(packet_.fd);
  EXPECT_EQ(b_.Receive(&packet_), Channel::Got::kNothing);
}

TEST_F(ChannelTest, CarriesADescriptorThatClosesOnExec) {
  const int file = open("/dev/null", O_RDONLY);
  ASSERT_TRUE(a_.Send(1, 2, {}, file));
  ASSERT_EQ(b_.Receive(&packet_), Channel::Got::kPacket);
  ASSERT_TRUE(packet_.fd);
  EXPECT_NE(packet_.fd.get(), file);
  EXPECT_EQ(fcntl(packet_.fd.get(), F_GETFD), FD_CLOEXEC);
  struct stat sent {
  }, got{};
  fstat(file, &sent);
  fstat(packet_.fd.get(), &got);
  EXPECT_EQ(sent.st_rdev, got.st_rdev);
  close(file);
}

TEST_F(ChannelTest, EndIsSeenAfterWhatWasSentBefore) {
  ASSERT_TRUE(a_.Send(1, 0));
  a_.Close();
  EXPECT_EQ(b_.Receive(&packet_), Channel::Got::kPacket);
  EXPECT_EQ(b_.Receive(&packet_), Channel::Got::kEnd);
  EXPECT_FALSE(b_.Send(1, 0));
  EXPECT_EQ(errno, EPIPE);
}

TEST_F(ChannelTest, LongTextComesInPieces) {
  const std::string text(3 * Channel::kMaxPayload + 5, 'x');
  const pid_t child = fork();
  if (child == 0) _exit(a_.SendText(9, text) ? 0 : 1);
  std::string got;
  while (got.size() < text.size() &&
         b_.Receive(&packet_, Channel::Wait::kYes) == Channel::Got::kPacket) {
    EXPECT_EQ(packet_.type, 9u);
    got += packet_.payload;
  }
  EXPECT_EQ(got, text);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST_F(ChannelTest, WhatIsNoPacketEndsTheConversation) {
  ASSERT_TRUE(os::SendPacket(a_.fd(), "abc", "", -1, false));
  EXPECT_EQ(b_.Receive(&packet_), Channel::Got::kEnd);
  const std::string large(Channel::kMaxPayload + 100, 'x');
  ASSERT_TRUE(os::SendPacket(a_.fd(), "12345678", large, -1, false));
  EXPECT_EQ(b_.Receive(&packet_), Channel::Got::kEnd);
  EXPECT_FALSE(a_.Send(1, 0, large));
  EXPECT_EQ(errno, EMSGSIZE);
}

TEST_F(ChannelTest, SurplusDescriptorsAreClosed) {
  const size_t before = OpenDescriptors().size();
  int fds[3] = {0, 0, 0};
  // In a stream packets begin with their length.
  struct {
    uint32_t length, type, value;
  } packet = {8, 1, 2};
  iovec part{&packet, sizeof packet};
  if (HTTPD_HAVE_SEQPACKET) part = {&packet.type, 8};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof fds)] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* c = CMSG_FIRSTHDR(&message);
  c->cmsg_level = SOL_SOCKET;
  c->cmsg_type = SCM_RIGHTS;
  c->cmsg_len = CMSG_LEN(sizeof fds);
  memcpy(CMSG_DATA(c), fds, sizeof fds);
  ASSERT_GT(sendmsg(a_.fd(), &message, 0), 0);
  ASSERT_EQ(b_.Receive(&packet_), Channel::Got::kPacket);
  EXPECT_EQ(OpenDescriptors().size(), before + 1);
}

}  // namespace
}  // namespace httpd::process
