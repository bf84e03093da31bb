// SPDX-License-Identifier: Apache-2.0
//
// The inspector, through its C interface, on objects that the build has just made.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "object/inspected.h"

namespace httpd::object {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(InspectTest, ReportsItsVersionAndHost) {
  EXPECT_EQ(httpd_inspect_version(), static_cast<uint32_t>(HTTPD_INSPECT_VERSION));
  EXPECT_FALSE(Text(httpd_inspect_product()).empty());
  EXPECT_THAT(Text(httpd_inspect_host()), HasSubstr("-bit "));
}

TEST(InspectTest, ReadsAModule) {
  Inspected module(Fixture("mod_hello.so"));
  ASSERT_EQ(module.code, HTTPD_INSPECT_OK) << module.error();
  EXPECT_EQ(module.facts.kind, static_cast<uint32_t>(HTTPD_INSPECT_SHARED));
  EXPECT_EQ(module.facts.format, static_cast<uint32_t>(HTTPD_INSPECT_FORMAT_ELF));
  EXPECT_EQ(module.facts.state, static_cast<uint32_t>(HTTPD_INSPECT_WHOLE));
  EXPECT_EQ(Text(module.facts.target), Text(httpd_inspect_host()));
  EXPECT_EQ(Text(module.facts.build_id).size(), 40u);
  EXPECT_TRUE(module.Has(HTTPD_INSPECT_HAS_MANIFEST));
  EXPECT_TRUE(module.Has(HTTPD_INSPECT_DEEP));
  EXPECT_FALSE(module.Has(HTTPD_INSPECT_EXEC_STACK));
  const std::string manifest = Text(module.facts.manifest);
  EXPECT_THAT(manifest, HasSubstr(std::string("name=hello\0abi=1.0\0", 19)));
  EXPECT_THAT(module.exports, ElementsAre("hello_module"));
  EXPECT_THAT(module.imports, Contains("httpd_module_name"));
}

TEST(InspectTest, ListsSymbolsNeededLibrariesAndSoname) {
  Inspected library(Fixture("libplain.so"));
  EXPECT_EQ(Text(library.facts.soname), "libplain.so.1");
  EXPECT_THAT(library.exports, Contains("plain_function"));
  EXPECT_THAT(library.exports, Contains("plain_data"));
  EXPECT_THAT(library.exports, Contains("plain_thread_local"));
  EXPECT_THAT(library.exports, Not(Contains("hidden_data")));
  EXPECT_THAT(library.imports, Contains("undefined_elsewhere"));
  EXPECT_FALSE(library.Has(HTTPD_INSPECT_HAS_MANIFEST));
  Inspected linked(Fixture("mod_linked.so"));
  EXPECT_THAT(linked.needed, Contains("libhttpd.so"));
}

TEST(InspectTest, KnowsSymbolVersions) {
  Inspected library(Fixture("libversioned.so"));
  EXPECT_THAT(library.exports, Contains("answer@ANSWER_1"));
  EXPECT_THAT(library.exports, Contains("answer@ANSWER_2"));
  bool versioned_import = false;
  for (const std::string& name : Inspected("/proc/self/exe").imports) {
    if (name.find("@GLIBC") != std::string::npos) versioned_import = true;
  }
#if defined(__GLIBC__)
  EXPECT_TRUE(versioned_import);
#endif
}

struct Versions {
  std::vector<std::string> lines;
  static int32_t Add(void* user, const httpd_inspect_version_entry* entry) {
    std::string line = Text(entry->library) + ":" + Text(entry->version);
    if (entry->base != 0) line += " base";
    static_cast<Versions*>(user)->lines.push_back(line + (entry->weak != 0 ? " weak" : ""));
    return 0;
  }
};

TEST(InspectTest, ListsVersionsDefinedAndNeeded) {
  const std::string path = Fixture("libversioned.so");
  httpd_inspect_object* object = nullptr;
  ASSERT_EQ(httpd_inspect_open_path(path.c_str(), nullptr, &object, nullptr), HTTPD_INSPECT_OK);
  Versions defined, needed;
  EXPECT_EQ(httpd_inspect_defined_versions(object, Versions::Add, &defined, nullptr), 0);
  EXPECT_THAT(defined.lines, ElementsAre(":libversioned.so base", ":ANSWER_1", ":ANSWER_2"));
  httpd_inspect_close(object);
#if defined(__GLIBC__)
  ASSERT_EQ(httpd_inspect_open_path("/proc/self/exe", nullptr, &object, nullptr), 0);
  EXPECT_EQ(httpd_inspect_needed_versions(object, Versions::Add, &needed, nullptr), 0);
  EXPECT_THAT(needed.lines, Contains(testing::StartsWith("libc.so.6:GLIBC_2.")));
  // The same library is named by the symbols of that version.
  std::vector<std::string> libraries;
  const auto each = [](void* user, const httpd_inspect_symbol* symbol) {
    if (Text(symbol->version).starts_with("GLIBC_")) {
      static_cast<std::vector<std::string>*>(user)->push_back(Text(symbol->library));
    }
    return int32_t{0};
  };
  EXPECT_EQ(httpd_inspect_imports(object, each, &libraries, nullptr), 0);
  EXPECT_THAT(libraries, Contains("libc.so.6"));
  httpd_inspect_close(object);
#endif
}

TEST(InspectTest, TellsRpathFromRunpathAndNamesTheOsAbi) {
  Inspected rpath(Fixture("librpath.so")), runpath(Fixture("librunpath.so"));
  EXPECT_EQ(Text(rpath.facts.run_path), "/opt/lib:$ORIGIN");
  EXPECT_TRUE(rpath.Has(HTTPD_INSPECT_RPATH));
  EXPECT_EQ(Text(runpath.facts.run_path), "/opt/lib:$ORIGIN");
  EXPECT_FALSE(runpath.Has(HTTPD_INSPECT_RPATH));
  EXPECT_EQ(Text(runpath.facts.os_abi_name), "System V");
  EXPECT_EQ(runpath.facts.slice_count, 0u);
}

TEST(InspectTest, SeesHardeningAndWhatKeepsALibraryLoaded) {
  Inspected hard(Fixture("libhard.so")), soft(Fixture("libsoft.so"));
  for (uint32_t flag : {HTTPD_INSPECT_BIND_NOW, HTTPD_INSPECT_RELRO, HTTPD_INSPECT_NODELETE,
                        HTTPD_INSPECT_INIT_FIRST, HTTPD_INSPECT_NO_OPEN}) {
    EXPECT_TRUE(hard.Has(flag)) << flag;
    EXPECT_FALSE(soft.Has(flag)) << flag;
  }
  for (uint32_t flag : {HTTPD_INSPECT_EXEC_STACK, HTTPD_INSPECT_STATIC_TLS,
                        HTTPD_INSPECT_TEXT_RELOCATIONS, HTTPD_INSPECT_GNU_UNIQUE}) {
    EXPECT_TRUE(soft.Has(flag)) << flag;
    EXPECT_FALSE(hard.Has(flag)) << flag;
  }
  EXPECT_TRUE(hard.Has(HTTPD_INSPECT_ANY_ADDRESS));
}

struct KindCase {
  const char* file;
  uint32_t kind;
  const char* name;
  const char* target;
};

void PrintTo(const KindCase& one, std::ostream* out) { *out << one.file; }

class KindTest : public testing::TestWithParam<KindCase> {};

TEST_P(KindTest, IsNamed) {
  const KindCase& expected = GetParam();
  if (!Exists(Fixture(expected.file))) {
    GTEST_SKIP() << expected.file << " was not built: clang, lld or yaml2obj is missing";
  }
  Inspected file(Fixture(expected.file));
  ASSERT_EQ(file.code, HTTPD_INSPECT_OK) << file.error();
  EXPECT_EQ(file.facts.state, static_cast<uint32_t>(HTTPD_INSPECT_WHOLE))
      << Text(file.facts.reason);
  EXPECT_EQ(file.facts.kind, expected.kind) << Text(file.facts.kind_name);
  EXPECT_EQ(Text(file.facts.kind_name), expected.name);
  if (expected.target != nullptr) {
    EXPECT_EQ(Text(file.facts.target), expected.target);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Files, KindTest,
    testing::Values(KindCase{"empty", HTTPD_INSPECT_EMPTY, "empty file", ""},
                    KindCase{"script", HTTPD_INSPECT_SCRIPT, "script", ""},
                    KindCase{"text", HTTPD_INSPECT_TEXT, "text file", ""},
                    KindCase{"garbage", HTTPD_INSPECT_DATA, "data of no known object format", ""},
                    KindCase{"plain.a", HTTPD_INSPECT_ARCHIVE, "archive", ""},
                    KindCase{"plain.o", HTTPD_INSPECT_RELOCATABLE, "ELF object file (.o)", nullptr},
                    KindCase{"program.exe", HTTPD_INSPECT_EXECUTABLE,
                             "ELF executable (position-independent)", nullptr},
                    KindCase{"mod_hello.aarch64.so", HTTPD_INSPECT_SHARED, "ELF shared object",
                             "AArch64 64-bit little-endian"},
                    KindCase{"mod_hello.mips.so", HTTPD_INSPECT_SHARED, "ELF shared object",
                             "MIPS 32-bit big-endian"},
                    KindCase{"s390x.o", HTTPD_INSPECT_RELOCATABLE, "ELF object file (.o)",
                             "s390x 64-bit big-endian"},
                    KindCase{"s390x.so", HTTPD_INSPECT_SHARED, "ELF shared object",
                             "s390x 64-bit big-endian"},
                    KindCase{"linked.macho.arm64.o", HTTPD_INSPECT_RELOCATABLE,
                             "Mach-O object file (.o)", "AArch64 64-bit little-endian"},
                    KindCase{"linked.x64.obj", HTTPD_INSPECT_RELOCATABLE, "COFF object file (.obj)",
                             "x86-64 64-bit little-endian"},
                    KindCase{"linked.x64.dll", HTTPD_INSPECT_SHARED, "Windows DLL",
                             "x86-64 64-bit little-endian"},
                    KindCase{"xcoff64.so", HTTPD_INSPECT_SHARED, "XCOFF shared object",
                             "PowerPC 64-bit big-endian"}));

TEST(InspectTest, ReadsForeignByteOrderAndClass) {
  for (const char* name : {"mod_hello.aarch64.so", "mod_hello.mips.so"}) {
    if (!Exists(Fixture(name))) GTEST_SKIP() << name << " was not built: clang or lld is missing";
    Inspected module(Fixture(name));
    EXPECT_THAT(module.exports, Contains("hello_module")) << name;
    EXPECT_THAT(module.imports, Contains("httpd_module_name")) << name;
    EXPECT_THAT(Text(module.facts.manifest), HasSubstr("version=1.2.0")) << name;
  }
}

TEST(InspectTest, StructsOfAnotherSizeAreRespected) {
  httpd_inspect_object* object = nullptr;
  const std::string path = Fixture("mod_hello.so");
  ASSERT_EQ(httpd_inspect_open_path(path.c_str(), nullptr, &object, nullptr), HTTPD_INSPECT_OK);
  struct {
    httpd_inspect_facts facts;
    uint64_t behind;
  } room;
  memset(&room, 0x5a, sizeof(room));
  room.facts.size = 2 * sizeof(uint32_t);  // an old caller: knows `kind` only
  EXPECT_EQ(httpd_inspect_get_facts(object, &room.facts), HTTPD_INSPECT_OK);
  EXPECT_EQ(room.facts.kind, static_cast<uint32_t>(HTTPD_INSPECT_SHARED));
  EXPECT_EQ(room.facts.format, 0x5a5a5a5au);
  room.facts.size = sizeof(room);  // a newer one
  EXPECT_EQ(httpd_inspect_get_facts(object, &room.facts), HTTPD_INSPECT_OK);
  EXPECT_EQ(room.behind, 0x5a5a5a5a5a5a5a5aull);
  httpd_inspect_close(object);
}

TEST(InspectTest, ListsOfShallowFilesAreAnErrorNotEmpty) {
  httpd_inspect_object* object = nullptr;
  const std::string path = Fixture("plain.o");
  ASSERT_EQ(httpd_inspect_open_path(path.c_str(), nullptr, &object, nullptr), HTTPD_INSPECT_OK);
  httpd_inspect_error error = {};
  error.size = sizeof(error);
  const auto each = [](void*, const httpd_inspect_symbol*) { return int32_t{0}; };
  EXPECT_EQ(httpd_inspect_exports(object, each, nullptr, &error), HTTPD_INSPECT_E_LIST);
  EXPECT_THAT(error.text, HasSubstr("no dynamic symbols"));
  httpd_inspect_close(object);
}

}  // namespace
}  // namespace httpd::object
