// SPDX-License-Identifier: Apache-2.0
//
// Configuration as modules and directories see it: settings of five scopes and of .htaccess files,
// sections and lines that only a module can read, and files that a module reads with them.

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "integration/module_test.h"
#include "integration/wire.h"

namespace httpd::testing {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ConfigContract : public ModuleTest {
 protected:
  ConfigContract() {
    server_.modules = {"mime", "dir", "alias", "scopes", "sections"};
    server_.Write("htdocs/a/b/page.txt", "page\n");
    server_.Write("htdocs/a/b/other.html", "other\n");
    server_.Write("htdocs/plain.txt", "plain\n");
  }
  std::string Docs(std::string_view below = "") {
    return server_.Path("htdocs") + std::string(below);
  }
  // A <Directory> of the document root in which .htaccess files may have these classes.
  std::string Allow(std::string_view classes) {
    return "OpenFileCacheValid 0\n<Directory \"" + Docs() + "\">\nAllowOverride " +
           std::string(classes) + "\n</Directory>\n";
  }
  void Htaccess(std::string_view folder, std::string_view text) {
    server_.Write("htdocs" + std::string(folder) + "/.htaccess", text);
  }
  Answer FetchFrom(const std::string& host, const std::string& target) {
    return Wire(port_).Ask("GET " + target + " HTTP/1.1\r\nHost: " + host +
                           "\r\nConnection: close\r\n\r\n");
  }
  std::string Sections() { return Body("/plain.txt?sections"); }
};

// ---- Scopes ----

TEST_F(ConfigContract, SettingsAreMergedFromTheServerInwards) {
  server_.extra =
      "ScopeOfServer main\nScope main\n<Directory \"" + Docs() +
      "\">\nScope dir\n<Files page.txt>\nScope nestedfile\n</Files>\n</Directory>\n"
      "<Directory \"" +
      Docs("/a/b") +
      "\">\nScope deep\n</Directory>\n"
      "<DirectoryMatch \"/b$\">\nScope match\n</DirectoryMatch>\n"
      "<Files *.txt>\nScope file\n</Files>\n<Location /a>\nScope location\n</Location>\n"
      "<VirtualHost *>\nServerName main.test\n</VirtualHost>\n"
      "<VirtualHost *>\nServerName host.test\nScopeOfServer host\nScope host\n"
      "<Location /a/b>\nScope hostlocation\n</Location>\n</VirtualHost>\n";
  Begin();
  EXPECT_EQ(FetchFrom("main.test", "/a/b/page.txt?scopes").body,
            "main|main>dir>deep>match>file>nestedfile>location");
  EXPECT_EQ(FetchFrom("host.test", "/a/b/page.txt?scopes").body,
            "main>host|main>host>dir>deep>match>file>nestedfile>location>hostlocation");
  EXPECT_EQ(FetchFrom("main.test", "/plain.txt?scopes").body, "main|main>dir>file");
  EXPECT_EQ(FetchFrom("main.test", "/a/b/other.html?scopes").body,
            "main|main>dir>deep>match>location");
}

TEST_F(ConfigContract, HtaccessStandsBetweenItsDirectoryAndDeeperOnes) {
  server_.extra = Allow("FileInfo") + "Scope main\n<Directory \"" + Docs() +
                  "\">\nScope dir\n</Directory>\n<Directory \"" + Docs("/a/b") +
                  "\">\nScope deep\n</Directory>\n<Files *.txt>\nScope file\n</Files>\n"
                  "<Location /a>\nScope location\n</Location>\n";
  Htaccess("", "Scope ht\n<Files page.txt>\nScope htfile\n</Files>\n");
  Htaccess("/a/b", "Scope htdeep\n");
  Begin();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Body("/a/b/page.txt?scopes"), "|main>dir>ht>deep>htdeep>file>htfile>location");
  }
  EXPECT_EQ(Body("/plain.txt?scopes"), "|main>dir>ht>file");
}

// ---- .htaccess ----

TEST_F(ConfigContract, HtaccessIsNotReadWithoutAllowOverride) {
  server_.extra = "OpenFileCacheValid 0\n";
  Htaccess("", "This is rubbish\n");
  Begin();
  EXPECT_EQ(Status("/plain.txt"), 200);
}

