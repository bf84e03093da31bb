// SPDX-License-Identifier: Apache-2.0
//
// mod_autoindex in the running server.
#include <sys/stat.h>

#include "integration/module_test.h"

namespace httpd::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Autoindex : public ModuleTest {
 protected:
  Autoindex() {
    server_.modules = {"mime", "dir", "autoindex"};
    server_.Write("htdocs/d/small.txt", std::string(10, 's'));
    server_.Write("htdocs/d/big.txt", std::string(5000, 'b'));
    server_.Write("htdocs/d/a <b>&'\".txt", "x");
    server_.Write("htdocs/d/line\nbreak", "x");
    server_.Write("htdocs/d/\xc3\xa4\xff", "x");
    server_.Write("htdocs/d/.hidden", "x");
    server_.Write("htdocs/d/backup~", "x");
    server_.Write("htdocs/d/zdir/file", "x");
    server_.Write("htdocs/empty/.keep", "x");
    server_.extra =
        "<Directory \"" + server_.Path("htdocs") + "\">\nOptions +Indexes\n" + "</Directory>\n";
  }
  // Whether `names` stand in the page in this order.
  void ExpectOrder(const std::string& page, std::initializer_list<std::string_view> names) {
    size_t at = 0;
    for (const std::string_view name : names) {
      const std::string link = "<a href=\"" + std::string(name) + "\"";
      const size_t found = page.find(link, at);
      ASSERT_NE(found, std::string::npos) << link << " is missing or too early in\n" << page;
      at = found;
    }
  }
};

TEST_F(Autoindex, ListsEscapedAndSorted) {
  Begin();
  const Answer answer = Fetch("/d/");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.Field("Content-Type"), "text/html;charset=UTF-8");
  ExpectOrder(answer.body, {"../", "zdir/", "a%20%3Cb%3E%26%27%22.txt", "big.txt", "line%0Abreak",
                            "small.txt", "%C3%A4%FF"});
  EXPECT_THAT(answer.body, HasSubstr("<span>a &lt;b&gt;&amp;&#39;&quot;.txt</span>"));
  EXPECT_THAT(answer.body, HasSubstr("<span>line\xe2\x90\x8a"
                                     "break</span>"));
  EXPECT_THAT(answer.body, HasSubstr("<span>\xc3\xa4\xef\xbf\xbd</span>"));
  EXPECT_THAT(answer.body, Not(HasSubstr(".hidden")));
  EXPECT_THAT(answer.body, Not(HasSubstr("backup")));
  EXPECT_THAT(answer.body, HasSubstr("4.9K"));
  EXPECT_EQ(Status("/d/a%20%3Cb%3E%26%27%22.txt"), 200);
  EXPECT_EQ(Status("/d/line%0Abreak"), 200);
  EXPECT_EQ(Status("/d/%C3%A4%FF"), 200);
  EXPECT_THAT(Body("/empty/"), HasSubstr("Nothing to show."));
  EXPECT_THAT(Fetch("/").body, HasSubstr("It works."));
}

TEST_F(Autoindex, QuerySortsAndFilters) {
  Begin();
  ExpectOrder(Body("/d/?C=S;O=D"), {"zdir/", "big.txt", "small.txt"});
  ExpectOrder(Body("/d/?C=S&O=A"), {"zdir/", "small.txt", "big.txt"});
  ExpectOrder(Body("/d/?C=N;O=D"), {"zdir/", "small.txt", "big.txt"});
  const std::string filtered = Body("/d/?P=s*.txt");
  EXPECT_THAT(filtered, HasSubstr("small.txt"));
  EXPECT_THAT(filtered, Not(HasSubstr("big.txt")));
  EXPECT_THAT(Body("/d/?P=%22%3E%3Cscript%3E"), Not(HasSubstr("<script>")));
}

TEST_F(Autoindex, OnlyWhereOptionsAllow) {
  server_.extra +=
      "<Directory \"" + server_.Path("htdocs/empty") + "\">\nOptions -Indexes\n" + "</Directory>\n";
  server_.AllowLog("Cannot serve directory");
  Begin();
  EXPECT_EQ(Status("/empty/"), 403);
  EXPECT_EQ(Status("/d/"), 200);
  Wire wire(port_);
  EXPECT_EQ(wire.Ask("POST /d/ HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").status, 405);
}

