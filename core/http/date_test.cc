// SPDX-License-Identifier: Apache-2.0
//
// HTTP dates against known values and against the C library, both ways.
#include "http/date.h"

#include <gtest/gtest.h>
#include <time.h>

#include <string>

namespace httpd::http {
namespace {

constexpr int64_t kNow = 1700000000;  // 2023-11-14

std::string Format(int64_t t) {
  char out[kHttpDateLength];
  FormatHttpDate(t, out);
  return std::string(out, sizeof(out));
}

TEST(HttpDate, KnownValues) {
  EXPECT_EQ(Format(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(Format(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(Format(-1), "Wed, 31 Dec 1969 23:59:59 GMT");
  EXPECT_EQ(Format(951782400), "Tue, 29 Feb 2000 00:00:00 GMT");
  EXPECT_EQ(Format(253402300799), "Fri, 31 Dec 9999 23:59:59 GMT");
  EXPECT_EQ(Format(253402300800), "Fri, 31 Dec 9999 23:59:59 GMT");
  EXPECT_EQ(Format(INT64_MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
  EXPECT_EQ(Format(INT64_MIN), "Sat, 01 Jan 0000 00:00:00 GMT");
}

TEST(HttpDate, AgreesWithTheLibraryAndReadsItself) {
  for (int64_t t = -2208988800; t < 7258118400; t += 7919 * 3571) {
    const time_t seconds = static_cast<time_t>(t);
    struct tm parts;
    ASSERT_NE(gmtime_r(&seconds, &parts), nullptr);
    char expected[64];
    strftime(expected, sizeof(expected), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    ASSERT_EQ(Format(t), expected);
    int64_t back = 0;
    ASSERT_TRUE(ParseHttpDate(expected, kNow, &back)) << expected;
    ASSERT_EQ(back, t);
    strftime(expected, sizeof(expected), "%a %b %e %H:%M:%S %Y", &parts);
    ASSERT_TRUE(ParseHttpDate(expected, kNow, &back)) << expected;
    ASSERT_EQ(back, t);
  }
}

TEST(HttpDate, ThreeForms) {
  for (const char* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994", "Sun Nov 06 08:49:37 1994"}) {
    int64_t t = 0;
    EXPECT_TRUE(ParseHttpDate(text, kNow, &t)) << text;
    EXPECT_EQ(t, 784111777) << text;
  }
}

TEST(HttpDate, LeapSecondAndWrongWeekday) {
  int64_t t = 0;
  EXPECT_TRUE(ParseHttpDate("Sat, 31 Dec 2016 23:59:60 GMT", kNow, &t));
  EXPECT_EQ(t, 1483228800);
  EXPECT_TRUE(ParseHttpDate("Mon, 06 Nov 1994 08:49:37 GMT", kNow, &t));
  EXPECT_EQ(t, 784111777);
}

TEST(HttpDate, CenturyOfTwoDigitYears) {
  struct {
    const char* text;
    const char* expected;
  } cases[] = {
      {"Tuesday, 14-Nov-23 00:00:00 GMT", "Tue, 14 Nov 2023 00:00:00 GMT"},
      {"Monday, 01-Jan-73 00:00:00 GMT", "Sun, 01 Jan 2073 00:00:00 GMT"},
      {"Monday, 01-Jan-74 00:00:00 GMT", "Tue, 01 Jan 1974 00:00:00 GMT"},
      {"Friday, 31-Dec-99 23:59:59 GMT", "Fri, 31 Dec 1999 23:59:59 GMT"},
      {"Saturday, 01-Jan-00 00:00:00 GMT", "Sat, 01 Jan 2000 00:00:00 GMT"},
      {"Thursday, 29-Feb-96 00:00:00 GMT", "Thu, 29 Feb 1996 00:00:00 GMT"},
  };
  for (const auto& c : cases) {
    int64_t t = 0;
    EXPECT_TRUE(ParseHttpDate(c.text, kNow, &t)) << c.text;
    EXPECT_EQ(Format(t), c.expected) << c.text;
  }
}

TEST(HttpDate, Refused) {
  for (const char* text : {
           "",
           "Sun, 06 Nov 1994 08:49:37",
           "Sun, 06 Nov 1994 08:49:37 UTC",
           "Sun, 06 Nov 1994 08:49:37 GMT ",
           " Sun, 06 Nov 1994 08:49:37 GMT",
           "sun, 06 Nov 1994 08:49:37 GMT",
           "Sun, 06 nov 1994 08:49:37 GMT",
           "Sun, 6 Nov 1994 08:49:37 GMT",
           "Sun, 00 Nov 1994 08:49:37 GMT",
           "Sun, 31 Nov 1994 08:49:37 GMT",
           "Sun, 29 Feb 2023 08:49:37 GMT",
           "Sun, 29 Feb 1900 08:49:37 GMT",
           "Sun, 06 Nov 1994 24:00:00 GMT",
           "Sun, 06 Nov 1994 23:60:00 GMT",
           "Sun, 06 Nov 1994 23:59:61 GMT",
           "Sun, 06 Nov 94 08:49:37 GMT",
           "Sun, 06 Nov 19940 08:49:37 GMT",
           "Sun, -6 Nov 1994 08:49:37 GMT",
           "Sunday, 06-Nov-1994 08:49:37 GMT",
           "Sunday, 06-Nov-94 08:49:37",
           "Sun, 06-Nov-94 08:49:37 GMT",
           "Monday, 29-Feb-23 00:00:00 GMT",
           "Sun Nov 6 08:49:37 1994",
           "Sun Nov  6 08:49:37 1994 GMT",
           "1994-11-06T08:49:37Z",
           "784111777",
       }) {
    int64_t t = 0;
    EXPECT_FALSE(ParseHttpDate(text, kNow, &t)) << text;
  }
}

TEST(HttpDate, CivilRoundTrip) {
  for (int64_t days = -800000; days < 3000000; days += 97) {
    int64_t year;
    unsigned month;
    unsigned day;
    CivilFromDays(days, &year, &month, &day);
    ASSERT_EQ(DaysFromCivil(year, month, day), days);
    ASSERT_TRUE(month >= 1 && month <= 12 && day >= 1 && day <= 31);
  }
}

}  // namespace
}  // namespace httpd::http
