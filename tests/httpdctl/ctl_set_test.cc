// SPDX-License-Identifier: Apache-2.0
// httpdctl about sets of modules: what they need of each other, their orders, and the picture.
#include <gtest/gtest.h>

#include "ctl_fixture.h"

namespace httpd::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> Names(const Json& list) {
  std::vector<std::string> names;
  for (const Json& item : list.Items()) names.push_back(item["name"].String());
  return names;
}

TEST_F(CtlTest, CheckLoadsWhatIsRequired) {
  Member("sql");
  Member("sql_mysql");
  const Json json = CtlJson("check sql_mysql");
  ASSERT_EQ(json["also_loaded"].Items().size(), 1u);
  EXPECT_EQ(json["also_loaded"][0]["name"].String(), "sql");
  EXPECT_EQ(json["also_loaded"][0]["required_by"].String(), "sql_mysql");
  EXPECT_EQ(Names(json["modules"]), (std::vector<std::string>{"sql", "sql_mysql"}));
  EXPECT_EQ(Ctl("check sql_mysql").status, 0);
  std::filesystem::remove(Path("libexec/mod_sql.so"));
  const CtlOutcome outcome = Ctl("check sql_mysql");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, HasSubstr("HP-20"));
}

TEST_F(CtlTest, CompiledInModulesCountAsLoaded) {
  Copy(std::string(HTTPD_MEMBERS) + "/builtin.so", "libexec/libhttpd.so");
  for (const char* name : {"sql_mysql", "quota"}) Member(name);
  const Json json = CtlJson("check sql_mysql quota");
  EXPECT_EQ(json["also_loaded"].Items().size(), 0u);
  EXPECT_EQ(Ctl("check sql_mysql quota").status, 0) << Ctl("check sql_mysql quota").out;
  EXPECT_EQ(Ctl("deps --tree " + Path("libexec/mod_quota.so")).out,
            "quota 1.2.0\n├─ requires store.sql/1: sql 3.0.0\n└─ wants cache: missing\n");
}

TEST_F(CtlTest, CheckOfTheConfigurationFindsConflicts) {
  Configure({"sql", "sql_mysql", "sql_sqlite"});
  const CtlOutcome outcome = Ctl("check");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, HasSubstr("HP-21"));
  Configure({"sql", "sql_mysql"});
  EXPECT_EQ(Ctl("check").status, 0) << Ctl("check").out << Ctl("check").error;
  Write("conf/httpd.conf", "LoadModul x\nLoadModule sql_module libexec/mod_none.so\n");
  const CtlOutcome broken = Ctl("check");
  EXPECT_EQ(broken.status, 1);
  EXPECT_THAT(broken.out, HasSubstr("HM-01"));
  std::filesystem::remove(Path("conf/httpd.conf"));
  const CtlOutcome none = Ctl("check");
  EXPECT_EQ(none.status, 1);
  EXPECT_THAT(none.error, HasSubstr("HC-01"));
  EXPECT_EQ(Ctl("check sql").status, 0) << "needs no configuration";
}

TEST_F(CtlTest, DepsShowsWhoAnswersAndWhoAsks) {
  Configure({"quota", "sql", "sql_mysql", "last"});
  const CtlOutcome flat = Ctl("deps");
  EXPECT_EQ(flat.status, 0) << flat.error;
  EXPECT_THAT(flat.out, HasSubstr("quota 1.2.0\n  requires    store.sql/1  (sql 1.2.0)\n"
                                  "  wants       cache  (not in this set)\n"));
  EXPECT_THAT(flat.out, HasSubstr("  provides    store.sql/1\n"));
  EXPECT_THAT(flat.out, HasSubstr("  required by quota, sql_mysql\n"));
  EXPECT_EQ(Ctl("deps --tree sql_mysql").out, "sql_mysql 1.2.0\n└─ requires sql>=1.0: sql 1.2.0\n");
  EXPECT_EQ(Ctl("deps --reverse sql").out,
            "sql 1.2.0\n├─ quota 1.2.0 requires store.sql/1\n"
            "├─ sql_mysql 1.2.0 requires sql>=1.0\n└─ last 1.2.0 wants sql\n");
  const CtlOutcome unknown = Ctl("deps sqll");
  EXPECT_EQ(unknown.status, 1);
  EXPECT_THAT(unknown.error, HasSubstr("HT-07"));
  EXPECT_THAT(unknown.error, HasSubstr("fix: httpdctl deps sql"));
  const Json json = CtlJson("deps sql");
  EXPECT_TRUE(TextHas(json["modules"][0]["required_by"], "quota"));
}

TEST_F(CtlTest, DepsOfInstalledOnesAndOfFiles) {
  for (const char* name : {"sql", "sql_mysql", "session"}) Member(name);
  EXPECT_EQ(Names(CtlJson("deps --installed")["modules"]),
            (std::vector<std::string>{"session", "sql", "sql_mysql"}));
  const Json file = CtlJson("deps " + Path("libexec/mod_sql_mysql.so"));
  EXPECT_EQ(Names(file["modules"]), (std::vector<std::string>{"sql", "sql_mysql"}));
}

