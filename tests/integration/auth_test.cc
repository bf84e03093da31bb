// SPDX-License-Identifier: Apache-2.0
//
// Who may have what: rules of Require with the core's kinds and those of a module, and passwords
// that are looked up by a thread while clients leave and generations change.

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "integration/module_test.h"

namespace httpd::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kAlice = "Authorization: Basic YWxpY2U6d29uZGVy\r\n";  // alice:wonder
constexpr std::string_view kWrong = "Authorization: Basic YWxpY2U6d3Jvbmc=\r\n";  // alice:wrong
constexpr std::string_view kBob = "Authorization: Basic Ym9iOmJ1aWxkZXI=\r\n";    // bob:builder
constexpr std::string_view kEve = "Authorization: Basic ZXZlOng=\r\n";            // eve:x
constexpr std::string_view kBroken = "Authorization: Basic YnJva2VuOng=\r\n";     // broken:x
constexpr std::string_view kGate = "Authorization: Basic Z2F0ZTpvcGVu\r\n";       // gate:open

std::string Place(std::string_view path, std::string_view lines) {
  return "<Location " + std::string(path) + ">\n" + std::string(lines) + "\n</Location>\n";
}

size_t Count(const std::vector<std::pair<std::string, std::string>>& fields,
             std::string_view name) {
  size_t count = 0;
  for (const auto& field : fields) count += field.first == name;
  return count;
}

// ---- a scheme whose answers come later ----

class AuthAsync : public ModuleTest {
 protected:
  void Configure(std::string_view more = "") {
    server_.modules = {"mime", "dir", "auth_async"};
    server_.workers = 1;
    server_.Write("marks/readme", "");
    ASSERT_EQ(chmod(server_.Path("marks").c_str(), 0777), 0);
    server_.extra = "AuthAsyncGate " + server_.Path("gate") + "\nAuthAsyncMarks " +
                    server_.Path("marks/marks") + "\n" +
                    Place("/who", "AuthType Basic\nAuthName \"the desk\"\nRequire valid-user") +
                    std::string(more);
  }
  std::string Marks() const {
    std::ifstream in(server_.Path("marks/marks"));
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  bool WaitForMark(std::string_view text) const {
    return WaitUntil([&] { return Marks().find(text) != std::string::npos; });
  }
  void ShutGate() { server_.Write("gate", ""); }
  void OpenGate() { ASSERT_EQ(unlink(server_.Path("gate").c_str()), 0); }
};

TEST_F(AuthAsync, AnswersOfAThreadLetInOrNot) {
  Configure();
  Begin();
  EXPECT_EQ(Fetch("/who", kAlice).body, "user=alice");
  EXPECT_EQ(Fetch("/who", kWrong).status, 401);
  EXPECT_EQ(Fetch("/who", kEve).status, 401);       // no source knows her
  EXPECT_EQ(Fetch("/who", kBob).body, "user=bob");  // the second one knows him
  EXPECT_EQ(Fetch("/who", "Authorization: Basic !!!\r\n").status, 400);
}

TEST_F(AuthAsync, OnlyA401CarriesTheChallenges) {
  server_.AllowLog("HS-78");
  Configure();
  Begin();
  const Answer unknown = Fetch("/who");
  EXPECT_EQ(unknown.status, 401);
  EXPECT_EQ(unknown.Field("WWW-Authenticate"), "Basic realm=\"the desk\"");
  EXPECT_EQ(Count(unknown.fields, "WWW-Authenticate"), 2u);
  EXPECT_THAT(unknown.head, HasSubstr("WWW-Authenticate: Toy round=\"2\""));
  EXPECT_EQ(Count(Fetch("/who", kWrong).fields, "WWW-Authenticate"), 2u);
  EXPECT_FALSE(Fetch("/who", kAlice).Has("WWW-Authenticate"));
  EXPECT_FALSE(Fetch("/who", kBroken).Has("WWW-Authenticate"));
}

TEST_F(AuthAsync, AFailingSourceIsTheServersFault) {
  server_.AllowLog("HS-78");
  Configure();
  Begin();
  EXPECT_EQ(Fetch("/who", kBroken).status, 500);
  EXPECT_TRUE(server_.WaitForLog("the password source desk answered -23"));
}

TEST_F(AuthAsync, AClientThatLeavesIsToldToTheSource) {
  Configure();
  ShutGate();
  Begin();
  {
    Wire wire(port_);
    ASSERT_TRUE(wire.Send(Request("GET", "/who", std::string(kGate))));
    ASSERT_TRUE(WaitForMark("asked"));
  }
  EXPECT_TRUE(WaitForMark("cancelled"));
  OpenGate();
  EXPECT_TRUE(WaitForMark("resume was stale"));
  EXPECT_EQ(Fetch("/who", kAlice).status, 200);
}

TEST_F(AuthAsync, ADrainingGenerationStillAnswers) {
  Configure();
  ShutGate();
  Begin();
  Wire wire(port_);
  ASSERT_TRUE(wire.Send(Request("GET", "/who", std::string(kGate))));
  ASSERT_TRUE(WaitForMark("asked"));
  const pid_t old = server_.WorkerPids().at(0);
  ASSERT_TRUE(server_.Reload().ok);
  EXPECT_EQ(kill(old, 0), 0);
  // It learns of the swap a moment behind the new one's start.
  ASSERT_TRUE(WaitUntil([&] { return !Listens(old); }));
  EXPECT_EQ(Fetch("/who", kAlice).status, 200);  // the new one serves meanwhile
  OpenGate();
  const Answer answer = wire.Read();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "user=gate");
  EXPECT_EQ(answer.Field("Connection"), "close");
  EXPECT_TRUE(server_.WaitUntilDrained());
  EXPECT_THAT(Marks(), Not(HasSubstr("cancelled")));
}

