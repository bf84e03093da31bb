// SPDX-License-Identifier: Apache-2.0
// What `httpd -V` and `httpdctl platforms` print of the table.

#include "platform/targets/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "target_name.h"

namespace httpd::targets {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

TEST(RenderTest, ThisBuildKnowsItsRow) {
#if defined(__linux__) && defined(__GLIBC__)
  EXPECT_STREQ(This().name, "linux-glibc");
#else
  EXPECT_STREQ(This().name, HTTPD_TARGET_NAME);
#endif
  EXPECT_THAT(Describe(This()), HasSubstr(This().name));
}

TEST(RenderTest, DescribesWhatARowImplies) {
  EXPECT_EQ(
      Describe(*Find("svr4")),
      "Target:         svr4 (plain System V Release 4), described by its sources, not tested\n"
      " Modules:       mod_x.so, ELF, opened with dlopen\n"
      " Library path:  LD_LIBRARY_PATH\n"
      " Shared object: -G\n"
      " Executable:    cannot export symbols: only a shared core has modules\n"
      " Shared core:   forced in Apache 1.3\n"
      " Note:          The reason for the shared core: the linker exports nothing from an "
      "executable.\n"
      " Source:        Apache 1.3 src/Configure:1314-1319, src/main/http_main.c, "
      "src/os/unix/os.c, libtool.m4, bfd/config.bfd\n");
  EXPECT_THAT(Describe(*Find("irix-n32")), HasSubstr("LD_LIBRARYN32_PATH, else LD_LIBRARY_PATH\n"));
  EXPECT_THAT(Describe(*Find("aix")), HasSubstr("exports what a list names, -Wl,-bE:\n"));
  EXPECT_THAT(Describe(*Find("solaris")), HasSubstr("without being asked\n"));
  EXPECT_THAT(Describe(*Find("ultrix")), HasSubstr("modules are impossible\n"));
  EXPECT_THAT(Describe(*Find("windows")), HasSubstr("is not known"));
}

TEST(RenderTest, TheTextHasALineForEachRowAndMarksThisOne) {
  const std::vector<std::string> lines = Lines(TableText());
  ASSERT_EQ(lines.size(), kTargetCount + 2);
  for (size_t i = 0; i < kTargetCount; ++i) {
    const std::string& line = lines[i + 1];
    const bool here = std::string(kTargets[i].name) == HTTPD_TARGET_NAME;
    EXPECT_THAT(line, StartsWith(std::string(here ? "* " : "  ") + kTargets[i].name + " "));
    EXPECT_THAT(line, HasSubstr(kTargets[i].loader));
    EXPECT_LE(line.size(), 90u) << line;
  }
}

// A reader of JSON in a few lines: checks the grammar and collects the strings.
struct Json {
  const std::string& text;
  size_t at = 0;
  std::vector<std::string> strings;

  bool Take(char c) { return at < text.size() && text[at] == c ? (++at, true) : false; }
  bool String() {
    std::string value;
    if (!Take('"')) return false;
    while (at < text.size() && text[at] != '"') {
      if (static_cast<unsigned char>(text[at]) < 0x20) return false;
      if (text[at] == '\\') {
        const char next = text[++at];
        if (next != '"' && next != '\\' && next != 'n') return false;
        value += next == 'n' ? '\n' : next;
        ++at;
        continue;
      }
      value += text[at++];
    }
    strings.push_back(value);
    return Take('"');
  }
  bool List(char end, bool pairs) {
    if (Take(end)) return true;
    do {
      if (pairs && !(String() && Take(':'))) return false;
      if (!Value()) return false;
    } while (Take(','));
    return Take(end);
  }
  bool Value() {
    if (Take('{')) return List('}', true);
    if (Take('[')) return List(']', false);
    if (text.compare(at, 4, "true") == 0) return at += 4, true;
    return String();
  }
};

TEST(RenderTest, TheJsonIsJsonWithEveryField) {
  const std::string text = TableJson();
  Json json{text, 0, {}};
  ASSERT_TRUE(json.Value()) << "broken at " << json.at << ": " << text.substr(json.at, 60);
  EXPECT_TRUE(json.Take('\n'));
  EXPECT_EQ(json.at, text.size());
  const auto count = [&](const std::string& word) {
    return std::count(json.strings.begin(), json.strings.end(), word);
  };
  for (const char* field :
       {"name",           "title",        "system",     "format",     "suffix",
        "library_suffix", "paths",        "separators", "pic",        "shared",
        "exports",        "export_flags", "loader",     "underscore", "shared_core",
        "shared_chain",   "manifest",     "state",      "source",     "note"}) {
    EXPECT_EQ(count(field), static_cast<long>(kTargetCount)) << field;
  }
  EXPECT_EQ(count("-shared -expect_unresolved \"*\" -s"), 1) << "quotes are kept";
  EXPECT_EQ(count(":\n"), 1) << "musl's separators";
  EXPECT_THAT(text,
              StartsWith(std::string("{\"ok\":true,\"target\":\"") + HTTPD_TARGET_NAME + "\""));
  EXPECT_THAT(text, HasSubstr("\"paths\":[\"LD_LIBRARYN32_PATH\",\"LD_LIBRARY_PATH\"]"));
  EXPECT_THAT(text, HasSubstr("\"paths\":[]"));
}

}  // namespace
}  // namespace httpd::targets
