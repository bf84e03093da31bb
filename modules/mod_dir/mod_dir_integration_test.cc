// SPDX-License-Identifier: Apache-2.0
//
// mod_dir in the running server.
#include "integration/module_test.h"

namespace httpd::testing {
namespace {

using ::testing::HasSubstr;

class Dir : public ModuleTest {
 protected:
  Dir() {
    server_.modules = {"mime", "dir"};
    server_.Write("htdocs/sub/index.html", "sub index");
    server_.Write("htdocs/a b?/index.html", "odd index");
    server_.Write("htdocs/none/file.txt", "x");
    server_.Write("htdocs/second/index.htm", "htm index");
    server_.Write("htdocs/second/other.txt", "other");
    server_.AllowLog("Cannot serve directory");
  }
};

TEST_F(Dir, IndexAndSlash) {
  Begin();
  EXPECT_EQ(Body("/sub/"), "sub index");
  EXPECT_EQ(Body("/sub/?x=1"), "sub index");
  const Answer answer = Fetch("/sub?x=%20&y");
  EXPECT_EQ(answer.status, 301);
  EXPECT_EQ(answer.Field("Location"), "/sub/?x=%20&y");
  EXPECT_EQ(Location("/a%20b%3f"), "/a%20b%3F/");
  EXPECT_EQ(Body("/a%20b%3f/"), "odd index");
  EXPECT_EQ(Location("//sub"), "/sub/");
  EXPECT_EQ(Status("/none/"), 403);
  EXPECT_EQ(Status("/missing"), 404);
  EXPECT_EQ(Status("/missing/"), 404);
  EXPECT_EQ(Fetch("/sub/").Field("Content-Type"), "text/html");
}

TEST_F(Dir, ListIsTriedInOrder) {
  server_.extra = "DirectoryIndex none.html index.htm\nDirectoryIndex /second/other.txt\n";
  Begin();
  EXPECT_EQ(Body("/second/"), "htm index");
  EXPECT_EQ(Body("/none/"), "other");
  EXPECT_EQ(Body("/sub/"), "other");
}

TEST_F(Dir, SectionsReplaceTheList) {
  server_.extra = "DirectoryIndex index.htm\n<Directory \"" + server_.Path("htdocs/sub") +
                  "\">\nDirectoryIndex index.html\n</Directory>\n<Directory \"" +
                  server_.Path("htdocs/second") + "\">\nDirectoryIndex disabled\n</Directory>";
  Begin();
  EXPECT_EQ(Body("/sub/"), "sub index");
  EXPECT_EQ(Status("/second/"), 403);
}

TEST_F(Dir, SlashOff) {
  server_.extra = "DirectorySlash Off";
  Begin();
  EXPECT_EQ(Status("/sub"), 403);
  EXPECT_EQ(Body("/sub/"), "sub index");
}

TEST_F(Dir, IndexRedirect) {
  server_.extra = "DirectoryIndexRedirect seeother";
  Begin();
  const Answer answer = Fetch("/sub/?q=1");
  EXPECT_EQ(answer.status, 303);
  EXPECT_EQ(answer.Field("Location"), "/sub/index.html?q=1");
}

TEST_F(Dir, Fallback) {
  server_.Write("htdocs/app.txt", "the app");
  server_.extra =
      "FallbackResource /app.txt\n<Location \"/not/\">\nFallbackResource disabled\n</Location>\n"
      "<Location \"/gone/\">\nFallbackResource /missing.txt\n</Location>";
  Begin();
  EXPECT_EQ(Body("/any/thing?x"), "the app");
  EXPECT_EQ(Body("/sub/"), "sub index");
  EXPECT_EQ(Status("/not/here"), 404);
  EXPECT_EQ(Status("/gone/here"), 404);
}

TEST_F(Dir, CheckHandler) {
  server_.extra = "DirectoryCheckHandler On\n<Location \"/sub/\">\nSetHandler own\n</Location>";
  server_.AllowLog("no module provides handler");
  Begin();
  EXPECT_EQ(Status("/sub/"), 500);
  EXPECT_EQ(Status("/"), 200);
}

TEST_F(Dir, MistakesAreNamed) {
  ExpectRefused("DirectoryIndex http://example.org/", "found the address of another server");
  ExpectRefused("DirectoryIndex ../x", "found a \".\" or \"..\" segment");
  ExpectRefused("DirectoryIndexRedirect 200", "found \"200\", wanted on, off");
  ExpectRefused("FallbackResource app.txt", "wanted a path that starts with \"/\"",
                "FallbackResource /app.txt");
  ExpectRefused("DirectorySlash perhaps", "perhaps");
}

}  // namespace
}  // namespace httpd::testing
