// SPDX-License-Identifier: Apache-2.0
//
// The verdict on whole files, from the inspector to the text an operator reads, and the answer on
// its way to the supervisor.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "module/plan.h"

namespace httpd::module {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kApi[] = {"httpd_module_name", "httpd_module_pool"};

CoreFacts Core() { return {1, 0, HTTPD_TEST_VERSION, kApi}; }

ModulePlan Plan(std::vector<InspectionItem> items, const CoreFacts& core = Core(),
                const char* inspector = HTTPD_INSPECTOR) {
  PlanInput input;
  input.inspector_path = inspector;
  input.core = core;
  input.items = std::move(items);
  return PlanModules(input);
}

std::string Fixture(const std::string& name) { return std::string(HTTPD_FIXTURES) + "/" + name; }

InspectionItem Item(const std::string& name, const std::string& file) {
  return {name, "/site/libexec/" + file, Fixture(file), ""};
}

ModuleReport Inspect(const std::string& name, const std::string& file) {
  const InspectionItem item = Item(name, file);
  ModulePlan result = Plan({item});
  EXPECT_THAT(result.general, IsEmpty());
  return result.modules.at(0);
}

std::vector<std::string> Codes(const std::vector<Finding>& findings) {
  std::vector<std::string> codes;
  for (const Finding& finding : findings) {
    codes.push_back(finding.code);
    EXPECT_FALSE(finding.what.empty()) << finding.code;
    EXPECT_FALSE(finding.fix.empty()) << finding.code;
  }
  return codes;
}

TEST(InspectionTest, AGoodModulePasses) {
  const ModuleReport report = Inspect("hello", "mod_hello.so");
  EXPECT_THAT(Codes(report.findings), IsEmpty());
  ASSERT_TRUE(report.has_manifest);
  EXPECT_EQ(report.manifest.name, "hello");
  EXPECT_EQ(report.manifest.version, "1.2.0");
  EXPECT_THAT(report.manifest.directives, ElementsAre("Hello"));
  EXPECT_THAT(report.records, ElementsAre("hello_module"));
  EXPECT_THAT(report.imports, ElementsAre("httpd_module_name"));
  EXPECT_EQ(report.build_id.size(), 40u);
}

struct CodeCase {
  const char* file;
  std::vector<std::string> codes;
};

TEST(InspectionTest, EachBrokenFileHasItsCode) {
  const CodeCase cases[] = {
      {"empty", {"HM-10"}},
      {"text", {"HM-11"}},
      {"script", {"HM-11"}},
      {"plain.a", {"HM-12"}},
      {"plain.o", {"HM-13"}},
      {"program.exe", {"HM-14"}},
      {"garbage", {"HM-15"}},
      {"linked.macho.arm64.o", {"HM-13", "HM-18"}},
      {"linked.x64.dll", {"HM-17"}},
      {"xcoff64.so", {"HM-17"}},
      {"s390x.o", {"HM-13", "HM-18"}},
      {"mod_hello.aarch64.so", {"HM-18"}},
      {"mod_hello.mips.so", {"HM-18"}},
      {"libplain.so", {"HM-19", "HM-20"}},
      {"no_such_file", {"HM-05"}},
  };
  for (const CodeCase& expected : cases) {
    if (std::string(expected.file) != "no_such_file" &&
        !std::filesystem::exists(Fixture(expected.file))) {
      std::cout << "[  SKIPPED ] " << expected.file << ": clang, lld or yaml2obj is missing\n";
      continue;
    }
    EXPECT_EQ(Codes(Inspect("hello", expected.file).findings), expected.codes) << expected.file;
  }
}

TEST(InspectionTest, AnotherMachineIsToldInWords) {
  if (!std::filesystem::exists(Fixture("s390x.so"))) GTEST_SKIP() << "yaml2obj is missing";
  const ModuleReport report = Inspect("hello", "s390x.so");
  ASSERT_EQ(Codes(report.findings), (std::vector<std::string>{"HM-18", "HM-20"}));
  EXPECT_EQ(report.findings[0].found, "s390x 64-bit big-endian");
  EXPECT_THAT(report.findings[0].wanted, HasSubstr("-bit little-endian"));
}

TEST(InspectionTest, TruncatedFilesSayWhere) {
  char folder[] = "/tmp/inspection_test.XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::string path = std::string(folder) + "/mod_hello.so";
  std::filesystem::copy_file(Fixture("mod_hello.so"), path);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  const InspectionItem item{"hello", path, path, ""};
  const ModulePlan result = Plan({item});
  std::filesystem::remove_all(folder);
  ASSERT_EQ(Codes(result.modules[0].findings), std::vector<std::string>{"HM-16"});
  EXPECT_EQ(result.modules[0].findings[0].what, "this file is truncated");
  EXPECT_THAT(result.modules[0].findings[0].found, HasSubstr("but the file has"));
}

TEST(InspectionTest, AWrongNameGetsTheLineToPaste) {
  const ModuleReport report = Inspect("helo", "mod_hello.so");
  ASSERT_EQ(Codes(report.findings), std::vector<std::string>{"HM-19"});
  EXPECT_EQ(report.findings[0].found, "hello_module");
  EXPECT_EQ(report.findings[0].wanted, "helo_module");
  EXPECT_EQ(report.findings[0].fix, "LoadModule hello_module /site/libexec/mod_hello.so");
}

TEST(InspectionTest, TheRecordMayHaveAnotherNameThanTheModule) {
  InspectionItem item = Item("helo", "mod_hello.so");
  item.record = "hello_module";
  const ModulePlan result = Plan({item});
  EXPECT_EQ(Codes(result.modules[0].findings), std::vector<std::string>{"HM-22"});
}

TEST(InspectionTest, EverythingThatIsWrongIsToldAtOnce) {
  const ModuleReport report = Inspect("future", "mod_future.so");
  EXPECT_EQ(Codes(report.findings), (std::vector<std::string>{"HM-21", "HM-21", "HM-23", "HM-26"}));
  EXPECT_EQ(report.findings[3].found, "httpd_time_travel");  // the weak one may be missing
  EXPECT_EQ(Codes(Inspect("bare", "mod_bare.so").findings), std::vector<std::string>{"HM-20"});
  EXPECT_EQ(Codes(Inspect("hello", "mod_linked.so").findings), std::vector<std::string>{"HM-25"});
}

TEST(InspectionTest, WhatAModuleNeedsIsWhatItImports) {
  const InspectionItem item = Item("hello", "mod_hello.so");
  CoreFacts core = Core();
  const std::string_view none[] = {"httpd_none"};
  core.api_names = none;
  const ModulePlan result = Plan({item}, core);
  ASSERT_EQ(Codes(result.modules[0].findings), std::vector<std::string>{"HM-26"});
  EXPECT_EQ(result.modules[0].findings[0].found, "httpd_module_name");
}

TEST(InspectionTest, AnotherMajorAbiIsRefused) {
  const InspectionItem item = Item("hello", "mod_hello.so");
  CoreFacts core = Core();
  core.abi_major = 2;
  EXPECT_EQ(Codes(Plan({item}, core).modules[0].findings), std::vector<std::string>{"HM-23"});
}

TEST(InspectionTest, WithoutInspectorItSaysSoOnceAndLooksAtTheHeader) {
  std::vector<InspectionItem> items;
  for (const char* file : {"mod_hello.so", "empty", "script", "plain.a", "plain.o", "garbage",
                           "mod_hello.mips.so", "mod_future.so"}) {
    items.push_back(Item("m" + std::to_string(items.size()), file));
  }
  const ModulePlan result = Plan(items, Core(), "/no/such/libhttpd_inspect.so");
  ASSERT_EQ(Codes(result.general), std::vector<std::string>{"HM-27"});
  EXPECT_EQ(result.general[0].severity, FindingSeverity::kWarning);
  std::vector<std::string> codes;
  for (const ModuleReport& report : result.modules) {
    codes.push_back(report.findings.empty() ? "" : report.findings[0].code);
    EXPECT_FALSE(report.has_manifest);
  }
  if (!std::filesystem::exists(Fixture("mod_hello.mips.so"))) codes[6] = "HM-18";
  EXPECT_THAT(codes, ElementsAre("", "HM-10", "HM-11", "HM-12", "HM-13", "HM-15", "HM-18", ""));
}

TEST(InspectionTest, AnInspectorOfAnotherVersionIsNotUsed) {
  CoreFacts core = Core();
  core.version = "99.0";
  const InspectionItem item = Item("hello", "mod_hello.so");
  const ModulePlan result = Plan({item}, core);
  ASSERT_EQ(Codes(result.general), std::vector<std::string>{"HM-27"});
  EXPECT_THAT(result.general[0].found, HasSubstr("99.0"));
  EXPECT_TRUE(result.ok());
}

ModulePlan Sample() {
  std::vector<InspectionItem> items = {Item("hello", "mod_hello.so"),
                                       Item("future", "mod_future.so"), Item("x", "garbage")};
  ModulePlan result = Plan(items);
  result.general.push_back({FindingSeverity::kNotice, "HM-27", "w", "f", "n", "", "fix"});
  result.modules[0].manifest.privileged.push_back({"CustomLog", PrivilegedMode::kAppend, 1});
  result.modules[0].manifest.required.push_back({"sql", ">=", "1.2"});
  return result;
}

TEST(InspectionWireTest, ComesBackAsItWas) {
  const ModulePlan sent = Sample();
  EXPECT_FALSE(sent.ok());
  ModulePlan received;
  ASSERT_TRUE(ParsePlan(SerializePlan(sent), &received));
  EXPECT_EQ(received, sent);
  ASSERT_TRUE(ParsePlan(SerializePlan({}), &received));
  EXPECT_EQ(received, ModulePlan());
}

TEST(InspectionWireTest, HostileBytesAreRefused) {
  const std::string bytes = SerializePlan(Sample());
  ModulePlan received;
  for (size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_FALSE(ParsePlan(std::string_view(bytes).substr(0, size), &received)) << size;
    ASSERT_TRUE(received.modules.empty());
  }
  EXPECT_FALSE(ParsePlan(bytes + "x", &received));
  std::mt19937 random(11);
  for (int round = 0; round < 20000; ++round) {
    std::string damaged = bytes;
    for (int i = 0; i < 4; ++i) {
      damaged[random() % damaged.size()] = static_cast<char>(random() % 2 == 0 ? 0xff : random());
    }
    ParsePlan(damaged, &received);  // whatever it answers, it answers
  }
}

TEST(FindingTest, ARefusalIsOneHeadlineLinesAndFixes) {
  const std::vector<Finding> findings = {
      {FindingSeverity::kError, "HM-18", "this module was built for another machine",
       "s390x 64-bit big-endian", "x86-64 64-bit little-endian", "/m/mod_a.so", "install it"},
      {FindingSeverity::kWarning, "HM-27", "half a check", "", "", "", "install it"},
      {FindingSeverity::kError, "HM-19", "evil\n\x1b[31mname", "", "a_module", "", "do that"}};
  EXPECT_EQ(RenderRefusal("module a cannot be loaded (httpd.conf:3:1)", findings),
            "module a cannot be loaded (httpd.conf:3:1)\n"
            "  HM-18  this module was built for another machine: found s390x 64-bit big-endian; "
            "wanted x86-64 64-bit little-endian in /m/mod_a.so\n"
            "  HM-27  warning:  half a check\n"
            "  HM-19  evil\\x0a\\x1b[31mname: wanted a_module\n"
            "  fix: install it\n"
            "  fix: do that\n");
  EXPECT_TRUE(HasErrors(findings));
  EXPECT_FALSE(HasErrors({findings[1]}));
  const config::Diagnostic diagnostic = ToDiagnostic(findings[0], {0, 3, 1}, 10);
  EXPECT_EQ(diagnostic.code, "HM-18");
  EXPECT_EQ(diagnostic.found, "s390x 64-bit big-endian");
  EXPECT_EQ(diagnostic.position.line, 3u);
}

TEST(FindingTest, ADeadPlannerIsAFinding) {
  const Finding killed = PlannerDied(SIGSEGV, "/m/mod_a.so");
  EXPECT_EQ(killed.code, "HM-28");
  EXPECT_THAT(killed.found, HasSubstr("signal 11"));
  EXPECT_EQ(killed.where, "/m/mod_a.so");
  EXPECT_EQ(PlannerDied(3 << 8, "").found, "exit status 3");
}

}  // namespace
}  // namespace httpd::module
