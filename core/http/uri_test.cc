// SPDX-License-Identifier: Apache-2.0
//
// Path normalisation: every way to spell "..", and that ordinary paths are not touched.
#include "http/uri.h"

#include <gtest/gtest.h>

#include <string>

namespace httpd::http {
namespace {

struct Outcome {
  UriError error;
  std::string path;
  UriPath raw;
};

Outcome Normalize(std::string_view target, const UriOptions& options = {}) {
  std::string buffer(target.size(), '!');
  Outcome outcome;
  outcome.error = NormalizePath(target, options, buffer.data(), buffer.size(), &outcome.raw);
  if (outcome.error == UriError::kOk) outcome.path = std::string(outcome.raw.path);
  return outcome;
}

TEST(Uri, Paths) {
  struct {
    const char* target;
    const char* path;
    bool rewritten;
  } cases[] = {
      {"/", "/", false},
      {"/index.html", "/index.html", false},
      {"/a/b/c/", "/a/b/c/", false},
      {"/a.b/c..d/e...", "/a.b/c..d/e...", false},
      {"/~user/;p=1/@:!$&'()*+,=", "/~user/;p=1/@:!$&'()*+,=", false},
      {"/.", "/", true},
      {"/./", "/", true},
      {"/a/.", "/a/", true},
      {"/a/./b", "/a/b", true},
      {"/a/..", "/", true},
      {"/a/../", "/", true},
      {"/a/../b", "/b", true},
      {"/a/b/..", "/a/", true},
      {"/a/b/../../c", "/c", true},
      {"/a/b/c/./../../g", "/a/g", true},
      {"/...", "/...", true},
      {"/..a/.b", "/..a/.b", true},
      {"//", "/", true},
      {"///a////b//", "/a/b/", true},
      {"/a//../b", "/b", true},
      {"/%61", "/a", true},
      {"/%7Euser", "/~user", true},
      {"/a%20b", "/a b", true},
      {"/%C3%A9", "/\xc3\xa9", true},
      {"/%2541", "/%41", true},
      {"/%252e%252e/x", "/%2e%2e/x", true},
      {"/a/%2e%2e/b", "/b", true},
      {"/a/.%2E/b", "/b", true},
      {"/a/%2e/b", "/a/b", true},
      {"/a%3Fb", "/a?b", true},
      {"/a%23b", "/a#b", true},
      {"/a%0ab", "/a\nb", true},
      {"/a%5c..%5cb", "/a\\..\\b", true},
  };
  for (const auto& c : cases) {
    const Outcome outcome = Normalize(c.target);
    EXPECT_EQ(outcome.error, UriError::kOk) << c.target;
    EXPECT_EQ(outcome.path, c.path) << c.target;
    EXPECT_EQ(outcome.raw.rewritten, c.rewritten) << c.target;
    EXPECT_FALSE(outcome.raw.has_query);
  }
}

TEST(Uri, UntouchedPathIsAViewOfTheInput) {
  const std::string target = "/a/quite/ordinary/path/to/a/file.html?x=%2e%2e//../";
  UriPath path;
  ASSERT_EQ(NormalizePath(target, {}, nullptr, 0, &path), UriError::kOk);
  EXPECT_EQ(path.path.data(), target.data());
  EXPECT_EQ(path.query, "x=%2e%2e//../");
}

TEST(Uri, Errors) {
  struct {
    const char* target;
    UriError error;
    int status;
  } cases[] = {
      {"/..", UriError::kAboveRoot, 400},
      {"/../etc/passwd", UriError::kAboveRoot, 400},
      {"/a/../../b", UriError::kAboveRoot, 400},
      {"/%2e%2e/x", UriError::kAboveRoot, 400},
      {"/%2E./x", UriError::kAboveRoot, 400},
      {"//../x", UriError::kAboveRoot, 400},
      {"/./../x", UriError::kAboveRoot, 400},
      {"/a/..//..", UriError::kAboveRoot, 400},
      {"/%", UriError::kBadEscape, 400},
      {"/%4", UriError::kBadEscape, 400},
      {"/%4g", UriError::kBadEscape, 400},
      {"/%g4", UriError::kBadEscape, 400},
      {"/%%41", UriError::kBadEscape, 400},
      {"/%u0041", UriError::kBadEscape, 400},
      {"/a%", UriError::kBadEscape, 400},
      {"/%4?1", UriError::kBadEscape, 400},
      {"/a%00", UriError::kEncodedNul, 400},
      {"/a%00.html", UriError::kEncodedNul, 400},
      {"/a%2Fb", UriError::kEncodedSlash, 404},
      {"/a%2fb", UriError::kEncodedSlash, 404},
      {"/..%2f..%2fetc", UriError::kEncodedSlash, 404},
      {"/a#b", UriError::kFragment, 400},
      {"/a?b#c", UriError::kFragment, 400},
      {"a", UriError::kNoLeadingSlash, 400},
      {"*", UriError::kNoLeadingSlash, 400},
      {"http://x/", UriError::kNoLeadingSlash, 400},
      {"%2Fa", UriError::kNoLeadingSlash, 400},
  };
  for (const auto& c : cases) {
    const Outcome outcome = Normalize(c.target);
    EXPECT_EQ(outcome.error, c.error) << c.target;
    EXPECT_EQ(UriErrorStatus(outcome.error), c.status) << c.target;
    EXPECT_STRNE(UriErrorReason(outcome.error), "");
  }
}

TEST(Uri, Query) {
  struct {
    const char* target;
    const char* path;
    bool has_query;
    const char* query;
  } cases[] = {
      {"/a?", "/a", true, ""},       {"/a?b=c", "/a", true, "b=c"},
      {"/a?b?c", "/a", true, "b?c"}, {"/a/../b?../c//d%", "/b", true, "../c//d%"},
      {"", "/", false, ""},          {"?", "/", true, ""},
      {"?x=1", "/", true, "x=1"},    {"/a%3f?b", "/a?", true, "b"},
  };
  for (const auto& c : cases) {
    const Outcome outcome = Normalize(c.target);
    EXPECT_EQ(outcome.error, UriError::kOk) << c.target;
    EXPECT_EQ(outcome.path, c.path) << c.target;
    EXPECT_EQ(outcome.raw.has_query, c.has_query) << c.target;
    EXPECT_EQ(outcome.raw.query, c.query) << c.target;
  }
}

TEST(Uri, EncodedSlashes) {
  UriOptions decode;
  decode.encoded_slash = EncodedSlash::kDecode;
  EXPECT_EQ(Normalize("/a%2Fb", decode).path, "/a/b");
  EXPECT_EQ(Normalize("/a/..%2Fb", decode).path, "/b");
  EXPECT_EQ(Normalize("/..%2F..", decode).error, UriError::kAboveRoot);
  EXPECT_EQ(Normalize("/%2F%2Fa", decode).path, "/a");
  UriOptions keep;
  keep.encoded_slash = EncodedSlash::kKeep;
  EXPECT_EQ(Normalize("/a%2fb%20c", keep).path, "/a%2fb c");
  EXPECT_EQ(Normalize("/..%2F..", keep).path, "/..%2F..");
  EXPECT_EQ(Normalize("/a/../%2F", keep).path, "/%2F");
}

TEST(Uri, KeepSlashes) {
  UriOptions options;
  options.merge_slashes = false;
  EXPECT_EQ(Normalize("//a//b", options).path, "//a//b");
  EXPECT_FALSE(Normalize("//a//b", options).raw.rewritten);
  EXPECT_EQ(Normalize("/a//../b", options).path, "/a/b");
  EXPECT_EQ(Normalize("//../b", options).path, "/b");
  EXPECT_EQ(Normalize("//../../b", options).error, UriError::kAboveRoot);
}

TEST(Uri, BufferTooSmall) {
  char buffer[4];
  UriPath path;
  EXPECT_EQ(NormalizePath("/a/./b", {}, buffer, sizeof(buffer), &path), UriError::kNoSpace);
  EXPECT_EQ(UriErrorStatus(UriError::kNoSpace), 414);
  EXPECT_EQ(NormalizePath("/./b", {}, buffer, sizeof(buffer), &path), UriError::kOk);
  EXPECT_EQ(path.path, "/b");
}

}  // namespace
}  // namespace httpd::http
