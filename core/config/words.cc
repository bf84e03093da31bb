// SPDX-License-Identifier: Apache-2.0
// Splitting of a directive's text into words, the one place that knows Apache's quoting rules
// (ap_getword_conf of httpd 2.4, server/util.c).
#include <utility>

#include "absl/strings/ascii.h"
#include "base/concat.h"
#include "config/parser.h"

namespace httpd::config {
namespace {

bool IsBlank(char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); }

// Removes the escapes of one word. Outside quotes only a doubled backslash is an escape.
std::string Unescape(std::string_view word, char quote) {
  std::string out;
  out.reserve(word.size());
  for (size_t i = 0; i < word.size(); ++i) {
    if (word[i] == '\\' && i + 1 < word.size() &&
        (word[i + 1] == '\\' || (quote != 0 && word[i + 1] == quote))) {
      ++i;
    }
    out += word[i];
  }
  return out;
}

}  // namespace

std::vector<Arg> SplitWords(std::string_view text, Position start) {
  std::vector<Arg> words;
  size_t at = 0;
  while (true) {
    while (at < text.size() && IsBlank(text[at])) ++at;
    if (at == text.size()) return words;
    Arg word;
    const size_t begin = at;
    const char quote = text[at] == '"' || text[at] == '\'' ? text[at] : '\0';
    if (quote != 0) {
      ++at;
      while (at < text.size() && text[at] != quote) {
        const bool escape = text[at] == '\\' && at + 1 < text.size() &&
                            (text[at + 1] == quote || text[at + 1] == '\\');
        at += escape ? 2 : 1;
      }
      word.quoted = true;
      word.unterminated = at >= text.size();
      word.text = Unescape(text.substr(begin + 1, at - begin - 1), quote);
      if (!word.unterminated) ++at;
    } else {
      while (at < text.size() && !IsBlank(text[at])) ++at;
      word.text = Unescape(text.substr(begin, at - begin), 0);
    }
    word.position = start;
    word.position.column += static_cast<uint32_t>(begin);
    word.length = static_cast<uint32_t>(at - begin);
    words.push_back(std::move(word));
  }
}

bool ReportUnterminated(const Node& node, const SourceMap& sources, Diagnostics* diagnostics) {
  // Only the last word can lack its quote: it runs to the end of the line.
  if (node.args.empty() || !node.args.back().unterminated) return false;
  const Arg& arg = node.args.back();
  Diagnostic& error =
      diagnostics->Error("HC-07", arg.position, arg.length, "the closing quote is missing");
  const std::string_view line = sources.Line(arg.position.file, arg.position.line);
  const std::string_view quote =
      arg.position.column <= line.size() ? line.substr(arg.position.column - 1, 1) : "\"";
  error.fix = base::Concat("put ", quote, " where the argument ends");
  return true;
}

}  // namespace httpd::config
