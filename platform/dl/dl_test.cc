// SPDX-License-Identifier: Apache-2.0
//
// The loader's five functions: real failures of this system's loader, and the recorded texts of
// others.

#include "dl/dl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <ostream>
#include <string>

namespace httpd::dl {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Fixture(const std::string& name) { return std::string(HTTPD_FIXTURES) + "/" + name; }

struct TextCase {
  const char* loader_text;
  ErrorKind kind;
  const char* subject;
  const char* version;
  const char* needed_by;
};

void PrintTo(const TextCase& one, std::ostream* out) { *out << '"' << one.loader_text << '"'; }

class ClassifyTest : public testing::TestWithParam<TextCase> {};

TEST_P(ClassifyTest, Understands) {
  const TextCase& expected = GetParam();
  const Error error = Classify("/m/mod_x.so", expected.loader_text);
  EXPECT_EQ(error.kind, expected.kind) << expected.loader_text;
  EXPECT_EQ(error.subject, expected.subject);
  EXPECT_EQ(error.version, expected.version);
  EXPECT_EQ(error.needed_by, expected.needed_by);
  EXPECT_EQ(error.loader_text, expected.loader_text);
  if (error.kind != ErrorKind::kOther) {
    EXPECT_THAT(Describe(error), Not(HasSubstr(expected.loader_text)));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Glibc, ClassifyTest,
    testing::Values(
        TextCase{"/m/mod_x.so: cannot open shared object file: No such file or directory",
                 ErrorKind::kNotFound, "/m/mod_x.so", "", ""},
        TextCase{"libpq.so.5: cannot open shared object file: No such file or directory",
                 ErrorKind::kNotFound, "libpq.so.5", "", ""},
        TextCase{"/m/mod_x.so: undefined symbol: httpd_time_travel", ErrorKind::kUndefinedSymbol,
                 "httpd_time_travel", "", ""},
        TextCase{"/lib/liby.so.1: undefined symbol: SSL_new, version OPENSSL_3.0.0",
                 ErrorKind::kUndefinedSymbol, "SSL_new", "OPENSSL_3.0.0", "/lib/liby.so.1"},
        TextCase{"/lib/libc.so.6: version `GLIBC_2.99' not found (required by /m/mod_x.so)",
                 ErrorKind::kVersionNotFound, "/lib/libc.so.6", "GLIBC_2.99", ""},
        TextCase{"/m/mod_x.so: invalid ELF header", ErrorKind::kWrongFormat, "/m/mod_x.so", "", ""},
        TextCase{"/m/mod_x.so: wrong ELF class: ELFCLASS32", ErrorKind::kWrongFormat, "/m/mod_x.so",
                 "", ""},
        TextCase{"/m/mod_x.so: file too short", ErrorKind::kWrongFormat, "/m/mod_x.so", "", ""},
        TextCase{"/m/mod_x.so: cannot open shared object file: Permission denied",
                 ErrorKind::kNotPermitted, "/m/mod_x.so", "", ""},
        TextCase{"/m/mod_x.so: failed to map segment from shared object", ErrorKind::kNotPermitted,
                 "/m/mod_x.so", "", ""},
        TextCase{"/m/mod_x.so: cannot allocate memory in static TLS block",
                 ErrorKind::kNoThreadMemory, "/m/mod_x.so", "", ""},
        TextCase{"", ErrorKind::kOther, "/m/mod_x.so", "", ""}));

INSTANTIATE_TEST_SUITE_P(
    Others, ClassifyTest,
    testing::Values(
        TextCase{"Error loading shared library libpq.so.5: No such file or directory (needed by "
                 "/m/mod_x.so)",
                 ErrorKind::kNotFound, "libpq.so.5", "", ""},
        TextCase{"Error relocating /m/mod_x.so: httpd_time_travel: symbol not found",
                 ErrorKind::kUndefinedSymbol, "httpd_time_travel", "", ""},
        TextCase{"Error loading shared library /m/mod_x.so: Exec format error",
                 ErrorKind::kWrongFormat, "/m/mod_x.so", "", ""},
        TextCase{"Shared object \"libpq.so.5\" not found, required by \"mod_x.so\"",
                 ErrorKind::kNotFound, "libpq.so.5", "", "mod_x.so"},
        TextCase{"/m/mod_x.so: Undefined symbol \"gone@V_1\"", ErrorKind::kUndefinedSymbol, "gone",
                 "V_1", ""},
        TextCase{"ld.so.1: httpd: fatal: relocation error: file /m/mod_x.so: symbol gone: "
                 "referenced symbol not found",
                 ErrorKind::kUndefinedSymbol, "gone", "", ""}));

TEST(DlTest, OpensFindsAndCloses) {
  Error error;
  void* handle = Open(Fixture("libversioned.so"), Purpose::kLibrary, &error);
  ASSERT_NE(handle, nullptr) << Describe(error);
  EXPECT_NE(Symbol(handle, "answer", &error), nullptr);
  EXPECT_EQ(Symbol(handle, "question", &error), nullptr);
  EXPECT_EQ(error.kind, ErrorKind::kUndefinedSymbol);
  EXPECT_EQ(error.subject, "question");
  EXPECT_EQ(error.file, Fixture("libversioned.so"));
  EXPECT_TRUE(Close(handle, &error)) << Describe(error);
}

TEST(DlTest, NamesTheUndefinedSymbol) {
  Error error;
  EXPECT_EQ(Open(Fixture("mod_future.so"), Purpose::kModule, &error), nullptr);
  EXPECT_EQ(error.kind, ErrorKind::kUndefinedSymbol) << error.loader_text;
  EXPECT_EQ(error.subject, "httpd_time_travel");
  EXPECT_EQ(Describe(error), Fixture("mod_future.so") +
                                 " uses httpd_time_travel, which nothing that is loaded provides");
}

TEST(DlTest, NamesWhatIsNoLibrary) {
  Error error;
  EXPECT_EQ(Open(Fixture("no_such.so"), Purpose::kModule, &error), nullptr);
  EXPECT_EQ(error.kind, ErrorKind::kNotFound) << error.loader_text;
  EXPECT_EQ(Describe(error), "there is no file " + Fixture("no_such.so"));
  for (const char* name : {"empty", "text", "garbage", "plain.o", "plain.a"}) {
    EXPECT_EQ(Open(Fixture(name), Purpose::kModule, &error), nullptr);
    EXPECT_EQ(error.kind, ErrorKind::kWrongFormat) << error.loader_text;
  }
  EXPECT_EQ(Open("", Purpose::kModule, &error), nullptr);
  EXPECT_EQ(error.kind, ErrorKind::kNotFound);
}

// In a child: the flag is for the whole process and cannot be taken back.
TEST(DlDeathTest, NothingIsClosedInAProcessThatServes) {
  const auto run = [] {
    Error error;
    void* handle = Open(Fixture("libversioned.so"), Purpose::kLibrary, &error);
    MarkServing();
    const bool closed = Close(handle, &error);
    const bool refused = !closed && error.kind == ErrorKind::kInUse;
    _exit(refused && Symbol(handle, "answer", &error) != nullptr ? 0 : 1);
  };
  EXPECT_EXIT(run(), testing::ExitedWithCode(0), "refused to unload .*libversioned.so");
  EXPECT_FALSE(IsServing());
}

}  // namespace
}  // namespace httpd::dl
