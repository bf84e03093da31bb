// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"

namespace httpd::ctl {

inline constexpr int kGood = 0;
inline constexpr int kRefused = 1;
inline constexpr int kUsage = 2;

// One option, known as -L and --name or one of them.
struct OptionSpec {
  char letter;                // 0: none
  std::string_view name;      // without the dashes
  std::string_view argument;  // "FILE"; "" for a switch
  std::string_view help;      // one line
};

// A command line that was understood.
struct Invocation {
  std::map<std::string, std::vector<std::string>, std::less<>> options;  // by long name
  std::vector<std::string> operands;
  bool color = false;        // of standard output
  bool error_color = false;  // of standard error

  bool Has(std::string_view name) const { return options.contains(name); }
  bool json() const { return Has("json"); }
  // All values of an option that may be repeated.
  std::vector<std::string> Values(std::string_view name) const {
    const auto found = options.find(name);
    return found == options.end() ? std::vector<std::string>() : found->second;
  }
  // The last value, or "".
  std::string Value(std::string_view name) const {
    const auto values = Values(name);
    return values.empty() ? "" : values.back();
  }
};

// One verb, each in a file of its own.
struct Verb {
  std::string_view name;
  std::string_view operands;  // "FILE|NAME..."; "" when it takes none
  std::string_view summary;   // one line
  std::string_view text;      // what `help VERB` adds: lines of at most 79 characters
  absl::Span<const OptionSpec> options;
  int (*run)(const Invocation& invocation);
};

extern const Verb kModinfo;
extern const Verb kCheck;
extern const Verb kDeps;
extern const Verb kOrder;
extern const Verb kGraph;
extern const Verb kPlatforms;
extern const Verb kHelp;

// In the order in which help shows them.
absl::Span<const Verb* const> Verbs();

// Options of every verb.
absl::Span<const OptionSpec> CommonOptions();

// Reads what stands behind the verb. False after it has told what is wrong.
bool ParseInvocation(const Verb& verb, const std::vector<std::string>& arguments,
                     Invocation* invocation);

// Of the program, and of one verb.
std::string HelpText();
std::string HelpText(const Verb& verb);

// Tells that no verb has this name, with close spellings and the list.
void UnknownVerb(std::string_view name);

}  // namespace httpd::ctl