TEST_F(Autoindex, HidesWhatTheClientMayNotHave) {
  server_.extra +=
      "<Files \"big.txt\">\nRequire all denied\n</Files>\n<Location \"/d/zdir\">\n"
      "IndexOptions +ShowForbidden\n</Location>\n";
  server_.Write("htdocs/d/zdir/big.txt", "x");
  Begin();
  EXPECT_THAT(Body("/d/"), Not(HasSubstr("big.txt")));
  EXPECT_THAT(Body("/d/zdir/"), HasSubstr("big.txt"));
  EXPECT_EQ(Status("/d/zdir/big.txt"), 403);
}

TEST_F(Autoindex, HeaderReadmeAndDescriptions) {
  server_.Write("htdocs/d/HEADER.html", "<p>the <b>header</b>");
  server_.Write("htdocs/d/README", "1 < 2\n");
  server_.extra +=
      "HeaderName HEADER.html\nReadmeName README\nAddDescription \"tiny\" small*\n"
      "IndexStyleSheet \"/own.css\"\nIndexHeadInsert \"<meta name='x'>\"\n";
  Begin();
  const std::string page = Body("/d/");
  EXPECT_THAT(page, HasSubstr("<p>the <b>header</b>"));
  EXPECT_THAT(page, HasSubstr("<pre>1 &lt; 2\n</pre>"));
  EXPECT_THAT(page, HasSubstr("<td class=\"d\">tiny</td>"));
  EXPECT_THAT(page, HasSubstr("<link rel=\"stylesheet\" href=\"/own.css\">"));
  EXPECT_THAT(page, HasSubstr("<meta name='x'>"));
  EXPECT_THAT(page, Not(HasSubstr("href=\"HEADER.html\"")));
}

TEST_F(Autoindex, OptionsChangeThePage) {
  server_.extra +=
      "IndexOptions +VersionSort -FoldersFirst\nIndexOrderDefault Descending Name\n"
      "IndexIgnore small*\n<Location \"/empty/\">\nIndexOptions None\n</Location>\n"
      "<Location \"/d/zdir/\">\nIndexIgnoreReset On\n</Location>\n";
  server_.Write("htdocs/d/zdir/.shown", "x");
  Begin();
  const std::string page = Body("/d/");
  ExpectOrder(page, {"zdir/", "big.txt", "backup~"});
  EXPECT_THAT(page, Not(HasSubstr("small.txt")));
  EXPECT_THAT(Body("/empty/"), HasSubstr("<ul>"));
  EXPECT_THAT(Body("/d/zdir/"), HasSubstr("href=\".shown\""));
}

TEST_F(Autoindex, LongListingsAreCutVisibly) {
  for (int i = 0; i < 30; ++i) server_.Write("htdocs/many/f" + std::to_string(i), "x");
  server_.extra += "IndexMaxEntries 20\n";
  Begin();
  EXPECT_THAT(Body("/many/"), HasSubstr("Only 20 entries are shown; this directory has more."));
  EXPECT_THAT(Body("/d/"), Not(HasSubstr("this directory has more")));
}

TEST_F(Autoindex, WithoutTheSlashLinksStillWork) {
  server_.extra += "DirectorySlash Off\n";
  Begin();
  ExpectOrder(Body("/d"), {"./", "d/zdir/", "d/small.txt"});
}

TEST_F(Autoindex, AnUnreadableDirectoryIsExplained) {
  SKIP_UNLESS_ROOT();
  chmod(server_.Path("htdocs/d").c_str(), 0711);
  server_.AllowLog("cannot be read");
  Begin();
  EXPECT_EQ(Status("/d/"), 403);
  EXPECT_TRUE(server_.WaitForLog("cannot be read: Permission denied; fix: chmod o+rx"));
}

TEST_F(Autoindex, MistakesAreNamed) {
  ExpectRefused("IndexOptions Fancy", "unknown option Fancy");
  ExpectRefused("IndexOrderDefault Up Date", "wanted Ascending or Descending",
                "IndexOrderDefault Descending Date");
  ExpectRefused("HeaderName /inc/head.html", "wanted the name of a file in the listed directory",
                "HeaderName HEADER.html");
  ExpectRefused("IndexMaxEntries 0", "wanted a number from 1 to 100000");
  ExpectRefused("AddDescription \"x\" /a/b", "found a path");
  ExpectWarned("IndexOptions +NameWidth=*", "+NameWidth=* has no effect");
  ExpectWarned("AddIcon /icons/a.gif .a\nDefaultIcon /icons/b.gif", "AddIcon has no effect");
}

}  // namespace
}  // namespace httpd::testing
