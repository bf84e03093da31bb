// SPDX-License-Identifier: Apache-2.0
// Messages between workers: what readers that are too slow, writers that died and workers that came
// later get.
#include "server/shared_rings.h"

#include <string>

#include "gtest/gtest.h"

namespace httpd::server {
namespace {

TEST(SharedRings, InOrderOncePerReader) {
  SharedRings rings(2);
  ASSERT_TRUE(rings.good());
  SharedRings::Cursor cursor = rings.End(0);
  rings.Write(0, "topic", "one");
  rings.Write(0, "", "");
  rings.Write(0, "topic", std::string(SharedRings::kMaxMessage, 'x'));
  SharedRings::Message message;
  ASSERT_TRUE(rings.Read(0, &cursor, &message));
  EXPECT_EQ(message.topic, "topic");
  EXPECT_EQ(message.text, "one");
  EXPECT_EQ(message.lost, 0u);
  ASSERT_TRUE(rings.Read(0, &cursor, &message));
  EXPECT_EQ(message.text, "");
  ASSERT_TRUE(rings.Read(0, &cursor, &message));
  EXPECT_EQ(message.text.size(), SharedRings::kMaxMessage);
  EXPECT_FALSE(rings.Read(0, &cursor, &message));
  SharedRings::Cursor other = rings.End(1);
  EXPECT_FALSE(rings.Read(1, &other, &message)) << "that ring is empty";
}

TEST(SharedRings, WhoIsTooSlowIsToldHowManyItLost) {
  SharedRings rings(1);
  SharedRings::Cursor cursor = rings.End(0);
  const std::string large(16000, 'x');
  for (int i = 0; i < 200; ++i) rings.Write(0, "t", large);  // three rings full
  SharedRings::Message message;
  EXPECT_FALSE(rings.Read(0, &cursor, &message));
  rings.Write(0, "t", "after");
  ASSERT_TRUE(rings.Read(0, &cursor, &message));
  EXPECT_EQ(message.text, "after");
  EXPECT_EQ(message.lost, 200u);
}

TEST(SharedRings, AReaderKeepsUpOverManyRounds) {
  SharedRings rings(1);
  SharedRings::Cursor cursor = rings.End(0);
  SharedRings::Message message;
  for (uint32_t i = 0; i < 5000; ++i) {
    const std::string text(i % 1000, static_cast<char>('a' + i % 26));
    rings.Write(0, "round", text);
    ASSERT_TRUE(rings.Read(0, &cursor, &message));
    ASSERT_EQ(message.text, text);
    ASSERT_EQ(message.lost, 0u);
  }
}

TEST(SharedRings, AWordIsOnTheWayOnceAndNotToTheDead) {
  SharedRings rings(3);
  rings.Subscribe(1);
  EXPECT_TRUE(rings.Notify(0));
  EXPECT_FALSE(rings.Notify(2)) << "already wanted";
  EXPECT_TRUE(rings.TakeWake(1));
  EXPECT_FALSE(rings.TakeWake(1));
  EXPECT_FALSE(rings.TakeWake(2)) << "nobody listens there";
  EXPECT_FALSE(rings.Notify(0)) << "told, and has not looked yet";
  rings.Enter(1);  // it died before it looked
  rings.Subscribe(1);
  EXPECT_TRUE(rings.Notify(0));
}

}  // namespace
}  // namespace httpd::server
