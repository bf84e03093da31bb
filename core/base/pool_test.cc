// SPDX-License-Identifier: Apache-2.0
#include "base/pool.h"

#include <gtest/gtest.h>

#include <vector>

namespace httpd::base {
namespace {

TEST(Pool, PiecesAreAlignedAndApart) {
  Pool pool;
  char* a = static_cast<char*>(pool.Alloc(3));
  char* b = static_cast<char*>(pool.Alloc(3));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(a) % Pool::kAlign, 0u);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(b) % Pool::kAlign, 0u);
  EXPECT_GE(b - a, 3);
}

TEST(Pool, FirstBlockIsUsedBeforeTheHeap) {
  alignas(16) char first[256];
  Pool pool(first, sizeof(first), 0);  // a limit of zero forbids heap blocks
  char* a = static_cast<char*>(pool.Alloc(100));
  EXPECT_GE(a, first);
  EXPECT_LT(a, first + sizeof(first));
  EXPECT_EQ(pool.Alloc(1000), nullptr);
  pool.Clear();
  EXPECT_EQ(pool.Alloc(200), first);
}

TEST(Pool, LimitAnswersNullAndNothingElseBreaks) {
  Pool pool(20000);
  EXPECT_NE(pool.Alloc(100), nullptr);
  EXPECT_EQ(pool.Alloc(100000), nullptr);
  EXPECT_NE(pool.Alloc(100), nullptr);
  EXPECT_EQ(httpd_pool_alloc(&pool, SIZE_MAX - 3), nullptr);
}

TEST(Pool, LargePieceKeepsTheBlockInUse) {
  Pool pool;
  char* a = static_cast<char*>(pool.Alloc(16));
  ASSERT_NE(pool.Alloc(100000), nullptr);
  EXPECT_EQ(static_cast<char*>(pool.Alloc(16)), a + 16);
}

TEST(Pool, CleanupsRunLastAddedFirst) {
  static std::vector<int> order;
  order.clear();
  int one = 1, two = 2;
  {
    Pool pool;
    auto record = [](void* p) { order.push_back(*static_cast<int*>(p)); };
    ASSERT_EQ(httpd_pool_cleanup_add(&pool, record, &one), HTTPD_OK);
    ASSERT_EQ(httpd_pool_cleanup_add(&pool, record, &two), HTTPD_OK);
  }
  EXPECT_EQ(order, (std::vector<int>{2, 1}));
}

TEST(Pool, CopyAndJoinEndWithNul) {
  Pool pool;
  const httpd_str copy = httpd_pool_copy(&pool, HTTPD_STR("abc"));
  EXPECT_STREQ(copy.data, "abc");
  const httpd_str parts[] = {HTTPD_STR("a"), {nullptr, 0}, HTTPD_STR("bc")};
  const httpd_str joined = httpd_pool_join(&pool, parts, 3);
  EXPECT_EQ(joined.len, 3u);
  EXPECT_STREQ(joined.data, "abc");
  const httpd_str bad[] = {{"", SIZE_MAX}, {"", 2}};
  EXPECT_EQ(httpd_pool_join(&pool, bad, 2).data, nullptr);
}

}  // namespace
}  // namespace httpd::base