TEST_F(ConfigContract, HtaccessIsReadAgainWhenItChanges) {
  server_.extra = Allow("All") + "Scope main\n";
  Begin();
  EXPECT_EQ(Body("/a/b/page.txt?scopes"), "|main");
  Htaccess("/a", "Scope one\n");
  EXPECT_EQ(Body("/a/b/page.txt?scopes"), "|main>one");
  for (int i = 0; i < 50; ++i) {
    const std::string word = "word" + std::to_string(i);
    Htaccess("/a", "Scope " + word + "\n<Files page.txt>\nScope f\n</Files>\n");
    ASSERT_EQ(Body("/a/b/page.txt?scopes"), "|main>" + word + ">f");
  }
  Htaccess("/a/b", "Scope inner\n");
  EXPECT_EQ(Body("/a/b/page.txt?scopes"), "|main>word49>inner>f");
  ASSERT_EQ(unlink(Docs("/a/.htaccess").c_str()), 0);
  EXPECT_EQ(Body("/a/b/page.txt?scopes"), "|main>inner");
}

TEST_F(ConfigContract, DirectivesOfModulesWorkInHtaccess) {
  server_.extra = Allow("FileInfo Indexes AuthConfig Options");
  Htaccess("/a",
           "AddType text/x-special .txt\nDirectoryIndex page.txt\nRedirect 301 /a/old /plain.txt\n"
           "ErrorDocument 404 \"nothing here\"\n<Files secret.txt>\nRequire all denied\n</Files>\n"
           "<IfModule mod_mime.c>\nAddType text/x-other .html\n</IfModule>\n"
           "<IfModule mod_nobody.c>\nNonsense\n</IfModule>\n");
  server_.Write("htdocs/a/secret.txt", "secret\n");
  Begin();
  EXPECT_EQ(Fetch("/a/b/page.txt").Field("Content-Type"), "text/x-special");
  EXPECT_EQ(Fetch("/a/b/").body, "page\n");
  EXPECT_EQ(Fetch("/a/b/other.html").Field("Content-Type"), "text/x-other");
  EXPECT_EQ(Status("/a/old"), 301);
  EXPECT_EQ(Fetch("/a/none").body, "nothing here");
  EXPECT_EQ(Status("/a/secret.txt"), 403);
  EXPECT_EQ(Fetch("/plain.txt").Field("Content-Type"), "text/plain");
}

TEST_F(ConfigContract, ABadHtaccessIsAnErrorWithItsPlaceAndFix) {
  server_.extra = Allow("Indexes");
  struct {
    const char* text;
    std::vector<std::string> said;
  } cases[] = {
      {"\n  Adddtype a b\n", {"/.htaccess:2:3: unknown directive", "fix: ", "[HC-05]"}},
      {"AddType text/x .y\n",
       {"/.htaccess:1:1: AddType is not allowed in this .htaccess file",
        "found: AllowOverride Indexes", "AllowOverride Indexes FileInfo", "[HC-40]"}},
      {"KeepAlive On\n", {"KeepAlive is not allowed in .htaccess files", "[HC-09]"}},
      {"Listen 80\n", {"Listen is not allowed in .htaccess files", "[HC-09]"}},
      {"Include x\n", {"Include is not allowed in .htaccess files"}},
      {"<Directory /x>\n</Directory>\n", {"<Directory> is not allowed in .htaccess files"}},
      {"<VirtualHost *>\n</VirtualHost>\n", {"<VirtualHost> is not allowed in .htaccess files"}},
      {"<Files x>\n<Files y>\n</Files>\n</Files>\n", {"<Files> is not allowed within <Files>"}},
      {"<Files x>\n", {".htaccess:1:2: <Files> is not closed"}},
      {"DirectoryIndex\n", {"DirectoryIndex has a wrong number of arguments", "[HC-08]"}},
  };
  server_.AllowLog("");
  Begin();
  for (const auto& c : cases) {
    Htaccess("", c.text);
    EXPECT_EQ(Status("/plain.txt"), 500) << c.text;
    for (const std::string& text : c.said) {
      EXPECT_THAT(server_.ErrorLog(), HasSubstr(text)) << c.text;
    }
    EXPECT_THAT(server_.ErrorLog(), HasSubstr("a .htaccess file cannot be used"));
    EXPECT_THAT(server_.ErrorLog(), HasSubstr("[HC-42]"));
  }
  Htaccess("", "DirectoryIndex plain.txt\n");
  EXPECT_EQ(Body("/"), "plain\n");
}

