// SPDX-License-Identifier: Apache-2.0
//
// Preconditions in the order of RFC 9110 §13.2.2.
#include "http/conditional.h"

#include <gtest/gtest.h>

#include <string>

#include "http/parser.h"

namespace httpd::http {
namespace {

constexpr int64_t kModified = 784111777;  // Sun, 06 Nov 1994 08:49:37 GMT
constexpr int64_t kNow = 784200000;
const char kSame[] = "Sun, 06 Nov 1994 08:49:37 GMT";
const char kBefore[] = "Sun, 06 Nov 1994 08:49:36 GMT";
const char kAfter[] = "Sun, 06 Nov 1994 08:49:38 GMT";

struct Request {
  std::string text;
  RequestHead head;
};

void MakeRequest(const std::string& method, const std::string& fields, Request* request) {
  request->text = method + " / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
  RequestParser parser;
  parser.Reset(Limits());
  ASSERT_EQ(parser.Parse(request->text.data(), request->text.size(), &request->head),
            ParseResult::kDone)
      << parser.error().reason;
}

Validators Current(const char* etag = "\"v1\"") {
  Validators v;
  v.etag = etag;
  v.last_modified = kModified;
  v.has_last_modified = true;
  return v;
}

// "200", "206" (a range applies), "304" or "412".
std::string Evaluate(const std::string& method, const std::string& fields,
                     const Validators& validators = Current(), int64_t now = kNow) {
  Request request;
  MakeRequest(method, fields, &request);
  const ConditionOutcome outcome =
      EvaluateConditions(request.head, request.text.data(), validators, now);
  if (outcome.condition == Condition::kNotModified) return "304";
  if (outcome.condition == Condition::kPreconditionFailed) return "412";
  return outcome.range_applies ? "206" : "200";
}

std::string F(const std::string& name, const std::string& value) {
  return name + ": " + value + "\r\n";
}

TEST(Conditional, NothingAsked) {
  EXPECT_EQ(Evaluate("GET", ""), "200");
  Request request;
  MakeRequest("GET", "If-Range: x\r\n", &request);
  EXPECT_FALSE(HasConditions(request.head));
  for (const char* name :
       {"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "Range"}) {
    MakeRequest("GET", F(name, "x"), &request);
    EXPECT_TRUE(HasConditions(request.head)) << name;
  }
}

TEST(Conditional, IfNoneMatch) {
  struct {
    const char* value;
    bool matches;
  } cases[] = {
      {"\"v1\"", true},         {"W/\"v1\"", true},
      {"\"v2\"", false},        {"*", true},
      {"\"a\", \"v1\"", true},  {"\"a\",\t,W/\"v1\" , \"b\"", true},
      {"\"a,\", \"v1\"", true}, {"v1", false},
      {"\"v1", false},          {"", false},
      {"\"v1\"x", false},       {"x, \"v1\"", true},
      {"\"v1\" \"b\"", false},  {"*, \"v2\"", false},
  };
  for (const auto& c : cases) {
    const std::string field = F("If-None-Match", c.value);
    EXPECT_EQ(Evaluate("GET", field), c.matches ? "304" : "200") << c.value;
    EXPECT_EQ(Evaluate("HEAD", field), c.matches ? "304" : "200") << c.value;
    EXPECT_EQ(Evaluate("PUT", field), c.matches ? "412" : "200") << c.value;
  }
  EXPECT_EQ(Evaluate("GET", F("If-None-Match", "\"a\"") + F("If-None-Match", "\"v1\"")), "304");
  EXPECT_EQ(Evaluate("GET", F("If-None-Match", "\"v1\""), Current("W/\"v1\"")), "304");
  EXPECT_EQ(Evaluate("GET", F("If-None-Match", "\"v1\""), Current("")), "200");
}

TEST(Conditional, IfMatch) {
  struct {
    const char* value;
    const char* expected;
  } cases[] = {
      {"\"v1\"", "200"},        {"W/\"v1\"", "412"}, {"\"v2\"", "412"}, {"*", "200"},
      {"\"a\", \"v1\"", "200"}, {"v1", "412"},       {"", "412"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Evaluate("GET", F("If-Match", c.value)), c.expected) << c.value;
    EXPECT_EQ(Evaluate("DELETE", F("If-Match", c.value)), c.expected) << c.value;
  }
  EXPECT_EQ(Evaluate("GET", F("If-Match", "\"v1\""), Current("W/\"v1\"")), "412");
}

TEST(Conditional, NoRepresentation) {
  Validators none;
  none.exists = false;
  EXPECT_EQ(Evaluate("PUT", F("If-Match", "*"), none), "412");
  EXPECT_EQ(Evaluate("PUT", F("If-None-Match", "*"), none), "200");
  EXPECT_EQ(Evaluate("PUT", F("If-None-Match", "\"x\""), none), "200");
  EXPECT_EQ(Evaluate("PUT", F("If-Unmodified-Since", kSame), none), "200");
}

TEST(Conditional, Dates) {
  EXPECT_EQ(Evaluate("GET", F("If-Modified-Since", kSame)), "304");
  EXPECT_EQ(Evaluate("GET", F("If-Modified-Since", kAfter)), "304");
  EXPECT_EQ(Evaluate("HEAD", F("If-Modified-Since", kSame)), "304");
  EXPECT_EQ(Evaluate("GET", F("If-Modified-Since", kBefore)), "200");
  EXPECT_EQ(Evaluate("POST", F("If-Modified-Since", kSame)), "200");
  EXPECT_EQ(Evaluate("GET", F("If-Modified-Since", "yesterday")), "200");
  EXPECT_EQ(Evaluate("GET", F("If-Modified-Since", "Sunday, 06-Nov-94 08:49:37 GMT")), "304");
  EXPECT_EQ(Evaluate("GET", F("If-Modified-Since", kSame) + F("If-Modified-Since", kSame)), "200");
  EXPECT_EQ(Evaluate("GET", F("If-Unmodified-Since", kSame)), "200");
  EXPECT_EQ(Evaluate("GET", F("If-Unmodified-Since", kBefore)), "412");
  EXPECT_EQ(Evaluate("POST", F("If-Unmodified-Since", kBefore)), "412");
  EXPECT_EQ(Evaluate("POST", F("If-Unmodified-Since", "never")), "200");
  Validators undated = Current();
  undated.has_last_modified = false;
  EXPECT_EQ(Evaluate("GET", F("If-Modified-Since", kSame), undated), "200");
  EXPECT_EQ(Evaluate("GET", F("If-Unmodified-Since", kBefore), undated), "200");
}

TEST(Conditional, Precedence) {
  // If-None-Match hides If-Modified-Since.
  EXPECT_EQ(Evaluate("GET", F("If-None-Match", "\"v2\"") + F("If-Modified-Since", kSame)), "200");
  EXPECT_EQ(Evaluate("GET", F("If-None-Match", "\"v1\"") + F("If-Modified-Since", kBefore)), "304");
  // If-Match hides If-Unmodified-Since.
  EXPECT_EQ(Evaluate("GET", F("If-Match", "\"v1\"") + F("If-Unmodified-Since", kBefore)), "200");
  EXPECT_EQ(Evaluate("GET", F("If-Match", "\"v2\"") + F("If-Unmodified-Since", kSame)), "412");
  // The first group comes before the second.
  EXPECT_EQ(Evaluate("GET", F("If-Match", "\"v2\"") + F("If-None-Match", "\"v1\"")), "412");
  EXPECT_EQ(Evaluate("GET", F("If-Match", "\"v1\"") + F("If-None-Match", "\"v1\"")), "304");
  EXPECT_EQ(Evaluate("GET", F("If-Unmodified-Since", kSame) + F("If-Modified-Since", kSame)),
            "304");
  // 304 and 412 come before a range.
  EXPECT_EQ(Evaluate("GET", F("Range", "bytes=0-1") + F("If-None-Match", "\"v1\"")), "304");
}

TEST(Conditional, MethodsWithoutRepresentation) {
  EXPECT_EQ(Evaluate("OPTIONS", F("If-None-Match", "*")), "200");
  EXPECT_EQ(Evaluate("TRACE", F("If-Match", "\"v2\"")), "200");
}

TEST(Conditional, Ranges) {
  const std::string range = F("Range", "bytes=0-1");
  EXPECT_EQ(Evaluate("GET", range), "206");
  EXPECT_EQ(Evaluate("HEAD", range), "200");
  EXPECT_EQ(Evaluate("POST", range), "200");
  EXPECT_EQ(Evaluate("GET", range + range), "200");
  EXPECT_EQ(Evaluate("GET", range + F("If-Range", "\"v1\"")), "206");
  EXPECT_EQ(Evaluate("GET", range + F("If-Range", "\"v2\"")), "200");
  EXPECT_EQ(Evaluate("GET", range + F("If-Range", "W/\"v1\"")), "200");
  EXPECT_EQ(Evaluate("GET", range + F("If-Range", "\"v1\""), Current("W/\"v1\"")), "200");
  EXPECT_EQ(Evaluate("GET", range + F("If-Range", "\"v1\", \"v2\"")), "200");
  EXPECT_EQ(Evaluate("GET", range + F("If-Range", kSame)), "206");
  EXPECT_EQ(Evaluate("GET", range + F("If-Range", kAfter)), "200");
  EXPECT_EQ(Evaluate("GET", range + F("If-Range", kBefore)), "200");
  EXPECT_EQ(Evaluate("GET", range + F("If-Range", kSame), Current(), kModified), "200");
  EXPECT_EQ(Evaluate("GET", range + F("If-Range", "rubbish")), "200");
  EXPECT_EQ(Evaluate("GET", range + F("If-Range", "\"v1\"") + F("If-Range", "\"v1\"")), "200");
  EXPECT_EQ(Evaluate("GET", range + F("If-Match", "\"v1\"")), "206");
  EXPECT_EQ(Evaluate("GET", range + F("If-None-Match", "\"v2\"")), "206");
}

TEST(Conditional, WithoutHead) {
  ConditionalFields fields;
  fields.if_none_match = FieldLines("\"v1\"");
  EXPECT_EQ(EvaluateConditions(Method::kGet, fields, Current(), kNow).condition,
            Condition::kNotModified);
}

}  // namespace
}  // namespace httpd::http
