// SPDX-License-Identifier: Apache-2.0
//
// The order in which libraries are searched, on made-up run paths and a made-up cache, and the real
// cache of this system against the loader itself.

#include "dl/library_search.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

namespace httpd::dl {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LibrarySearchTest : public testing::Test {
 protected:
  ~LibrarySearchTest() override { unlink(cache_.c_str()); }

  std::vector<std::string> Tried(std::string_view name, const RunPathChain& chain) const {
    std::vector<std::string> tried;
    const LibrarySearch search({"/env"}, cache_, {"/default"});
    search.Find(name, chain, [&tried](const Candidate& candidate) {
      tried.push_back(candidate.path + (candidate.by_origin ? " (origin)" : ""));
      return false;
    });
    return tried;
  }

  void WriteCache(const std::vector<std::pair<std::string, std::string>>& entries,
                  uint64_t hwcap = 0) {
    std::string table, strings;
    const size_t base = 48 + entries.size() * 24;
    for (const auto& [name, path] : entries) {
      uint32_t fields[4] = {Flags(), static_cast<uint32_t>(base + strings.size()), 0, 0};
      strings += name + '\0';
      fields[2] = static_cast<uint32_t>(base + strings.size());
      strings += path + '\0';
      table.append(reinterpret_cast<const char*>(fields), sizeof(fields));
      table.append(reinterpret_cast<const char*>(&hwcap), sizeof(hwcap));
    }
    std::string header = "glibc-ld.so.cache1.1";
    const uint32_t counts[7] = {static_cast<uint32_t>(entries.size()),
                                static_cast<uint32_t>(strings.size())};
    header.append(reinterpret_cast<const char*>(counts), sizeof(counts));
    bytes_ = header + table + strings;
    std::ofstream(cache_, std::ios::binary) << bytes_;
  }
  static uint32_t Flags() {
#if defined(__x86_64__)
    return 0x0303;
#elif defined(__aarch64__)
    return 0x0a03;
#else
    return 0x0003;
#endif
  }

  std::string cache_ = "/tmp/httpd_cache_test." + std::to_string(getpid());
  std::string bytes_;
};

TEST_F(LibrarySearchTest, RunPathComesBehindTheVariable) {
  const RunPath own{"/opt/m", "/run:$ORIGIN/lib", false, true};
  const RunPath program{"/opt/bin", "/program", true, false};
  EXPECT_THAT(Tried("libx.so", {&own, &program}),
              ElementsAre("/env/libx.so", "/run/libx.so", "/opt/m/lib/libx.so (origin)",
                          "/default/libx.so"));
}

TEST_F(LibrarySearchTest, RPathComesFirstAndIsInherited) {
  const RunPath library{"/opt/l", "", false, false};
  const RunPath module{"/opt/m", "${ORIGIN}:/rpath", true, true};
  EXPECT_THAT(
      Tried("libx.so", {&library, &module}),
      ElementsAre("/opt/m/libx.so (origin)", "/rpath/libx.so", "/env/libx.so", "/default/libx.so"));
}

TEST_F(LibrarySearchTest, APathIsTheOnlyCandidate) {
  const RunPath own{"/opt/m", "/run", false, true};
  EXPECT_THAT(Tried("/abs/libx.so", {&own}), ElementsAre("/abs/libx.so"));
}

TEST_F(LibrarySearchTest, TheCacheComesBeforeTheDefaults) {
  WriteCache({{"libx.so", "/cached/libx.so"}, {"liby.so", "/cached/liby.so"}});
  EXPECT_THAT(Tried("libx.so", {}),
              ElementsAre("/env/libx.so", "/cached/libx.so", "/default/libx.so"));
  WriteCache({{"libx.so", "/special/libx.so"}}, uint64_t{1} << 62);
  EXPECT_THAT(Tried("libx.so", {}), ElementsAre("/env/libx.so", "/default/libx.so"));
}

TEST_F(LibrarySearchTest, ADamagedCacheIsNone) {
  WriteCache({{"libx.so", "/cached/libx.so"}});
  for (size_t length = 0; length < bytes_.size(); ++length) {
    std::ofstream(cache_, std::ios::binary | std::ios::trunc) << bytes_.substr(0, length);
    const LoaderCache cache(cache_);
    cache.Find("libx.so", [](std::string_view path) {
      ADD_FAILURE() << path;
      return true;
    });
  }
}

TEST_F(LibrarySearchTest, TokensAndEntries) {
  EXPECT_EQ(ExpandEntry("$ORIGINAL/a", "/o").text, "$ORIGINAL/a");
  EXPECT_TRUE(ExpandEntry("${ORIGIN}/../lib", "/o").origin);
  EXPECT_THAT(SplitRunPath("a::b:"), ElementsAre("a", "", "b", ""));
  EXPECT_THAT(SplitRunPath(""), IsEmpty());
}

#if defined(__GLIBC__)
TEST_F(LibrarySearchTest, FindsWhatTheLoaderFinds) {
  void* libc = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);
  ASSERT_NE(libc, nullptr);
  Dl_info facts;
  ASSERT_NE(dladdr(dlsym(libc, "fopen"), &facts), 0);
  std::string found;
  LibrarySearch({}).Find("libc.so.6", {}, [&found](const Candidate& candidate) {
    found = candidate.path;
    return access(found.c_str(), R_OK) == 0;
  });
  char* expected = realpath(facts.dli_fname, nullptr);
  char* actual = realpath(found.c_str(), nullptr);
  EXPECT_STREQ(actual, expected);
  free(expected);
  free(actual);
}
#endif

}  // namespace
}  // namespace httpd::dl