TEST_F(ConfigContract, AFileThatCannotBeReadAsHtaccess) {
  server_.extra = Allow("All");
  server_.AllowLog("HC-41");
  Begin();
  ASSERT_EQ(mkdir(Docs("/.htaccess").c_str(), 0755), 0);
  EXPECT_EQ(Status("/plain.txt"), 500);
  EXPECT_THAT(server_.ErrorLog(), HasSubstr("is no regular file; fix: "));
  ASSERT_EQ(rmdir(Docs("/.htaccess").c_str()), 0);
  EXPECT_EQ(Status("/plain.txt"), 200);
  Htaccess("", std::string(2 << 20, '#'));
  EXPECT_EQ(Status("/plain.txt"), 500);
  Htaccess("", "Scope x\n");
  EXPECT_EQ(Status("/plain.txt"), 200);
  // Root reads everything; then the worker is another user.
  ASSERT_EQ(chmod(Docs("/.htaccess").c_str(), 0), 0);
  if (geteuid() == 0) {
    ASSERT_EQ(chown(Docs("/.htaccess").c_str(), 0, 0), 0);
  }
  EXPECT_EQ(Status("/plain.txt"), 403);
  EXPECT_THAT(server_.ErrorLog(), HasSubstr("[HC-41]"));
}

TEST_F(ConfigContract, OtherNamesListsAndOtherServers) {
  server_.extra = "OpenFileCacheValid 0\nAccessFileName .site .htaccess\n<Directory \"" + Docs() +
                  "\">\nAllowOverride None\nAllowOverrideList Scope\n</Directory>\n"
                  "<VirtualHost *>\nServerName none.test\n<Directory \"" +
                  Docs() +
                  "\">\nAllowOverrideList None\n</Directory>\n</VirtualHost>\n"
                  "<VirtualHost *>\nServerName some.test\n</VirtualHost>\n";
  server_.Write("htdocs/.site", "Scope site\n");
  Htaccess("", "Scope ht\n");
  Begin();
  EXPECT_EQ(FetchFrom("none.test", "/plain.txt?scopes").body, "|");
  EXPECT_EQ(FetchFrom("some.test", "/plain.txt?scopes").body, "|site");
  server_.AllowLog("HC-4");
  server_.Write("htdocs/.site", "Say no\n");
  EXPECT_EQ(FetchFrom("some.test", "/plain.txt").status, 500);
  EXPECT_EQ(FetchFrom("none.test", "/plain.txt").status, 200);
}

TEST_F(ConfigContract, AModulesFileIsLookedAtWithItsHtaccess) {
  server_.extra = Allow("All");
  server_.Write("conf/words", "first");
  Htaccess("", "Words conf/words\n");
  Begin();
  EXPECT_THAT(Sections(), HasSubstr("said=first\n"));
  server_.Write("conf/words", "second!");
  EXPECT_THAT(Sections(), HasSubstr("said=second!\n"));
}

