// SPDX-License-Identifier: Apache-2.0
//
// The vector scans against the plain definition: every byte value, at every position, in buffers of
// exactly the right size so that a sanitizer sees any read outside.
#include "http/scan.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace httpd::http {
namespace {

using ScanFunction = const char* (*)(const char*, const char*, const char*);

template <typename InClass>
void CheckScan(ScanFunction scan, char filler, InClass in_class) {
  for (const size_t size : {1u, 2u, 15u, 16u, 17u, 31u, 32u, 33u, 50u}) {
    for (const size_t start : {0u, 1u, 7u, 16u}) {
      for (size_t at = start; at < size; ++at) {
        for (int c = 0; c < 256; ++c) {
          // Bytes before the start must not matter.
          std::vector<char> data(size, filler);
          for (size_t i = 0; i < start; ++i) data[i] = '\0';
          data[at] = static_cast<char>(c);
          const char* base = data.data();
          const char* end = base + size;
          const char* expected = in_class(c) ? end : base + at;
          ASSERT_EQ(scan(base, base + start, end), expected)
              << "byte " << c << " at " << at << " of " << size << " from " << start;
        }
      }
    }
  }
}

TEST(Scan, Target) {
  CheckScan(ScanTarget, 'a', [](int c) { return c > 0x20 && c < 0x7f && c != '#'; });
}

TEST(Scan, Value) {
  CheckScan(ScanValue, ' ', [](int c) { return c == '\t' || (c >= 0x20 && c != 0x7f); });
}

TEST(Scan, Token) {
  CheckScan(ScanToken, 'Z', [](int c) {
    return std::isalnum(c) ||
           (c != 0 &&
            std::string("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string::npos);
  });
}

TEST(Scan, Empty) {
  const char data[] = "x";
  EXPECT_EQ(ScanTarget(data, data, data), data);
  EXPECT_EQ(ScanValue(data, data + 1, data + 1), data + 1);
  EXPECT_EQ(ScanToken(data, data, data), data);
}

TEST(Scan, Path) {
  struct {
    const char* text;
    bool merge;
    size_t end;
    bool rewrite;
    bool fragment;
  } cases[] = {
      {"", true, 0, false, false},       {"/abc", true, 4, false, false},
      {"/a?b", true, 2, false, false},   {"/a//b", true, 5, true, false},
      {"/a//b", false, 5, false, false}, {"/.a", false, 3, true, false},
      {"/a%20", true, 5, true, false},   {"/a?%//.", true, 2, false, false},
      {"/a#b", true, 2, false, true},    {"/a?b#", true, 2, false, true},
      {"/a.b", true, 4, false, false},   {"/", true, 1, false, false},
  };
  for (const auto& c : cases) {
    const PathScan scan = ScanPath(c.text, c.merge);
    EXPECT_EQ(scan.end, c.end) << c.text;
    EXPECT_EQ(scan.rewrite, c.rewrite) << c.text;
    EXPECT_EQ(scan.fragment, c.fragment) << c.text;
  }
}

}  // namespace
}  // namespace httpd::http
