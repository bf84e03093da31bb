// SPDX-License-Identifier: Apache-2.0
// Close spellings.
#include "config/spelling.h"

#include <gtest/gtest.h>

namespace httpd::config {
namespace {

TEST(SpellingTest, Distance) {
  EXPECT_EQ(EditDistance("abc", "abc", 3), 0);
  EXPECT_EQ(EditDistance("ABC", "abc", 3), 0);
  EXPECT_EQ(EditDistance("", "abc", 3), 3);
  EXPECT_EQ(EditDistance("abcd", "abdc", 3), 1);
  EXPECT_EQ(EditDistance("kitten", "sitting", 9), 3);
  EXPECT_EQ(EditDistance("kitten", "sitting", 1), 2);
  EXPECT_EQ(EditDistance("DirectryIndex", "DirectoryIndex", 4), 1);
}

TEST(SpellingTest, ClosestFirst) {
  const std::vector<std::string_view> known = {"ServerName", "ServerAlias", "ServerAdmin", "Listen",
                                               "DirectoryIndex"};
  EXPECT_EQ(CloseSpellings("SeverName", known), (std::vector<std::string>{"ServerName"}));
  EXPECT_EQ(CloseSpellings("Lisetn", known), (std::vector<std::string>{"Listen"}));
  EXPECT_TRUE(CloseSpellings("Rewrite", known).empty());
  EXPECT_TRUE(CloseSpellings(std::string(1000, 'x'), known).empty());
  EXPECT_TRUE(CloseSpellings("", known).empty());
}

}  // namespace
}  // namespace httpd::config