// A request that is under way keeps the settings with which it began; without one, the memory of
// what was replaced is given back.
TEST_F(ConfigContract, SettingsLiveAsLongAsTheirRequests) {
  server_.extra = Allow("All");
  server_.workers = 1;
  server_.Write("htdocs/big.bin", std::string(16 << 20, 'x'));
  Htaccess("", "Scope old\n");
  Begin();
  const auto change = [this](const std::string& word) {
    Htaccess("", "Scope " + word + "\n");
    ASSERT_EQ(Body("/plain.txt?scopes"), "|" + word);
  };
  change("first");
  const std::string alone = Body("/plain.txt?live");
  for (int i = 0; i < 30; ++i) change("quick" + std::to_string(i));
  EXPECT_TRUE(WaitUntil([&] { return Body("/plain.txt?live") == alone; }));
  Wire slow(port_);
  ASSERT_TRUE(slow.Send("GET /big.bin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  EXPECT_EQ(slow.Read(true).status, 200);  // its head: the body stays in the sockets
  change("beside0");
  change("beside1");  // the request that finds the first change is still merged with the old one
  const std::string beside = Body("/plain.txt?live");
  EXPECT_NE(beside, alone);
  for (int i = 2; i < 30; ++i) change("beside" + std::to_string(i));
  EXPECT_TRUE(WaitUntil([&] { return Body("/plain.txt?live") == beside; }))
      << Body("/plain.txt?live") << " instead of " << beside;
  EXPECT_EQ(slow.ReadAll().size(), size_t{16} << 20);
  EXPECT_TRUE(WaitUntil([&] { return Body("/plain.txt?live") == alone; }));
}

// ---- Sections of a module ----

TEST_F(ConfigContract, AKeptSectionIsEnteredPerRequest) {
  server_.extra =
      "Say nobody\n<When X-A 1>\nSay a\nAddType text/x-a .txt\n</When>\n"
      "<VirtualHost *>\nServerName all.test\n<When X-B 1>\nSay b\n"
      "<IfModule mod_mime.c>\nAddType text/x-b .txt\n</IfModule>\n</When>\n"
      "<Directory \"" +
      Docs() +
      "\">\n<When X-C 1>\nSay c\n</When>\n</Directory>\n"
      "</VirtualHost>\n";
  Begin();
  server_.AllowLog("sections are entered from MAP_STORAGE to FIXUP");  // the handler tries it
  EXPECT_THAT(Sections(), HasSubstr("said=nobody\n"));
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Fetch("/plain.txt?sections", "X-A: 1\r\n").body, HasSubstr("said=a\n"));
    EXPECT_THAT(Fetch("/plain.txt?sections", "X-A: 1\r\nX-B: 1\r\n").body, HasSubstr("said=b\n"));
    EXPECT_THAT(Fetch("/plain.txt?sections", "X-A: 1\r\nX-C: 1\r\nX-B: 1\r\n").body,
                HasSubstr("said=c\n"));
    EXPECT_EQ(Fetch("/plain.txt", "X-A: 1\r\n").Field("Content-Type"), "text/x-a");
    EXPECT_EQ(Fetch("/plain.txt", "X-A: 1\r\nX-B: 1\r\n").Field("Content-Type"), "text/x-b");
    EXPECT_EQ(Fetch("/plain.txt").Field("Content-Type"), "text/plain");
  }
}

TEST_F(ConfigContract, AKeptSectionInHtaccess) {
  server_.extra = Allow("All");
  Htaccess("", "Say plain\n<When X-A 1>\nSay a\n</When>\n");
  server_.AllowLog("sections are entered from MAP_STORAGE to FIXUP");
  Begin();
  EXPECT_THAT(Sections(), HasSubstr("said=plain\n"));
  EXPECT_THAT(Fetch("/plain.txt?sections", "X-A: 1\r\n").body, HasSubstr("said=a\n"));
  Htaccess("", "Say plain\n<When X-A 1>\nSay changed\n</When>\n");
  EXPECT_THAT(Fetch("/plain.txt?sections", "X-A: 1\r\n").body, HasSubstr("said=changed\n"));
}

TEST_F(ConfigContract, SectionsAreEnteredAtTheirTimeOnly) {
  server_.extra = "<When X-A 1>\nSay a\n</When>\n";
  server_.AllowLog("httpd_request_enter_section() called by sections");
  Begin();
  EXPECT_EQ(Status("/plain.txt?early"), 418);
  EXPECT_THAT(Sections(), HasSubstr("said=\n"));  // the handler's own attempt is refused as well
  EXPECT_THAT(server_.ErrorLog(),
              HasSubstr("httpd_request_enter_section() called by sections: sections are entered "
                        "from MAP_STORAGE to FIXUP"));
}

TEST_F(ConfigContract, TransparentSectionsCountWhereTheyStand) {
  server_.extra =
      "<Always>\nSay always\n<Directory \"" + Docs() +
      "\">\n<Always>\nScope in\n</Always>\n<Never>\nNonsense </\n</Never>\n</Directory>\n"
      "<Always>\n<VirtualHost *>\nServerName inner.test\nScope host\n</VirtualHost>\n"
      "</Always>\n</Always>\nDefine OUT 1\n<Never>\nDefine OUT 2\nListen 99999\n"
      "LoadModule nobody_module nowhere.so\n</Never>\nScope ${OUT}\n";
  Begin();
  EXPECT_EQ(FetchFrom("inner.test", "/plain.txt?scopes").body, "|1>host>in");
  EXPECT_THAT(Sections(), HasSubstr("said=always\n"));
}

