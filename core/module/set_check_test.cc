// SPDX-License-Identifier: Apache-2.0
// What manifests demand of each other, and what is said when it is not met.
#include "module/set_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

namespace httpd::module {
namespace {

class SetCheckTest : public testing::Test {
 protected:
  Manifest& Add(const std::string& name, const std::string& version = "1.0") {
    Manifest& manifest = manifests_.emplace_back();
    manifest.name = name;
    manifest.version = version;
    set_.push_back({name, &manifest, "", &findings_.emplace_back()});
    return manifest;
  }
  Manifest& Install(const std::string& name, const std::string& version = "1.0") {
    Manifest manifest;
    manifest.name = name;
    manifest.version = version;
    installed_.push_back({"/root/libexec/mod_" + name + ".so", manifest});
    return installed_.back().manifest;
  }
  void Check() {
    asked_ = 0;
    also_.clear();
    for (auto& findings : findings_) findings.clear();
    CheckSet(
        set_, {"/root/libexec"}, "/root",
        [&] {
          ++asked_;
          return installed_;
        },
        &also_);
  }
  std::vector<Finding> All() const {
    std::vector<Finding> all;
    for (const auto& findings : findings_) all.insert(all.end(), findings.begin(), findings.end());
    return all;
  }

  std::deque<Manifest> manifests_;
  std::deque<std::vector<Finding>> findings_;
  std::vector<SetMember> set_;
  std::vector<InstalledModule> installed_;
  std::vector<Requirement> also_;
  int asked_ = 0;
};

TEST_F(SetCheckTest, NobodyLooksWhenNothingIsMissing) {
  Add("app").required = {{"sql", ">=", "1.9"}, {"store.memory", "/", "1.1"}};
  Add("sql", "1.10");
  Add("memory").provides = {{"store.memory", "/", "1.2"}};
  Check();
  EXPECT_TRUE(All().empty());
  EXPECT_EQ(asked_, 0);
}

TEST_F(SetCheckTest, WhatIsInstalledIsLoadedAsWell) {
  Add("app").required = {{"sql", "", ""}, {"sql", ">=", "1.0"}};
  Add("other").required = {{"sql", "", ""}};
  Install("sql", "1.2");
  Check();
  EXPECT_TRUE(All().empty());
  EXPECT_EQ(asked_, 1);
  ASSERT_EQ(also_.size(), 1u);
  EXPECT_EQ(also_[0].name, "sql");
  EXPECT_EQ(also_[0].required_by, "app");
  const Finding& notice = also_[0].notice;
  EXPECT_EQ(notice.severity, FindingSeverity::kNotice);
  EXPECT_EQ(notice.code, "HM-83");
  EXPECT_EQ(notice.what, "module sql is loaded by itself because app requires sql");
  EXPECT_EQ(notice.found, "no LoadModule line; sql 1.2 is installed");
  EXPECT_EQ(notice.fix, "LoadModule sql_module libexec/mod_sql.so");
}

TEST_F(SetCheckTest, AmongSeveralTheNameThenTheAlphabetDecides) {
  Add("app").required = {{"store", "/", "1"}};
  for (const char* name : {"zebra", "alpha"}) Install(name).provides = {{"store", "/", "1"}};
  std::swap(installed_[0], installed_[1]);
  Check();
  ASSERT_EQ(also_.size(), 1u);
  EXPECT_EQ(also_[0].name, "alpha");
  EXPECT_EQ(also_[0].notice.found,
            "no LoadModule line; store/1 of module alpha is installed, as are zebra, which provide "
            "the same");
  Install("store").provides = {{"store", "/", "1"}};
  Check();
  EXPECT_EQ(also_[0].name, "store");
}

TEST_F(SetCheckTest, MissingAndTooOldAreNamedWithWhatIsThere) {
  Add("app").required = {{"sql", ">=", "1.2"}, {"mime", "", ""}, {"store.memory", "/", "2"}};
  Add("sql", "1.0");
  Install("memory").provides = {{"store.memory", "/", "1"}, {"store.memory", "/", "3"}};
  Install("sql", "1.0");
  Check();
  const auto all = All();
  ASSERT_EQ(all.size(), 3u);
  for (const Finding& finding : all) EXPECT_EQ(finding.code, "HP-20");
  EXPECT_EQ(all[0].found, "sql 1.0 is loaded");
  EXPECT_EQ(all[0].wanted, "sql>=1.2");
  EXPECT_EQ(all[0].fix,
            "install a mod_sql.so that is or provides sql>=1.2 in /root/libexec, or remove the "
            "LoadModule line of app");
  EXPECT_EQ(all[1].found, "no loaded or installed module has or provides that name");
  EXPECT_EQ(all[1].fix,
            "install mod_mime.so in /root/libexec, or remove the LoadModule line of app");
  EXPECT_EQ(all[2].found,
            "store.memory/1 of module memory, store.memory/3 of module memory is installed");
}

TEST_F(SetCheckTest, WhatABrokenModuleMayProvideIsNotMissed) {
  Add("app").required = {{"sql", ">=", "1"}, {"store", "/", "1"}};
  Add("sql");
  set_.back().manifest = nullptr;
  Check();
  EXPECT_TRUE(All().empty());
  EXPECT_TRUE(also_.empty());
}

TEST_F(SetCheckTest, WantsOnlyWarnsOfAVersion) {
  Add("app").wants = {{"sql", ">=", "2"}, {"absent", "", ""}};
  Add("sql", "1.0");
  Check();
  const auto all = All();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].severity, FindingSeverity::kWarning);
  EXPECT_EQ(all[0].code, "HM-84");
  EXPECT_EQ(all[0].found, "sql 1.0");
  EXPECT_EQ(all[0].wanted, "sql>=2");
}

