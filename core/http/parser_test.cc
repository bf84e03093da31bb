// SPDX-License-Identifier: Apache-2.0
//
// The request parser: what it finds, its limits, and that neither cuts nor a moving buffer change
// the outcome. What it refuses is covered case by case in the conformance corpus.
#include "http/parser.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace httpd::http {
namespace {

const char kBrowser[] =
    "GET /wp-content/uploads/2010/03/hello-kitty-darth-vader-pink.jpg?size=large HTTP/1.1\r\n"
    "Host: www.kittyhell.com\r\n"
    "User-Agent: Mozilla/5.0 (Macintosh; U; Intel Mac OS X 10.6; ja-JP-mac; rv:1.9.2.3) "
    "Gecko/20100401 Firefox/3.6.3 Pathtraq/0.9\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: ja,en-us;q=0.7,en;q=0.3\r\n"
    "Accept-Encoding: gzip,deflate\r\n"
    "Accept-Charset: Shift_JIS,utf-8;q=0.7,*;q=0.7\r\n"
    "Keep-Alive: 115\r\n"
    "Connection: keep-alive\r\n"
    "Cookie: wp_ozh_wsa_visits=2; wp_ozh_wsa_visit_lasttime=xxxxxxxxxx; "
    "__utma=xxxxxxxxx.xxxxxxxxxx.xxxxxxxxxx.xxxxxxxxxx.xxxxxxxxxx.x\r\n"
    "X-Own_Field:\t value  with spaces \t\r\n"
    "\r\n";

// A parser with its head and a copy of the input of exactly the right size.
struct Parsed {
  explicit Parsed(const std::string& text, const Limits& limits = {})
      : data(text.begin(), text.end()) {
    parser.Reset(limits);
    result = parser.Parse(data.data(), data.size(), &head);
  }
  std::string Value(KnownField id) const { return std::string(head.Value(id, data.data())); }
  int status() const { return result == ParseResult::kDone ? 200 : parser.error().status; }
  std::string host() const { return std::string(head.host.view(data.data())); }
  std::string path() const { return std::string(head.path.view(data.data())); }

