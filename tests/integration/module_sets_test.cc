// SPDX-License-Identifier: Apache-2.0
//
// Sets of modules in a running server: whatever the order of the lines, the same answers or the
// same refusal; and the directives that say something about sets.

#include <algorithm>
#include <random>
#include <sstream>

#include "integration/module_test.h"

namespace httpd::testing {
namespace {

using ::testing::HasSubstr;

class ModuleSets : public ModuleTest {
 protected:
  // What is said, without the lines that it is said at.
  std::string Refusal(const std::vector<std::string>& modules) {
    server_.modules = modules;
    const ExitOutcome outcome = Check();
    EXPECT_NE(outcome.status, 0);
    std::string text;
    std::istringstream lines(outcome.output);
    for (std::string line; std::getline(lines, line);) {
      const size_t error = line.find("error: ");
      const bool detail =
          line.starts_with("  found") || line.starts_with("  wanted") || line.starts_with("  fix");
      if (error != line.npos) text += line.substr(error) + "\n";
      if (detail) text += line + "\n";
    }
    return text;
  }
  std::string Trail(std::string_view target) {
    std::string trail;
    const Answer answer = Fetch(target);
    for (const auto& [name, value] : answer.fields) {
      if (name == "X-Trail") trail += value + " ";
    }
    return trail;
  }
  void ExpectTheSameServer() {
    EXPECT_EQ(Body("/sql/mysql"), "mysql has 'it'");
    EXPECT_EQ(Body("/sql/postgres"), "postgres has 'it'");
    EXPECT_EQ(Status("/sql/oracle"), 404);
    EXPECT_EQ(Body("/report"), "mysql has 'a report'");
    EXPECT_EQ(Trail("/report"), "sql sql_mysql sql_postgres sql_report ifsession ");
  }
};

TEST_F(ModuleSets, AFrontEndAndItsBackEndsInAnyOrder) {
  server_.workers = 1;
  std::vector<std::string> lines = {"ifsession", "sql_report", "sql_postgres", "sql_mysql", "sql"};
  server_.modules = lines;
  Begin();
  ExpectTheSameServer();
  std::mt19937 random(1998);
  for (int round = 0; round < 6; ++round) {
    std::shuffle(lines.begin(), lines.end(), random);
    server_.modules = lines;
    server_.WriteConfig();
    const ReloadOutcome outcome = server_.Reload();
    ASSERT_TRUE(outcome.ok) << outcome.error;
    ExpectTheSameServer();
  }
}

TEST_F(ModuleSets, AChainOfTenInAnyOrder) {
  server_.workers = 1;
  std::vector<std::string> lines;
  for (int i = 9; i >= 0; --i) lines.push_back("chain" + std::to_string(i));
  server_.modules = lines;
  Begin();
  EXPECT_EQ(Body("/chain"), "0123456789");
  std::mt19937 random(1999);
  for (int round = 0; round < 3; ++round) {
    std::shuffle(lines.begin(), lines.end(), random);
    server_.modules = lines;
    server_.WriteConfig();
    ASSERT_TRUE(server_.Reload().ok);
    EXPECT_EQ(Body("/chain"), "0123456789");
  }
}

TEST_F(ModuleSets, TheEndOfAChainBringsTheRest) {
  server_.modules = {"chain9"};
  for (int i = 0; i < 9; ++i) server_.CopyModule("chain" + std::to_string(i));
  server_.extra = "ModulePath libexec\n";
  const ExitOutcome outcome = Check();
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("module chain0 is loaded by itself because chain1 requires "
                                        "chain.0/1"));
  EXPECT_THAT(outcome.output, HasSubstr("LoadModule chain0_module libexec/mod_chain0.so"));
  server_.AllowLog("HM-83");
  Begin();
  EXPECT_EQ(Body("/chain"), "0123456789");
}

TEST_F(ModuleSets, ACircleAndAConflictAreRefusedAlike) {
  const std::string circle = Refusal({"ring_a", "ring_b"});
  EXPECT_THAT(circle, HasSubstr("ring_a before ring_b (ring_b wants ring_a), ring_b before ring_a "
                                "(ring_a requires ring_b)"));
  EXPECT_EQ(Refusal({"ring_b", "ring_a"}), circle);
  const std::string conflict = Refusal({"rival_a", "rival_b"});
  EXPECT_THAT(conflict, HasSubstr("HP-21"));
  EXPECT_THAT(conflict, HasSubstr("module rival_a cannot be loaded with module rival_b"));
  EXPECT_EQ(Refusal({"rival_b", "rival_a"}), conflict);
}

// Load order as -M shows it.
std::string Loaded(const std::string& output) {
  std::string names;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    const size_t end = line.find("_module (");
    if (line.starts_with(" ") && end != line.npos) names += line.substr(1, end - 1) + " ";
  }
  return names;
}

