// SPDX-License-Identifier: Apache-2.0
// Checks that records of older and newer headers are understood and that damaged ones end in words.
#include "module/record.h"

#include <cstring>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace httpd::module {
namespace {

using testing::HasSubstr;

httpd_result Handle(httpd_directive_call*, void*, void*) { return HTTPD_OK; }
httpd_result Register(httpd_module_handle*, void*) { return HTTPD_OK; }

httpd_directive Row(const char* name) {
  httpd_directive row = {};
  row.size = sizeof row;
  row.name = name;
  row.handler = Handle;
  row.max_args = 3;
  row.usage = "usage";
  return row;
}

// The structs as later headers might have them.
struct NewerRecord {
  httpd_module known = {};
  uint64_t added = 0;
};
struct NewerRow {
  httpd_directive known = {};
  uint64_t added = 0;
};

class RecordTest : public testing::Test {
 protected:
  RecordTest() {
    raw_.known.magic = HTTPD_MODULE_MAGIC;
    raw_.known.size = sizeof(httpd_module);
    raw_.known.abi_major = HTTPD_ABI_MAJOR;
    raw_.known.abi_minor = HTTPD_ABI_MINOR;
    raw_.known.name = "mime";
    raw_.known.register_module = Register;
  }
  bool Normalize(const char* name = "mime") {
    finding_ = {};
    const bool good = NormalizeRecord(&raw_.known, name, &module_, &finding_);
    EXPECT_EQ(good, finding_.code.empty());
    if (!good) {
      EXPECT_FALSE(finding_.what.empty());
      EXPECT_FALSE(finding_.found.empty());
      EXPECT_FALSE(finding_.wanted.empty());
      EXPECT_FALSE(finding_.fix.empty());
    }
    return good;
  }

