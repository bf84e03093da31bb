// SPDX-License-Identifier: Apache-2.0
// Versions as the modules of many projects write them.
#include "module/version.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace httpd::module {
namespace {

TEST(CompareVersions, EachIsOlderThanTheNext) {
  const std::vector<std::string> versions = {"0.9",
                                             "1-rc1",
                                             "1",
                                             "1.0.1",
                                             "1.2-alpha",
                                             "1.2-rc1",
                                             "1.2-rc2",
                                             "1.2",
                                             "1.2a",
                                             "1.2b",
                                             "1.2.1~2",
                                             "1.2.1",
                                             "1.9",
                                             "1.10",
                                             "1.10.0.1",
                                             "2.0alpha1",
                                             "2.0beta1",
                                             "2.0rc1",
                                             "2.0",
                                             "2.0.10",
                                             "3",
                                             "20240101",
                                             "99999999999999999999",
                                             "100000000000000000000"};
  for (size_t i = 0; i < versions.size(); ++i) {
    for (size_t j = 0; j < versions.size(); ++j) {
      const int expected = i < j ? -1 : i > j ? 1 : 0;
      EXPECT_EQ(CompareVersions(versions[i], versions[j]), expected)
          << versions[i] << " and " << versions[j];
    }
  }
}

TEST(CompareVersions, TheseAreTheSame) {
  for (const auto& [a, b] :
       std::vector<std::pair<std::string, std::string>>{{"1.2", "1.2.0"},
                                                        {"1", "1.0.0"},
                                                        {"1.02", "1.2"},
                                                        {"1.2+build7", "1.2"},
                                                        {"1.2.0-rc1", "1.2-rc1"},
                                                        {"1.0a", "1.0.0a"},
                                                        {"", "0"}}) {
    EXPECT_EQ(CompareVersions(a, b), 0) << a << " and " << b;
    EXPECT_EQ(CompareVersions(b, a), 0) << a << " and " << b;
  }
}

}  // namespace
}  // namespace httpd::module
