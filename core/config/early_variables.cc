// SPDX-License-Identifier: Apache-2.0
// ${NAME} in the text of a configuration: a defined variable, else one of the environment, else the
// text stays as it is and a warning says so, as Apache does (ap_resolve_env).
#include <cstdlib>

#include "base/concat.h"
#include "config/early_evaluator.h"

namespace httpd::config {

void EarlyEvaluator::ExpandNode(Node* node) {
  if (node->name.find("${") != std::string::npos) {
    node->name = Expand(node->name, node->position, true);
  }
  if (node->raw.find("${") == std::string::npos) return;
  node->raw = Expand(node->raw, node->raw_position, false);
  for (Arg& arg : node->args) {
    if (arg.text.find("${") != std::string::npos) arg.text = Expand(arg.text, arg.position, true);
  }
}

std::string EarlyEvaluator::Expand(const std::string& text, Position near, bool warn) {
  std::string out;
  size_t at = 0;
  while (true) {
    const size_t open = text.find("${", at);
    const size_t close = open == text.npos ? text.npos : text.find('}', open);
    if (close == text.npos) return out + text.substr(at);
    out += text.substr(at, open - at);
    const std::string name = text.substr(open + 2, close - open - 2);
    std::string storage;
    if (const std::string* value = FindVariable(name, &storage)) {
      out += *value;
    } else {
      out += text.substr(open, close + 1 - open);
      // ${map:key} belongs to rewriting rules.
      if (warn && name.find(':') == name.npos) WarnUndefined(name, near);
    }
    at = close + 1;
  }
}

const std::string* EarlyEvaluator::FindVariable(const std::string& name,
                                                std::string* storage) const {
  const auto define = defines_.find(name);
  if (define != defines_.end() && define->second.has_value()) return &*define->second;
  const char* value =
      input_.environment ? input_.environment(name.c_str()) : std::getenv(name.c_str());
  if (value == nullptr) return nullptr;
  *storage = value;
  return storage;
}

void EarlyEvaluator::WarnUndefined(const std::string& name, Position near) {
  // The word may hold escapes before the variable, so its column is looked up in the source.
  const std::string written = base::Concat("${", name, "}");
  const std::string_view line = sources_.Line(near.file, near.line);
  const size_t found = near.column == 0 ? line.npos : line.find(written, near.column - 1);
  if (found != line.npos) near.column = static_cast<uint32_t>(found + 1);
  Diagnostic& warning = diagnostics_->Warning(
      "HC-13", near, static_cast<uint32_t>(written.size()),
      base::Concat("variable ", written, " is not defined; the text stays as it is"));
  warning.wanted = "a Define above this line, -D on the command line, or an environment variable";
  warning.fix = base::Concat("Define ", name, " value");
}

}  // namespace httpd::config