TEST_F(SetCheckTest, ConflictsAreRefusedInTheirVersions) {
  Add("a").conflicts = {{"b", "=", "1.0"}, {"c", ">=", "2"}};
  Add("b", "1.0.0");
  Add("c", "1.9");
  Check();
  const auto all = All();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].code, "HP-21");
  EXPECT_EQ(all[0].what, "module a cannot be loaded with module b");
  EXPECT_EQ(all[0].found, "both are loaded, b in version 1.0.0");
  EXPECT_EQ(all[0].wanted, "no b=1.0 beside a");
}

TEST_F(SetCheckTest, AConflictNamesTheLineThatBroughtTheModule) {
  Add("a").conflicts = {{"b", "", ""}};
  Add("b");
  set_.back().required_by = "app";
  Add("app").required = {{"b", "", ""}};
  Check();
  ASSERT_EQ(All().size(), 1u);
  EXPECT_EQ(All()[0].found, "both are loaded, b in version 1.0 because app requires it");
  EXPECT_EQ(All()[0].fix, "remove the LoadModule line of a or of app");
}

TEST_F(SetCheckTest, OneProviderForEachNameAndMajorVersion) {
  Add("zebra").provides = {{"store.memory", "/", "1"}, {"backend", "/", "1"}};
  Add("alpha").provides = {{"store.memory", "/", "1.2"}, {"backend", "/", "1"}};
  Add("newer").provides = {{"store.memory", "/", "2"}};
  Check();
  ASSERT_EQ(All().size(), 1u) << "back ends of one name may be many";
  EXPECT_EQ(findings_[0][0].code, "HM-81");
  EXPECT_EQ(findings_[0][0].what, "modules alpha and zebra provide the same");
  EXPECT_EQ(findings_[0][0].found, "both provide store.memory/1");
}

TEST_F(SetCheckTest, TwiceAndItself) {
  Add("one").required = {{"one", "", ""}};
  Add("one");
  Check();
  ASSERT_EQ(findings_[0].size(), 1u);
  EXPECT_EQ(findings_[0][0].code, "HM-82");
  EXPECT_EQ(findings_[0][0].severity, FindingSeverity::kWarning);
  ASSERT_EQ(findings_[1].size(), 1u);
  EXPECT_EQ(findings_[1][0].code, "HM-80");
}

}  // namespace
}  // namespace httpd::module