TEST_F(CtlTest, OrderTellsTheReasonOfEachPosition) {
  Configure({"last", "session", "sql_mysql", "quota"});
  Member("sql");
  const CtlOutcome outcome = Ctl("order");
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  const Json json = CtlJson("order");
  std::vector<std::string> names = Names(json["order"]);
  EXPECT_EQ(names.size(), 5u);
  const auto place = [&](const char* name) {
    return std::find(names.begin(), names.end(), name) - names.begin();
  };
  EXPECT_LT(place("sql"), place("sql_mysql"));
  EXPECT_LT(place("quota"), place("session"));
  EXPECT_LT(place("session"), place("last"));
  EXPECT_THAT(outcome.out, HasSubstr("loaded by itself, module sql_mysql requires it"));
  EXPECT_THAT(outcome.out, HasSubstr("sql (requires sql>=1.0)"));
  EXPECT_THAT(outcome.out, HasSubstr("waits for quota (after quota)"));
  EXPECT_THAT(outcome.out, HasSubstr("session (which says before last)"));
  EXPECT_EQ(json["order"][place("session")]["line"].String(),
            Path("conf/httpd.conf") + (geteuid() == 0 ? ":6:12" : ":4:12"));
}

TEST_F(CtlTest, ExplainHookAsksACheckOfTheServer) {
  Configure({"last", "sql_mysql", "sql_sqlite", "sql"});
  Configure({"last", "sql_mysql", "sql"});
  const CtlOutcome outcome = Ctl("order --explain handler");
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_EQ(outcome.out,
            "  1  sql               before sql_mysql, as that wants\n"
            "  2  sql_mysql         after sql, as sql_mysql wants; load order\n"
            "  3  last              order 100, behind 0\n");
  const Json json = CtlJson("order --explain handler");
  EXPECT_EQ(json["callbacks"][2]["order"].Int(), 100);
  const CtlOutcome unknown = Ctl("order --explain handlr");
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.error, HasSubstr("fix: httpdctl order --explain handler"));
  EXPECT_THAT(Ctl("order --explain fixup").out, HasSubstr("no module takes part"));
  Write("conf/httpd.conf", "NoSuchThing\n");
  const CtlOutcome refused = Ctl("order --explain handler");
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.error, HasSubstr("HT-08"));
  EXPECT_THAT(refused.error, HasSubstr("NoSuchThing"));
}

TEST_F(CtlTest, GraphHasEveryModuleAndRelation) {
  Configure({"last", "quota", "session", "sql_mysql", "sql"});
  const CtlOutcome dot = Ctl("graph");
  EXPECT_EQ(dot.status, 0) << dot.error;
  EXPECT_THAT(dot.out, HasSubstr("digraph modules {"));
  EXPECT_THAT(dot.out, HasSubstr("\"sql_mysql\" -> \"sql\""));
  EXPECT_THAT(dot.out, HasSubstr("tooltip=\"last wants sql\""));
  const CtlOutcome svg = Ctl("graph -o " + Path("modules.svg"));
  EXPECT_EQ(svg.status, 0) << svg.error;
  std::stringstream text;
  text << std::ifstream(Path("modules.svg")).rdbuf();
  for (const char* name : {"last", "quota", "session", "sql_mysql", "sql"}) {
    EXPECT_THAT(text.str(), HasSubstr(">" + std::string(name) + "</text>"));
  }
  EXPECT_THAT(text.str(), HasSubstr("<title>sql_mysql requires sql&gt;=1.0</title>"));
  EXPECT_THAT(text.str(), HasSubstr("provides store.sql/1"));
  EXPECT_EQ(Ctl("graph --svg --dot").status, 2);
  EXPECT_THAT(Ctl("graph -o /nowhere/x.svg").error, HasSubstr("HT-09"));
  const Json json = CtlJson("graph");
  EXPECT_EQ(json["edges"].Items().size(), 5u);
}

TEST_F(CtlTest, GraphShowsConflictsAndWhatIsMissing) {
  Configure({"sql_sqlite", "sql_mysql", "too_new"});
  Member("sql");
  const CtlOutcome svg = Ctl("graph --svg");
  EXPECT_EQ(svg.status, 1);
  EXPECT_THAT(svg.out, HasSubstr("class=\"edge conflicts"));
  EXPECT_THAT(svg.out, HasSubstr("class=\"module missing\""));
  EXPECT_THAT(svg.out, HasSubstr(">sql&gt;=9</text>"));
}

// No two boxes of a picture of forty modules may overlap.
TEST_F(CtlTest, FortyModulesDoNotOverlap) {
  std::string files;
  for (const char* name : {"sql", "sql_mysql", "quota", "session", "last"}) Member(name);
  for (int i = 1; i <= 40; ++i) {
    const std::string name =
        std::string("mod_pad") + (i < 10 ? "0" : "") + std::to_string(i) + ".so";
    const std::string from = std::string(HTTPD_BUILD_DIR) + "/tests/modules/" + name;
    if (!std::filesystem::exists(from)) GTEST_SKIP() << "needs the target httpd_test_modules";
    Copy(from, "libexec/" + name);
  }
  const CtlOutcome svg = Ctl("graph --svg --installed");
  EXPECT_EQ(svg.status, 0) << svg.error;
  struct Rectangle {
    double x, y, width, height;
  };
  std::vector<Rectangle> boxes;
  const std::string mark = "class=\"box\" rx=\"7\" ";
  for (size_t at = 0; (at = svg.out.find(mark, at)) != std::string::npos; at += mark.size()) {
    Rectangle box{};
    ASSERT_EQ(sscanf(svg.out.c_str() + at + mark.size(),
                     "x=\"%lf\" y=\"%lf\" width=\"%lf\" height=\"%lf\"", &box.x, &box.y, &box.width,
                     &box.height),
              4);
    for (const Rectangle& other : boxes) {
      const bool apart = box.x >= other.x + other.width || other.x >= box.x + box.width ||
                         box.y >= other.y + other.height || other.y >= box.y + box.height;
      EXPECT_TRUE(apart) << "at " << box.x << ", " << box.y;
    }
    boxes.push_back(box);
  }
  EXPECT_EQ(boxes.size(), 45u);
}

}  // namespace
}  // namespace httpd::testing
