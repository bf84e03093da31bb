// SPDX-License-Identifier: Apache-2.0
//
// The one rendering of a refusal, so that terminal, log and control socket say the same.

#include "module/finding.h"

#include <algorithm>

#include "base/concat.h"

namespace httpd::module {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

// Names come out of files that may be hostile: no control character reaches a terminal or a log.
void AppendVisible(std::string_view text, std::string* out) {
  for (char c : text) {
    const unsigned char u = static_cast<unsigned char>(c);
    if (u >= 0x20 && u != 0x7f) {
      out->push_back(c);
      continue;
    }
    base::Append(out, "\\x");
    out->push_back(kHexDigits[u >> 4]);
    out->push_back(kHexDigits[u & 15]);
  }
}

void AppendPart(std::string_view lead, std::string_view text, std::string* out) {
  if (text.empty()) return;
  out->append(lead);
  AppendVisible(text, out);
}

void AppendFinding(const Finding& finding, std::string* out) {
  out->append("  ");
  AppendVisible(finding.code, out);
  if (finding.severity == FindingSeverity::kWarning) out->append("  warning:");
  if (finding.severity == FindingSeverity::kNotice) out->append("  notice:");
  AppendPart("  ", finding.what, out);
  AppendPart(": found ", finding.found, out);
  AppendPart(finding.found.empty() ? ": wanted " : "; wanted ", finding.wanted, out);
  AppendPart(" in ", finding.where, out);
  out->push_back('\n');
}

config::Severity ToSeverity(FindingSeverity severity) {
  switch (severity) {
    case FindingSeverity::kWarning:
      return config::Severity::kWarning;
    case FindingSeverity::kNotice:
      return config::Severity::kNote;
    case FindingSeverity::kError:
      break;
  }
  return config::Severity::kError;
}

}  // namespace

bool HasErrors(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.severity == FindingSeverity::kError;
  });
}

std::string RenderRefusal(std::string_view headline, const std::vector<Finding>& findings) {
  std::string text;
  AppendVisible(headline, &text);
  text.push_back('\n');
  std::vector<std::string_view> fixes;
  for (const Finding& finding : findings) {
    AppendFinding(finding, &text);
    if (finding.fix.empty() || std::find(fixes.begin(), fixes.end(), finding.fix) != fixes.end()) {
      continue;
    }
    fixes.push_back(finding.fix);
  }
  for (std::string_view fix : fixes) {
    AppendPart("  fix: ", fix, &text);
    text.push_back('\n');
  }
  return text;
}

config::Diagnostic ToDiagnostic(const Finding& finding, config::Position position,
                                uint32_t length) {
  config::Diagnostic out;
  out.severity = ToSeverity(finding.severity);
  out.code = finding.code;
  AppendVisible(finding.what, &out.message);
  AppendPart(" in ", finding.where, &out.message);
  out.position = position;
  out.length = length;
  AppendVisible(finding.found, &out.found);
  AppendVisible(finding.wanted, &out.wanted);
  AppendVisible(finding.fix, &out.fix);
  return out;
}

}  // namespace httpd::module
