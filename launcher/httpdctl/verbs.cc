// SPDX-License-Identifier: Apache-2.0
// The table of verbs and what is said about it. A new verb is a file of its own and a line here.
#include "base/concat.h"
#include "config/spelling.h"
#include "output.h"
#include "verb.h"

namespace httpd::ctl {
namespace {

constexpr const Verb* kVerbs[] = {&kModinfo, &kCheck, &kDeps, &kOrder, &kGraph, &kPlatforms, &kHelp};

constexpr OptionSpec kCommon[] = {
    {0, "json", "", "one JSON object instead of text"},
    {0, "prefix", "DIR", "another installation (default: where this program is)"},
    {'R', "libexec", "DIR", "another libexec directory"},
    {'d', "root", "DIR", "ServerRoot (default: the installation)"},
    {'f', "config", "FILE", "configuration file, below ServerRoot (default: conf/httpd.conf)"},
    {'D', "define", "NAME[=VALUE]", "define NAME for <IfDefine> and ${NAME}; may be repeated"},
    {'h', "help", "", "what the verb does"},
};

void AppendOptions(absl::Span<const OptionSpec> options, std::string* out) {
  for (const OptionSpec& option : options) {
    std::string left = "  ";
    if (option.letter != 0) base::Append(&left, "-", std::string(1, option.letter), ", ");
    base::Append(&left, "--", option.name);
    if (!option.argument.empty()) base::Append(&left, " ", option.argument);
    left.resize(std::max<size_t>(left.size() + 2, 26), ' ');
    base::Append(out, left, option.help, "\n");
  }
}

std::vector<std::string_view> Names() {
  std::vector<std::string_view> names;
  for (const Verb* verb : kVerbs) names.push_back(verb->name);
  return names;
}

}  // namespace

absl::Span<const Verb* const> Verbs() { return kVerbs; }
absl::Span<const OptionSpec> CommonOptions() { return kCommon; }

std::string HelpText() {
  std::string text =
      "usage: httpdctl [options] VERB [options] [operands]\n\n"
      "Looks into modules and configuration, without a server and without running their code.\n\n";
  for (const Verb* verb : kVerbs) {
    std::string left =
        base::Concat("  ", verb->name, verb->operands.empty() ? "" : " ", verb->operands);
    left.resize(std::max<size_t>(left.size() + 2, 26), ' ');
    base::Append(&text, left, verb->summary, "\n");
  }
  base::Append(&text, "\nOptions of every verb:\n");
  AppendOptions(kCommon, &text);
  base::Append(
      &text, "  --version               version of this program\n\n",
      "httpdctl help VERB says more. Exit status: 0 good, 1 refused, 2 wrong usage.\n"
      "Manual: man httpdctl. Error codes such as HT-01 are explained in docs/errors.md.\n");
  return text;
}

std::string HelpText(const Verb& verb) {
  std::string text =
      base::Concat("usage: httpdctl ", verb.name, " [options]", verb.operands.empty() ? "" : " ",
                   verb.operands, "\n\n", verb.text, "\n");
  if (!verb.options.empty()) {
    base::Append(&text, "Options:\n");
    AppendOptions(verb.options, &text);
    base::Append(&text, "\n");
  }
  base::Append(&text, "Options of every verb:\n");
  AppendOptions(kCommon, &text);
  return text;
}

void UnknownVerb(std::string_view name) {
  const std::vector<std::string> close = config::CloseSpellings(name, Names());
  PrintProblem(process::MakeProblem(
      "HT-01", name.empty() ? "httpdctl was not told what to do" : "there is no such verb",
      name.empty() ? "no verb" : Visible(name), base::Concat("one of ", base::Join(Names(), ", ")),
      base::Concat("httpdctl ", close.empty() ? "help" : close.front())));
}

}  // namespace httpd::ctl
