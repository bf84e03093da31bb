// SPDX-License-Identifier: Apache-2.0
#include "base/pool.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/misuse.h"

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

std::vector<std::string> g_order;
void Record(void* name) { g_order.push_back(static_cast<const char*>(name)); }
void* Name(const char* name) { return const_cast<char*>(name); }

TEST(Pool, ChildrenEndAmongTheCleanupsWhereTheyWereMade) {
  g_order.clear();
  {
    Pool parent;
    ASSERT_EQ(httpd_pool_cleanup_add(&parent, Record, Name("before")), HTTPD_OK);
    httpd_pool* child = httpd_pool_create(&parent, 0);
    ASSERT_NE(child, nullptr);
    ASSERT_EQ(httpd_pool_cleanup_add(&parent, Record, Name("behind")), HTTPD_OK);
    ASSERT_EQ(httpd_pool_cleanup_add(child, Record, Name("child 1")), HTTPD_OK);
    ASSERT_EQ(httpd_pool_cleanup_add(child, Record, Name("child 2")), HTTPD_OK);
  }
  EXPECT_EQ(g_order, (std::vector<std::string>{"behind", "child 2", "child 1", "before"}));
}

TEST(Pool, DestroyedChildGivesItsMemoryBack) {
  g_order.clear();
  Pool parent;
  httpd_pool* child = httpd_pool_create(&parent, 0);
  ASSERT_NE(child, nullptr);
  const size_t before = httpd_pool_used(&parent);
  ASSERT_NE(httpd_pool_alloc(child, 50000), nullptr);
  EXPECT_GE(httpd_pool_used(child), 50000u);
  EXPECT_EQ(httpd_pool_used(&parent), before + httpd_pool_used(child));
  ASSERT_EQ(httpd_pool_cleanup_add(child, Record, Name("child")), HTTPD_OK);
  EXPECT_EQ(httpd_pool_destroy(child), HTTPD_OK);
  EXPECT_EQ(g_order, std::vector<std::string>{"child"});
  EXPECT_EQ(httpd_pool_used(&parent), before);
  EXPECT_EQ(httpd_pool_destroy(child), HTTPD_ERR_STALE) << "twice";
  EXPECT_EQ(httpd_pool_alloc(child, 10), nullptr) << "after its end";
  EXPECT_EQ(httpd_pool_destroy(&parent), HTTPD_ERR_INVALID);
  // A thousand of them one after the other take no more than one.
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(httpd_pool_destroy(httpd_pool_create(&parent, 0)), 0);
  EXPECT_EQ(httpd_pool_used(&parent), before);
}

TEST(Pool, LimitsCountWhatIsBelow) {
  Pool parent(100000);
  httpd_pool* small = httpd_pool_create(&parent, 3000);
  ASSERT_NE(small, nullptr);
  EXPECT_NE(httpd_pool_alloc(small, 2000), nullptr) << "a limit below the size of a block";
  EXPECT_EQ(httpd_pool_alloc(small, 2000), nullptr);
  EXPECT_LE(httpd_pool_used(small), 3000u);
  httpd_pool* large = httpd_pool_create(&parent, 0);
  ASSERT_NE(large, nullptr);
  EXPECT_EQ(httpd_pool_alloc(large, 99000), nullptr) << "the parent's limit";
  EXPECT_NE(httpd_pool_alloc(large, 60000), nullptr);
  EXPECT_EQ(httpd_pool_alloc(&parent, 40000), nullptr) << "the child took it";
  EXPECT_EQ(httpd_pool_destroy(large), HTTPD_OK);
  EXPECT_NE(httpd_pool_alloc(&parent, 40000), nullptr);
}

TEST(Pool, ReachedLimitIsSaidOnce) {
  static int lines;
  static std::string text;
  lines = 0;
  SetMisuseReporter([](const char*, httpd_result result, std::string_view what) {
    EXPECT_EQ(result, HTTPD_ERR_NO_MEMORY);
    text = what;
    ++lines;
  });
  Pool parent;
  httpd_pool* child = httpd_pool_create(&parent, 1000);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(httpd_pool_alloc(child, 5000), nullptr);
  SetMisuseReporter(nullptr);
  EXPECT_EQ(lines, 1);
  EXPECT_EQ(text, "the pool's limit of 1000 bytes is used up");
}

TEST(Pool, CleanupsCanBeTakenBack) {
  g_order.clear();
  {
    Pool pool;
    for (const char* name : {"a", "b", "c"}) {
      ASSERT_EQ(httpd_pool_cleanup_add(&pool, Record, Name(name)), HTTPD_OK);
    }
    void* again = Name("twice");
    ASSERT_EQ(httpd_pool_cleanup_add(&pool, Record, again), HTTPD_OK);
    EXPECT_EQ(httpd_pool_cleanup_remove(&pool, Record, again), HTTPD_OK);
    EXPECT_EQ(httpd_pool_cleanup_remove(&pool, Record, again), HTTPD_ERR_NOT_FOUND);
  }
  EXPECT_EQ(g_order, (std::vector<std::string>{"c", "b", "a"}));
}

TEST(Pool, WhatACleanupThrowsIsCaught) {
  static std::string thrown;
  SetExceptionReporter([](std::string_view what) { thrown = what; });
  g_order.clear();
  {
    Pool pool;
    ASSERT_TRUE(pool.AddCleanup(Record, Name("earlier")));
    ASSERT_TRUE(pool.AddCleanup([](void*) { throw 1; }, nullptr));
  }
  SetExceptionReporter(nullptr);
  EXPECT_EQ(thrown, "cleanup");
  EXPECT_EQ(g_order, std::vector<std::string>{"earlier"});
}

TEST(Pool, MayNotBeDestroyedFromItsOwnCleanup) {
  static httpd_result answer;
  Pool parent;
  httpd_pool* child = httpd_pool_create(&parent, 0);
  ASSERT_TRUE(child->AddCleanup(
      [](void* pool) { answer = httpd_pool_destroy(static_cast<httpd_pool*>(pool)); }, child));
  EXPECT_EQ(httpd_pool_destroy(child), HTTPD_OK);
  EXPECT_EQ(answer, HTTPD_ERR_STATE);
}

}  // namespace
}  // namespace httpd::base
