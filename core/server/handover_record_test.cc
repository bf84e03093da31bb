// SPDX-License-Identifier: Apache-2.0
// What travels with a connection arrives as it was sent, and nothing else is taken for it.
#include <gtest/gtest.h>

#include "server/handover.h"

namespace httpd::server {
namespace {

HandoverRecord Example() {
  HandoverRecord record;
  record.served = 17;
  record.client = "2001:db8::1";
  record.client_port = 54321;
  record.local = "192.0.2.7";
  record.local_port = 443;
  record.states = {{"foo", std::string("a\0b", 3)}, {"bar", ""}};
  return record;
}

TEST(HandoverRecordTest, ArrivesAsItWasSent) {
  HandoverRecord back;
  ASSERT_TRUE(HandoverRecord::Decode(Example().Encode(), &back));
  EXPECT_EQ(back.served, 17u);
  EXPECT_EQ(back.client, "2001:db8::1");
  EXPECT_EQ(back.client_port, 54321);
  EXPECT_EQ(back.local, "192.0.2.7");
  EXPECT_EQ(back.local_port, 443);
  EXPECT_EQ(back.states, Example().states);
}

TEST(HandoverRecordTest, EveryCutAndEveryExtraByteIsRefused) {
  const std::string whole = Example().Encode();
  HandoverRecord back;
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(HandoverRecord::Decode(whole.substr(0, size), &back)) << size;
  }
  EXPECT_FALSE(HandoverRecord::Decode(whole + "x", &back));
}

TEST(HandoverRecordTest, ForeignVersionsLongAddressesAndLargeStatesAreRefused) {
  HandoverRecord back;
  std::string bytes = Example().Encode();
  bytes[0] ^= 1;
  EXPECT_FALSE(HandoverRecord::Decode(bytes, &back));
  HandoverRecord record = Example();
  record.client = std::string(HandoverRecord::kMaxAddress + 1, '1');
  EXPECT_FALSE(HandoverRecord::Decode(record.Encode(), &back));
  record = Example();
  record.states = {{"foo", std::string(600, 'x')}, {"bar", std::string(600, 'y')}};
  EXPECT_FALSE(HandoverRecord::Decode(record.Encode(), &back));
}

}  // namespace
}  // namespace httpd::server
