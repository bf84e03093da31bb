// SPDX-License-Identifier: Apache-2.0
// The order of LoadModule lines is nobody's business: real module files, planned in every order,
// end in the order that the rules give or in the same refusal.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "module/plan.h"

namespace httpd::module {
namespace {

using Names = std::vector<std::string>;
// first, second: `first` is loaded before `second`.
using Rules = std::vector<std::pair<std::string, std::string>>;

ModulePlan Plan(const Names& names, PlanInput input = {}) {
  input.inspector_path = HTTPD_INSPECTOR;
  input.core.version = HTTPD_TEST_VERSION;
  for (const std::string& name : names) {
    const std::string file = std::string(HTTPD_TEST_MODULES) + "/mod_" + name + ".so";
    input.items.push_back({name, file, file, ""});
  }
  return PlanModules(input);
}

Names OrderOf(const ModulePlan& plan) {
  Names names;
  for (const ModuleReport& report : plan.modules) names.push_back(report.name);
  return names;
}

// Everything that is said, whatever line it is said at.
std::string Said(const ModulePlan& plan) {
  std::set<std::string> texts;
  if (!plan.general.empty()) texts.insert(RenderRefusal("the set", plan.general));
  for (const ModuleReport& report : plan.modules) {
    if (!report.findings.empty()) texts.insert(RenderRefusal(report.name, report.findings));
  }
  std::string all;
  for (const std::string& text : texts) all += text;
  return all;
}

// The documented rule in its simplest form: again and again the first line that waits for nobody.
Names Expected(Names lines, const Rules& rules) {
  Names order;
  while (!lines.empty()) {
    const auto ready = std::find_if(lines.begin(), lines.end(), [&](const std::string& name) {
      return std::none_of(rules.begin(), rules.end(), [&](const auto& rule) {
        return rule.second == name &&
               std::find(lines.begin(), lines.end(), rule.first) != lines.end();
      });
    });
    order.push_back(*ready);
    lines.erase(ready);
  }
  return order;
}

template <class Check>
int EachPermutation(Names names, Check check) {
  std::sort(names.begin(), names.end());
  int count = 0;
  do {
    check(names);
    ++count;
  } while (std::next_permutation(names.begin(), names.end()) && !testing::Test::HasFailure());
  return count;
}

std::string Text(const Names& names) {
  std::string text;
  for (const std::string& name : names) text += name + " ";
  return text;
}

const Rules kSqlRules = {{"sql", "sql_mysql"},
                         {"sql", "sql_postgres"},
                         {"sql_mysql", "sql_report"},
                         {"sql_postgres", "sql_report"}};

TEST(Permutations, FrontEndBackEndsAndTheirUser) {
  const int count = EachPermutation(
      {"sql", "sql_mysql", "sql_postgres", "sql_report", "ifsession"}, [](const Names& lines) {
        const ModulePlan plan = Plan(lines);
        EXPECT_EQ(Said(plan), "") << Text(lines);
        EXPECT_EQ(Text(OrderOf(plan)), Text(Expected(lines, kSqlRules))) << Text(lines);
      });
  EXPECT_EQ(count, 120);
}

// Fewer of them: what is left out is missed in the same words each time.
TEST(Permutations, WithoutTheFrontEndTheSameRefusal) {
  const std::string said = Said(Plan({"sql_mysql", "sql_postgres", "sql_report"}));
  EXPECT_NE(said.find("HP-20  module sql_mysql requires sql>=1.1"), said.npos) << said;
  EXPECT_NE(said.find("HP-20  module sql_mysql requires sql.quote/1"), said.npos) << said;
  EXPECT_NE(said.find("HP-20  module sql_postgres requires sql>=1.1"), said.npos) << said;
  EXPECT_EQ(EachPermutation({"sql_mysql", "sql_postgres", "sql_report"},
                            [&](const Names& lines) { EXPECT_EQ(Said(Plan(lines)), said); }),
            6);
}

TEST(Permutations, APartOfASetMissesNothing) {
  PlanInput input;
  input.part = true;
  EXPECT_TRUE(Plan({"sql_mysql"}, input).ok());
}

TEST(Permutations, ACircleInTheSameWords) {
  const std::string said = Said(Plan({"ring_a", "ring_b"}));
  EXPECT_NE(
      said.find("HP-22  modules wait for each other: found ring_a before ring_b (ring_b wants "
                "ring_a), ring_b before ring_a (ring_a requires ring_b)"),
      said.npos)
      << said;
  EachPermutation({"ring_a", "ring_b", "sql", "ifsession"},
                  [&](const Names& lines) { EXPECT_EQ(Said(Plan(lines)), said) << Text(lines); });
}

// Everything at once: what is wrong with one file does not hide what is wrong with the set.
TEST(Permutations, ABrokenFileHidesNothing) {
  EachPermutation({"ring_a", "ring_b", "rival_a", "rival_b"}, [](const Names& lines) {
    PlanInput input;
    input.items.push_back({"broken", "/dev/null", "/dev/null", ""});
    const std::string said = Said(Plan(lines, input));
    for (const char* text : {"\n  HM-", "HP-21", "HP-22"}) {
      EXPECT_NE(said.find(text), said.npos) << text << " in " << said;
    }
  });
}

TEST(Permutations, AConflictInTheSameWords) {
  const std::string said = Said(Plan({"rival_a", "rival_b"}));
  EXPECT_NE(said.find("HP-21  module rival_a cannot be loaded with module rival_b"), said.npos)
      << said;
  EachPermutation({"rival_a", "rival_b", "sql", "ifsession"},
                  [&](const Names& lines) { EXPECT_EQ(Said(Plan(lines)), said) << Text(lines); });
}

TEST(Permutations, AChainOfTen) {
  Names lines;
  for (int i = 0; i < 10; ++i) lines.push_back("chain" + std::to_string(i));
  const Names order = lines;
  std::mt19937 random(19980605);
  for (int round = 0; round < 200 && !testing::Test::HasFailure(); ++round) {
    std::shuffle(lines.begin(), lines.end(), random);
    const ModulePlan plan = Plan(lines);
    EXPECT_EQ(Said(plan), "") << Text(lines);
    EXPECT_EQ(OrderOf(plan), order) << Text(lines);
  }
}

// The last of a chain alone brings all others, from the files that are installed. The rounds are
// those of the planner's caller.
TEST(Permutations, TheEndOfAChainBringsTheRest) {
  PlanInput input;
  input.directories = {HTTPD_TEST_MODULES};
  ModulePlan plan;
  int rounds = 0;
  for (;; ++rounds) {
    plan = Plan(rounds == 0 ? Names{"ifsession", "chain9", "sql"} : Names{}, input);
    if (plan.also.empty() || rounds == 20) break;
    if (rounds == 0) {
      for (const char* name : {"ifsession", "chain9", "sql"}) {
        const std::string file = std::string(HTTPD_TEST_MODULES) + "/mod_" + name + ".so";
        input.items.push_back({name, file, file, ""});
      }
    }
    for (const Requirement& also : plan.also) {
      const std::string file = std::string(HTTPD_TEST_MODULES) + "/mod_" + also.name + ".so";
      input.items.push_back({also.name, file, file, "", also.required_by, also.notice});
    }
  }
  EXPECT_EQ(rounds, 9);
  EXPECT_TRUE(plan.ok()) << Said(plan);
  EXPECT_EQ(Text(OrderOf(plan)),
            "ifsession chain0 chain1 chain2 chain3 chain4 chain5 chain6 chain7 chain8 chain9 sql ");
  EXPECT_NE(Said(plan).find("HM-83  notice:  module chain0 is loaded by itself because chain1 "
                            "requires chain.0/1"),
            std::string::npos)
      << Said(plan);
}

TEST(Permutations, WhatDependsOnInstalledFilesSaysSo) {
  char folder[] = "/tmp/permutation_test.XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::string directory = folder;
  namespace fs = std::filesystem;
  fs::copy_file(std::string(HTTPD_TEST_MODULES) + "/mod_sql.so", directory + "/mod_sql.so");
  fs::resize_file(directory + "/mod_sql.so", 1000);
  PlanInput input;
  input.directories = {directory};
  const ModulePlan damaged = Plan({"sql_postgres"}, input);
  EXPECT_TRUE(damaged.also.empty()) << "a damaged file answers nothing";
  EXPECT_FALSE(damaged.ok());
  ASSERT_EQ(damaged.depends_on.size(), 2u);
  EXPECT_EQ(damaged.depends_on[0].path, directory);
  EXPECT_EQ(damaged.depends_on[1].identity.size, 1000u);
  fs::copy_file(std::string(HTTPD_TEST_MODULES) + "/mod_sql.so", directory + "/mod_sql.so",
                fs::copy_options::overwrite_existing);
  const ModulePlan whole = Plan({"sql_postgres"}, input);
  ASSERT_EQ(whole.also.size(), 1u);
  EXPECT_EQ(whole.also[0].name, "sql");
  EXPECT_NE(whole.depends_on, damaged.depends_on);
  EXPECT_TRUE(Plan({"sql", "sql_postgres"}, input).depends_on.empty()) << "nothing was missing";
  fs::remove_all(directory);
}

}  // namespace
}  // namespace httpd::module
