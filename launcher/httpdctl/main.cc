// SPDX-License-Identifier: Apache-2.0
// httpdctl: the tool beside the server. An ordinary program that needs no libhttpd.so, so that it
// works where the server does not.
#include <unistd.h>

#include <string>
#include <vector>

#include "base/concat.h"
#include "output.h"
#include "verb.h"

namespace httpd::ctl {
namespace {

const Verb* FindVerb(std::string_view name) {
  for (const Verb* verb : Verbs()) {
    if (verb->name == name) return verb;
  }
  return nullptr;
}

int RunHelp(const Invocation& invocation) {
  if (invocation.operands.empty()) return Print(HelpText()) ? kGood : kRefused;
  for (const std::string& name : invocation.operands) {
    const Verb* verb = FindVerb(name);
    if (verb == nullptr) {
      UnknownVerb(name);
      return kUsage;
    }
    if (!Print(HelpText(*verb))) return kRefused;
  }
  return kGood;
}

// Number of the argument that is the verb: what stands before it are options of every verb.
size_t FindVerbPlace(const std::vector<std::string>& arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word.size() < 2 || word[0] != '-') return i;
    for (const OptionSpec& option : CommonOptions()) {
      const bool exact =
          word == base::Concat("--", option.name) || (word.size() == 2 && word[1] == option.letter);
      if (exact && !option.argument.empty()) ++i;
    }
  }
  return arguments.size();
}

int Main(std::vector<std::string> arguments) {
  for (const std::string& word : arguments) {
    if (word == "--version") return Print("httpdctl " HTTPD_VERSION "\n") ? kGood : kRefused;
    if (word == "--") break;
  }
  const size_t place = FindVerbPlace(arguments);
  if (place >= arguments.size()) {
    const bool asked = !arguments.empty() && (arguments[0] == "--help" || arguments[0] == "-h");
    if (asked) return Print(HelpText()) ? kGood : kRefused;
    UnknownVerb("");
    return kUsage;
  }
  const Verb* verb = FindVerb(arguments[place]);
  if (verb == nullptr) {
    UnknownVerb(arguments[place]);
    return kUsage;
  }
  arguments.erase(arguments.begin() + static_cast<ptrdiff_t>(place));
  Invocation invocation;
  invocation.color = ColorsOn(1);
  invocation.error_color = ColorsOn(2);
  if (!ParseInvocation(*verb, arguments, &invocation)) return kUsage;
  if (invocation.Has("help")) return Print(HelpText(*verb)) ? kGood : kRefused;
  return verb->run(invocation);
}

}  // namespace

const Verb kHelp = {
    "help",
    "[VERB]",
    "what the verbs do",
    "Without a verb: the list of verbs. With one: its options and what it prints.\n",
    {},
    RunHelp};

}  // namespace httpd::ctl

int main(int argc, char** argv) {
  return httpd::ctl::Main(std::vector<std::string>(argv + 1, argv + argc));
}
