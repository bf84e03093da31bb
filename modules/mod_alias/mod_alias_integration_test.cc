// SPDX-License-Identifier: Apache-2.0
//
// mod_alias in the running server.
#include "integration/module_test.h"

namespace httpd::testing {
namespace {

using ::testing::HasSubstr;

class AliasTest : public ModuleTest {
 protected:
  AliasTest() {
    server_.modules = {"mime", "dir", "alias"};
    server_.Write("other/a.txt", "other a");
    server_.Write("other/sub/b.txt", "other b");
    server_.Write("other/secret/c.txt", "secret");
    server_.Write("cgi/run", "#!/bin/sh\necho source");
  }
  std::string Other() { return "\"" + server_.Path("other") + "\""; }
};

TEST_F(AliasTest, MapsWholeSegments) {
  server_.extra = "Alias /o " + Other() + "\nAlias /slash/ \"" + server_.Path("other") + "/\"\n" +
                  "Alias /file \"" + server_.Path("other/a.txt") + "\"\n";
  Begin();
  EXPECT_EQ(Body("/o/a.txt"), "other a");
  EXPECT_EQ(Body("/o//sub/b.txt"), "other b");
  EXPECT_EQ(Body("/slash/a.txt"), "other a");
  EXPECT_EQ(Body("/file"), "other a");
  EXPECT_EQ(Status("/other/a.txt"), 404);
  EXPECT_EQ(Status("/slash"), 404);
  EXPECT_EQ(Location("/o"), "/o/");
  EXPECT_EQ(Status("/o/../o/a.txt"), 200);
}

TEST_F(AliasTest, DirectorySectionsApplyToTheTarget) {
  server_.extra = "Alias /o " + Other() + "\n<Directory \"" + server_.Path("other/secret") +
                  "\">\nRequire all denied\n</Directory>";
  Begin();
  EXPECT_EQ(Status("/o/a.txt"), 200);
  EXPECT_EQ(Status("/o/secret/c.txt"), 403);
}

TEST_F(AliasTest, MatchPutsGroupsIn) {
  server_.extra = "AliasMatch \"^/m/([^/]+)/(.*)$\" \"" + server_.Path("other") + "/$1/$2\"\n" +
                  "AliasMatch \"^/trap(.*)$\" \"" + server_.Path("other") + "/sub/$1\"\n";
  server_.AllowLog("refused");
  Begin();
  EXPECT_EQ(Body("/m/sub/b.txt"), "other b");
  EXPECT_EQ(Body("/trapb.txt"), "other b");
  // "/other/sub/../a.txt" was never in the request's path.
  EXPECT_EQ(Status("/trap../a.txt"), 403);
}

TEST_F(AliasTest, FirstMatchWinsAndRedirectsGoFirst) {
  server_.extra = "Alias /o/sub " + Other() + "\nAlias /o " + Other() +
                  "\nRedirect /o/sub/moved https://example.org/moved\n";
  Begin();
  EXPECT_EQ(Body("/o/sub/a.txt"), "other a");
  EXPECT_EQ(Location("/o/sub/moved/x%20y?q=1"), "https://example.org/moved/x%20y?q=1");
}

TEST_F(AliasTest, Scripts) {
  server_.extra = "ScriptAlias /cgi-bin/ \"" + server_.Path("cgi") + "/\"";
  server_.AllowLog("no module provides handler \"cgi-script\"");
  Begin();
  const Answer answer = Fetch("/cgi-bin/run");
  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.body, ::testing::Not(HasSubstr("source")));
}

TEST_F(AliasTest, RedirectStatuses) {
  server_.extra =
      "Redirect /temp https://e.org/t\nRedirect permanent /perm https://e.org/p\n"
      "Redirect seeother /see /index.html\nRedirect gone /gone\nRedirect 308 /new https://e.org/n\n"
      "Redirect 451 /law\nRedirectPermanent /rp /rp2\nRedirectTemp /rt /rt2\n"
      "Redirect /own https://e.org/o?a=1\nRedirect /frag /x#top\n";
  Begin();
  const Answer temp = Fetch("/temp/x?y");
  EXPECT_EQ(temp.status, 302);
  EXPECT_EQ(temp.Field("Location"), "https://e.org/t/x?y");
  EXPECT_EQ(Status("/perm"), 301);
  EXPECT_EQ(Status("/see"), 303);
  EXPECT_EQ(Location("/see"), "/index.html");
  EXPECT_EQ(Status("/gone/x"), 410);
  EXPECT_FALSE(Fetch("/gone").Has("Location"));
  EXPECT_EQ(Status("/new"), 308);
  EXPECT_EQ(Status("/law"), 451);
  EXPECT_EQ(Status("/rp"), 301);
  EXPECT_EQ(Status("/rt"), 302);
  EXPECT_EQ(Location("/own?b=2"), "https://e.org/o?a=1");
  EXPECT_EQ(Location("/frag?b=2"), "/x?b=2#top");
  EXPECT_EQ(Status("/temperature"), 404);
}

TEST_F(AliasTest, RedirectMatch) {
  server_.extra =
      "RedirectMatch 301 \"^/(.*)\\.gif$\" \"https://img.e.org/$1.jpg\"\n"
      "RedirectMatch gone \"\\.bak$\"\n";
  Begin();
  EXPECT_EQ(Location("/a%20b/c.gif?x"), "https://img.e.org/a%20b/c.jpg?x");
  EXPECT_EQ(Location("/%0d%09X:%20y.gif"), "https://img.e.org/%0D%09X:%20y.jpg");
  EXPECT_EQ(Status("/a.bak"), 410);
}

TEST_F(AliasTest, RedirectsInSections) {
  server_.extra =
      "<Location \"/moved\">\nRedirect permanent https://e.org/\n</Location>\n"
      "<Directory \"" +
      server_.Path("htdocs") +
      "\">\nRedirect /in https://e.org/in\n</Directory>\n"
      "<Location \"/dead\">\nRedirect gone\n</Location>\n";
  Begin();
  EXPECT_EQ(Location("/moved/a/b"), "https://e.org/");
  EXPECT_EQ(Location("/in/x"), "https://e.org/in/x");
  EXPECT_EQ(Status("/dead/x"), 410);
}

TEST_F(AliasTest, RootRedirectNeverNamesAnotherHost) {
  server_.extra = "Redirect /x /\n";
  Begin();
  EXPECT_EQ(Location("/x//evil.example"), "/evil.example");
  EXPECT_EQ(Location("/x/a"), "/a");
}

TEST_F(AliasTest, VirtualHostsGoFirst) {
  server_.extra =
      "Redirect /r https://main.e.org/\n<VirtualHost *:80>\nServerName other.e.org\n"
      "Redirect /r https://other.e.org/\n</VirtualHost>\n";
  Begin();
  EXPECT_EQ(Location("/r"), "https://main.e.org/");
}

TEST_F(AliasTest, MistakesAreNamed) {
  ExpectRefused("Alias icons /usr/share", "wanted the path of a URL, which starts with \"/\"",
                "Alias /icons /usr/share");
  ExpectRefused("AliasMatch \"^/a(\" /x", "the expression is not usable");
  ExpectRefused("Alias /a", "Alias /path file-or-directory");
  ExpectRefused("Redirect /old new.example", "wanted a URL with its scheme", "https://new.example");
  ExpectRefused("Redirect 200 /old /new", "found status 200");
  ExpectRefused("Redirect gone /old /new", "status 410 has no target", "leave the URL away");
  ExpectRefused("Redirect /old", "found no URL to redirect to");
  ExpectRefused("Redirect always /old /new", "as the first of three arguments");
  ExpectRefused("Redirect old /new", "wanted a path that starts with \"/\"", "write /old");
  ExpectWarned("Alias /a /nowhere/at/all", "there is no file or directory /nowhere/at/all");
  ExpectWarned("Alias /a/ /tmp", "only one of them ends with a slash");
  ExpectWarned("Alias /a /tmp\nAlias /a/b /tmp", "never used");
}

}  // namespace
}  // namespace httpd::testing