TEST_F(ConfigContract, ARawBodyIsTextWhateverItHolds) {
  const std::string script =
      "if x < y then </b\n<Directory /unbalanced>\n</VirtualHost>\n"
      "Listen 1\nLoadModule evil_module /etc/passwd\nInclude /etc/passwd\n"
      "print(\"${UNDEFINED}\") \\\n# odd \\\n";
  server_.extra = "<Script lua>\n" + script +
                  "</Script>\n<VirtualHost *>\n<Script inner>\n</Script>\n"
                  "</VirtualHost>\nSay after\n";
  Begin();
  EXPECT_THAT(Sections(), AllOf(HasSubstr("script lua=" + script + "\n"),
                                HasSubstr("script inner=\n"), HasSubstr("said=after\n")));
  EXPECT_THAT(Check().output, Not(HasSubstr("UNDEFINED")));
}

TEST_F(ConfigContract, AModuleReadsLinesItself) {
  server_.extra =
      "Define VALUE three\nThing one\nThingTwo two many\n<ThingSection x>\n"
      "</ThingSection>\n<Table t>\nalpha 1\n  beta \"2 and 2\"\n<Inner>\n"
      "gamma ${VALUE}\n</Inner>\n</Table>\nPath x/./y/\nPath /z//\nPath a\n";
  Begin();
  EXPECT_THAT(Sections(),
              AllOf(HasSubstr("unknown Thing=one\nunknown ThingTwo=two\nunknown ThingSection=x\n"
                              "line alpha=1\nline beta=2 and 2\nline gamma=three\n"),
                    HasSubstr("path x/./y/=" + server_.Path("x/y/") + "\n"),
                    HasSubstr("path /z//=/z/\n"), HasSubstr("path a=" + server_.Path("a") + "\n")));
  EXPECT_THAT(Check().output, AllOf(HasSubstr("a thing has one value"), HasSubstr("Syntax OK")));
}

TEST_F(ConfigContract, PreConfigComesBeforeTheFirstDirective) {
  server_.extra = "Say x\n";
  Begin();
  EXPECT_THAT(Sections(), AllOf(HasSubstr("pre=1\n"), HasSubstr("workers=2\n"),
                                HasSubstr("draining=0\n"), HasSubstr(server_.root())));
}

TEST_F(ConfigContract, PreConfigRefuses) {
  server_.environment = {"SECTIONS_REFUSE=1"};
  const ExitOutcome outcome = server_.StartAndFail();
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("not with this environment"), HasSubstr("pre_config"),
                                    HasSubstr("unset SECTIONS_REFUSE")));
}

TEST_F(ConfigContract, ServersKnowTheirPort) {
  server_.extra =
      "ServerName main.test:81\n<VirtualHost *>\nServerName first.test\n</VirtualHost>\n"
      "<VirtualHost *>\nServerName named.test:8080\n</VirtualHost>\n";
  Begin();
  EXPECT_THAT(FetchFrom("first.test", "/plain.txt?sections").body, HasSubstr("port=0\n"));
  EXPECT_THAT(FetchFrom("named.test", "/plain.txt?sections").body, HasSubstr("port=8080\n"));
}

// ---- Files that modules read ----

TEST_F(ConfigContract, FilesOfModulesAreListed) {
  const std::string words = server_.Path("conf/words");
  server_.Write("conf/words", "a few");
  server_.extra = "Words conf/words\nWords conf/./words\n";
  Begin();
  EXPECT_THAT(Sections(), AllOf(HasSubstr("said=a few\n"), HasSubstr("tracked=" + words + "\n")));
  EXPECT_THAT(Check().output, HasSubstr("read by a module: " + words + "\n"));
  const ExitOutcome hosts = server_.Run({"-d", server_.root(), "-f", "conf/httpd.conf", "-S"});
  EXPECT_THAT(hosts.output, HasSubstr("files that modules read:\n    " + words + "\n"));
  const std::string state = ReadFile(server_.StatePath());
  EXPECT_THAT(state, HasSubstr("\"files\":[\"" + server_.Path("conf/httpd.conf") + "\",\"" + words +
                               "\"]"));
}

