// SPDX-License-Identifier: Apache-2.0
// What the supervisor does with requests for zones, most of them hostile.
#include "process/zone_keeper.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "base/sanitizer.h"
#include "process/generation_channel.h"
#include "process/helper_processes.h"

namespace httpd::process {
namespace {

std::string Request(std::string_view module, std::string_view name, uint64_t bytes, uint32_t layout,
                    bool renew = false) {
  ZoneRequest wish{};
  wish.bytes = bytes;
  wish.layout = layout;
  wish.renew = renew ? 1 : 0;
  wish.module_length = static_cast<uint16_t>(module.size());
  wish.name_length = static_cast<uint16_t>(name.size());
  std::string out(reinterpret_cast<const char*>(&wish), sizeof wish);
  out += module;
  out += name;
  return out;
}

ino_t Inode(int fd) {
  struct stat facts {};
  return fstat(fd, &facts) == 0 ? facts.st_ino : 0;
}

class ZoneKeeperTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(Channel::Pair(&supervisor_, &generation_)); }
  Packet Next() {
    Packet packet;
    EXPECT_EQ(generation_.Receive(&packet), Channel::Got::kPacket);
    return packet;
  }
  Packet Ask(ZoneKeeper* keeper, const std::string& request) {
    EXPECT_TRUE(keeper->Answer(request, &supervisor_));
    return Next();
  }

  Channel supervisor_, generation_;
};

TEST_F(ZoneKeeperTest, TheSameKeyIsTheSameMemoryInTheNextGeneration) {
  ZoneKeeper first;
  Packet made = Ask(&first, Request("foo", "cache", 8192, 1));
  EXPECT_EQ(made.type, static_cast<uint32_t>(ToGeneration::kZone));
  EXPECT_EQ(made.value, kZoneFresh);
  ASSERT_TRUE(made.fd);
  struct stat facts {};
  ASSERT_EQ(fstat(made.fd.get(), &facts), 0);
  EXPECT_EQ(facts.st_size, 8192);
  EXPECT_NE(ftruncate(made.fd.get(), 0), 0) << "it can be cut off under those who mapped it";
  ZoneKeeper second(first.zones());
  Packet found = Ask(&second, Request("foo", "cache", 8192, 1));
  EXPECT_EQ(found.value, 0u);
  EXPECT_EQ(Inode(found.fd.get()), Inode(made.fd.get()));
}

TEST_F(ZoneKeeperTest, AnotherLayoutOrSizeIsNewAndBringsTheOld) {
  ZoneKeeper first;
  const Packet made = Ask(&first, Request("foo", "cache", 8192, 1));
  for (const std::string& other :
       {Request("foo", "cache", 8192, 2), Request("foo", "cache", 12288, 1)}) {
    ZoneKeeper second(first.zones());
    const Packet packet = Ask(&second, other);
    EXPECT_EQ(packet.value, kZoneFresh | kZoneHasBefore);
    EXPECT_NE(Inode(packet.fd.get()), Inode(made.fd.get()));
    const Packet before = Next();
    EXPECT_EQ(before.type, static_cast<uint32_t>(ToGeneration::kZoneBefore));
    EXPECT_EQ(Inode(before.fd.get()), Inode(made.fd.get()));
  }
  ZoneKeeper other_module(first.zones());
  EXPECT_EQ(Ask(&other_module, Request("bar", "cache", 8192, 1)).value, kZoneFresh);
}

TEST_F(ZoneKeeperTest, ADamagedOneIsMadeAnewAndTheOldIsNotOffered) {
  ZoneKeeper first;
  Ask(&first, Request("foo", "cache", 8192, 1));
  ZoneKeeper second(first.zones());
  EXPECT_EQ(Ask(&second, Request("foo", "cache", 8192, 1)).value, 0u);
  EXPECT_EQ(Ask(&second, Request("foo", "cache", 8192, 1, true)).value, kZoneFresh);
  EXPECT_EQ(second.zones().size(), 1u);
}

TEST_F(ZoneKeeperTest, WhatIsNoRequestEndsTheConversation) {
  ZoneKeeper keeper;
  std::string good = Request("foo", "cache", 8192, 1);
  const std::string bad[] = {"",
                             good.substr(0, 10),
                             good.substr(0, good.size() - 1),
                             good + "x",
                             Request("", "cache", 8192, 1),
                             Request("foo", "", 8192, 1),
                             Request("foo", "a/b", 8192, 1),
                             Request("foo", std::string(64, 'x'), 8192, 1),
                             Request(std::string(64, 'x'), "cache", 8192, 1),
                             Request("foo", std::string("a\0b", 3), 8192, 1),
                             Request("foo", "cache", 0, 1),
                             Request("foo", "cache", UINT64_MAX, 1)};
  for (const std::string& request : bad) EXPECT_FALSE(keeper.Answer(request, &supervisor_));
  EXPECT_TRUE(keeper.Answer(good, &supervisor_));
  EXPECT_FALSE(keeper.Answer(good, &supervisor_)) << "asked twice";
  EXPECT_EQ(keeper.zones().size(), 1u);
}

TEST_F(ZoneKeeperTest, LimitsAreToldInWords) {
  ZoneKeeper keeper;
  for (size_t i = 0; i < ZoneKeeper::kMostZones; ++i) {
    ASSERT_EQ(Ask(&keeper, Request("foo", std::to_string(i), 4096, 1)).value, kZoneFresh);
  }
  Packet refused = Ask(&keeper, Request("foo", "more", 4096, 1));
  EXPECT_EQ(refused.type, static_cast<uint32_t>(ToGeneration::kRefused));
  EXPECT_NE(refused.payload.find("at most 256"), std::string::npos) << refused.payload;

  ZoneKeeper other;
  refused = Ask(&other, Request("foo", "large", ZoneKeeper::kMostBytes, 1));
  EXPECT_EQ(refused.type, static_cast<uint32_t>(ToGeneration::kRefused));
  EXPECT_NE(refused.payload.find("the machine's memory"), std::string::npos) << refused.payload;

  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{4096, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  refused = Ask(&other, Request("foo", "file", 8192, 1));
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_NE(refused.payload.find("ulimit -f"), std::string::npos) << refused.payload;

  // The sanitizers' checks of memory need descriptors themselves.
  if (HTTPD_ADDRESS_SANITIZER) return;
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{0, before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  EXPECT_TRUE(other.Answer(Request("foo", "fd", 8192, 1), &supervisor_));
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_NE(Next().payload.find("Too many open files"), std::string::npos);
}

TEST(HelperDelayTest, GrowsFromNothingToTenSeconds) {
  EXPECT_EQ(HelperDelay(0), 0);
  EXPECT_EQ(HelperDelay(1), 0);
  EXPECT_EQ(HelperDelay(2), 100);
  EXPECT_EQ(HelperDelay(3), 200);
  EXPECT_EQ(HelperDelay(8), 6400);
  EXPECT_EQ(HelperDelay(9), 10000);
  EXPECT_EQ(HelperDelay(1000000), 10000);
}

}  // namespace
}  // namespace httpd::process
