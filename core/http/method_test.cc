// SPDX-License-Identifier: Apache-2.0
//
// Method names, properties and the Allow list.
#include "http/method.h"

#include <gtest/gtest.h>

namespace httpd::http {
namespace {

TEST(Method, NamesRoundTrip) {
  for (unsigned i = 1; i < static_cast<unsigned>(Method::kCount); ++i) {
    const auto method = static_cast<Method>(i);
    EXPECT_FALSE(MethodName(method).empty());
    EXPECT_EQ(LookupMethod(MethodName(method)), method) << MethodName(method);
  }
}

TEST(Method, UnknownAndCaseSensitive) {
  for (const char* name : {"get", "Get", "GETT", "GE", "BREW", "", "PROPFINDX"}) {
    EXPECT_EQ(LookupMethod(name), Method::kExtension) << name;
  }
  EXPECT_EQ(MethodName(Method::kExtension), "");
  EXPECT_EQ(MethodName(Method::kCount), "");
}

TEST(Method, Properties) {
  struct {
    Method method;
    bool safe;
    bool idempotent;
  } cases[] = {
      {Method::kGet, true, true},     {Method::kHead, true, true},
      {Method::kPost, false, false},  {Method::kPut, false, true},
      {Method::kDelete, false, true}, {Method::kConnect, false, false},
      {Method::kOptions, true, true}, {Method::kTrace, true, true},
      {Method::kPatch, false, false}, {Method::kPropfind, true, true},
      {Method::kLock, false, false},  {Method::kExtension, false, false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(MethodIsSafe(c.method), c.safe) << MethodName(c.method);
    EXPECT_EQ(MethodIsIdempotent(c.method), c.idempotent) << MethodName(c.method);
  }
}

TEST(Method, Allow) {
  char buffer[kMaxAllowLength];
  EXPECT_EQ(FormatAllow(0, buffer), "");
  EXPECT_EQ(FormatAllow(MethodBit(Method::kExtension), buffer), "");
  EXPECT_EQ(
      FormatAllow(MethodBit(Method::kOptions) | MethodBit(Method::kGet) | MethodBit(Method::kHead),
                  buffer),
      "GET, HEAD, OPTIONS");
  const std::string_view all = FormatAllow(~MethodSet{0}, buffer);
  EXPECT_LE(all.size(), kMaxAllowLength);
  EXPECT_EQ(all.substr(all.size() - 6), "SEARCH");
}

}  // namespace
}  // namespace httpd::http
