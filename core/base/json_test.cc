// SPDX-License-Identifier: Apache-2.0
// What a hostile name can contain must neither break the syntax nor the encoding.
#include "base/json.h"

#include <gtest/gtest.h>

#include <vector>

namespace httpd::base {
namespace {

TEST(JsonTest, EscapesWhatTheSyntaxNeeds) {
  EXPECT_EQ(JsonString(""), R"("")");
  EXPECT_EQ(JsonString("a\"b\\c/"), R"("a\"b\\c/")");
  EXPECT_EQ(JsonString(std::string_view("\0\n\x1b\x7f", 4)), R"("\u0000\u000a\u001b\u007f")");
}

TEST(JsonTest, OnlyUtf8ComesOut) {
  EXPECT_EQ(JsonString("\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80"),
            "\"\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80\"");
  const std::string bad = "\xef\xbf\xbd";
  EXPECT_EQ(JsonString("\xff"), "\"" + bad + "\"");
  EXPECT_EQ(JsonString("\xc3"), "\"" + bad + "\"") << "cut";
  EXPECT_EQ(JsonString("\xc0\xaf"), "\"" + bad + bad + "\"") << "overlong";
  EXPECT_EQ(JsonString("\xed\xa0\x80"), "\"" + bad + bad + bad + "\"") << "surrogate";
  EXPECT_EQ(JsonString("\xf4\x90\x80\x80"), "\"" + bad + bad + bad + bad + "\"") << "beyond";
}

TEST(JsonTest, WriterSetsCommas) {
  JsonWriter json;
  json.BeginObject().Member("name", "a").Key("list").Texts(std::vector<std::string>{"x", "y"});
  json.Key("empty").BeginArray().EndArray().Key("n").Number(7).Key("ok").Bool(false);
  json.Key("of").BeginArray().BeginObject().EndObject().BeginObject().EndObject().EndArray();
  EXPECT_EQ(json.EndObject().Take(),
            R"({"name":"a","list":["x","y"],"empty":[],"n":7,"ok":false,"of":[{},{}]})");
}

}  // namespace
}  // namespace httpd::base
