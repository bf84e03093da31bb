// SPDX-License-Identifier: Apache-2.0
//
// Field names to ids and back, in every spelling.
#include "http/known_field.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace httpd::http {
namespace {

TEST(KnownField, RoundTripInAnyCase) {
  for (size_t i = 1; i < kKnownFieldCount; ++i) {
    const auto id = static_cast<KnownField>(i);
    std::string name(FieldName(id));
    ASSERT_FALSE(name.empty());
    EXPECT_EQ(LookupField(name), id) << name;
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return std::toupper(c); });
    EXPECT_EQ(LookupField(name), id) << name;
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    EXPECT_EQ(LookupField(name), id) << name;
  }
}

// Every single-byte change of every name that is not a change of case is another name.
TEST(KnownField, NearMisses) {
  for (size_t i = 1; i < kKnownFieldCount; ++i) {
    const auto id = static_cast<KnownField>(i);
    const std::string name(FieldName(id));
    for (size_t at = 0; at < name.size(); ++at) {
      for (int c = 0; c < 256; ++c) {
        std::string other = name;
        other[at] = static_cast<char>(c);
        const bool same = std::tolower(c) == std::tolower(static_cast<unsigned char>(name[at]));
        if (same && c < 128) {
          ASSERT_EQ(LookupField(other), id) << other;
        } else {
          ASSERT_NE(LookupField(other), id) << other;
        }
      }
    }
    EXPECT_NE(LookupField(name + "s"), id);
    EXPECT_NE(LookupField(name.substr(1)), id);
    EXPECT_NE(LookupField(name.substr(0, name.size() - 1)), id);
  }
}

TEST(KnownField, Unknown) {
  for (const char* name : {"", "X", "Hos", "Hostt", "X-Custom", "Transfer_Encoding",
                           "a-very-long-field-name-that-nobody-registered-anywhere"}) {
    EXPECT_EQ(LookupField(name), KnownField::kUnknown) << name;
  }
  EXPECT_EQ(FieldName(KnownField::kUnknown), "");
  EXPECT_EQ(FieldName(KnownField::kFieldEnd), "");
}

TEST(KnownField, ResponseFieldsFollowRequestFields) {
  EXPECT_LT(static_cast<size_t>(KnownField::kXRequestedWith), kRequestFieldCount);
  EXPECT_EQ(static_cast<size_t>(KnownField::kAcceptPatch), kRequestFieldCount);
  EXPECT_EQ(FieldName(KnownField::kETag), "ETag");
}

}  // namespace
}  // namespace httpd::http