TEST_F(AuthAsync, TheDocumentOfA401KeepsItsChallenges) {
  Configure("ErrorDocument 401 /who/sorry.html\n");
  Begin();
  const Answer answer = Fetch("/who/else");
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.body, "user=");  // the document lies behind the rules that asked for it
  EXPECT_EQ(Count(answer.fields, "WWW-Authenticate"), 2u);
}

TEST_F(AuthAsync, A401IsNeverSentElsewhere) {
  Configure("ErrorDocument 401 http://elsewhere.example/\n");
  Begin();
  const Answer answer = Fetch("/who");
  EXPECT_EQ(answer.status, 401);
  EXPECT_FALSE(answer.Has("Location"));
  EXPECT_TRUE(answer.Has("WWW-Authenticate"));
}

TEST_F(AuthAsync, AUserThatNobodyAsksForIsAMistakeOfTheConfiguration) {
  server_.AllowLog("HS-75");
  Configure(Place("/who/none", "AuthType None") + Place("/who/other", "AuthType Digest"));
  Begin();
  EXPECT_EQ(Fetch("/who/none").status, 500);
  EXPECT_EQ(Fetch("/who/other").status, 500);
  EXPECT_TRUE(server_.WaitForLog("no AuthType is set"));
  EXPECT_TRUE(server_.WaitForLog("no module asks for one by AuthType Digest"));
}

// ---- rules ----

class Authz : public ModuleTest {
 protected:
  void Rules(const std::string& places) {
    server_.modules = {"mime", "dir", "authz_kinds"};
    server_.AllowLog("httpd_authz_add() called by authz_kinds");  // what it must not register
    server_.extra = places;
    Begin();
  }
  int As(std::string_view user, std::string_view target) {
    return Fetch(target, user.empty() ? "" : "X-User: " + std::string(user) + "\r\n").status;
  }
  static std::string Toy(std::string_view path, std::string_view lines) {
    return Place(path, "AuthType Toy\nAuthName toys\n" + std::string(lines));
  }
};

TEST_F(Authz, KindsOfTheCore) {
  Rules(Toy("/r1", "Require user ann bob") + Toy("/r2", "Require valid-user") +
        Place("/r3", "Require ip 10 192.168.0.0/16 2001:db8::/32") +
        Place("/r4", "Require ip 10.1.2.3 127.0.0.0/255.0.0.0") +
        Place("/r5", "Require method GET") + Place("/r6", "Require local") +
        Place("/r7", "Require all denied") + Place("/r8", "Require ip 127"));
  EXPECT_EQ(As("", "/r1"), 401);
  EXPECT_EQ(As("ann", "/r1"), 200);
  EXPECT_EQ(As("bob", "/r1"), 200);
  EXPECT_EQ(As("eve", "/r1"), 403);
  EXPECT_EQ(As("eve", "/r2"), 200);
  EXPECT_EQ(As("", "/r3"), 403);
  EXPECT_EQ(As("", "/r4"), 200);
  EXPECT_EQ(As("", "/r5"), 200);
  Wire wire(port_);
  ASSERT_TRUE(wire.Send(Request("HEAD", "/r5")));
  EXPECT_EQ(wire.Read(true).status, 200);
  EXPECT_EQ(wire.Ask(Request("DELETE", "/r5")).status, 403);
  EXPECT_EQ(As("", "/r6"), 200);
  EXPECT_EQ(As("", "/r7"), 403);
  EXPECT_EQ(As("", "/r8"), 200);
}

