// SPDX-License-Identifier: Apache-2.0
//
// Formats, escapes and times, without a server.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>

#include "format.h"
#include "time_text.h"

namespace mod_log_config {
namespace {

Program Good(std::string_view format) {
  Program program;
  FormatProblem problem;
  EXPECT_TRUE(Compile(format, &program, &problem)) << format << ": " << problem.what;
  return program;
}

std::string Bad(std::string_view format, size_t position) {
  Program program;
  FormatProblem problem;
  EXPECT_FALSE(Compile(format, &program, &problem)) << format;
  EXPECT_EQ(problem.position, position) << format;
  return problem.what;
}

TEST(Compile, LiteralsAndDirectives) {
  const Program program = Good("%h %l \"%r\" 100%%\\n");
  ASSERT_EQ(program.items.size(), 6u);
  EXPECT_EQ(program.items[0].op, Op::kClientAddress);
  EXPECT_EQ(program.items[1].text, " ");
  EXPECT_EQ(program.items[2].op, Op::kNothing);
  EXPECT_EQ(program.items[3].text, " \"");
  EXPECT_EQ(program.items[4].op, Op::kRequestLine);
  EXPECT_EQ(program.items[5].text, "\" 100%\n");
  EXPECT_EQ(program.texts, 2u);
}

TEST(Compile, Escapes) { EXPECT_EQ(Good("a\\tb\\\\c\\d\\").items[0].text, "a\tb\\c\\d\\"); }

TEST(Compile, EveryDirective) {
  const Program program = Good(
      "%a %A %B %b %D %T %{us}T %{ms}T %{s}T %f %h %H %{Foobar}i %{Foobar}o %k %l %m %p "
      "%{remote}p %{local}p %{canonical}p %P %{pid}P %{tid}P %{hextid}P %q %r %>s %s %<s %t "
      "%{sec}t "
      "%{end:msec}t %{begin:%d/%b/%Y}t %u %U %>U %v %V %X %I %O %S %R %{c}a %{session}C %%");
  EXPECT_GT(program.items.size(), 80u);
}

TEST(Compile, Arguments) {
  EXPECT_EQ(Good("%{User-Agent}i").items[0].text, "User-Agent");
  EXPECT_EQ(Good("%{remote}p").items[0].op, Op::kRemotePort);
  EXPECT_EQ(Good("%{us}T").items[0].op, Op::kMicroseconds);
  EXPECT_TRUE(Good("%{end:sec}t").items[0].time.at_end);
}

TEST(Compile, StatusModifiers) {
  const Program only = Good("%400,501{User-Agent}i");
  EXPECT_TRUE(only.items[0].WantedFor(400));
  EXPECT_TRUE(only.items[0].WantedFor(501));
  EXPECT_FALSE(only.items[0].WantedFor(200));
  const Program except = Good("%!200,304,302{Referer}i");
  EXPECT_FALSE(except.items[0].WantedFor(304));
  EXPECT_TRUE(except.items[0].WantedFor(404));
  EXPECT_TRUE(Good("%>s").items[0].WantedFor(200));
}

TEST(Compile, NamesThePosition) {
  EXPECT_EQ(Bad("%h %Z", 3), "unknown directive %Z");
  EXPECT_EQ(Bad("ab%", 2), "found % at the end of the format");
  EXPECT_EQ(Bad("%{Referer", 0), "found %{ without the } that ends it");
  EXPECT_EQ(Bad(" %i", 1), "found %i, wanted a name in braces before the letter");
  EXPECT_EQ(Bad("%{h}T", 0), "found unit h in %{h}T, wanted s, ms or us");
  EXPECT_EQ(Bad("%{x}p", 0), "found x in %{x}p, wanted canonical, local or remote");
  EXPECT_EQ(Bad("%{x}P", 0), "found x in %{x}P, wanted pid, tid or hextid");
  EXPECT_EQ(Bad("%99s", 0), "found status 99 behind %, wanted one from 100 to 599");
  EXPECT_EQ(Bad("%{HOME}e", 0), "%{HOME}e (environment variables) is not supported yet");
  EXPECT_EQ(Bad("%^ti", 0), "%^ (trailers) is not supported yet");
  EXPECT_EQ(Bad("%{x}r", 0), "unknown directive %{x}r");
}

TEST(Compile, LimitsTexts) {
  std::string format;
  for (size_t i = 0; i <= Program::kMaxTexts; ++i) format += "%r";
  EXPECT_EQ(Bad(format, 0), "the format has more than 64 directives that stand for text");
}

std::string Escape(std::string_view text, size_t room = 1000) {
  std::string out(room, '\0');
  const char* end = EscapeInto(text, out.data(), out.data() + room);
  return out.substr(0, static_cast<size_t>(end - out.data()));
}

TEST(Escape, AsApache) {
  EXPECT_EQ(Escape("plain text~"), "plain text~");
  EXPECT_EQ(Escape("a\"b\\c"), "a\\\"b\\\\c");
  EXPECT_EQ(Escape("\n\r\t\v\b"), "\\n\\r\\t\\v\\b");
  EXPECT_EQ(Escape(std::string_view("\0\x1b\x7f\xff", 4)), "\\x00\\x1b\\x7f\\xff");
  EXPECT_EQ(Escape("\xc3\xa4"), "\\xc3\\xa4");
}

TEST(Escape, NeverHalfAnEscape) {
  EXPECT_EQ(Escape("abc", 2), "ab");
  EXPECT_EQ(Escape("a\xff", 4), "a");
  EXPECT_EQ(Escape("a\"", 2), "a");
  EXPECT_EQ(Escape("", 0), "");
}

class TimeTest : public ::testing::Test {
 protected:
  TimeTest() {
    setenv("TZ", "XYZ-5:30", 1);
    tzset();
  }
  ~TimeTest() override {
    unsetenv("TZ");
    tzset();
  }
  std::string Write(std::string_view format, int64_t nanoseconds) {
    TimeFormat time;
    EXPECT_EQ(time.Parse(format), "");
    char text[TimeFormat::kMaxSize];
    return {text, time.Write(nanoseconds, text)};
  }
  static constexpr int64_t kMoment = 971'211'336'012'345'678;  // 2000-10-10T20:55:36.012345678Z
};

TEST_F(TimeTest, Common) { EXPECT_EQ(Write("", kMoment), "[11/Oct/2000:02:25:36 +0530]"); }

TEST_F(TimeTest, PartsOfASecond) {
  EXPECT_EQ(Write("sec", kMoment), "971211336");
  EXPECT_EQ(Write("msec", kMoment), "971211336012");
  EXPECT_EQ(Write("usec", kMoment), "971211336012345");
  EXPECT_EQ(Write("msec_frac", kMoment), "012");
  EXPECT_EQ(Write("usec_frac", kMoment), "012345");
}

TEST_F(TimeTest, Strftime) {
  EXPECT_EQ(Write("%Y-%m-%dT%H:%M:%S", kMoment), "2000-10-11T02:25:36");
  EXPECT_EQ(Write("begin:%Y", kMoment), "2000");
  EXPECT_EQ(Write("end:%Y", kMoment), "2000");
}

TEST_F(TimeTest, NextSecondIsRenderedAnew) {
  TimeFormat time;
  char text[TimeFormat::kMaxSize];
  const std::string first(text, time.Write(kMoment, text));
  const std::string same(text, time.Write(kMoment + 500'000'000, text));
  const std::string next(text, time.Write(kMoment + 1'000'000'000, text));
  EXPECT_EQ(first, same);
  EXPECT_EQ(next, "[11/Oct/2000:02:25:37 +0530]");
}

TEST_F(TimeTest, RefusesFormatsThatMakeNothingOrTooMuch) {
  TimeFormat time;
  EXPECT_NE(time.Parse(std::string(200, 'x')), "");
}

TEST(Number, Width) {
  char text[32];
  EXPECT_EQ(std::string(text, WriteNumber(0, text)), "0");
  EXPECT_EQ(std::string(text, WriteNumber(7, text, 3)), "007");
  EXPECT_EQ(std::string(text, WriteNumber(UINT64_MAX, text)), "18446744073709551615");
}

}  // namespace
}  // namespace mod_log_config