  NewerRecord raw_;
  Module module_;
  Finding finding_;
};

TEST_F(RecordTest, Exact) {
  const httpd_directive rows[] = {Row("AddType"), Row("TypesConfig"), {}};
  raw_.known.directives = rows;
  ASSERT_TRUE(Normalize());
  EXPECT_EQ(module_.name, "mime");
  EXPECT_EQ(module_.record.register_module, Register);
  ASSERT_EQ(module_.directives.size(), 2u);
  EXPECT_STREQ(module_.directives[1].name, "TypesConfig");
  EXPECT_EQ(module_.directives[1].max_args, 3);
}

TEST_F(RecordTest, ShorterIsFilledWithZeros) {
  raw_.known.size = offsetof(httpd_module, register_module);
  ASSERT_TRUE(Normalize());
  EXPECT_EQ(module_.record.register_module, nullptr) << "beyond its size";
  raw_.known.size = offsetof(httpd_module, manifest);
  EXPECT_TRUE(Normalize());
}

TEST_F(RecordTest, LongerWithZeroTail) {
  raw_.known.size = sizeof(NewerRecord);
  raw_.known.abi_minor = HTTPD_ABI_MINOR + 3;
  ASSERT_TRUE(Normalize());
  EXPECT_EQ(module_.record.register_module, Register);
  EXPECT_EQ(module_.record.size, sizeof(httpd_module));
}

TEST_F(RecordTest, LongerWithSetTail) {
  raw_.known.size = sizeof(NewerRecord);
  raw_.added = 1;
  EXPECT_FALSE(Normalize());
  EXPECT_EQ(finding_.code, "HM-50");
  EXPECT_THAT(finding_.found, HasSubstr("at byte"));
  EXPECT_THAT(finding_.fix, HasSubstr("upgrade httpd"));
}

TEST_F(RecordTest, SizesThatCannotBe) {
  for (const uint32_t size : {0u, 4u, 23u, 4097u, 0xffffffffu}) {
    raw_.known.size = size;
    EXPECT_FALSE(Normalize()) << size;
    EXPECT_EQ(finding_.code, "HM-48");
  }
}

TEST_F(RecordTest, WrongMagic) {
  raw_.known.magic = 0x41503234;
  EXPECT_FALSE(Normalize());
  EXPECT_EQ(finding_.code, "HM-48");
}

TEST_F(RecordTest, OtherMajor) {
  raw_.known.abi_major = HTTPD_ABI_MAJOR + 1;
  EXPECT_FALSE(Normalize());
  EXPECT_EQ(finding_.code, "HM-49");
  EXPECT_EQ(finding_.found, "ABI 2.0");
  EXPECT_THAT(finding_.fix, HasSubstr("upgrade httpd"));
  raw_.known.abi_major = 0;
  EXPECT_FALSE(Normalize());
  EXPECT_THAT(finding_.fix, HasSubstr("install a version of the module"));
}

TEST_F(RecordTest, NewerMinorIsWelcome) {
  raw_.known.abi_minor = 99;
  EXPECT_TRUE(Normalize());
}

TEST_F(RecordTest, UnknownFlags) {
  raw_.known.flags = 4;
  EXPECT_FALSE(Normalize());
  EXPECT_EQ(finding_.code, "HM-50");
}

TEST_F(RecordTest, WrongName) {
  EXPECT_FALSE(Normalize("dir"));
  EXPECT_EQ(finding_.code, "HM-51");
  EXPECT_EQ(finding_.found, "\"mime\"");
  EXPECT_EQ(finding_.wanted, "\"dir\"");
  EXPECT_THAT(finding_.fix, HasSubstr("LoadModule mime_module"));
  EXPECT_TRUE(module_.name.empty()) << "unchanged";
  raw_.known.name = nullptr;
  EXPECT_FALSE(Normalize());
  raw_.known.name = "";
  EXPECT_FALSE(Normalize());
  const std::string endless(500, 'x');
  raw_.known.name = endless.c_str();
  EXPECT_FALSE(Normalize());
}

TEST_F(RecordTest, RowsOfNewerHeadersLieFurtherApart) {
  NewerRow rows[3];
  rows[0].known = Row("One");
  rows[1].known = Row("Two");
  rows[0].known.size = rows[1].known.size = sizeof(NewerRow);
  raw_.known.directives = &rows[0].known;
  ASSERT_TRUE(Normalize());
  ASSERT_EQ(module_.directives.size(), 2u);
  EXPECT_STREQ(module_.directives[1].name, "Two");
  rows[1].added = 5;
  EXPECT_FALSE(Normalize());
  EXPECT_EQ(finding_.code, "HM-52");
  EXPECT_THAT(finding_.what, HasSubstr("row 2"));
  EXPECT_THAT(finding_.what, HasSubstr("Two"));
}

TEST_F(RecordTest, RowsOfOlderHeadersLieCloser) {
  constexpr size_t kOld = offsetof(httpd_directive, usage);
  alignas(httpd_directive) char table[3 * kOld] = {};
  for (size_t i = 0; i < 2; ++i) {
    httpd_directive row = Row(i == 0 ? "One" : "Two");
    row.size = kOld;
    memcpy(table + i * kOld, &row, kOld);
  }
  raw_.known.directives = reinterpret_cast<const httpd_directive*>(table);
  ASSERT_TRUE(Normalize());
  ASSERT_EQ(module_.directives.size(), 2u);
  EXPECT_STREQ(module_.directives[1].name, "Two");
  EXPECT_EQ(module_.directives[0].usage, nullptr);
}

TEST_F(RecordTest, EmptyTable) {
  const httpd_directive rows[] = {{}};
  raw_.known.directives = rows;
  EXPECT_TRUE(Normalize());
  EXPECT_TRUE(module_.directives.empty());
}

TEST_F(RecordTest, DamagedRows) {
  httpd_directive rows[] = {Row("One"), Row("Two"), {}};
  raw_.known.directives = rows;
  rows[1].size = 0;
  EXPECT_FALSE(Normalize());
  EXPECT_EQ(finding_.code, "HM-52");
  rows[1].size = sizeof(httpd_directive) + 8;
  EXPECT_FALSE(Normalize());
  EXPECT_THAT(finding_.what, HasSubstr("another size"));
  rows[1] = Row("Two");
  rows[1].handler = nullptr;
  EXPECT_FALSE(Normalize());
  EXPECT_THAT(finding_.what, HasSubstr("has no handler"));
  rows[1] = Row("");
  EXPECT_FALSE(Normalize());
  EXPECT_EQ(finding_.code, "HM-52");
}

TEST_F(RecordTest, ATableWithoutAnEnd) {
  const std::vector<httpd_directive> rows(4096, Row("Again"));
  raw_.known.directives = rows.data();
  EXPECT_FALSE(Normalize());
  EXPECT_EQ(finding_.code, "HM-52");
  EXPECT_THAT(finding_.what, HasSubstr("no end"));
}

}  // namespace
}  // namespace httpd::module