TEST_F(Authz, GroupsAsInApache) {
  Rules(
      // One of them is enough.
      Toy("/r1", "Require color red\nRequire user ann") +
      // All of them, and a user could not change a refusal.
      Toy("/r2", "<RequireAll>\nRequire color red\nRequire user ann\n</RequireAll>") +
      Place("/r3", "<RequireAll>\nRequire all granted\nRequire not color red\n</RequireAll>") +
      Place("/r4",
            "<RequireAll>\nRequire all granted\n<RequireNone>\nRequire color red\n"
            "Require color blue\n</RequireNone>\n</RequireAll>") +
      Toy("/r5",
          "<RequireAny>\n<RequireAll>\nRequire valid-user\nRequire not user eve\n"
          "</RequireAll>\nRequire color red\n</RequireAny>"));
  EXPECT_EQ(As("", "/r1?red"), 200);
  EXPECT_EQ(As("", "/r1?blue"), 401);
  EXPECT_EQ(As("ann", "/r1?blue"), 200);
  EXPECT_EQ(As("", "/r2?red"), 401);
  EXPECT_EQ(As("ann", "/r2?red"), 200);
  EXPECT_EQ(As("ann", "/r2?blue"), 403);
  EXPECT_EQ(As("", "/r2?blue"), 403);  // nobody is asked for a password in vain
  EXPECT_EQ(As("", "/r3?red"), 403);
  EXPECT_EQ(As("", "/r3?blue"), 200);
  EXPECT_EQ(As("", "/r4?blue"), 403);
  EXPECT_EQ(As("", "/r4?green"), 200);
  EXPECT_EQ(As("", "/r5?red"), 200);
  EXPECT_EQ(As("eve", "/r5?blue"), 403);
  EXPECT_EQ(As("ann", "/r5?blue"), 200);
}

TEST_F(Authz, KindsOfAModule) {
  server_.AllowLog("HS-76");
  Rules(Place("/r1", "Require later red") +
        Toy("/r2", "<RequireAll>\nRequire later red\nRequire member\n</RequireAll>") +
        Place("/r3",
              "<RequireAll>\nRequire later red\nRequire not later blue\nRequire later red\n"
              "</RequireAll>") +
        Place("/r4", "Require odd 418") + Place("/r5", "Require odd -23") +
        Place("/r6", "Require odd -3"));
  EXPECT_EQ(As("", "/r1?red"), 200);
  EXPECT_EQ(As("", "/r1?blue"), 403);
  EXPECT_EQ(As("", "/r2?red"), 401);
  EXPECT_EQ(As("ann", "/r2?red"), 403);
  EXPECT_EQ(As("ann+", "/r2?red"), 200);
  EXPECT_EQ(As("ann+", "/r2?blue"), 403);
  EXPECT_EQ(As("", "/r3?red"), 200);
  EXPECT_EQ(As("", "/r3?green"), 403);
  EXPECT_EQ(As("", "/r4"), 418);
  EXPECT_EQ(As("", "/r5"), 500);
  EXPECT_EQ(As("", "/r6"), 500);  // it waits without a token
  EXPECT_TRUE(server_.WaitForLog("Require odd answered -23"));
}

TEST_F(Authz, SatisfyAllWantsBothAndAnyWantsOne) {
  const std::string both = "Require color red\nRequire valid-user\n";
  Rules(Toy("/r1", both + "Satisfy All") + Toy("/r2", both + "Satisfy Any") +
        Toy("/r3", "Require valid-user\nSatisfy Any") + Toy("/r4", "Require valid-user"));
  EXPECT_EQ(As("", "/r1?red"), 401);
  EXPECT_EQ(As("ann", "/r1?red"), 200);
  EXPECT_EQ(As("ann", "/r1?blue"), 403);
  EXPECT_EQ(As("", "/r2?red"), 200);
  EXPECT_EQ(As("", "/r2?blue"), 401);
  EXPECT_EQ(As("ann", "/r2?blue"), 200);
  // What an ACCESS hook refuses is outweighed by Satisfy Any alone.
  EXPECT_EQ(Fetch("/r4", "X-User: ann\r\nX-Refuse: 1\r\n").status, 403);
  EXPECT_EQ(Fetch("/r3", "X-User: ann\r\nX-Refuse: 1\r\n").status, 200);
  EXPECT_EQ(Fetch("/r3", "X-Refuse: 1\r\n").status, 401);
  EXPECT_EQ(As("", "/r3"), 401);  // that nobody refused lets nobody in
}

