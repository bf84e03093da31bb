// SPDX-License-Identifier: Apache-2.0
// What all verbs print alike: findings for people and for programs, and colours only for eyes.
#include "output.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>

#include "base/concat.h"

namespace httpd::ctl {
namespace {

constexpr std::string_view kRed = "\x1b[1;31m", kYellow = "\x1b[1;33m", kCyan = "\x1b[36m",
                           kBold = "\x1b[1m", kPlain = "\x1b[0m";

std::string_view SeverityName(module::FindingSeverity severity) {
  switch (severity) {
    case module::FindingSeverity::kWarning:
      return "warning";
    case module::FindingSeverity::kNotice:
      return "notice";
    case module::FindingSeverity::kError:
      break;
  }
  return "error";
}

}  // namespace

bool ColorsOn(int fd) {
  const char* forbidden = getenv("NO_COLOR");
  const char* terminal = getenv("TERM");
  return (forbidden == nullptr || *forbidden == '\0') && terminal != nullptr &&
         std::string_view(terminal) != "dumb" && isatty(fd) != 0;
}

std::string Bold(std::string_view text, bool color) {
  return color ? base::Concat(kBold, text, kPlain) : std::string(text);
}

std::string Visible(std::string_view text) {
  std::string out = module::RenderRefusal(text, {});
  out.pop_back();  // its line end
  return out;
}

bool Print(const std::string& text) {
  if (fputs(text.c_str(), stdout) >= 0 && fflush(stdout) == 0) return true;
  PrintProblem(process::MakeProblem("HT-09", "the output cannot be written",
                                    process::ErrnoText(errno), "",
                                    "make room, or write to another place"));
  return false;
}

void PrintProblem(const process::Problem& problem) {
  // What has no place in a file is said by the server in its own name.
  std::string text = config::RenderDiagnostic(problem, config::SourceMap(), ColorsOn(2));
  constexpr std::string_view kServer = "httpd: ";
  if (const size_t at = text.find(kServer); at < text.find('\n')) {
    text.replace(at, kServer.size(), "httpdctl: ");
  }
  fputs(text.c_str(), stderr);
}

void FindingsJson(const std::vector<module::Finding>& findings, base::JsonWriter* json) {
  json->BeginArray();
  for (const module::Finding& finding : findings) {
    json->BeginObject().Member("code", finding.code);
    json->Member("severity", SeverityName(finding.severity)).Member("what", finding.what);
    json->Member("found", finding.found).Member("wanted", finding.wanted);
    json->Member("where", finding.where).Member("fix", finding.fix).EndObject();
  }
  json->EndArray();
}

int Refuse(const Invocation& invocation, std::string_view headline,
           const std::vector<module::Finding>& findings) {
  if (invocation.json()) {
    base::JsonWriter json;
    json.BeginObject().Key("ok").Bool(false).Member("headline", headline).Key("findings");
    FindingsJson(findings, &json);
    Print(json.EndObject().Take() + "\n");
  } else {
    fputs(RenderColored(headline, findings, invocation.error_color).c_str(), stderr);
  }
  return kRefused;
}

std::string RenderColored(std::string_view headline, const std::vector<module::Finding>& findings,
                          bool color) {
  const std::string text = module::RenderRefusal(headline, findings);
  if (!color) return text;
  // The lines are: headline, one per finding in their order, then fixes.
  std::string out;
  size_t line = 0;
  for (std::string_view rest = text; !rest.empty(); ++line) {
    const size_t end = rest.find('\n');
    const std::string_view row = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (line == 0) {
      base::Append(&out, kBold, row, kPlain, "\n");
    } else if (line <= findings.size()) {
      const auto severity = findings[line - 1].severity;
      const size_t code = 2 + findings[line - 1].code.size();
      const std::string_view hue = severity == module::FindingSeverity::kError     ? kRed
                                   : severity == module::FindingSeverity::kWarning ? kYellow
                                                                                   : kCyan;
      base::Append(&out, hue, row.substr(0, code), kPlain,
                   row.size() > code ? row.substr(code) : "", "\n");
    } else {
      base::Append(&out, kBold, row.substr(0, 6), kPlain, row.size() > 6 ? row.substr(6) : "",
                   "\n");
    }
  }
  return out;
}

module::Finding MakeFinding(std::string_view code, std::string what, std::string found,
                            std::string wanted, std::string where, std::string fix) {
  module::Finding finding;
  finding.code = std::string(code);
  finding.what = std::move(what);
  finding.found = std::move(found);
  finding.wanted = std::move(wanted);
  finding.where = std::move(where);
  finding.fix = std::move(fix);
  return finding;
}

}  // namespace httpd::ctl
