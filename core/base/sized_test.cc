// SPDX-License-Identifier: Apache-2.0
// The size rule of the public structs: what an older and a newer module hand in.
#include "base/sized.h"

#include <string>

#include "gtest/gtest.h"

namespace httpd::base {
namespace {

struct Options {
  uint32_t size;
  uint32_t flags;
  const char* name;
  uint64_t limit;
};
struct Newer {
  Options known;
  uint64_t added[2];
};

std::string g_report;

void Keep(const char* function, httpd_result result, std::string_view what) {
  g_report = std::string(function) + " " + std::to_string(result) + " " + std::string(what);
}

class SizedTest : public testing::Test {
 protected:
  void SetUp() override {
    g_report.clear();
    SetMisuseReporter(Keep);
  }
  void TearDown() override { SetMisuseReporter(nullptr); }

  httpd_result Required(const Options* raw) {
    HTTPD_READ_SIZED(Options, raw, &out_);
    return HTTPD_OK;
  }
  httpd_result Optional(const Options* raw) {
    HTTPD_READ_OPTIONS(Options, raw, &out_);
    return HTTPD_OK;
  }

  Options out_ = {77, 77, "left over", 77};
};

TEST_F(SizedTest, SameSize) {
  const Options raw = {sizeof raw, 1, "n", 5};
  EXPECT_EQ(Required(&raw), HTTPD_OK);
  EXPECT_EQ(out_.flags, 1u);
  EXPECT_STREQ(out_.name, "n");
  EXPECT_EQ(out_.limit, 5u);
  EXPECT_EQ(g_report, "");
}

TEST_F(SizedTest, ShorterIsZeroFilled) {
  const Options raw = {offsetof(Options, name), 1, "not theirs", 9};
  EXPECT_EQ(Required(&raw), HTTPD_OK);
  EXPECT_EQ(out_.size, sizeof(Options));
  EXPECT_EQ(out_.flags, 1u);
  EXPECT_EQ(out_.name, nullptr);
  EXPECT_EQ(out_.limit, 0u);
}

TEST_F(SizedTest, LongerWithZeroTailIsAccepted) {
  const Newer raw = {{sizeof(Newer), 2, "n", 6}, {0, 0}};
  EXPECT_EQ(Required(&raw.known), HTTPD_OK);
  EXPECT_EQ(out_.size, sizeof(Options));
  EXPECT_EQ(out_.limit, 6u);
}

TEST_F(SizedTest, LongerWithSetTailIsRefusedByName) {
  const Newer raw = {{sizeof(Newer), 2, "n", 6}, {0, 1}};
  EXPECT_EQ(Required(&raw.known), HTTPD_ERR_UNSUPPORTED);
  EXPECT_EQ(g_report, "Required -18 Options sets the field at byte " +
                          std::to_string(offsetof(Newer, added) + 8) +
                          ", which this core does not know: its own ends at byte " +
                          std::to_string(sizeof(Options)));
  EXPECT_EQ(out_.flags, 0u) << "nothing of it is used";
}

TEST_F(SizedTest, SizesThatCannotBe) {
  for (const uint32_t size : {0u, 3u, kLargestSized + 1, 0xffffffffu}) {
    const Options raw = {size, 1, "n", 5};
    EXPECT_EQ(Required(&raw), HTTPD_ERR_INVALID) << size;
    EXPECT_EQ(g_report, "Required -16 Options.size is " + std::to_string(size) + ", wanted 24");
  }
}

TEST_F(SizedTest, NullIsAnErrorOrAllDefaults) {
  EXPECT_EQ(Required(nullptr), HTTPD_ERR_INVALID);
  EXPECT_EQ(g_report, "Required -16 Options is NULL");
  g_report.clear();
  EXPECT_EQ(Optional(nullptr), HTTPD_OK);
  EXPECT_EQ(out_.size, sizeof(Options));
  EXPECT_EQ(out_.flags, 0u);
  EXPECT_EQ(g_report, "");
  const Options raw = {2, 0, nullptr, 0};
  EXPECT_EQ(Optional(&raw), HTTPD_ERR_INVALID);
}

}  // namespace
}  // namespace httpd::base