// ---- What is wrong, where, and what cures it ----

TEST_F(ConfigContract, EveryMistakeIsExplained) {
  const struct {
    std::string lines;
    const char* message;
    const char* fix;
  } cases[] = {
      {"Words conf/none\n", "cannot read ", "fix: make the file"},
      {"Words conf\n", "cannot read ", "fix: "},
      {"<Table t>\nkey 1\nother 2\nKEY 3\nkey 4\n</Table>\n", "it was given here first",
       "fix: remove one of the two lines"},
      {"Table t\n", "Table is a section", "fix: <Table t> ... </Table>"},
      {"<Say x>\n</Say>\n", "Say is not a section", "fix: Say x"},
      {"<Script a>\n<Script b>\n</Script>\n</Script>\n", "<Script> is opened within the text",
       "fix: </Script> before this line"},
      {"<Script a>\nno end\n", "<Script> is not closed before", "fix: </Script>"},
      {"<Script a>\n</Skript>\n", "expected </Script>, found </Skript>", "fix: </Script>"},
      {"<Script>\n</Script>\n", "Script has a wrong number of arguments", ""},
      {"<Location /x>\n<Script a>\n</Script>\n</Location>\n", "Script is not allowed within",
       "fix: move this line there"},
      {"<When a b>\n<Directory /x>\n</Directory>\n</When>\n",
       "<Directory> is not allowed within <When>", "fix: </When> before this line"},
      {"<When a b>\nKeepAlive On\n</When>\n", "KeepAlive is not allowed within <When>",
       "fix: move this line there"},
      {"<Always>\nListen 99\n</Always>\n", "Listen is not allowed within <Always>",
       "fix: move this line out of the section"},
      {"<Always>\nLoadModule a_module b.so\n</Always>\n", "LoadModule is not allowed within",
       "fix: "},
      {"<Always>\n</Files>\n</Always>\n", "</Files> without a matching <Files>", "fix: "},
      {"<Always>\n<Files x>\n</Always>\n", "<Files> is not closed before </Always>",
       "fix: </Files>"},
      {"<Always>\nNonsense\n</Always>\n", "unknown directive \"Nonsense\"", "fix: "},
      {"<Nobody x>\nListen 99\n</Nobody>\n", "unknown section \"Nobody\"", "fix: "},
      {"<Tabel t>\n</Tabel>\n", "did you mean Table?", "fix: <Table t>"},
      {"<Directory /x>\nAllowOverride Everything\n</Directory>\n",
       "AllowOverride cannot be \"Everything\"", "fix: "},
      {"<Directory /x>\nAllowOverride None All\n</Directory>\n", "AllowOverride cannot be",
       "fix: AllowOverride None"},
      {"AllowOverride All\n", "AllowOverride is not allowed outside", "fix: "},
      {"AccessFileName a/b\n", "AccessFileName cannot be", "fix: AccessFileName .htaccess"},
  };
  for (const auto& c : cases) ExpectRefused(c.lines, c.message, c.fix);
  ExpectWarned("<DirectoryMatch x>\nAllowOverride All\n</DirectoryMatch>\n", "has no effect");
}

TEST_F(ConfigContract, MisuseAtConfigurationTimeIsAnswered) {
  server_.extra = "<Misuse>\nSay 1\n</Misuse>\n<Misuse>\nSay 2\n</Misuse>\n";
  server_.AllowLog("called by sections");
  Begin();
  EXPECT_THAT(Sections(),
              AllOf(HasSubstr("misuse calls=0 -19 -19 -16 0 -19 -16 -16 -16 -19 -16 \n"),
                    HasSubstr("said=2\n")));
  for (const char* function :
       {"httpd_call_walk", "httpd_call_argc", "httpd_call_note", "httpd_call_position",
        "httpd_call_read_file", "httpd_call_track_file", "httpd_unknown_directive_add"}) {
    EXPECT_THAT(server_.ErrorLog(), HasSubstr(std::string(function) + "() called by sections: "));
  }
}

}  // namespace
}  // namespace httpd::testing
