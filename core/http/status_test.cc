// SPDX-License-Identifier: Apache-2.0
//
// Status lines and which statuses carry what.
#include "http/status.h"

#include <gtest/gtest.h>

#include <string>

namespace httpd::http {
namespace {

TEST(Status, Reasons) {
  EXPECT_EQ(ReasonPhrase(100), "Continue");
  EXPECT_EQ(ReasonPhrase(200), "OK");
  EXPECT_EQ(ReasonPhrase(304), "Not Modified");
  EXPECT_EQ(ReasonPhrase(413), "Content Too Large");
  EXPECT_EQ(ReasonPhrase(511), "Network Authentication Required");
  EXPECT_EQ(StatusLine(404), "HTTP/1.1 404 Not Found\r\n");
}

TEST(Status, UnknownCodes) {
  for (const int code : {-1, 0, 99, 199, 299, 306, 418, 430, 499, 599, 600, 1000000}) {
    EXPECT_EQ(ReasonPhrase(code), "") << code;
    EXPECT_EQ(StatusLine(code), "") << code;
  }
}

TEST(Status, EveryLineIsWellFormed) {
  int known = 0;
  for (int code = 0; code < 1000; ++code) {
    const std::string_view line = StatusLine(code);
    if (line.empty()) continue;
    ++known;
    EXPECT_EQ(line,
              "HTTP/1.1 " + std::to_string(code) + " " + std::string(ReasonPhrase(code)) + "\r\n");
    EXPECT_FALSE(ReasonPhrase(code).empty());
  }
  EXPECT_EQ(known, 62);
}

TEST(Status, Bodies) {
  for (const int code : {100, 101, 103, 199, 204, 304})
    EXPECT_TRUE(StatusForbidsBody(code)) << code;
  for (const int code : {200, 205, 206, 301, 404, 500}) EXPECT_FALSE(StatusForbidsBody(code));
  EXPECT_TRUE(StatusForbidsContentLength(101));
  EXPECT_TRUE(StatusForbidsContentLength(204));
  EXPECT_FALSE(StatusForbidsContentLength(304));
  EXPECT_FALSE(StatusForbidsContentLength(200));
  EXPECT_FALSE(StatusIsValid(99));
  EXPECT_TRUE(StatusIsValid(100));
  EXPECT_TRUE(StatusIsValid(599));
  EXPECT_FALSE(StatusIsValid(600));
}

}  // namespace
}  // namespace httpd::http
