// SPDX-License-Identifier: Apache-2.0
//
// Everything that the inspector says of one object of each format, width and byte order, compared
// with a text beside the fixture's source: fixtures/expected/NAME.txt. After a wanted change:
//   HTTPD_WRITE_EXPECTED=1 inspect_test --gtest_filter='*FormatTest*'

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "object/inspected.h"

namespace httpd::object {
namespace {

class FormatTest : public testing::TestWithParam<const char*> {};

TEST_P(FormatTest, SaysWhatIsExpected) {
  const std::string name = GetParam();
  if (!Exists(Fixture(name))) {
    GTEST_SKIP() << name << " was not built: clang, lld, llc or yaml2obj is missing";
  }
  Inspected file(Fixture(name));
  ASSERT_EQ(file.code, HTTPD_INSPECT_OK) << file.error();
  EXPECT_EQ(file.facts.state, static_cast<uint32_t>(HTTPD_INSPECT_WHOLE));
  const std::string path = std::string(HTTPD_EXPECTED) + "/" + name + ".txt";
  if (getenv("HTTPD_WRITE_EXPECTED") != nullptr) std::ofstream(path) << file.Render();
  EXPECT_EQ(file.Render(), Contents(path)) << path;
}

INSTANTIATE_TEST_SUITE_P(Elf, FormatTest,
                         testing::Values("mod_hello.aarch64.so", "mod_hello.mips.so",
                                         "mod_hello.i386.so", "mod_hello.s390x.so",
                                         "libversioned.aarch64.so", "libversioned.mips.so",
                                         "libversioned.i386.so", "libversioned.s390x.so",
                                         "needs_version.aarch64.so", "needs_version.mips.so",
                                         "needs_version.i386.so", "needs_version.s390x.so"));
INSTANTIATE_TEST_SUITE_P(Macho, FormatTest,
                         testing::Values("linked.arm64.bundle", "linked.arm64_32.bundle",
                                         "linked.x86_64.bundle", "linked.fixups.bundle",
                                         "universal.bundle", "libdepends.arm64.dylib",
                                         "libdepends.arm64_32.dylib", "libdepends.fixups.dylib",
                                         "ppc.bundle", "ppc64.bundle", "linked.macho.arm64.o",
                                         "linked.macho.arm64_32.o"));
INSTANTIATE_TEST_SUITE_P(Coff, FormatTest,
                         testing::Values("linked.x64.dll", "linked.x86.dll", "linked.arm64.dll",
                                         "delayed.x64.dll", "delayed.x86.dll", "depends.x64.dll",
                                         "depends.x86.dll", "linked.x64.obj", "linked.x86.obj"));
INSTANTIATE_TEST_SUITE_P(Xcoff, FormatTest,
                         testing::Values("xcoff32.so", "xcoff64.so", "linked.xcoff32.o",
                                         "linked.xcoff64.o"));

TEST(UniversalTest, TakesTheSliceForThisMachineAndNamesAll) {
  const std::string path = Fixture("universal.bundle");
  if (!Exists(path)) GTEST_SKIP() << "llvm-lipo or ld64.lld is missing";
  Inspected file(path);
  EXPECT_EQ(file.facts.slice_count, 2u);
#if defined(__x86_64__)
  Inspected slice(Fixture("linked.x86_64.bundle"));
#else
  Inspected slice(Fixture("linked.arm64.bundle"));
#endif
  EXPECT_EQ(Text(file.facts.build_id), Text(slice.facts.build_id));
  EXPECT_EQ(file.imports, slice.imports);
  EXPECT_GT(file.facts.file_size, slice.facts.file_size);
}

TEST(UniversalTest, JavaClassesAreNotUniversalBinaries) {
  const char java[] = "\xca\xfe\xba\xbe\0\0\0\x34\0\x1d\x0a\0\x06\0\x0f";
  Inspected file(java, sizeof(java));
  EXPECT_EQ(file.facts.kind, static_cast<uint32_t>(HTTPD_INSPECT_DATA));
}

TEST(CoffTest, ReadsTheCharacteristicsThatHarden) {
  if (!Exists(Fixture("linked.x64.dll"))) GTEST_SKIP() << "lld-link is missing";
  std::string bytes = Contents(Fixture("linked.x64.dll"));
  EXPECT_FALSE(Inspected(bytes.data(), bytes.size()).Has(HTTPD_INSPECT_CONTROL_FLOW_GUARD));
  // DllCharacteristics: the COFF header, then 70 bytes into the optional one.
  const size_t header = static_cast<unsigned char>(bytes[0x3c]);
  bytes[header + 24 + 71] = static_cast<char>(bytes[header + 24 + 71] | 0x40);
  EXPECT_TRUE(Inspected(bytes.data(), bytes.size()).Has(HTTPD_INSPECT_CONTROL_FLOW_GUARD));
}

}  // namespace
}  // namespace httpd::object
