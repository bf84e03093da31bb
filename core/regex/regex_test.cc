// SPDX-License-Identifier: Apache-2.0
// Checks what httpd/regex.h promises: captures, limits that hold with hostile subjects, and no heap
// allocation while matching.
#include "regex/regex.h"

#include <malloc.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "base/pool.h"
#include "gtest/gtest.h"

namespace httpd {
namespace {

using base::Str;
using base::View;

class RegexTest : public testing::Test {
 protected:
  httpd_regex* Compile(std::string_view pattern, uint32_t flags = 0) {
    error_ = {nullptr, 0};
    return httpd_regex_compile(&pool_, Str(pattern), flags, &error_);
  }
  std::string Expand(std::string_view text) {
    return std::string(View(httpd_regex_expand(&pool_, Str(text), captures_)));
  }

  httpd_pool pool_;
  httpd_str error_{};
  httpd_str captures_[HTTPD_REGEX_CAPTURES];
};

TEST_F(RegexTest, FindsAndCaptures) {
  const httpd_regex* regex = Compile("^/user/([a-z]+)(/x)?/(.*)$");
  ASSERT_NE(regex, nullptr) << View(error_);
  EXPECT_EQ(regex->capture_count(), 3u);
  const std::string subject = "/user/joe/file.html";
  ASSERT_EQ(httpd_regex_match(regex, Str(subject), captures_), HTTPD_OK);
  EXPECT_EQ(View(captures_[0]), subject);
  EXPECT_EQ(View(captures_[1]), "joe");
  EXPECT_EQ(captures_[2].data, nullptr) << "took no part";
  EXPECT_EQ(View(captures_[3]), "file.html");
  EXPECT_EQ(captures_[4].data, nullptr);
  EXPECT_EQ(captures_[1].data, subject.data() + 6) << "captures are views";
  EXPECT_EQ(httpd_regex_match(regex, Str("/group/joe/"), captures_), HTTPD_DECLINED);
  EXPECT_EQ(httpd_regex_match(regex, Str(subject), nullptr), HTTPD_OK);
}

TEST_F(RegexTest, EmptySubjectAndEmptyPattern) {
  const httpd_regex* regex = Compile("");
  ASSERT_NE(regex, nullptr);
  EXPECT_EQ(httpd_regex_match(regex, {nullptr, 0}, captures_), HTTPD_OK);
  EXPECT_NE(captures_[0].data, nullptr);
  EXPECT_EQ(captures_[0].len, 0u);
}

TEST_F(RegexTest, ReasonOfAnError) {
  EXPECT_EQ(Compile("(abc"), nullptr);
  EXPECT_EQ(View(error_), "missing closing parenthesis at offset 4");
  EXPECT_EQ(Compile("a", 0x80), nullptr);
  EXPECT_EQ(View(error_), "flags that this core does not know");
  EXPECT_EQ(httpd_regex_compile(&pool_, Str("("), 0, nullptr), nullptr);
  EXPECT_EQ(httpd_regex_match(nullptr, Str("x"), captures_), HTTPD_ERR_INVALID);
}

TEST_F(RegexTest, Caseless) {
  const httpd_regex* regex = Compile("\\.HTML$", HTTPD_REGEX_CASELESS);
  ASSERT_NE(regex, nullptr);
  EXPECT_EQ(httpd_regex_match(regex, Str("/a.html"), nullptr), HTTPD_OK);
  EXPECT_EQ(httpd_regex_match(Compile("\\.HTML$"), Str("/a.html"), nullptr), HTTPD_DECLINED);
}

TEST_F(RegexTest, DollarIsTheVeryEnd) {
  EXPECT_EQ(httpd_regex_match(Compile("a$"), Str("a\n"), nullptr), HTTPD_DECLINED);
}

TEST_F(RegexTest, BytesNotCharacters) {
  EXPECT_EQ(httpd_regex_match(Compile("^.$"), Str("\xff"), nullptr), HTTPD_OK);
  EXPECT_EQ(Compile("(*UTF)a"), nullptr) << "subjects are no checked UTF-8";
}

TEST_F(RegexTest, MoreGroupsThanCaptures) {
  const httpd_regex* regex = Compile("(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)");
  ASSERT_NE(regex, nullptr);
  ASSERT_EQ(httpd_regex_match(regex, Str("abcdefghijk"), captures_), HTTPD_OK);
  EXPECT_EQ(View(captures_[0]), "abcdefghijk");
  EXPECT_EQ(View(captures_[9]), "i");
}

TEST_F(RegexTest, StartBehindEndIsNoCapture) {
  const httpd_regex* regex = Compile("(?=ab\\K)");
  if (regex == nullptr) {  // PCRE2 from 10.38 on refuses the expression itself
    EXPECT_NE(View(error_).find("lookaround"), std::string_view::npos) << View(error_);
    return;
  }
  ASSERT_EQ(httpd_regex_match(regex, Str("ab"), captures_), HTTPD_OK);
  EXPECT_EQ(captures_[0].data, nullptr);
}

TEST_F(RegexTest, NoExpressionHangsTheWorker) {
  const httpd_regex* regex = Compile("^(a+)+$");
  ASSERT_NE(regex, nullptr);
  const std::string hostile = std::string(8000, 'a') + "b";
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(httpd_regex_match(regex, Str(hostile), captures_), HTTPD_ERR_LIMIT);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  // And the thread's memory is as good as new.
  EXPECT_EQ(httpd_regex_match(regex, Str("aaa"), captures_), HTTPD_OK);
}

TEST_F(RegexTest, LongestUrlNeedsNoMoreThanTheLimit) {
  for (const char* pattern : {"^(?:a|b)*$", "(*NO_JIT)^(?:a|b)*$", "^(/?[^/])*$"}) {
    const httpd_regex* regex = Compile(pattern);
    ASSERT_NE(regex, nullptr) << pattern;
    EXPECT_EQ(httpd_regex_match(regex, Str(std::string(8190, 'a')), captures_), HTTPD_OK)
        << pattern;
  }
}

TEST_F(RegexTest, InterpreterHasTheSameLimits) {
  // Machine code cannot be made of this one in every version, so both ways are exercised by asking
  // the expression itself not to be compiled to it.
  const httpd_regex* regex = Compile("(*NO_JIT)^(?:(a|aa)+)+$");
  ASSERT_NE(regex, nullptr);
  EXPECT_EQ(httpd_regex_match(regex, Str(std::string(8000, 'a') + "b"), captures_),
            HTTPD_ERR_LIMIT);
  EXPECT_EQ(httpd_regex_match(regex, Str("aaa"), captures_), HTTPD_OK);
}

// Means nothing under a sanitizer, which has a heap of its own; the release build runs it, too.
size_t HeapInUse() { return mallinfo2().uordblks; }

TEST_F(RegexTest, MatchingTakesNothingFromTheHeap) {
  const httpd_regex* fast = Compile("^/([^/]*)/(.*)$");
  const httpd_regex* slow = Compile("(*NO_JIT)^(?:(a|aa)+)+$");
  ASSERT_TRUE(fast != nullptr && slow != nullptr);
  const std::string subject = std::string(8000, 'a') + "b";
  const size_t before = HeapInUse();
  for (int i = 0; i < 10; ++i) {
    httpd_regex_match(fast, Str("/a/b"), captures_);
    httpd_regex_match(slow, Str(subject), captures_);
  }
  EXPECT_EQ(HeapInUse(), before);
}

TEST_F(RegexTest, ThreadsMatchAtTheSameTime) {
  const httpd_regex* regex = Compile("^(\\d+)-(\\d+)$");
  ASSERT_NE(regex, nullptr);
  std::atomic<int> good{0};
  const auto work = [&] {
    httpd_str captures[HTTPD_REGEX_CAPTURES];
    for (int i = 0; i < 1000; ++i) {
      const std::string subject = std::to_string(i) + "-" + std::to_string(i * 7);
      if (httpd_regex_match(regex, Str(subject), captures) == HTTPD_OK &&
          View(captures[2]) == std::to_string(i * 7)) {
        ++good;
      }
    }
  };
  std::thread a(work), b(work);
  a.join();
  b.join();
  EXPECT_EQ(good, 2000);
}

TEST_F(RegexTest, Expands) {
  ASSERT_EQ(httpd_regex_match(Compile("^/(\\w+)/(\\w+)(x)?"), Str("/one/two"), captures_),
            HTTPD_OK);
  EXPECT_EQ(Expand("http://h/$2/$1"), "http://h/two/one");
  EXPECT_EQ(Expand("$0|$&"), "/one/two|/one/two");
  EXPECT_EQ(Expand("[$3][$9]"), "[][]");
  EXPECT_EQ(Expand("\\$1 costs 5$ \\n $x $"), "$1 costs 5$ \\n $x $");
  EXPECT_EQ(Expand(""), "");
  EXPECT_EQ(View(httpd_regex_expand(&pool_, Str("a$1b"), nullptr)), "ab");
  httpd_pool none(0);
  EXPECT_EQ(httpd_regex_expand(&none, Str("text"), captures_).data, nullptr);
}

TEST_F(RegexTest, CompiledCodeGoesWithItsPool) {
  httpd_pool pool;  // the leak checker sees what is left behind
  ASSERT_NE(httpd_regex_compile(&pool, Str("a|b"), 0, nullptr), nullptr);
  httpd_pool none(0);
  httpd_str error{};
  EXPECT_EQ(httpd_regex_compile(&none, Str("a|b"), 0, &error), nullptr);
}

}  // namespace
}  // namespace httpd
