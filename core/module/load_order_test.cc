// SPDX-License-Identifier: Apache-2.0
// Orders computed from manifests, and the refusals that name what is missing.
#include "module/load_order.h"

#include <gtest/gtest.h>

#include "module/directive_provider.h"

namespace httpd::module {
namespace {

Manifest Named(const std::string& name, const std::string& version = "1.0") {
  Manifest manifest;
  manifest.name = name;
  manifest.version = version;
  return manifest;
}

class LoadOrderTest : public testing::Test {
 protected:
  std::vector<size_t> Order() { return LoadOrder(modules_, &findings_); }
  std::vector<Manifest> modules_;
  std::vector<Finding> findings_;
};

TEST_F(LoadOrderTest, NothingDemandedKeepsTheText) {
  modules_ = {Named("c"), Named("a"), Named("b")};
  EXPECT_EQ(Order(), (std::vector<size_t>{0, 1, 2}));
}

TEST_F(LoadOrderTest, WhatIsRequiredComesFirst) {
  modules_ = {Named("app"), Named("other"), Named("sql", "1.2")};
  modules_[0].required = {{"sql", ">=", "1.1"}};
  EXPECT_EQ(Order(), (std::vector<size_t>{1, 2, 0}));
  EXPECT_TRUE(findings_.empty());
}

TEST_F(LoadOrderTest, BeforeAfterAndWantsOnlyOrder) {
  modules_ = {Named("a"), Named("b"), Named("c")};
  modules_[0].after = {"c", "absent"};
  modules_[2].wants = {{"b", "", ""}, {"absent", "", ""}};
  modules_[1].before = {"absent"};
  EXPECT_EQ(Order(), (std::vector<size_t>{1, 2, 0}));
  EXPECT_TRUE(findings_.empty());
}

TEST_F(LoadOrderTest, AProviderAnswersForItsService) {
  modules_ = {Named("app"), Named("mysql")};
  modules_[0].required = {{"sql", "/", "1"}};
  modules_[1].provides = {{"sql", "/", "1"}};
  EXPECT_EQ(Order(), (std::vector<size_t>{1, 0}));
  modules_[0].required = {{"sql", "/", "2"}};
  Order();
  EXPECT_EQ(findings_.size(), 1u);
}

TEST_F(LoadOrderTest, MissingAndTooOldAreNamedWithALine) {
  modules_ = {Named("app"), Named("sql", "1.0")};
  modules_[0].required = {{"sql", ">=", "1.2"}, {"mime", "", ""}};
  EXPECT_EQ(Order(), (std::vector<size_t>{0, 1}));
  ASSERT_EQ(findings_.size(), 2u);
  EXPECT_EQ(findings_[0].code, "HP-20");
  EXPECT_EQ(findings_[0].found, "sql 1.0");
  EXPECT_EQ(findings_[1].fix, "LoadModule mime_module libexec/mod_mime.so");
}

TEST_F(LoadOrderTest, ConflictsAreRefused) {
  modules_ = {Named("a"), Named("b")};
  modules_[0].conflicts = {{"b", "", ""}};
  Order();
  ASSERT_EQ(findings_.size(), 1u);
  EXPECT_EQ(findings_[0].code, "HP-21");
}

TEST_F(LoadOrderTest, ACycleIsShownAsOne) {
  modules_ = {Named("x"), Named("a"), Named("b"), Named("c")};
  modules_[1].after = {"b"};
  modules_[2].after = {"c"};
  modules_[3].after = {"a"};
  Order();
  ASSERT_EQ(findings_.size(), 1u);
  EXPECT_EQ(findings_[0].code, "HP-22");
  for (const char* name : {"a", "b", "c"}) {
    EXPECT_NE(findings_[0].found.find(name), std::string::npos) << findings_[0].found;
  }
  EXPECT_EQ(findings_[0].found.find('x'), std::string::npos);
}

TEST(DeclaresDirectiveTest, ReadsManifestStringsOnly) {
  static constexpr char kBytes[] =
      "junk\0directive=Alias, AliasMatch\0xdirective=No\0directive=Last";
  const std::string bytes(kBytes, sizeof kBytes - 1);
  EXPECT_TRUE(DeclaresDirective(bytes, "aliasmatch"));
  EXPECT_TRUE(DeclaresDirective(bytes, "Last"));
  EXPECT_FALSE(DeclaresDirective(bytes, "No"));
  EXPECT_FALSE(DeclaresDirective(bytes, "Ali"));
}

}  // namespace
}  // namespace httpd::module