TEST_F(ModuleSets, ModuleOrderIsFollowedAsFarAsItCan) {
  server_.modules = {"sql", "sql_mysql", "ifsession", "mime"};
  server_.extra = "ModuleOrder mod_ifsession.c sql_mysql sql mod_absent.c\n";
  server_.WriteConfig();
  const ExitOutcome modules = server_.Run({"-d", server_.root(), "-f", "conf/httpd.conf", "-M"});
  EXPECT_EQ(modules.status, 0) << modules.output;
  EXPECT_THAT(Loaded(modules.output), HasSubstr("ifsession sql sql_mysql mime "));
  EXPECT_THAT(modules.output, HasSubstr("HM-86"));
  EXPECT_THAT(modules.output, HasSubstr("sql_mysql requires sql>=1.1"));
  EXPECT_THAT(modules.output, HasSubstr("ModuleOrder ifsession sql sql_mysql"));
  EXPECT_THAT(modules.output, HasSubstr("ModuleOrder names a module that is not loaded: absent"));
  // The server starts, and a reload goes on as well.
  server_.AllowLog("HM-8");
  Begin();
  EXPECT_EQ(Body("/sql/mysql"), "mysql has 'it'");
  server_.extra = "ModuleOrder sql_mysql sql\n";
  server_.WriteConfig();
  EXPECT_TRUE(server_.Reload().ok);
  EXPECT_EQ(Body("/sql/mysql"), "mysql has 'it'");
}

TEST_F(ModuleSets, OnlyTheListOfActiveModulesIsLoaded) {
  server_.modules = {"sql_report", "sql_mysql", "sql", "ifsession"};
  server_.extra =
      "ClearModuleList\nAddModule mod_so.c mod_ifsession.c mod_sql.c mod_sql_mysql.c\n"
      "<IfModule mod_sql_report.c>\nNoSuchDirective\n</IfModule>\n";
  Begin();
  EXPECT_EQ(Body("/sql/mysql"), "mysql has 'it'");
  EXPECT_EQ(Status("/report"), 404);
  EXPECT_EQ(Trail("/sql/mysql"), "sql sql_mysql ifsession ");
}

TEST_F(ModuleSets, LibrariesAndLibtoolFiles) {
  server_.modules = {"mime"};
  server_.CopyModule("needs_answer");
  server_.CopyModule("answer_library");
  server_.Write("libexec/mod_needs_answer.la", "dlname='mod_needs_answer.so'\n");
  server_.extra =
      "LoadFile libexec/mod_answer_library.so\n"
      "LoadModule needs_answer_module libexec/mod_needs_answer.la\n";
  Begin();
  EXPECT_EQ(Status("/1k.txt"), 200);
  server_.extra = "LoadModule needs_answer_module libexec/mod_needs_answer.la\n";
  const ExitOutcome without = Check();
  EXPECT_NE(without.status, 0);
  EXPECT_THAT(without.output, HasSubstr("loader_library_answer"));
}

}  // namespace
}  // namespace httpd::testing
