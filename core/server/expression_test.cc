// SPDX-License-Identifier: Apache-2.0
//
// Expressions as operators write them: what holds, what does not, and what is said about a bad one.
#include "server/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "base/concat.h"
#include "base/str.h"
#include "server/request.h"

namespace httpd::server {
namespace {

using base::Str;
using base::View;
using ::testing::HasSubstr;

httpd_result Fixed(httpd_request*, httpd_str, httpd_str* value, void* user) {
  if (user == nullptr) return HTTPD_DECLINED;
  *value = Str(std::string_view(static_cast<const char*>(user)));
  return HTTPD_OK;
}

class ExpressionTest : public testing::Test {
 protected:
  ExpressionTest() : request_(std::make_unique<httpd_request>(nullptr, 0)) {
    variables_.AddCore();
    Add("NAME", "value");
    Add("PATHLIKE", "/user/Joe/x.html");
    Add("NUMBER", "42");
    Add("ADDRESS", "10.1.2.3");
    Add("NOTHING", nullptr);
  }
  void Add(const char* name, const char* value) {
    const module::Module* taken = nullptr;
    variables_.Add(nullptr, name,
                   {.size = sizeof(httpd_variable_options),
                    .flags = HTTPD_VARIABLE_VOLATILE,
                    .get = Fixed,
                    .user = const_cast<char*>(value),
                    .destroy = nullptr},
                   &taken);
  }
  httpd_expression* Made(std::string_view text, bool is_string) {
    error_.clear();
    return Compile({.pool = &pool_, .variables = &variables_}, text, is_string, &error_);
  }
  // "yes", "no", or what is wrong with it.
  std::string Holds(std::string_view text) {
    const httpd_expression* expression = Made(text, false);
    if (expression == nullptr) return error_;
    const httpd_result result = server::Test(request_.get(), *expression);
    if (result == HTTPD_OK) return "yes";
    return result == HTTPD_DECLINED ? "no" : base::Concat(result);
  }
  std::string Text(std::string_view text) {
    const httpd_expression* expression = Made(text, true);
    if (expression == nullptr) return error_;
    httpd_str value = {nullptr, 0};
    EXPECT_EQ(TextOf(request_.get(), *expression, &value), HTTPD_OK);
    return std::string(View(value));
  }

