// SPDX-License-Identifier: Apache-2.0
// Each field of the table against sources.txt, and each value there against the words that it
// quotes.

#include <gtest/gtest.h>

#include <cstdio>
#include <set>
#include <string>

#include "platform/targets/sources.h"
#include "platform/targets/target.h"

namespace httpd::targets {
namespace {

std::string Paths(const httpd_target& target) {
  const std::string second = target.paths[1];
  return target.paths[0] + (second.empty() ? "" : " " + second);
}

// What a quotation has to hold for a value that is a word of ours. Values without a row here are
// the source's own words and have to stand in it as they are.
struct Meaning {
  const char* field;
  const char* value;
  const char* words;  // or other words, after a newline
};
constexpr Meaning kMeanings[] = {
    {"format", "ELF", "elf\nELF"},
    {"format", "ECOFF", "ecoff"},
    {"format", "SOM", "som_vec"},
    {"format", "XCOFF", "rs6000coff_vec"},
    {"format", "a.out", "sunos_big_vec\naout_vec"},
    {"format", "Mach-O", "mach-o"},
    {"format", "PE", "i386pe_vec"},
    {"format", "NLM", "nlm32_"},
    {"suffix", ".so", "SHMOD_SUFFIX_NAME=so\n.so"},
    {"suffix", ".dll", "SHMOD_SUFFIX_NAME=dll\n.dll"},
    {"library_suffix", ".so", "SHLIB_SUFFIX_NAME=so\n.so"},
    {"library_suffix", ".sl", "SHLIB_SUFFIX_NAME=sl"},
    {"library_suffix", ".dll", "SHLIB_SUFFIX_NAME=dll\n.dll"},
    {"separators", ":", "%s=%s:%s"},
    {"separators", ":;", "(:)"},
    {"separators", ";", ";"},
    {"separators", ":\n", ":\\n"},
    {"exports", "always", "LDFLAGS_SHLIB_EXPORT=\"\"\nLDFLAGS_SHLIB_EXPORT=''"},
    {"exports", "flag", "LDFLAGS_SHLIB_EXPORT=\"-"},
    {"exports", "list", "LDFLAGS_SHLIB_EXPORT=\"-Wl,-bE:"},
    {"exports", "cannot", "DEF_SHARED_CORE=yes"},
    {"list", "version-script", "-version-script\n-M $"},
    {"list", "aix-exp", "-bE:"},
    {"list", "macho-list", "exported_symbols_list"},
    {"list", "windows-def", "EXPORTS\n.def"},
    {"list", "name-list", "-Bexport:$export_symbols"},
    {"loader", "load", "os-aix-dso.c"},
    {"loader", "none", "There simply isn't dynaloading"},
    {"underscore", "yes", "targ_underscore=yes\n\"_%s\"\n)$/_"},
    {"underscore", "no", "targ_underscore=no"},
    {"shared_core", "optional", "DEF_SHARED_CORE=no"},
    {"shared_core", "forced", "DEF_SHARED_CORE=yes"},
    {"shared_core", "refused", "RULE_SHARED_CORE=no"},
    {"shared_core", "none", "usedl='undef'"},
    {"shared_chain", "optional", "DEF_SHARED_CHAIN=no"},
    {"shared_chain", "none", "usedl='undef'"},
};

std::string AllWords(const SourcedValue& sourced) {
  std::string words;
  for (const Evidence& evidence : sourced.evidence) words += evidence.text + "\n";
  return words;
}

bool HoldsAny(const std::string& text, std::string_view alternatives) {
  while (!alternatives.empty()) {
    const size_t end = std::min(alternatives.find('\n'), alternatives.size());
    if (text.find(alternatives.substr(0, end)) != std::string::npos) return true;
    alternatives.remove_prefix(std::min(end + 1, alternatives.size()));
  }
  return false;
}

// libtool composes IRIX's variables: LD_LIBRARY, what stands behind shlibsuff=, _PATH.
bool Composed(const std::string& text, const std::string& word) {
  constexpr std::string_view kBegin = "LD_LIBRARY", kEnd = "_PATH";
  if (word.size() < kBegin.size() + kEnd.size()) return false;
  const std::string middle = word.substr(kBegin.size(), word.size() - kBegin.size() - kEnd.size());
  return text.find("LD_LIBRARY${shlibsuff}_PATH") != std::string::npos &&
         (text.find("shlibsuff=" + middle + " ") != std::string::npos ||
          text.find("shlibsuff=" + middle + "\n") != std::string::npos);
}

// Each word of `value` stands in `text`.
bool HoldsWords(const std::string& text, const std::string& value) {
  for (size_t at = 0; at < value.size();) {
    const size_t end = std::min(value.find(' ', at), value.size());
    const std::string word = value.substr(at, end - at);
    if (text.find(word) == std::string::npos && !Composed(text, word)) return false;
    at = end + 1;
  }
  return true;
}

void ExpectSupported(const std::string& field, const SourcedValue& sourced) {
  ASSERT_FALSE(sourced.evidence.empty());
  const bool nothing = sourced.evidence[0].source == "none";
  EXPECT_FALSE(sourced.value == "unknown" && !nothing) << "unknown in spite of a source";
  if (nothing) {
    EXPECT_TRUE(sourced.value == "unknown" || sourced.value.empty()) << "a value without source";
    EXPECT_FALSE(sourced.evidence[0].text.empty()) << "no reason";
    return;
  }
  const std::string words = AllWords(sourced);
  for (const Meaning& meaning : kMeanings) {
    if (field == meaning.field && sourced.value == meaning.value) {
      EXPECT_TRUE(HoldsAny(words, meaning.words)) << "the words do not say so: " << words;
      return;
    }
  }
  if (sourced.value.empty()) {
    EXPECT_TRUE(HoldsAny(words, "=\"\"\n=''")) << "the words name flags: " << words;
  } else {
    EXPECT_TRUE(HoldsWords(words, sourced.value)) << "the value does not stand in: " << words;
  }
}

// One field of every row: the table says what sources.txt says, and that stands in the sources.
template <typename Get>
void CheckField(const std::string& field, Get get) {
  for (const httpd_target& target : kTargets) {
    SCOPED_TRACE(std::string(target.name) + ", " + field);
    const auto row = Sources().find(target.name);
    ASSERT_NE(row, Sources().end()) << "not in sources.txt";
    const auto sourced = row->second.find(field);
    ASSERT_NE(sourced, row->second.end()) << "not in sources.txt";
    EXPECT_EQ(get(target), sourced->second.value);
    ExpectSupported(field, sourced->second);
  }
}

#define HTTPD_FIELD_TEST(Name, field)                                                         \
  TEST(TargetsTest, Name) {                                                                   \
    CheckField(#field, [](const httpd_target& target) { return std::string(target.field); }); \
  }

HTTPD_FIELD_TEST(ObjectFormat, format)
HTTPD_FIELD_TEST(ModuleSuffix, suffix)
HTTPD_FIELD_TEST(LibrarySuffix, library_suffix)
HTTPD_FIELD_TEST(Separators, separators)
HTTPD_FIELD_TEST(FlagsOfPositionIndependentCode, pic)
HTTPD_FIELD_TEST(FlagsOfSharedObjects, shared)
HTTPD_FIELD_TEST(ExportsOfExecutables, exports)
HTTPD_FIELD_TEST(FlagsForExports, export_flags)
HTTPD_FIELD_TEST(ExportList, list)
HTTPD_FIELD_TEST(Loader, loader)
HTTPD_FIELD_TEST(Underscore, underscore)
HTTPD_FIELD_TEST(SharedCore, shared_core)
HTTPD_FIELD_TEST(SharedChain, shared_chain)
HTTPD_FIELD_TEST(ManifestSection, manifest)
#undef HTTPD_FIELD_TEST

TEST(TargetsTest, LibraryPath) { CheckField("paths", Paths); }

TEST(TargetsTest, EveryPlatformOfTheAncestorsIsThereOnce) {
  std::set<std::string> names;
  for (const httpd_target& target : kTargets) {
    EXPECT_TRUE(names.insert(target.name).second) << target.name << " is there twice";
    EXPECT_EQ(Find(target.name), &target);
  }
  for (const char* name :
       {"freebsd", "openbsd",    "netbsd",   "bsdi",          "linux-glibc", "linux-musl",
        "solaris", "solaris-64", "sunos4",   "osf1",          "irix",        "irix-n32",
        "irix-64", "hpux9",      "hpux10",   "hpux11",        "hpux11-elf",  "unixware",
        "sco5",    "aix3",       "aix4",     "aix",           "reliantunix", "sinix",
        "svr4",    "ptx",        "powermax", "macosx-server", "macos",       "openstep",
        "dgux",    "os2",        "cygwin",   "bs2000",        "mpeix",       "netware",
        "windows", "ultrix"}) {
    EXPECT_EQ(names.count(name), 1u) << name;
  }
  EXPECT_EQ(Find("plan9"), nullptr);
}

TEST(TargetsTest, SourcesSpeakOfNoOtherRowOrField) {
  EXPECT_EQ(Sources().size(), kTargetCount);
  for (const auto& [name, row] : Sources()) {
    EXPECT_NE(Find(name.c_str()), nullptr) << name;
    EXPECT_EQ(row.size(), 15u) << name;
  }
}

// What is true of the values together.
TEST(TargetsTest, RowsDoNotContradictThemselves) {
  for (const httpd_target& target : kTargets) {
    SCOPED_TRACE(target.name);
    const std::string exports = target.exports, core = target.shared_core, state = target.state;
    // The reason for this server's shape: where nothing is exported, Apache shares the core too.
    EXPECT_EQ(exports == "cannot", core == "forced");
    EXPECT_EQ(exports == "flag" || exports == "list", *target.export_flags != '\0');
    EXPECT_EQ(*target.paths[0] == '\0', *target.separators == '\0');
    EXPECT_EQ(state == "refused", core == "none");
    EXPECT_EQ(state == "refused", std::string(target.loader) == "none");
    EXPECT_EQ(state == "built", std::string(target.name) == "linux-glibc");
    EXPECT_FALSE(std::string(target.source).empty());
  }
}

std::string Output(const std::string& command) {
  std::string output;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  char buffer[4096];
  while (pipe != nullptr && fgets(buffer, sizeof buffer, pipe) != nullptr) output += buffer;
  if (pipe != nullptr) pclose(pipe);
  return output;
}

// cmake/HttpdTargetTable.cmake reads the same values out of the text of the table.
TEST(TargetsTest, CMakeReadsTheSameTable) {
  const std::string script =
      std::string(" -P '") + HTTPD_SOURCE_DIR + "/cmake/HttpdTargetTable.cmake'";
  std::string names;
  for (const httpd_target& target : kTargets) {
    names += std::string(target.name) + "\n";
    std::string separators = target.separators;
    if (separators.find('\n') != std::string::npos) separators = ":\\n";  // as it is written
    const std::string expected =
        std::string("name ") + target.name + "\ntitle " + target.title + "\nsystem " +
        target.system + "\nformat " + target.format + "\nsuffix " + target.suffix +
        "\nlibrary_suffix " + target.library_suffix + "\npaths " + Paths(target) + "\nseparators " +
        separators + "\npic " + target.pic + "\nshared " + target.shared + "\nexports " +
        target.exports + "\nexport_flags " + target.export_flags + "\nlist " + target.list +
        "\nloader " + target.loader + "\nunderscore " + target.underscore + "\nshared_core " +
        target.shared_core + "\nshared_chain " + target.shared_chain + "\nmanifest " +
        target.manifest + "\nstate " + target.state + "\nsource " + target.source + "\nnote " +
        target.note + "\n";
    EXPECT_EQ(Output(std::string(HTTPD_CMAKE) + " -DROW=" + target.name + script), expected);
  }
  EXPECT_EQ(Output(HTTPD_CMAKE + script), names);
}

}  // namespace
}  // namespace httpd::targets
