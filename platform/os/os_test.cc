// SPDX-License-Identifier: Apache-2.0
// Packets, descriptors and processes behave the same with and without the system's specials; the
// whole suite is run with all of them off as well (./check --all).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <thread>

#include "os/descriptors.h"
#include "os/packets.h"
#include "os/process.h"

namespace httpd::os {
namespace {

using base::UniqueFd;

class PacketsTest : public testing::Test {
 protected:
  void SetUp() override {
    int fds[2];
    ASSERT_TRUE(MakePacketPair(fds));
    one_.Reset(fds[0]);
    other_.Reset(fds[1]);
  }
  PacketRead Read(bool wait = false) {
    size_ = 0;
    attached_.Reset();
    return reader_.Read(other_.get(), data_, sizeof data_, wait, &size_, &attached_);
  }
  std::string Text() const { return std::string(data_, size_); }

  UniqueFd one_, other_, attached_;
  PacketReader reader_;
  char data_[4096];
  size_t size_ = 0;
};

TEST_F(PacketsTest, PacketsKeepTheirBoundaries) {
  EXPECT_EQ(Read(), PacketRead::kNothing);
  ASSERT_TRUE(SendPacket(one_.get(), "head", "payload", -1, false));
  ASSERT_TRUE(SendPacket(one_.get(), "next", "", -1, false));
  ASSERT_EQ(Read(), PacketRead::kPacket);
  EXPECT_EQ(Text(), "headpayload");
  EXPECT_FALSE(attached_);
  ASSERT_EQ(Read(), PacketRead::kPacket);
  EXPECT_EQ(Text(), "next");
  EXPECT_EQ(Read(), PacketRead::kNothing);
}

TEST_F(PacketsTest, ADescriptorComesWithItsPacketAndClosesOnExec) {
  int fds[2];
  ASSERT_TRUE(MakePipe(fds));
  UniqueFd in(fds[0]), out(fds[1]);
  ASSERT_TRUE(SendPacket(one_.get(), "without", "", -1, false));
  ASSERT_TRUE(SendPacket(one_.get(), "with", "", out.get(), false));
  ASSERT_TRUE(SendPacket(one_.get(), "without", "", -1, false));
  ASSERT_EQ(Read(), PacketRead::kPacket);
  EXPECT_FALSE(attached_);
  ASSERT_EQ(Read(), PacketRead::kPacket);
  EXPECT_EQ(Text(), "with");
  ASSERT_TRUE(attached_);
  EXPECT_EQ(fcntl(attached_.get(), F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(write(attached_.get(), "x", 1), 1);
  ASSERT_EQ(Read(), PacketRead::kPacket);
  EXPECT_FALSE(attached_);
}

TEST_F(PacketsTest, TheEndOfTheOtherSideIsSeenAfterItsPackets) {
  ASSERT_TRUE(SendPacket(one_.get(), "last", "", -1, false));
  one_.Reset();
  ASSERT_EQ(Read(), PacketRead::kPacket);
  EXPECT_EQ(Text(), "last");
  EXPECT_EQ(Read(), PacketRead::kEnd);
  EXPECT_FALSE(SendPacket(other_.get(), "answer", "", -1, false));
  EXPECT_EQ(errno, EPIPE);
}

TEST_F(PacketsTest, APacketBeyondTheRoomIsTheEnd) {
  ASSERT_TRUE(SendPacket(one_.get(), "head", std::string(sizeof data_, 'x'), -1, false));
  EXPECT_EQ(Read(), PacketRead::kEnd);
}

TEST_F(PacketsTest, WhoDoesNotReadIsNotWaitedFor) {
  const std::string payload(1000, 'x');
  int sent = 0;
  while (SendPacket(one_.get(), "h", payload, -1, false)) ++sent;
  EXPECT_TRUE(errno == EAGAIN || errno == EPIPE) << errno;
  int received = 0;
  while (received < sent && Read() == PacketRead::kPacket) {
    EXPECT_EQ(Text(), "h" + payload);
    ++received;
  }
  EXPECT_EQ(received, sent);
}

TEST_F(PacketsTest, ManyPacketsOfAllSizesArriveWhole) {
  std::thread sender([&] {
    for (size_t size = 1; size < sizeof data_; size += 7) {
      ASSERT_TRUE(SendPacket(one_.get(), "h", std::string(size - 1, 'x'), -1, true)) << errno;
    }
    one_.Reset();
  });
  size_t expected = 1;
  while (Read(true) == PacketRead::kPacket) {
    EXPECT_EQ(size_, expected);
    expected += 7;
  }
  sender.join();
  EXPECT_GE(expected, sizeof data_);
}

TEST(DatagramsTest, EachGoesToOneReaderAndAShutReaderIsNoticed) {
  int fds[2];
  ASSERT_TRUE(MakeDatagramPair(fds));
  const UniqueFd writer(fds[0]), reader(fds[1]), second(dup(fds[1]));
  ASSERT_TRUE(SendDatagram(writer.get(), "one", reader.get()));
  ASSERT_TRUE(SendDatagram(writer.get(), "two", -1));
  char data[16];
  size_t size = 0;
  UniqueFd attached;
  ASSERT_EQ(ReadDatagram(reader.get(), data, sizeof data, &size, &attached), PacketRead::kPacket);
  EXPECT_EQ(std::string(data, size), "one");
  EXPECT_TRUE(attached);
  attached.Reset();
  ASSERT_EQ(ReadDatagram(second.get(), data, sizeof data, &size, &attached), PacketRead::kPacket);
  EXPECT_EQ(std::string(data, size), "two");
  EXPECT_EQ(ReadDatagram(second.get(), data, sizeof data, &size, &attached), PacketRead::kNothing);
  shutdown(reader.get(), SHUT_RD);
  EXPECT_FALSE(SendDatagram(writer.get(), "three", -1));
  EXPECT_EQ(errno, EPIPE);
}

TEST(DescriptorsTest, WhatIsMadeClosesOnExec) {
  int fds[2];
  ASSERT_TRUE(MakePipe(fds, true));
  for (const int fd : fds) {
    EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    EXPECT_TRUE((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
    close(fd);
  }
  const UniqueFd socket(MakeSocket(AF_UNIX, SOCK_STREAM));
  ASSERT_TRUE(socket);
  EXPECT_EQ(fcntl(socket.get(), F_GETFD), FD_CLOEXEC);
  EXPECT_TRUE((fcntl(socket.get(), F_GETFL) & O_NONBLOCK) != 0);
  const UniqueFd target(open("/dev/null", O_RDONLY));
  ASSERT_TRUE(Replace(socket.get(), target.get()));
  EXPECT_EQ(fcntl(target.get(), F_GETFD), FD_CLOEXEC);
}

TEST(DescriptorsTest, ARangeIsClosedAndNothingElse) {
  const int base = fcntl(0, F_DUPFD, 200);
  ASSERT_GE(base, 200);
  for (int i = 1; i <= 4; ++i) ASSERT_EQ(dup2(base, base + i), base + i);
  CloseRange(static_cast<unsigned>(base + 1), static_cast<unsigned>(base + 3));
  EXPECT_NE(fcntl(base, F_GETFD), -1);
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(fcntl(base + i, F_GETFD), -1) << i;
  EXPECT_NE(fcntl(base + 4, F_GETFD), -1);
  close(base);
  close(base + 4);
}

TEST(ProcessTest, ThereIsAProcessor) {
  EXPECT_GE(UsableProcessors(), 1u);
  EXPECT_GE(CountThreads(), HTTPD_HAVE_PROC ? 1u : 0u);
}

}  // namespace
}  // namespace httpd::os