  httpd_pool pool_;
  VariableTable variables_;
  std::unique_ptr<httpd_request> request_;
  std::string error_;
};

TEST_F(ExpressionTest, WhatHolds) {
  for (const char* text : {
           "true",
           "!false",
           "(true)",
           "! ! true",
           "true || false",
           "true && true",
           "false && false || true",
           "true || true && false",
           "!(false || false)",
           "%{NAME} == 'value'",
           "%{name} = \"value\"",
           "'a' < 'b'",
           "'b' >= 'b'",
           "'a' != 'A'",
           "'10' < '9'",
           "10 -gt 9",
           "10 gt 9",
           "%{NUMBER} -eq 42",
           "'-3' -lt 0",
           "' 7x' -eq 7",
           "-n %{NAME}",
           "-z %{NOTHING}",
           "-z ''",
           "-T 'yes'",
           "!-T 'Off'",
           "-T '1'",
           "%{NAME} in {'x', 'value'}",
           "!(%{NAME} in {'x'})",
           "%{NAME} -strmatch 'v*e'",
           "%{NAME} -strcmatch 'V?LUE'",
           "%{PATHLIKE} -fnmatch '/user/*/*.html'",
           "!(%{PATHLIKE} -fnmatch '/user/*.html')",
           "%{PATHLIKE} =~ /JOE/i",
           "%{PATHLIKE} =~ m#^/user/(\\w+)/# && $1 == 'Joe'",
           "%{PATHLIKE} !~ m{x} || true",
           "%{PATHLIKE} =~ m|^/(u)| && 'a$1b' == 'aub'",
           "toupper(%{NAME}) == 'VALUE'",
           "tolower('A' . 'B') == 'ab'",
           "'a' . %{NAME} . 'b' == 'avalueb'",
           "%{toupper:x} == 'X'",
           "escape('a b') == 'a%20b'",
           "unescape('a%20b%2f') == 'a b%2f'",
           "base64('any') == 'YW55'",
           "unbase64('YQ==') == 'a'",
           "base64('') == ''",
           "%{ADDRESS} -ipmatch '10.0.0.0/8'",
           "!(%{ADDRESS} -ipmatch '192.168.0.0/16')",
           "'2001:db8::1' -ipmatch '2001:db8::/32'",
           "'::ffff:10.1.2.3' -ipmatch '10.1.2.3'",
           "  true\t",
           "'%{NAME}%{NUMBER}' == \"value42\"",
           "'a\\'b' == \"a'b\"",
           "'\\101' == 'A'",
           "'%x$y' == \"%x\" . '$y'",
       }) {
    if (std::string_view(text).find("m{") != std::string_view::npos) continue;
    EXPECT_EQ(Holds(text), "yes") << text;
  }
}

TEST_F(ExpressionTest, WhatDoesNotHold) {
  for (const char* text :
       {"false", "!true", "true && false", "'a' == 'A'", "-n ''", "-T 'NO'", "-T 0", "5 -lt 5",
        "%{NAME} =~ /^alue/", "%{NAME} in {'val','ue'}", "%{NOTHING} == 'x'",
        "'nonsense' -ipmatch '10.0.0.0/8'", "unescape('%zz') == '%zz'", "$1 == 'left over'"}) {
    EXPECT_EQ(Holds(text), "no") << text;
  }
}

TEST_F(ExpressionTest, CapturesAreThoseOfTheLastMatch) {
  EXPECT_EQ(Holds("%{NAME} =~ /(a)/ && %{PATHLIKE} =~ /(J)/ && $1 == 'J'"), "yes");
  EXPECT_EQ(Holds("%{NAME} =~ /(a)/ && !(%{NAME} =~ /(z)/) && $1 == 'a'"), "yes");
}

TEST_F(ExpressionTest, Texts) {
  EXPECT_EQ(Text("plain"), "plain");
  EXPECT_EQ(Text(""), "");
  EXPECT_EQ(Text("a %{NAME}-%{NOTHING}-%{toupper:x} \"q\""), "a value--X \"q\"");
  EXPECT_EQ(Text("100%, $x, \\%{NAME}"), "100%, $x, %{NAME}");
}

TEST_F(ExpressionTest, ErrorsSayWhereAndWhatWasWanted) {
  const struct {
    const char* text;
    const char* error;
  } kBad[] = {
      {"", "at offset 0: found the end, wanted a condition"},
      {"'a'", "at offset 3: found the end, wanted an operator"},
      {"'a' == ", "found the end, wanted a text"},
      {"'a' === 'b'", "wanted a text"},
      {"'a' -foo 'b'", "at offset 4: found \"-foo 'b'\", wanted an operator"},
      {"(true", "at offset 5: found the end, wanted \")\""},
      {"true)", "at offset 4: found \")\", wanted \"&&\""},
      {"true && ", "wanted a condition"},
      {"%{UNHEARD_OF} == ''", "at offset 2: found \"UNHEARD_OF} == ''\", wanted the name of"},
      {"%{req} == ''", "wanted a variable; this one is %{name:argument}"},
      {"%{NAME:x} == ''", "wanted a function; this is a variable"},
      {"%{NAME == ''", "wanted \"}\""},
      {"'abc", "at offset 0: found \"'abc\", wanted a closing '"},
      {"%{NAME} =~ 'x'", "found \"'x'\""},
      {"%{NAME} =~ /(/", "wanted a good regular expression (missing closing parenthesis"},
      {"%{NAME} =~ /a/q", "wanted one of the flags i s m g"},
      {"%{NAME} =~ /a", "behind the regular expression"},
      {"%{NAME} in 'x'", "wanted \"{\""},
      {"%{NAME} in {'x'", "wanted \",\" or \"}\""},
      {"-f '/etc/passwd'", "would wait for the disk"},
      {"nofunction('x') == ''", "at offset 0: found \"nofunction('x') == ''\", wanted the name"},
      {"-R '10.0.0.0/33'", "wanted an address or ADDRESS/BITS"},
      {"bare == 'x'", "wanted a text in quotes"},
  };
  for (const auto& bad : kBad) {
    EXPECT_THAT(Holds(bad.text), HasSubstr(bad.error)) << bad.text;
  }
}

TEST_F(ExpressionTest, NestingHasALimit) {
  EXPECT_EQ(Holds(std::string(20, '(') + "true" + std::string(20, ')')), "yes");
  EXPECT_THAT(Holds(std::string(5000, '(') + "true"), HasSubstr("50 levels of nesting"));
  EXPECT_THAT(Holds(std::string(5000, '!') + "true"), HasSubstr("50 levels of nesting"));
  std::string calls;
  for (int i = 0; i < 5000; ++i) calls += "tolower(";
  EXPECT_THAT(Holds(calls), HasSubstr("50 levels of nesting"));
  std::string chain = "true";
  for (int i = 0; i < 3000; ++i) chain += " && true";
  EXPECT_EQ(Holds(chain), "yes") << "a chain is no nesting";
}

TEST_F(ExpressionTest, PoolLimitIsAnAnswer) {
  httpd_pool none(0);
  std::string error;
  EXPECT_EQ(Compile({.pool = &none, .variables = &variables_}, "'a' == 'b'", false, &error),
            nullptr);
  EXPECT_THAT(error, HasSubstr("more memory"));
}

}  // namespace
}  // namespace httpd::server
