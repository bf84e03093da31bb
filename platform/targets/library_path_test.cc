// SPDX-License-Identifier: Apache-2.0
// The bootstrap's composing of the library path variable, for every platform, without running
// there.

#include "platform/targets/library_path.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "platform/targets/sources.h"

namespace httpd::targets {
namespace {

// The separator to write comes from sources.txt, not from the table.
char SeparatorOf(const httpd_target& target) {
  return Sources().at(target.name).at("separators").value[0];
}

std::optional<std::string> Compose(const httpd_target& target, const std::string& libexec,
                                   const char* first, const char* second = nullptr,
                                   size_t size = 4096) {
  const char* const users[2] = {first, second};
  std::string out(size, '#');
  if (!ComposeLibraryPath(target, libexec.c_str(), users, out.data(), size)) return std::nullopt;
  return std::string(out.c_str());
}

std::string Join(const std::vector<std::string>& parts, char separator) {
  std::string joined;
  for (const std::string& part : parts) {
    if (!joined.empty()) joined += separator;
    joined += part;
  }
  return joined;
}

bool HasVariable(const httpd_target& target) { return *target.paths[0] != '\0'; }

// What a test needs of one row.
struct Row {
  const httpd_target& target;
  const char separator;
  // A folder as that platform writes it: with a drive letter where ":" does not separate.
  const std::string libexec;
};

// Calls `check` for every row that has a variable; the others must compose nothing.
template <typename Check>
void ForEachRow(Check check) {
  size_t checked = 0;
  for (const httpd_target& target : kTargets) {
    SCOPED_TRACE(target.name);
    if (!HasVariable(target)) {
      EXPECT_EQ(Compose(target, "/opt/web/libexec", "/a"), std::nullopt);
      continue;
    }
    const char separator = SeparatorOf(target);
    check(Row{target, separator, separator == ';' ? "C:\\web\\libexec" : "/opt/web/libexec"});
    ++checked;
  }
  EXPECT_EQ(checked, kTargetCount - 2) << "all but NetWare and Ultrix have a variable";
}

TEST(LibraryPathTest, IsLibexecAloneWhenTheUserHasNothing) {
  ForEachRow([](const Row& row) {
    EXPECT_EQ(Compose(row.target, row.libexec, nullptr), row.libexec);
    EXPECT_EQ(Compose(row.target, row.libexec, ""), row.libexec);
  });
}

TEST(LibraryPathTest, PutsLibexecBeforeWhatTheUserHas) {
  ForEachRow([](const Row& row) {
    const std::string user = Join({"/a", "/b c", "/d"}, row.separator);
    EXPECT_EQ(Compose(row.target, row.libexec, user.c_str()),
              Join({row.libexec, "/a", "/b c", "/d"}, row.separator));
  });
}

TEST(LibraryPathTest, LeavesEmptyElementsOut) {
  ForEachRow([](const Row& row) {
    const std::string s(1, row.separator);
    const std::string user = s + "/a" + s + s + "/b" + s;
    EXPECT_EQ(Compose(row.target, row.libexec, user.c_str()),
              Join({row.libexec, "/a", "/b"}, row.separator));
    EXPECT_EQ(Compose(row.target, row.libexec, (s + s).c_str()), row.libexec);
  });
}

TEST(LibraryPathTest, UnderstandsEverySeparatorAndNoOther) {
  ForEachRow([](const Row& row) {
    const std::string known = Sources().at(row.target.name).at("separators").value;
    for (const char c : {':', ';', '\n'}) {
      const std::string user = std::string("/a") + c + "/b";
      const bool separates = known.find(c) != std::string::npos;
      EXPECT_EQ(Compose(row.target, row.libexec, user.c_str()),
                separates ? Join({row.libexec, "/a", "/b"}, row.separator)
                          : Join({row.libexec, user}, row.separator))
          << "character " << static_cast<int>(c);
    }
  });
}

TEST(LibraryPathTest, TakesTheSecondVariableOverOnlyWhenTheFirstIsNotSet) {
  ForEachRow([](const Row& row) {
    const std::string second = Join({"/x", "/y"}, row.separator);
    // Were it not taken over, setting the first variable would hide it from the loader.
    EXPECT_EQ(Compose(row.target, row.libexec, nullptr, second.c_str()),
              Join({row.libexec, "/x", "/y"}, row.separator));
    EXPECT_EQ(Compose(row.target, row.libexec, "/a", second.c_str()),
              Join({row.libexec, "/a"}, row.separator));
    EXPECT_EQ(Compose(row.target, row.libexec, "", second.c_str()), row.libexec)
        << "set, and empty";
  });
}

TEST(LibraryPathTest, NeverWritesBehindTheEnd) {
  ForEachRow([](const Row& row) {
    const std::string user = Join({"/a", "/b"}, row.separator);
    const std::string whole = Join({row.libexec, "/a", "/b"}, row.separator);
    for (size_t size = 0; size <= whole.size() + 1; ++size) {
      const auto composed = Compose(row.target, row.libexec, user.c_str(), nullptr, size);
      if (size <= whole.size()) {
        EXPECT_EQ(composed, std::nullopt) << size;
      } else {
        EXPECT_EQ(composed, whole);
      }
    }
  });
}

// What people look for first, spelled out.
TEST(LibraryPathExamplesTest, AreWhatThePlatformsWant) {
  const auto path = [](const char* name, const char* first, const char* second) {
    return std::string(Find(name)->paths[0]) + "=" +
           Compose(*Find(name), "/w/libexec", first, second).value_or("?");
  };
  EXPECT_EQ(path("linux-glibc", ":/a::;/b:", nullptr), "LD_LIBRARY_PATH=/w/libexec:/a:/b");
  EXPECT_EQ(path("irix-n32", nullptr, "/o"), "LD_LIBRARYN32_PATH=/w/libexec:/o");
  EXPECT_EQ(path("solaris-64", "/s", "/generic"), "LD_LIBRARY_PATH_64=/w/libexec:/s");
  EXPECT_EQ(path("hpux10", "/h", nullptr), "SHLIB_PATH=/w/libexec:/h");
  EXPECT_EQ(path("aix", "/usr/lib:/lib", nullptr), "LIBPATH=/w/libexec:/usr/lib:/lib");
  EXPECT_EQ(path("macos", nullptr, nullptr), "DYLD_LIBRARY_PATH=/w/libexec");
  EXPECT_EQ(path("windows", "C:\\a;D:\\b", nullptr), "PATH=/w/libexec;C:\\a;D:\\b");
  EXPECT_EQ(path("os2", "C:\\a;", nullptr), "BEGINLIBPATH=/w/libexec;C:\\a");
}

}  // namespace
}  // namespace httpd::targets