  std::vector<char> data;
  RequestParser parser;
  RequestHead head;
  ParseResult result;
};

std::string Get(const std::string& fields, const std::string& version = "1.1") {
  return "GET / HTTP/" + version + "\r\nHost: a\r\n" + fields + "\r\n";
}

TEST(RequestParser, Browser) {
  const Parsed p(std::string(kBrowser) + "GET /next");
  ASSERT_EQ(p.result, ParseResult::kDone) << p.parser.error().reason;
  const char* data = p.data.data();
  EXPECT_EQ(p.head.method, Method::kGet);
  EXPECT_EQ(p.head.method_name.view(data), "GET");
  EXPECT_EQ(p.path(), "/wp-content/uploads/2010/03/hello-kitty-darth-vader-pink.jpg?size=large");
  EXPECT_EQ(p.head.target.view(data), p.path());
  EXPECT_EQ(p.head.form, TargetForm::kOrigin);
  EXPECT_EQ(p.head.version, 1001);
  EXPECT_EQ(p.head.head_size, sizeof(kBrowser) - 1);
  EXPECT_EQ(p.head.field_count, 10);
  EXPECT_EQ(p.host(), "www.kittyhell.com");
  EXPECT_EQ(p.head.port, -1);
  EXPECT_TRUE(p.head.has_host);
  EXPECT_TRUE(p.head.keep_alive);
  EXPECT_FALSE(p.head.connection_close);
  EXPECT_FALSE(p.head.has_body());
  EXPECT_EQ(p.head.content_length, -1);
  EXPECT_EQ(p.Value(KnownField::kAcceptEncoding), "gzip,deflate");
  EXPECT_EQ(p.Value(KnownField::kIfNoneMatch), "");
  EXPECT_FALSE(p.head.Has(KnownField::kIfNoneMatch));
  const int own = p.head.Find("x-own_field", data);
  ASSERT_EQ(own, 9);
  EXPECT_EQ(p.head.fields[own].name(data), "X-Own_Field");
  EXPECT_EQ(p.head.fields[own].value(data), "value  with spaces");
  EXPECT_EQ(p.head.fields[own].field(), KnownField::kUnknown);
  EXPECT_EQ(p.head.Find("X-None", data), -1);
  EXPECT_EQ(p.head.Find("COOKIE", data), 8);
}

// Every pair of cuts of one request, at another address each time.
TEST(RequestParser, CutsAndMovesDoNotMatter) {
  const std::string text = std::string("\r\n") + kBrowser;
  const Parsed whole(text);
  ASSERT_EQ(whole.result, ParseResult::kDone);
  for (size_t first = 0; first < text.size(); ++first) {
    for (const size_t second : {first, first + 1, (first + text.size()) / 2}) {
      if (second >= text.size()) continue;
      RequestParser parser;
      RequestHead head;
      parser.Reset(Limits());
      for (const size_t size : {first, second}) {
        const std::vector<char> part(text.begin(),
                                     text.begin() + static_cast<std::ptrdiff_t>(size));
        ASSERT_EQ(parser.Parse(part.data(), part.size(), &head), ParseResult::kNeedMore) << size;
      }
      const std::vector<char> all(text.begin(), text.end());
      ASSERT_EQ(parser.Parse(all.data(), all.size(), &head), ParseResult::kDone)
          << first << " " << second << ": " << parser.error().reason;
      ASSERT_EQ(head.head_size, text.size());
      ASSERT_EQ(head.field_count, whole.head.field_count);
      for (int i = 0; i < head.field_count; ++i) {
        ASSERT_EQ(head.fields[i].name_off, whole.head.fields[i].name_off);
        ASSERT_EQ(head.fields[i].name_len, whole.head.fields[i].name_len);
        ASSERT_EQ(head.fields[i].value_off, whole.head.fields[i].value_off);
        ASSERT_EQ(head.fields[i].value_len, whole.head.fields[i].value_len);
        ASSERT_EQ(head.fields[i].id, whole.head.fields[i].id);
      }
      ASSERT_EQ(head.path.off, whole.head.path.off);
      ASSERT_EQ(head.host.off, whole.head.host.off);
    }
  }
}

TEST(RequestParser, ReusedForTheNextRequest) {
  const std::string first = "POST /x HTTP/1.0\r\nContent-Length: 3\r\nConnection: close\r\n\r\n";
  RequestParser parser;
  RequestHead head;
  parser.Reset(Limits());
  ASSERT_EQ(parser.Parse(first.data(), first.size(), &head), ParseResult::kDone);
  EXPECT_EQ(head.content_length, 3);
  EXPECT_EQ(parser.Parse(first.data(), first.size(), &head), ParseResult::kDone);
  const std::string second = Get("");
  parser.Reset(Limits());
  ASSERT_EQ(parser.Parse(second.data(), second.size(), &head), ParseResult::kDone);
  EXPECT_EQ(head.content_length, -1);
  EXPECT_EQ(head.field_count, 1);
  EXPECT_TRUE(head.keep_alive);
  EXPECT_FALSE(head.Has(KnownField::kConnection));
}

TEST(RequestParser, StartedAndRequestLine) {
  RequestParser parser;
  RequestHead head;
  parser.Reset(Limits());
  const std::string text = "\r\nGET / HTTP/1.1\r\nbad";
  EXPECT_EQ(parser.Parse(text.data(), 0, &head), ParseResult::kNeedMore);
  EXPECT_FALSE(parser.started());
  EXPECT_EQ(parser.Parse(text.data(), 2, &head), ParseResult::kNeedMore);
  EXPECT_FALSE(parser.started());
  EXPECT_EQ(parser.Parse(text.data(), 3, &head), ParseResult::kNeedMore);
  EXPECT_TRUE(parser.started());
  EXPECT_FALSE(parser.has_request_line());
  EXPECT_EQ(parser.Parse(text.data(), text.size(), &head), ParseResult::kNeedMore);
  EXPECT_TRUE(parser.has_request_line());
  const std::string bad = text + " \r\n";
  EXPECT_EQ(parser.Parse(bad.data(), bad.size(), &head), ParseResult::kError);
  EXPECT_TRUE(parser.has_request_line());
  EXPECT_EQ(parser.error().offset, text.size());
  EXPECT_STREQ(parser.error().reason, "white space between field name and colon");
  EXPECT_EQ(parser.Parse(bad.data(), bad.size(), &head), ParseResult::kError);
}

TEST(RequestParser, KeepAlive) {
  struct {
    const char* version;
    const char* fields;
    bool keep;
    bool close;
  } cases[] = {
      {"1.1", "", true, false},
      {"1.1", "Connection: close\r\n", false, true},
      {"1.1", "Connection: foo, CLOSE ,bar\r\n", false, true},
      {"1.1", "Connection: foo\r\nConnection: close\r\n", false, true},
      {"1.1", "Connection: closed\r\n", true, false},
      {"1.1", "Connection: close, keep-alive\r\n", false, true},
      {"1.1", "Connection:\r\n", true, false},
      {"1.0", "", false, false},
      {"1.0", "Connection: keep-alive\r\n", true, false},
      {"1.0", "Connection: Keep-Alive, close\r\n", false, true},
      {"1.0", "Connection: x\r\nConnection: keep-alive\r\n", true, false},
  };
  for (const auto& c : cases) {
    const Parsed p(Get(c.fields, c.version));
    ASSERT_EQ(p.result, ParseResult::kDone) << c.fields;
    EXPECT_EQ(p.head.keep_alive, c.keep) << c.version << " " << c.fields;
    EXPECT_EQ(p.head.connection_close, c.close) << c.version << " " << c.fields;
  }
}

TEST(RequestParser, Upgrade) {
  EXPECT_TRUE(Parsed(Get("Connection: Upgrade\r\nUpgrade: websocket\r\n")).head.upgrade);
  EXPECT_FALSE(Parsed(Get("Upgrade: websocket\r\n")).head.upgrade);
  EXPECT_FALSE(Parsed(Get("Connection: upgrade\r\n")).head.upgrade);
  EXPECT_FALSE(Parsed(Get("Connection: upgrade\r\nUpgrade: x\r\n", "1.0")).head.upgrade);
}

TEST(RequestParser, Body) {
  EXPECT_EQ(Parsed(Get("Content-Length: 9223372036854775807\r\n")).head.content_length, INT64_MAX);
  EXPECT_FALSE(Parsed(Get("Content-Length: 0\r\n")).head.has_body());
  EXPECT_TRUE(Parsed(Get("Content-Length: 1\r\n")).head.has_body());
  const Parsed chunked(Get("Transfer-Encoding: Chunked\r\n"));
  EXPECT_TRUE(chunked.head.chunked);
  EXPECT_TRUE(chunked.head.has_body());
  EXPECT_EQ(chunked.head.content_length, -1);
}

TEST(RequestParser, Expect) {
  EXPECT_TRUE(Parsed(Get("Expect: 100-Continue\r\n")).head.expect_continue);
  EXPECT_FALSE(Parsed(Get("Expect: 100-continue\r\n", "1.0")).head.expect_continue);
  EXPECT_EQ(Parsed(Get("Expect: 100-continue, x\r\n")).status(), 417);
}

TEST(RequestParser, Targets) {
  struct {
    const char* line;
    TargetForm form;
    Scheme scheme;
    const char* host;
    int32_t port;
    const char* path;
  } cases[] = {
      {"GET /a?b", TargetForm::kOrigin, Scheme::kNone, "h", 81, "/a?b"},
      {"GET //x", TargetForm::kOrigin, Scheme::kNone, "h", 81, "//x"},
      {"GET http://t/a?b", TargetForm::kAbsolute, Scheme::kHttp, "t", -1, "/a?b"},
      {"GET HTTPS://t:8443", TargetForm::kAbsolute, Scheme::kHttps, "t", 8443, ""},
      {"GET http://t?q", TargetForm::kAbsolute, Scheme::kHttp, "t", -1, "?q"},
      {"GET http://[::1]:9/", TargetForm::kAbsolute, Scheme::kHttp, "[::1]", 9, "/"},
      {"GET /http://t/", TargetForm::kOrigin, Scheme::kNone, "h", 81, "/http://t/"},
      {"CONNECT t:443", TargetForm::kAuthority, Scheme::kNone, "t", 443, ""},
      {"OPTIONS *", TargetForm::kAsterisk, Scheme::kNone, "h", 81, ""},
      {"OPTIONS /a", TargetForm::kOrigin, Scheme::kNone, "h", 81, "/a"},
  };
  for (const auto& c : cases) {
    const Parsed p(std::string(c.line) + " HTTP/1.1\r\nHost: h:81\r\n\r\n");
    ASSERT_EQ(p.result, ParseResult::kDone) << c.line << ": " << p.parser.error().reason;
    EXPECT_EQ(p.head.form, c.form) << c.line;
    EXPECT_EQ(p.head.scheme, c.scheme) << c.line;
    EXPECT_EQ(p.host(), c.host) << c.line;
    EXPECT_EQ(p.head.port, c.port) << c.line;
    EXPECT_EQ(p.path(), c.path) << c.line;
  }
}

TEST(RequestParser, HostIsOptionalIn10) {
  const Parsed p("GET / HTTP/1.0\r\n\r\n");
  ASSERT_EQ(p.result, ParseResult::kDone);
  EXPECT_FALSE(p.head.has_host);
  EXPECT_EQ(p.host(), "");
  EXPECT_EQ(p.head.field_count, 0);
}

TEST(RequestParser, RepeatedFields) {
  const Parsed p(Get("X: 1\r\nIf-Match: a\r\nX: 2\r\nIf-match: b\r\n"));
  ASSERT_EQ(p.result, ParseResult::kDone);
  std::string values;
  FieldLines lines(p.head, KnownField::kIfMatch, p.data.data());
  for (std::string_view v; lines.Next(&v);) values += std::string(v) + ";";
  EXPECT_EQ(values, "a;b;");
  EXPECT_TRUE(FieldLines(p.head, KnownField::kRange, p.data.data()).empty());
}

TEST(RequestParser, LineLimit) {
  Limits limits;
  limits.line = 40;
  const auto line = [](size_t length) {
    return "GET /" + std::string(length - 14, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n";
  };
  EXPECT_EQ(Parsed(line(40), limits).status(), 200);
  EXPECT_EQ(Parsed(line(41), limits).status(), 414);
  EXPECT_EQ(Parsed(line(500), limits).status(), 414);
  // Without an end in sight, as soon as the limit is passed.
  EXPECT_EQ(Parsed("GET /" + std::string(35, 'a'), limits).result, ParseResult::kNeedMore);
  EXPECT_EQ(Parsed("GET /" + std::string(36, 'a'), limits).status(), 414);
}

TEST(RequestParser, FieldLimits) {
  Limits limits;
  limits.field_size = 20;
  EXPECT_EQ(Parsed(Get("X: " + std::string(17, 'v') + "\r\n"), limits).status(), 200);
  EXPECT_EQ(Parsed(Get("X: " + std::string(18, 'v') + "\r\n"), limits).status(), 431);
  EXPECT_EQ(Parsed(Get("X:" + std::string(18, ' ') + "\r\n"), limits).status(), 200);
  EXPECT_EQ(Parsed(Get("X:" + std::string(19, ' ') + "\r\n"), limits).status(), 431);
  EXPECT_EQ(Parsed(Get(std::string(19, 'X') + ":\r\n"), limits).status(), 200);
  EXPECT_EQ(Parsed(Get(std::string(20, 'X') + ":\r\n"), limits).status(), 431);
  limits = Limits();
  limits.fields = 3;
  EXPECT_EQ(Parsed(Get("a:b\r\na:b\r\n"), limits).status(), 200);
  EXPECT_EQ(Parsed(Get("a:b\r\na:b\r\na:b\r\n"), limits).status(), 431);
  limits.fields = 100000;
  std::string many;
  for (size_t i = 1; i < kMaxFields; ++i) many += "a:b\r\n";
  EXPECT_EQ(Parsed(Get(many), limits).head.field_count, kMaxFields);
  EXPECT_EQ(Parsed(Get(many + "a:b\r\n"), limits).status(), 431);
  limits.field_size = limits.head = 1 << 20;
  EXPECT_EQ(Parsed(Get(std::string(65535, 'X') + ":\r\n"), limits).status(), 200);
  EXPECT_EQ(Parsed(Get(std::string(65536, 'X') + ":\r\n"), limits).status(), 431);
}

// A head that fits exactly passes; with a byte less it is refused before the buffer is full.
TEST(RequestParser, HeadLimit) {
  const std::string text = Get("X: " + std::string(100, 'v') + "\r\n");
  Limits limits;
  limits.head = static_cast<uint32_t>(text.size());
  EXPECT_EQ(Parsed(text, limits).status(), 200);
  for (uint32_t head = 64; head < text.size(); ++head) {
    limits.head = head;
    EXPECT_EQ(Parsed(text, limits).status(), 431) << head;
    EXPECT_EQ(Parsed(text.substr(0, head), limits).status(), 431) << head;
    EXPECT_EQ(Parsed(text.substr(0, head - 1), limits).result, ParseResult::kNeedMore) << head;
  }
  limits.head = 64;
  EXPECT_EQ(Parsed("\r\n\r\n\r\n\r\nGET /" + std::string(51, 'a'), limits).status(), 414);
}

// Limits and errors must not depend on cuts: every prefix fed byte by byte ends like the whole.
TEST(RequestParser, ErrorsDoNotDependOnCuts) {
  Limits limits;
  limits.line = 30;
  limits.field_size = 20;
  limits.fields = 3;
  limits.head = 90;
  for (const std::string& text : {
           std::string("GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\x01 HTTP/1.1\r\n"),
           std::string("GET /aaaaaaaaaaaaaaaaaaaaa HTTP/1.x\r\n"),
           std::string(50, 'A') + " / HTTP/1.1\r\n",
           Get("X: 123456789012345678901\n\r\n"),
           Get("X: 12345678901234567\n\r\n"),
           Get("Xaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b: \r\n"),
           Get("X:                                \x01\r\n"),
           Get("a:b\r\na:b\r\na:b\r\na:b\r\n"),
           Get("a: 2345678901234\r\nb: 2345678901234\r\nc: 2345678901234\r\n"),
           Get("a: 2345678901234\r\nb: 2345678901234\r\n c\r\n"),
       }) {
    const Parsed whole(text, limits);
    ASSERT_EQ(whole.result, ParseResult::kError) << text;
    RequestParser parser;
    RequestHead head;
    parser.Reset(limits);
    ParseResult result = ParseResult::kNeedMore;
    for (size_t size = 0; size <= text.size() && result == ParseResult::kNeedMore; ++size) {
      result = parser.Parse(text.data(), size, &head);
    }
    ASSERT_EQ(result, ParseResult::kError) << text;
    EXPECT_EQ(parser.error().status, whole.parser.error().status) << text;
    EXPECT_STREQ(parser.error().reason, whole.parser.error().reason) << text;
    EXPECT_EQ(parser.error().offset, whole.parser.error().offset) << text;
  }
}

}  // namespace
}  // namespace httpd::http
