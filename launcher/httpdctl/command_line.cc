// SPDX-License-Identifier: Apache-2.0
// The command line: GNU's conventions, but a mistake is told with what is known instead.
#include <algorithm>

#include "base/concat.h"
#include "config/spelling.h"
#include "output.h"
#include "verb.h"

namespace httpd::ctl {
namespace {

class Parser {
 public:
  Parser(const Verb& verb, Invocation* out) : verb_(verb), out_(out) {
    for (const OptionSpec& option : verb.options) known_.push_back(&option);
    for (const OptionSpec& option : CommonOptions()) known_.push_back(&option);
  }

  bool Parse(const std::vector<std::string>& arguments) {
    arguments_ = &arguments;
    bool options_end = false;
    for (at_ = 0; at_ < arguments.size(); ++at_) {
      const std::string_view word = arguments[at_];
      if (options_end || word.size() < 2 || word[0] != '-') {
        out_->operands.emplace_back(word);
      } else if (word == "--") {
        options_end = true;
      } else if (word.starts_with("--") ? !Long(word.substr(2)) : !Letters(word.substr(1))) {
        return false;
      }
    }
    if (out_->operands.empty() || !verb_.operands.empty()) return true;
    return Fail("this verb takes no operand", Visible(out_->operands[0]), "options only");
  }

 private:
  bool Fail(std::string what, std::string found, std::string wanted) {
    PrintProblem(process::MakeProblem("HT-02", std::move(what), std::move(found), std::move(wanted),
                                      base::Concat("httpdctl help ", verb_.name)));
    return false;
  }

  bool Unknown(std::string_view written) {
    std::vector<std::string> all;
    for (const OptionSpec* option : known_) all.push_back(base::Concat("--", option->name));
    const std::vector<std::string_view> views(all.begin(), all.end());
    const auto close = config::CloseSpellings(written, views);
    PrintProblem(process::MakeProblem(
        "HT-02", base::Concat("httpdctl ", verb_.name, " has no such option"), Visible(written),
        base::Concat("one of ", base::Join(all, ", ")),
        close.empty() ? base::Concat("httpdctl help ", verb_.name)
                      : base::Concat("httpdctl ", verb_.name, " ", close.front())));
    return false;
  }

  bool Take(const OptionSpec& option, std::string_view written, bool attached,
            std::string_view value) {
    auto& values = out_->options[std::string(option.name)];
    if (option.argument.empty()) {
      if (attached) {
        return Fail(base::Concat(written, " takes no value"), Visible(value), "nothing behind it");
      }
      return true;
    }
    if (!attached) {
      if (at_ + 1 >= arguments_->size()) {
        return Fail(base::Concat(written, " needs a value"), "nothing behind it",
                    std::string(option.argument));
      }
      value = (*arguments_)[++at_];
    }
    values.emplace_back(value);
    return true;
  }

  bool Long(std::string_view word) {
    const size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    const std::string written = base::Concat("--", name);
    for (const OptionSpec* option : known_) {
      if (option->name != name) continue;
      return Take(*option, written, equals != word.npos,
                  equals == word.npos ? "" : word.substr(equals + 1));
    }
    return Unknown(written);
  }

  bool Letters(std::string_view word) {
    for (; !word.empty(); word.remove_prefix(1)) {
      const auto found = std::find_if(known_.begin(), known_.end(), [&](const OptionSpec* option) {
        return option->letter == word[0];
      });
      const std::string written = base::Concat("-", word.substr(0, 1));
      if (found == known_.end()) return Unknown(written);
      if (!(*found)->argument.empty()) {
        return Take(**found, written, word.size() > 1, word.substr(1));
      }
      if (!Take(**found, written, false, "")) return false;
    }
    return true;
  }

  const Verb& verb_;
  Invocation* out_;
  std::vector<const OptionSpec*> known_;
  const std::vector<std::string>* arguments_ = nullptr;
  size_t at_ = 0;
};

}  // namespace

bool ParseInvocation(const Verb& verb, const std::vector<std::string>& arguments,
                     Invocation* invocation) {
  return Parser(verb, invocation).Parse(arguments);
}

}  // namespace httpd::ctl
