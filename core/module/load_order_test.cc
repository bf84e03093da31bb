// SPDX-License-Identifier: Apache-2.0
// Orders computed from manifests, circles, and ModuleOrder as a wish.
#include "module/load_order.h"

#include <gtest/gtest.h>

#include <deque>

namespace httpd::module {
namespace {

class LoadOrderTest : public testing::Test {
 protected:
  Manifest& Add(const std::string& name) {
    Manifest& manifest = manifests_.emplace_back();
    manifest.name = name;
    set_.push_back({name, &manifest, "", nullptr});
    return manifest;
  }
  std::string Order() {
    findings_.clear();
    std::string text;
    for (const size_t index : LoadOrder(set_, wanted_, &findings_)) {
      text += (text.empty() ? "" : " ") + set_[index].name;
    }
    return text;
  }

  std::deque<Manifest> manifests_;
  std::vector<SetMember> set_;
  std::vector<std::string> wanted_;
  std::vector<Finding> findings_;
};

TEST_F(LoadOrderTest, NothingDemandedKeepsTheText) {
  for (const char* name : {"c", "a", "b"}) Add(name);
  EXPECT_EQ(Order(), "c a b");
}

TEST_F(LoadOrderTest, WhatIsRequiredComesFirst) {
  Add("app").required = {{"sql", ">=", "1.1"}};
  Add("other");
  Add("sql").version = "1.2";
  EXPECT_EQ(Order(), "other sql app");
  EXPECT_TRUE(findings_.empty());
}

TEST_F(LoadOrderTest, BeforeAfterAndWantsOnlyOrder) {
  Add("a").after = {"c", "absent"};
  Add("b").before = {"absent"};
  Add("c").wants = {{"b", ">=", "9"}, {"absent", "", ""}};
  EXPECT_EQ(Order(), "b c a");
  EXPECT_TRUE(findings_.empty());
}

TEST_F(LoadOrderTest, AProviderAnswersForItsService) {
  Add("app").required = {{"sql", "/", "1"}};
  Add("newer").provides = {{"sql", "/", "2"}};
  Add("mysql").provides = {{"sql", "/", "1"}};
  EXPECT_EQ(Order(), "newer mysql app");
}

TEST_F(LoadOrderTest, WhoProvidesWhatItRequiresWaitsForNobody) {
  for (const char* name : {"one", "two"}) {
    Manifest& manifest = Add(name);
    manifest.provides = {{"backend", "/", "1"}};
    manifest.required = {{"backend", "/", "1"}};
  }
  EXPECT_EQ(Order(), "one two");
  EXPECT_TRUE(findings_.empty());
}

TEST_F(LoadOrderTest, WhatIsLoadedByItselfStandsBeforeItsUser) {
  Add("x");
  Add("app").required = {{"sql", "", ""}};
  Add("y");
  Add("sql").required = {{"pool", "", ""}};
  set_.back().required_by = "app";
  Add("pool");
  set_.back().required_by = "sql";
  EXPECT_EQ(Order(), "x pool sql app y");
}

TEST_F(LoadOrderTest, AUnreadableModuleKeepsItsPlaceByName) {
  Add("app").required = {{"sql", "", ""}};
  Add("sql");
  set_.back().manifest = nullptr;
  EXPECT_EQ(Order(), "sql app");
}

TEST_F(LoadOrderTest, ACircleIsShownWithWhoAskedForIt) {
  Add("x");
  Add("b").wants = {{"c", "", ""}};
  Add("a").after = {"b"};
  Add("c").required = {{"a", ">=", "1"}};
  manifests_[2].version = "1.0";
  EXPECT_EQ(Order(), "x b a c") << "the order given";
  ASSERT_EQ(findings_.size(), 1u);
  EXPECT_EQ(findings_[0].code, "HP-22");
  EXPECT_EQ(findings_[0].found,
            "a before c (c requires a>=1), c before b (b wants c), "
            "b before a (a is to come after b)");
  EXPECT_EQ(findings_[0].fix,
            "remove the LoadModule line of a or of c or of b, or install versions that agree");
  const Finding first = findings_[0];
  std::swap(set_[0], set_[3]);
  std::swap(set_[1], set_[2]);
  Order();
  ASSERT_EQ(findings_.size(), 1u);
  EXPECT_EQ(findings_[0], first) << "whatever the order of the lines";
}

TEST_F(LoadOrderTest, ModuleOrderComesBeforeTheText) {
  for (const char* name : {"a", "b", "c", "d"}) Add(name);
  wanted_ = {"d", "b"};
  EXPECT_EQ(Order(), "d b a c");
  EXPECT_TRUE(findings_.empty());
}

TEST_F(LoadOrderTest, ModuleOrderCannotTurnDemandsRound) {
  Add("app").required = {{"sql", "", ""}};
  Add("between").required = {{"pool", "", ""}};
  Add("sql").required = {{"between", "", ""}};
  Add("pool");
  wanted_ = {"app", "pool", "sql", "absent"};
  EXPECT_EQ(Order(), "pool between sql app");
  ASSERT_EQ(findings_.size(), 2u);
  for (const Finding& finding : findings_) {
    EXPECT_EQ(finding.severity, FindingSeverity::kWarning);
  }
  EXPECT_EQ(findings_[0].code, "HM-85");
  EXPECT_EQ(findings_[0].what, "ModuleOrder names a module that is not loaded: absent");
  EXPECT_EQ(findings_[1].code, "HM-86");
  EXPECT_EQ(findings_[1].what, "ModuleOrder cannot have app before sql");
  EXPECT_EQ(findings_[1].found, "app requires sql");
  EXPECT_EQ(findings_[1].fix, "ModuleOrder pool sql app");
}

}  // namespace
}  // namespace httpd::module
