// SPDX-License-Identifier: Apache-2.0
//
// What modules keep on requests and around them, variables and expressions, changed request fields,
// and the answers to calls that may not be: with a module built against the public headers alone,
// in a running server.

#include <gmock/gmock.h>

#include "integration/module_test.h"

namespace httpd::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Context : public ModuleTest {
 protected:
  Context() {
    server_.modules = {"mime", "dir", "context"};
    server_.workers = 1;
    // What its register function tries: a name that is taken, and one that is none.
    server_.AllowLog("variable remote_addr is taken by the core");
    server_.AllowLog("a variable's name has letters, digits");
  }
  static std::string Line(const Answer& answer, const std::string& name) {
    const std::string text = "\n" + answer.body;
    const std::string start = "\n" + name + "=";
    const size_t at = text.find(start);
    if (at == std::string::npos) return "(no line)";
    const size_t begin = at + start.size();
    return text.substr(begin, text.find('\n', begin) - begin);
  }
};

TEST_F(Context, EveryObjectKeepsItsOwn) {
  server_.extra =
      "<Location /context/other>\n</Location>\n"
      "<VirtualHost *:*>\nServerName first.example\n</VirtualHost>\n"
      "<VirtualHost *:*>\nServerName second.example\n</VirtualHost>\n";
  Begin();
  Wire wire(port_);
  const auto ask = [&](const std::string& path, const std::string& host) {
    return wire.Ask("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
  };
  const Answer first = ask("/context/slots", "first.example");
  EXPECT_EQ(Line(first, "generation"), "1001");
  EXPECT_EQ(Line(first, "server"), "201");
  EXPECT_EQ(Line(first, "location"), "1");
  EXPECT_EQ(Line(first, "worker"), "1");
  EXPECT_EQ(Line(first, "connection"), "1");
  EXPECT_EQ(Line(first, "request"), "8");
  EXPECT_EQ(Line(first, "secure"), "0");
  const Answer second = ask("/context/slots", "second.example");
  EXPECT_EQ(Line(second, "generation"), "1002");
  EXPECT_EQ(Line(second, "server"), "301") << "a server has its own";
  EXPECT_EQ(Line(second, "location"), "1") << "so have its settings";
  EXPECT_EQ(Line(second, "connection"), "2");
  EXPECT_EQ(Line(second, "request"), "8") << "a request begins with nothing";
  const Answer third = ask("/context/other/slots", "first.example");
  EXPECT_EQ(Line(third, "location"), "1") << "another combination of sections";
  EXPECT_EQ(Line(third, "worker"), "3");
  EXPECT_EQ(Line(third, "first"), "/context/slots") << "the note of the connection";
  const Answer other = Get(port_, "/context/other/slots", "");
  EXPECT_EQ(Line(other, "connection"), "1") << "another connection";
  EXPECT_EQ(Line(other, "worker"), "4");
}

TEST_F(Context, NotesSurviveRedirectsAndTheEnvironmentIsRenamed) {
  server_.extra = "ErrorDocument 404 /context/notes\n";
  Begin();
  const Answer redirected = Fetch("/context/redirect?q=1");
  EXPECT_EQ(Line(redirected, "note Kept"), "yes");
  EXPECT_THAT(redirected.body, Not(HasSubstr("note Gone")));
  EXPECT_EQ(Line(redirected, "env REDIRECT_COLOUR"), "red");
  EXPECT_THAT(redirected.body, Not(HasSubstr("env COLOUR")));
  EXPECT_EQ(Line(redirected, "env REDIRECT_STATUS"), "200");
  EXPECT_EQ(Line(redirected, "env REDIRECT_URL"), "/context/redirect");
  EXPECT_EQ(Line(redirected, "env REDIRECT_QUERY_STRING"), "q=1");
  EXPECT_EQ(Line(redirected, "redirects"), "1");
  EXPECT_EQ(Line(redirected, "path 0"), "/context/redirect");
  EXPECT_EQ(Line(redirected, "path 1"), "(none)");
  EXPECT_EQ(Line(redirected, "error"), "0");

  const Answer document = Fetch("/context/redirect?error");
  EXPECT_EQ(document.status, 404);
  EXPECT_EQ(Line(document, "env REDIRECT_STATUS"), "404");
  EXPECT_EQ(Line(document, "env REDIRECT_REQUEST_METHOD"), "GET");
  EXPECT_EQ(Line(document, "env REDIRECT_COLOUR"), "red");
  EXPECT_EQ(Line(document, "error"), "404");

  EXPECT_THAT(Body("/context/notes"), Not(HasSubstr("env "))) << "nothing is left of the others";
}

TEST_F(Context, VariablesAreMadeOnceUnlessTheyAreVolatile) {
  Begin();
  server_.AllowLog("HS-71");
  Wire wire(port_);
  const Answer first = wire.Ask(Request("GET", "/context/variables"));
  EXPECT_EQ(Line(first, "kept"), "0");
  EXPECT_EQ(Line(first, "kept 1"), "1");
  EXPECT_EQ(Line(first, "kept 2"), "1");
  EXPECT_EQ(Line(first, "fresh 1"), "1");
  EXPECT_EQ(Line(first, "fresh 2"), "2");
  EXPECT_EQ(Line(first, "argument"), "abab");
  EXPECT_EQ(Line(first, "loop"), "-19") << "its own getter asked and was answered";
  EXPECT_TRUE(server_.WaitForLog("variable CONTEXT_LOOP asks for itself"));
  const Answer second = wire.Ask(Request("GET", "/context/variables"));
  EXPECT_EQ(Line(second, "kept 1"), "2") << "another request";
}

TEST_F(Context, ExpressionsOfTheConfiguration) {
  server_.extra =
      "ContextIf \"%{REQUEST_METHOD} == 'GET' && req('X-Who') =~ /^j(.*)$/i && $1 -in {'x'}\"\n";
  EXPECT_NE(Check().status, 0) << "\"in\" has no dash";
  server_.extra =
      "ContextIf \"%{REQUEST_METHOD} in {'GET', 'HEAD'} && req('X-Who') =~ /^j(.*)$/i && "
      "$1 == 'oe' && -R '127.0.0.0/8' && %{HTTPS} == 'off' && !-n %{REMOTE_USER}\"\n"
      "ContextText \"%{REQUEST_URI} %{context_twice:no} %{HTTP_USER_AGENT} "
      "%{SERVER_PROTOCOL} %{CONTEXT_ODD} %{TIME_YEAR} %{SERVER_PORT} %{req:X-Who}\"\n";
  server_.AllowLog("HS-72");
  server_.AllowLog("HS-30");
  server_.WriteConfig();
  Begin();
  const Answer joe = Fetch("/context/if", "X-Who: Joe\r\nUser-Agent: test\r\n");
  EXPECT_EQ(Line(joe, "if"), "0");
  EXPECT_EQ(Line(joe, "string"), "0");
  EXPECT_THAT(Line(joe, "text"),
              ::testing::MatchesRegex("/context/if nono test HTTP/1.1  20[0-9][0-9] [0-9]+ Joe"));
  EXPECT_EQ(Line(joe, "no condition"), "-16");
  EXPECT_TRUE(server_.WaitForLog("variable CONTEXT_ODD answered"));
  EXPECT_EQ(Line(Fetch("/context/if", "X-Who: Jim\r\n"), "if"), "-1");
  EXPECT_EQ(Line(Fetch("/context/if"), "if"), "-1");
}

TEST_F(Context, NoExpressionHangsTheWorker) {
  server_.extra = "ContextIf \"req('X-Text') =~ /^(a+)+$/\"\n";
  server_.AllowLog("HS-70");
  Begin();
  EXPECT_EQ(Line(Fetch("/context/hostile", "X-Text: aaaa\r\n"), "if"), "0");
  const std::string hostile = "X-Text: " + std::string(4000, 'a') + "b\r\n";
  EXPECT_EQ(Line(Fetch("/context/hostile", hostile), "if"), "-21");
  EXPECT_TRUE(server_.WaitForLog("too many steps with a text of 4001 bytes [HS-70]"));
}

TEST_F(Context, BadExpressionsAreShownWhereTheyStand) {
  ExpectRefused("ContextIf \"%{NO_SUCH} == 'x'\"\n",
                "at offset 2: found \"NO_SUCH} == 'x'\", wanted the name of a variable");
  ExpectRefused("ContextIf \"'a' ==\"\n", "found the end, wanted a text");
  ExpectRefused("ContextText \"%{REQUEST_URI\"\n", "wanted \"}\"");
}

TEST_F(Context, ChangedFieldsAreSeenByEveryoneFurtherOn) {
  Begin();
  server_.AllowLog("HS-30");
  const Answer fields =
      Fetch("/context/fields",
            "X-One: a\r\nX-Two: first\r\nUser-Agent: test\r\nX-One: b\r\nX-Two: second\r\n");
  EXPECT_EQ(Line(fields, "unset"), "0");
  EXPECT_EQ(Line(fields, "unset again"), "-20");
  EXPECT_EQ(Line(fields, "one"), "changed");
  EXPECT_EQ(Line(fields, "X-One"), "changed");
  EXPECT_THAT(fields.body, HasSubstr("two=first\ntwo=second\ntwo=third\ntwo=(none)\n"));
  EXPECT_EQ(Line(fields, "agent"), "(none)");
  EXPECT_EQ(Line(fields, "frame"), "-16");
  EXPECT_EQ(Line(fields, "split"), "-16");
  EXPECT_EQ(Line(fields, "full"), "-21");
  EXPECT_EQ(Line(fields, "still"), "changed");
}

TEST_F(Context, TheFileHandlerSeesChangedConditionsAndRanges) {
  Begin();
  const Answer whole = Fetch("/1k.txt");
  const Answer range = Fetch("/1k.txt?range");
  EXPECT_EQ(range.status, 206);
  EXPECT_EQ(range.body, whole.body.substr(0, 10));
  EXPECT_EQ(Fetch("/1k.txt?norange", "Range: bytes=0-3\r\n").status, 200);
  EXPECT_EQ(Fetch("/1k.txt?none").status, 304);
  EXPECT_EQ(Fetch("/1k.txt", "Range: bytes=0-3\r\n").status, 206) << "nothing is left of it";
}

TEST_F(Context, PoolsBelowPools) {
  Begin();
  server_.AllowLog("HS-3");
  const Answer pools = Fetch("/context/pools");
  EXPECT_EQ(Line(pools, "pieces"), "1");
  EXPECT_EQ(Line(pools, "used"), "1");
  EXPECT_EQ(Line(pools, "removed"), "-20");
  EXPECT_EQ(Line(pools, "destroyed"), "0");
  EXPECT_EQ(Line(pools, "order"), "3");
  EXPECT_EQ(Line(pools, "again"), "-22");
  EXPECT_EQ(Line(pools, "request's"), "-16");
  EXPECT_TRUE(
      server_.WaitForLog("httpd_pool_alloc() called by context: the pool's limit of 20000 "
                         "bytes is used up"));
  EXPECT_TRUE(server_.WaitForLog("httpd_pool_destroy() called by context: the pool has ended"));
}

TEST_F(Context, AnotherClientIsShownAndLogged) {
  Begin();
  const Answer client = Fetch("/context/client");
  EXPECT_EQ(Line(client, "set"), "0");
  EXPECT_EQ(Line(client, "client"), "192.0.2.7");
  EXPECT_EQ(Line(client, "port"), "4711");
  server_.AllowLog("who is it");
  EXPECT_TRUE(server_.WaitForLog("[client 192.0.2.7:4711] who is it"));
}

TEST_F(Context, MisuseIsAnswered) {
  Begin();
  server_.AllowLog("HS-3");
  const Answer first = Fetch("/context/misuse");
  const struct {
    const char* what;
    const char* answer;
    const char* line;
  } kCalls[] = {
      {"null context", "-16", "httpd_request_set_context() called by context: the handle is NULL"},
      {"null module", "-16", "the module handle is NULL"},
      {"null note", "-16", "httpd_request_set_note() called by context: the handle is NULL"},
      {"null pool", "-16", "httpd_pool_cleanup_add() called by context: the handle is NULL"},
      {"late find", "0", "httpd_variable_find() called by context: only at configuration time"},
      {"late provider", "-19", "httpd_variable_add() called by context: not in the register"},
      {"null variable", "-16", "httpd_variable_value() called by context"},
      {"null expression", "-16",
       "httpd_expression_test() called by context: the expression is NULL"},
      {"bad client", "-16", "httpd_request_set_client() called by context: the address is not"},
      {"empty name", "-16", "httpd_request_set_env() called by context: the name is empty"},
  };
  for (const auto& call : kCalls) {
    EXPECT_EQ(Line(first, call.what), call.answer) << call.what;
    EXPECT_TRUE(server_.WaitForLog(call.line)) << call.line;
  }
}

TEST_F(Context, RequestThatHasEndedIsStale) {
  Begin();
  server_.AllowLog("HS-31");
  // The head of the second request is being read, so that it has an object of its own, while the
  // first one begins and ends.
  Wire slow(port_);
  ASSERT_EQ(slow.Ask(Request("GET", "/1k.txt")).status, 200);
  ASSERT_TRUE(slow.Send("GET /context/misuse HTTP/1.1\r\n"));
  ASSERT_EQ(Status("/context/keep"), 200);
  server_.AllowLog("HS-30");
  server_.AllowLog("HS-32");
  const Answer answer = slow.Ask("Host: x\r\n\r\n");
  EXPECT_EQ(Line(answer, "stale"), "-22");
  EXPECT_EQ(Line(answer, "stale context"), "0");
  EXPECT_TRUE(
      server_.WaitForLog("httpd_request_set_note() called by context: the request has "
                         "ended"));
}

}  // namespace
}  // namespace httpd::testing