TEST_F(Authz, InnerRulesReplaceOuterOnesUnlessMerged) {
  Rules(Place("/r", "Require color red") + Place("/r/off", "Require color blue") +
        Place("/r/and", "AuthMerging And\nRequire method GET") +
        Place("/r/or", "AuthMerging Or\nRequire color blue") + Place("/r/same", "") +
        Place("/r/free", "Require all granted"));
  EXPECT_EQ(As("", "/r?red"), 200);
  EXPECT_EQ(As("", "/r/off?red"), 403);
  EXPECT_EQ(As("", "/r/off?blue"), 200);
  EXPECT_EQ(As("", "/r/and?red"), 200);
  EXPECT_EQ(As("", "/r/and?blue"), 403);
  EXPECT_EQ(As("", "/r/or?red"), 200);
  EXPECT_EQ(As("", "/r/or?blue"), 200);
  EXPECT_EQ(As("", "/r/or?green"), 403);
  EXPECT_EQ(As("", "/r/same?blue"), 403);
  EXPECT_EQ(As("", "/r/free?green"), 200);
}

TEST_F(Authz, MistakesAreExplained) {
  server_.modules = {"mime", "authz_kinds"};
  const auto refused = [&](std::string_view lines, std::string_view message,
                           std::string_view fix = "") {
    ExpectRefused(Place("/r", lines), message, fix);
  };
  refused("Require valid-users", "HC-60", "Require valid-user");
  refused("Require colour red", "HC-60", "Require color red");
  refused("Require host example.org", "names of clients are not looked up", "Require ip");
  refused("Require", "HC-08");
  refused("Require not", "HC-61");
  refused("Require all", "HC-61", "Require all denied");
  refused("Require ip", "HC-61");
  refused("Require ip 10.0.0.1/99", "HC-65");
  refused("Require ip 300.1.1.1", "HC-65");
  refused("Require user", "HC-61");
  refused("Require valid-user ann", "HC-61", "Require valid-user");
  refused("Require color", "one color is wanted", "Require color red");
  refused("Require odd", "refused its arguments without a reason");
  refused("Require not ip 10", "HC-62", "<RequireAll>");
  refused("<RequireNone>\nRequire ip 10\n</RequireNone>", "HC-62");
  refused("<RequireAll>\nRequire not ip 10\n</RequireAll>", "HC-62", "Require all granted");
  refused("<RequireAll>\nRequire all granted\nOptions None\n</RequireAll>", "HC-63");
  refused("AuthMerging Maybe", "HC-10");
  refused("Satisfy None", "HC-10");
  std::string deep;
  for (int i = 0; i < 17; ++i) deep += "<RequireAny>\n";
  deep += "Require all granted\n";
  for (int i = 0; i < 17; ++i) deep += "</RequireAny>\n";
  refused(deep, "HC-66");
  ExpectWarned(Place("/r", "<RequireAny>\n</RequireAny>"), "HC-64");
}

TEST_F(Authz, AnInstalledModuleIsNamed) {
  server_.CopyModule("authz_kinds");
  ExpectRefused("ModulePath libexec\n" + Place("/r", "Require color red"),
                "an installed module provides it",
                "LoadModule authz_kinds_module libexec/mod_authz_kinds.so");
}

TEST_F(Authz, MisuseIsAnswered) {
  for (const char* code : {"HS-30", "HS-32"}) server_.AllowLog(code);
  Rules("");
  EXPECT_EQ(Body("/misuse"),
            "late kind=-19\nlate source=-19\ncheck outside=-19\ncheck of nobody=-16\n"
            "check of NULL=-16\nexists of NULL=0\ntype of NULL=0\nname of NULL=0\nneeds of NULL=0\n"
            "challenge of NULL=-16\nbad challenge=-16\nempty challenge=-16\n");
  EXPECT_TRUE(server_.WaitForLog("httpd_authn_check() called by authz_kinds"));
  EXPECT_TRUE(server_.WaitForLog("httpd_authz_add() called by authz_kinds"));
}

}  // namespace
}  // namespace httpd::testing
