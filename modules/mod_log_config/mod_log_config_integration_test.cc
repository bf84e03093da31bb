// SPDX-License-Identifier: Apache-2.0
//
// mod_log_config in the running server: what the files hold once it has ended.
#include <sstream>

#include "integration/module_test.h"

namespace httpd::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class LogConfig : public ModuleTest {
 protected:
  LogConfig() {
    server_.modules = {"mime", "dir", "log_config"};
    server_.workers = 1;  // lines of several workers have no order
  }
  // The lines of a log file; the server has ended then, so that all are written.
  std::vector<std::string> Lines(std::string_view file = "logs/access_log") {
    server_.Finish();
    std::istringstream text(ReadFile(server_.Path(file)));
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }
  // One request, logged by this format.
  std::string Logged(const std::string& format, const std::string& target,
                     const std::string& fields = "") {
    server_.extra = "CustomLog logs/access_log \"" + format + "\"";
    Begin();
    Fetch(target, fields);
    const std::vector<std::string> lines = Lines();
    EXPECT_EQ(lines.size(), 1u);
    return lines.empty() ? "" : lines[0];
  }
};

constexpr char kCombined[] =
    R"(127\.0\.0\.1 - - \[[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:[0-9:]{8} [+-][0-9]{4}\] "GET /1k\.txt HTTP/1\.1" 200 1024 "http://r\.example/" "a\\"b")";

TEST_F(LogConfig, Combined) {
  server_.extra = "CustomLog logs/access_log combined";
  Begin();
  Fetch("/1k.txt", "Referer: http://r.example/\r\nUser-Agent: a\"b\r\n");
  const std::vector<std::string> lines = Lines();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0], MatchesRegex(kCombined));
}

TEST_F(LogConfig, TransferLogIsCommonOrTheLastFormat) {
  server_.extra =
      "TransferLog logs/access_log\nLogFormat \"%m %U\"\nTransferLog logs/second\n"
      "CustomLog logs/io combinedio";
  Begin();
  Fetch("/1k.txt");
  EXPECT_THAT(Lines(), ElementsAre("GET /1k.txt"));
  EXPECT_THAT(Lines("logs/second"), ElementsAre("GET /1k.txt"));
  const std::vector<std::string> io = Lines("logs/io");
  ASSERT_EQ(io.size(), 1u);
  EXPECT_THAT(io[0], MatchesRegex(R"(.* 200 1024 "-" "-" [0-9]+ 1[0-9]{3})"));
}

TEST_F(LogConfig, RequestDirectives) {
  EXPECT_EQ(
      Logged("%m|%U|%q|%H|%r|%s|%>s|%B|%b|%l|%u|%v|%V|%k|%%|%R", "/1k.txt?a=%20b", "X: y\r\n"),
      "GET|/1k.txt|?a=%20b|HTTP/1.1|GET /1k.txt?a=%20b HTTP/1.1|200|200|1024|1024|-|-|"
      "localhost|localhost|0|%|-");
}

TEST_F(LogConfig, FieldsAndCookies) {
  EXPECT_EQ(Logged("%{x-one}i|%{None}i|%{content-type}o|%{b}C|%{c}C|%f", "/1k.txt",
                   "X-One: 1\t2\r\nCookie: a=1; b=two; bc=3\r\n"),
            "1\\t2|-|text/plain|two|-|" + server_.Path("htdocs/1k.txt"));
}

TEST_F(LogConfig, AddressesPortsAndTimes) {
  const std::string line = Logged(
      "%a %A %h %{c}a %p %{remote}p %P %{tid}P %{hextid}P %D %T %{us}T %{ms}T %{s}T "
      "%{sec}t %{msec}t %{usec}t %{msec_frac}t %{usec_frac}t %{%Y-%m-%d}t %{end:%H:%M}t %X "
      "%I %O",
      "/1k.txt");
  EXPECT_THAT(
      line, MatchesRegex(R"((127\.0\.0\.1 ){4}[0-9]+ [0-9]+ [0-9]+ [0-9]+ [0-9a-f]+ [0-9]+ [0-9]+ )"
                         R"([0-9]+ [0-9]+ [0-9]+ [0-9]{10} [0-9]{13} [0-9]{16} [0-9]{3} [0-9]{6} )"
                         R"([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2} [+-] [0-9]+ [0-9]+)"));
}

TEST_F(LogConfig, PathsAreDecodedAndEscaped) {
  EXPECT_EQ(Logged("%U|%s", "/a%20%22%0a%ff"), "/a \\\"\\n\\xff|404");
}

TEST_F(LogConfig, InternalRedirectsKeepTheAddress) {
  EXPECT_EQ(Logged("%U %>U %s", "/"), "/ /index.html 200");
}

TEST_F(LogConfig, ByStatus) {
  server_.extra = "CustomLog logs/access_log \"%404{User-Agent}i %!200{User-Agent}i %200,404s\"";
  Begin();
  Fetch("/1k.txt", "User-Agent: me\r\n");
  Fetch("/none", "User-Agent: me\r\n");
  EXPECT_THAT(Lines(), ElementsAre("- - 200", "me me 404"));
}

TEST_F(LogConfig, NicknamesMayComeLaterAndHostsInherit) {
  server_.extra =
      "CustomLog logs/access_log mine\nLogFormat \"mine %U\" mine\n"
      "<VirtualHost *:*>\nServerName first.example\n</VirtualHost>\n"
      "<VirtualHost *:*>\nServerName own.example\nCustomLog logs/own mine\n</VirtualHost>\n";
  Begin();
  Ask(port_, "GET /1k.txt HTTP/1.1\r\nHost: first.example\r\nConnection: close\r\n\r\n");
  Ask(port_, "GET /index.html HTTP/1.1\r\nHost: own.example\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(Lines(), ElementsAre("mine /1k.txt"));
  EXPECT_THAT(Lines("logs/own"), ElementsAre("mine /index.html"));
}

TEST_F(LogConfig, LongLinesAreCutAndTheRestIsWhole) {
  std::string format = "%m";
  for (int i = 0; i < 20; ++i) format += " %{X}i";
  server_.extra = "CustomLog logs/access_log \"" + format + "\"";
  Begin();
  Fetch("/1k.txt", "X: " + std::string(8000, '"') + "\r\n");
  Fetch("/1k.txt", "X: short\r\n");
  const std::vector<std::string> lines = Lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_GT(lines[0].size(), 60000u);
  EXPECT_THAT(lines[0].substr(lines[0].size() - 3), "...");
  EXPECT_EQ(lines[1].substr(0, 15), "GET short short");
}

TEST_F(LogConfig, MistakesAreNamed) {
  ExpectRefused("LogFormat \"%h %Z\" x", "unknown directive %Z, at character 4 of the format");
  ExpectRefused("CustomLog logs/a \"%{HOME}e\"",
                "%{HOME}e (environment variables) is not supported");
  ExpectRefused("CustomLog logs/a combined env=x", "conditional logging (env=x) is not supported");
  ExpectRefused("CustomLog \"|cat\" combined", "logging to a program is not supported yet",
                "log to a file");
  server_.extra = "CustomLog logs/a comon";
  const ExitOutcome outcome = Check();
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.output, HasSubstr("no LogFormat has the nickname comon"));
  EXPECT_THAT(outcome.output, HasSubstr("or use common, combined or combinedio"));
}

TEST_F(LogConfig, CheckingCreatesNothing) {
  server_.extra = "CustomLog logs/never common";
  EXPECT_EQ(Check().status, 0);
  EXPECT_EQ(ReadFile(server_.Path("logs/never")), "");
}

}  // namespace
}  // namespace httpd::testing
