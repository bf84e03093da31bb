// SPDX-License-Identifier: Apache-2.0
// Apache's letters, and a cure for each wrong one.
#include "process/options.h"

#include <gtest/gtest.h>

namespace httpd::process {
namespace {

class OptionsTest : public testing::Test {
 protected:
  bool Parse(std::vector<std::string> words) {
    words.insert(words.begin(), "httpd");
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    return ParseOptions(static_cast<int>(words.size()), argv.data(), &options_, &error_);
  }
  void Refused(std::vector<std::string> words, const std::string& text) {
    EXPECT_FALSE(Parse(std::move(words)));
    EXPECT_NE(error_.find(text), std::string::npos) << error_;
    EXPECT_NE(error_.find("fix: "), std::string::npos) << error_;
  }
  Options options_;
  std::string error_;
};

TEST_F(OptionsTest, NothingMeansServe) {
  ASSERT_TRUE(Parse({}));
  EXPECT_EQ(options_.action, Action::kServe);
  EXPECT_FALSE(options_.foreground);
}

TEST_F(OptionsTest, EveryLetterIsUnderstood) {
  ASSERT_TRUE(Parse(
      {"-d", "/", "-fconf/x.conf", "-D", "A", "-DB=1", "-C", "User a", "-c", "Listen 1", "-X"}));
  EXPECT_EQ(options_.server_root, "/");
  EXPECT_EQ(options_.config_file, "conf/x.conf");
  EXPECT_EQ(options_.defines, (std::vector<std::string>{"A", "B=1"}));
  EXPECT_EQ(options_.directives_before, std::vector<std::string>{"User a"});
  EXPECT_EQ(options_.directives_after, std::vector<std::string>{"Listen 1"});
  EXPECT_TRUE(options_.debug);
  EXPECT_TRUE(options_.foreground);
}

TEST_F(OptionsTest, ActionsHaveTheirLetters) {
  const std::pair<const char*, Action> letters[] = {
      {"-t", Action::kCheck}, {"-S", Action::kDescribeHosts}, {"-M", Action::kDescribeModules},
      {"-h", Action::kHelp},  {"-v", Action::kVersion},       {"-V", Action::kBuild},
      {"-l", Action::kList},  {"-L", Action::kDirectives}};
  for (const auto& [letter, action] : letters) {
    ASSERT_TRUE(Parse({letter})) << letter;
    EXPECT_EQ(options_.action, action) << letter;
  }
}

TEST_F(OptionsTest, ApachesOtherSpellings) {
  ASSERT_TRUE(Parse({"-D", "FOREGROUND"}));
  EXPECT_TRUE(options_.foreground);
  EXPECT_EQ(options_.defines, std::vector<std::string>{"FOREGROUND"});
  ASSERT_TRUE(Parse({"-t", "-D", "DUMP_VHOSTS"}));
  EXPECT_EQ(options_.action, Action::kDescribeHosts);
  ASSERT_TRUE(Parse({"-tM"}));
  EXPECT_EQ(options_.action, Action::kDescribeModules);
}

TEST_F(OptionsTest, Signals) {
  for (const char* name :
       {"start", "stop", "restart", "graceful", "graceful-stop", "reopen-logs"}) {
    ASSERT_TRUE(Parse({"-k", name})) << error_;
    EXPECT_EQ(options_.signal, name);
  }
  Refused({"-k", "gracefull"}, "httpd -k graceful");
  Refused({"-k", "explode"}, "graceful-stop");
  Refused({"-k"}, "wanted an argument");
}

TEST_F(OptionsTest, WrongOnesAreNamedWithACure) {
  Refused({"-Z"}, "-Z");
  Refused({"restart"}, "\"restart\"");
  Refused({"-f"}, "httpd -f FILE");
  Refused({"-t", "-k", "stop"}, "both say what to do");
  Refused({"-F", "-R", "/x"}, "httpd -R /x");
  Refused({"-d", "/no/such/folder"}, "no such directory");
}

TEST_F(OptionsTest, HelpNamesEveryLetter) {
  const std::string help = HelpText();
  for (const char* letter : {"-t", "-f", "-d", "-D", "-c", "-C", "-v", "-V", "-l", "-L", "-M", "-S",
                             "-h", "-X", "-F", "-R", "-k"}) {
    EXPECT_NE(help.find(letter), std::string::npos) << letter;
  }
}

TEST(StartupReportOptionTest, GoesWithACheckOnly) {
  Options options;
  std::string error;
  const auto parse = [&](std::vector<std::string> words) {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    return ParseOptions(static_cast<int>(words.size()), arguments.data(), &options, &error);
  };
  EXPECT_TRUE(parse({"httpd", "-t", "--startup-report", "--json"})) << error;
  EXPECT_TRUE(options.startup_report && options.json);
  EXPECT_EQ(options.action, Action::kCheck);
  EXPECT_FALSE(parse({"httpd", "--startup-report"}));
  EXPECT_NE(error.find("fix: httpd -t --startup-report"), std::string::npos);
  EXPECT_FALSE(parse({"httpd", "-t", "--json"}));
  EXPECT_TRUE(parse({"httpd", "-t"}));
  EXPECT_FALSE(options.startup_report);
}

}  // namespace
}  // namespace httpd::process
