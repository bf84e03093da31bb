// SPDX-License-Identifier: Apache-2.0
//
// mod_mime in the running server.
#include "integration/module_test.h"

namespace httpd::testing {
namespace {

using ::testing::HasSubstr;

class Mime : public ModuleTest {
 protected:
  Mime() { server_.modules = {"mime"}; }
  void Files(std::initializer_list<const char*> names) {
    for (const char* name : names) server_.Write(std::string("htdocs/") + name, "x");
  }
  std::string Type(std::string_view target) { return Fetch(target).Field("Content-Type"); }
};

TEST_F(Mime, BuiltinTypesAndAddedOnes) {
  Files({"a.css", "A.PNG", "a.foo", "a", ".html", "a.js", "sub/a.foo", "sub/a.css"});
  server_.extra =
      "AddType application/x-foo foo\n"
      "<Directory \"" +
      server_.Path("htdocs/sub") +
      "\">\n"
      "AddType application/x-bar .FOO\nRemoveType css\n</Directory>\n";
  Begin();
  EXPECT_EQ(Type("/a.css"), "text/css");
  EXPECT_EQ(Type("/A.PNG"), "image/png");
  EXPECT_EQ(Type("/a.foo"), "application/x-foo");
  EXPECT_EQ(Type("/sub/a.foo"), "application/x-bar");
  EXPECT_EQ(Type("/sub/a.css"), "");
  EXPECT_EQ(Type("/a"), "");
  EXPECT_EQ(Type("/.html"), "");
  EXPECT_EQ(Type("/a.js"), "text/javascript");
}

TEST_F(Mime, EncodingLanguageAndCharset) {
  Files({"a.html.en.gz", "a.txt", "a.html.utf8", "a.html.fr.pt.gz.br"});
  server_.extra =
      "AddEncoding gzip .gz\nRemoveType .gz\nAddEncoding br .br\nAddLanguage en .en\n"
      "AddLanguage fr .fr\nAddLanguage pt-BR pt\nAddCharset utf-8 .utf8\nDefaultLanguage de\n";
  Begin();
  const Answer all = Fetch("/a.html.en.gz");
  EXPECT_EQ(all.Field("Content-Type"), "text/html");
  EXPECT_EQ(all.Field("Content-Encoding"), "gzip");
  EXPECT_EQ(all.Field("Content-Language"), "en");
  const Answer several = Fetch("/a.html.fr.pt.gz.br");
  EXPECT_EQ(several.Field("Content-Encoding"), "gzip, br");
  EXPECT_EQ(several.Field("Content-Language"), "fr, pt-BR");
  EXPECT_EQ(Fetch("/a.txt").Field("Content-Language"), "de");
  EXPECT_EQ(Type("/a.html.utf8"), "text/html;charset=utf-8");
  // What is not sent has no encoding.
  const Answer range = Fetch("/a.html.en.gz", "Range: bytes=100-\r\n");
  EXPECT_EQ(range.status, 416);
  EXPECT_FALSE(range.Has("Content-Encoding"));
  EXPECT_FALSE(Fetch("/none.html.en.gz").Has("Content-Encoding"));
}

TEST_F(Mime, TypesConfigReplacesTheBuiltinList) {
  Files({"a.css", "a.x"});
  server_.Write("conf/types", "# comment\napplication/x-x x y\n");
  server_.extra = "TypesConfig conf/types";
  Begin();
  EXPECT_EQ(Type("/a.x"), "application/x-x");
  EXPECT_EQ(Type("/a.css"), "");
}

TEST_F(Mime, HandlersAreNeverShownAsText) {
  Files({"a.cgi", "sub/a.cgi"});
  server_.extra = "AddHandler cgi-script .cgi\n<Directory \"" + server_.Path("htdocs/sub") +
                  "\">\nRemoveHandler .cgi\n</Directory>";
  server_.AllowLog("no module provides handler");
  Begin();
  EXPECT_EQ(Status("/a.cgi"), 500);
  EXPECT_EQ(Status("/sub/a.cgi"), 200);
}

TEST_F(Mime, MistakesAreNamed) {
  ExpectRefused("AddType .html text/html", "found \".html\", wanted a media type",
                "AddType text/html .html");
  ExpectRefused("AddType html .html", "found \"html\", wanted a media type");
  ExpectRefused("AddHandler .cgi cgi-script", "found \".cgi\"", "AddHandler cgi-script .cgi");
  ExpectRefused("AddType text/html .", "wanted a file name extension");
  ExpectRefused("AddType text/html", "AddType media-type extension ...");
  ExpectRefused("TypesConfig conf/none", "conf/none cannot be read: No such file or directory");
  server_.Write("conf/bad", "text/html html\nhtml\n");
  ExpectRefused("TypesConfig conf/bad", "conf/bad line 2: found \"html\"");
  ExpectWarned("AddType application/x-tgz .tar.gz", "\".tar.gz\" never matches");
}

}  // namespace
}  // namespace httpd::testing
