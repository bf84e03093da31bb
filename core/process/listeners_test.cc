// SPDX-License-Identifier: Apache-2.0
// Slots, second servers, reloads and port 0, with real sockets on the loopback.
#include "process/listeners.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <set>

#include "base/concat.h"

namespace httpd::process {
namespace {

config::ListenAddress Want(const std::string& host, uint16_t port, bool ipv6 = false) {
  config::ListenAddress want;
  want.text = base::Concat(host, ":", port);
  want.host = host;
  want.port = port;
  want.ipv6 = ipv6;
  return want;
}

int Connect(uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) return fd;
  close(fd);
  return -1;
}

class ListenersTest : public testing::Test {
 protected:
  bool Open(const std::vector<config::ListenAddress>& wanted, uint32_t slots,
            const ListenerSet* present, ListenerSet* set, bool shared = false) {
    return ListenerSet::Open(wanted, slots, present, {.shared = shared, .backlog = 64}, set,
                             &problem_);
  }
  Problem problem_;
};

TEST_F(ListenersTest, AllSlotsShareThePortThatTheFirstGot) {
  ListenerSet set;
  ASSERT_TRUE(Open({Want("127.0.0.1", 0)}, 4, nullptr, &set)) << RenderProblem(problem_);
  const BoundAddress& bound = *set.addresses()[0];
  ASSERT_EQ(bound.slots.size(), 4u);
  EXPECT_GT(bound.port, 0);
  EXPECT_EQ(bound.address, "127.0.0.1");
  for (const auto& slot : bound.slots) {
    sockaddr_in name{};
    socklen_t length = sizeof name;
    getsockname(slot.fd.get(), reinterpret_cast<sockaddr*>(&name), &length);
    EXPECT_EQ(ntohs(name.sin_port), bound.port);
  }
}

TEST_F(ListenersTest, ConnectionsReachEverySlot) {
  ListenerSet set;
  ASSERT_TRUE(Open({Want("127.0.0.1", 0)}, 4, nullptr, &set));
  const BoundAddress& bound = *set.addresses()[0];
  std::vector<int> clients;
  std::set<int> reached;
  // With four slots the chance that 60 connections miss one is below one in ten million.
  for (int i = 0; i < 60; ++i) clients.push_back(Connect(bound.port));
  for (const auto& slot : bound.slots) {
    pollfd entry{slot.fd.get(), POLLIN, 0};
    if (poll(&entry, 1, 1000) == 1) reached.insert(slot.fd.get());
  }
  EXPECT_EQ(reached.size(), 4u);
  for (const int fd : clients) close(fd);
}

TEST_F(ListenersTest, WorkersPollEverySlotOnce) {
  ListenerSet set;
  ASSERT_TRUE(Open({Want("127.0.0.1", 0), Want("127.0.0.1", 0)}, 5, nullptr, &set));
  std::multiset<int> polled;
  for (uint32_t worker = 0; worker < 2; ++worker) {
    for (const auto& listener : set.ForWorker(worker, 2)) {
      polled.insert(listener.fd);
      EXPECT_LT(listener.address, 2u);
    }
  }
  const auto all = set.Descriptors();
  EXPECT_EQ(polled, std::multiset<int>(all.begin(), all.end()));
}

TEST_F(ListenersTest, ASecondServerIsRefused) {
  ListenerSet first, second;
  ASSERT_TRUE(Open({Want("127.0.0.1", 0)}, 2, nullptr, &first));
  const uint16_t port = first.addresses()[0]->port;
  ASSERT_FALSE(Open({Want("127.0.0.1", port)}, 2, nullptr, &second));
  const std::string text = RenderProblem(problem_);
  EXPECT_NE(text.find(base::Concat("127.0.0.1:", port)), std::string::npos) << text;
  EXPECT_NE(text.find("in use"), std::string::npos) << text;
  EXPECT_NE(text.find("fix:"), std::string::npos) << text;
#if HTTPD_HAVE_PROC
  EXPECT_NE(text.find(base::Concat("pid ", getpid())), std::string::npos) << text;
#endif
  const int client = Connect(port);
  EXPECT_GE(client, 0) << "the first server was disturbed";
  close(client);
}

TEST_F(ListenersTest, AWildcardCollidesWithAnAddress) {
  ListenerSet first, second;
  ASSERT_TRUE(Open({Want("127.0.0.1", 0)}, 2, nullptr, &first));
  EXPECT_FALSE(Open({Want("0.0.0.0", first.addresses()[0]->port)}, 2, nullptr, &second));
}

TEST_F(ListenersTest, AReloadKeepsAddressesAndGrowsSlots) {
  ListenerSet first, second;
  ASSERT_TRUE(Open({Want("127.0.0.1", 0)}, 2, nullptr, &first));
  const auto bound = first.addresses()[0];
  ASSERT_TRUE(Open({Want("127.0.0.1", 0)}, 3, &first, &second)) << RenderProblem(problem_);
  EXPECT_EQ(second.addresses()[0], bound);
  ASSERT_EQ(bound->slots.size(), 3u);
  EXPECT_FALSE(bound->slots[2].listening) << "nobody polls it yet";
  ASSERT_TRUE(second.ListenAll(&problem_));
  EXPECT_TRUE(bound->slots[2].listening);
}

TEST_F(ListenersTest, SlotsNeverBecomeFewer) {
  ListenerSet first, second;
  ASSERT_TRUE(Open({Want("127.0.0.1", 0)}, 4, nullptr, &first));
  ASSERT_TRUE(Open({Want("127.0.0.1", 0)}, 1, &first, &second));
  EXPECT_EQ(second.addresses()[0]->slots.size(), 4u);
  EXPECT_EQ(second.ForWorker(0, 1).size(), 4u);
}

TEST_F(ListenersTest, AnAbandonedReloadLeavesNothing) {
  ListenerSet first, second;
  ASSERT_TRUE(Open({Want("127.0.0.1", 0)}, 2, nullptr, &first));
  ASSERT_TRUE(Open({Want("127.0.0.1", 0), Want("127.0.0.2", 0)}, 5, &first, &second));
  const uint16_t added = second.addresses()[1]->port;
  second.Abandon();
  EXPECT_EQ(first.addresses()[0]->slots.size(), 2u);
  ListenerSet third;
  EXPECT_TRUE(Open({Want("127.0.0.2", added)}, 1, nullptr, &third)) << RenderProblem(problem_);
}

TEST_F(ListenersTest, AFailedReloadLeavesThePresentSetAlone) {
  ListenerSet other, first, second;
  ASSERT_TRUE(Open({Want("127.0.0.1", 0)}, 1, nullptr, &other));
  ASSERT_TRUE(Open({Want("127.0.0.1", 0)}, 2, nullptr, &first));
  const uint16_t taken = other.addresses()[0]->port;
  EXPECT_FALSE(Open({Want("127.0.0.1", 0), Want("127.0.0.1", taken)}, 6, &first, &second));
  EXPECT_EQ(first.addresses()[0]->slots.size(), 2u);
}

TEST_F(ListenersTest, ARemovedAddressClosesWithTheLastSet) {
  auto first = std::make_unique<ListenerSet>();
  ListenerSet second;
  ASSERT_TRUE(Open({Want("127.0.0.1", 0), Want("127.0.0.2", 0)}, 1, nullptr, first.get()));
  const uint16_t kept = first->addresses()[0]->port;
  const uint16_t removed = first->addresses()[1]->port;
  ASSERT_TRUE(Open({Want("127.0.0.1", 0)}, 1, first.get(), &second));
  first.reset();
  const int client = Connect(kept);
  EXPECT_GE(client, 0);
  close(client);
  ListenerSet third;
  EXPECT_TRUE(Open({Want("127.0.0.2", removed)}, 1, nullptr, &third));
}

TEST_F(ListenersTest, OneSharedSocketWhereTheKernelDoesNotBalance) {
  ListenerSet set;
  ASSERT_TRUE(Open({Want("127.0.0.1", 0)}, 4, nullptr, &set, true));
  EXPECT_EQ(set.addresses()[0]->slots.size(), 1u);
  for (uint32_t worker = 0; worker < 4; ++worker) {
    EXPECT_EQ(set.ForWorker(worker, 4).size(), 1u);
  }
}

TEST_F(ListenersTest, AllAddressesShareOneChosenPort) {
  ListenerSet set;
  ASSERT_TRUE(Open({Want("", 0)}, 1, nullptr, &set)) << RenderProblem(problem_);
  for (const auto& bound : set.addresses()) EXPECT_EQ(bound->port, set.addresses()[0]->port);
}

TEST_F(ListenersTest, AnAddressOfAnotherMachineIsExplained) {
  ListenerSet set;
  ASSERT_FALSE(Open({Want("192.0.2.1", 8080)}, 1, nullptr, &set));  // TEST-NET-1, RFC 5737
  EXPECT_NE(RenderProblem(problem_).find("does not have that address"), std::string::npos);
}

TEST_F(ListenersTest, APrivilegedPortNeedsRoot) {
  if (geteuid() == 0) GTEST_SKIP() << "runs as root";
  ListenerSet set;
  if (Open({Want("127.0.0.1", 1)}, 1, nullptr, &set)) GTEST_SKIP() << "any port is allowed here";
  EXPECT_EQ(problem_.fix, "Listen 8001");
}

TEST(AddressTextTest, BracketsForIpv6) {
  EXPECT_EQ(AddressText("127.0.0.1", 80), "127.0.0.1:80");
  EXPECT_EQ(AddressText("::1", 80), "[::1]:80");
}

}  // namespace
}  // namespace httpd::process
