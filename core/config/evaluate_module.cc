// SPDX-License-Identifier: Apache-2.0
// What modules read themselves: sections of their own, and lines that nobody else knows.
#include <algorithm>
#include <utility>

#include "base/concat.h"
#include "config/early_evaluator.h"
#include "config/evaluator.h"
#include "config/values.h"

namespace httpd::config {

using server::SectionKind;

void Evaluator::ModuleSection(const Node& node, const Scope& scope) {
  bool twice = false;
  const Provider* provider = Find(node, &twice);
  if (provider != nullptr) return Call(*provider, node, scope);
  if (!twice && !AskModules(node, scope)) Unknown(node);
}

// Sections are written as such, and directives are not.
bool Evaluator::CheckKind(const httpd_directive& directive, const Node& node) {
  const bool raw = (directive.flags & HTTPD_DIRECTIVE_RAW_BODY) != 0;
  const bool section = raw || (directive.flags & HTTPD_DIRECTIVE_SECTION) != 0;
  if (section != node.section) {
    Diagnostic& error = diagnostics_.Error(
        "HC-43", node.position, node.name_length,
        base::Concat(directive.name, section ? " is a section" : " is not a section"));
    if (directive.usage != nullptr) error.wanted = directive.usage;
    error.fix = section ? base::Concat("<", directive.name, node.raw.empty() ? "" : " ", node.raw,
                                       "> ... </", directive.name, ">")
                        : base::Concat(directive.name, node.raw.empty() ? "" : " ", node.raw);
    return false;
  }
  if (!raw || node.body == nullptr || !node.body->opened_again.valid()) return true;
  Diagnostic& error = diagnostics_.Error(
      "HC-44", node.body->opened_again, 1,
      base::Concat("<", directive.name, "> is opened within the text of <", directive.name, ">"));
  error.found = "two lines that may be the end of the text";
  error.wanted = base::Concat("text up to the first line that is </", directive.name, ">");
  error.notes.push_back(
      {base::Concat("<", directive.name, "> was opened here"), node.position, node.name_length});
  error.fix = base::Concat("</", directive.name, "> before this line");
  return false;
}

// True when a module took the line.
bool Evaluator::AskModules(const Node& node, const Scope& scope) {
  for (const auto& module : *input_.modules) {
    for (const module::UnknownDirectiveHook& hook : module->unknown_directives) {
      httpd_directive_call call;
      FillCall(module.get(), nullptr, node, scope, &call);
      if (!ServerConfig(*module, scope.server, &call.server_config)) {
        OutOfMemory(node);
        return true;
      }
      const httpd_result result = Enter(hook.fn, hook.user, nullptr, &call);
      if (result == HTTPD_OK || call.reported) return true;
      if (result == HTTPD_DECLINED) continue;
      CallError(&call, HTTPD_CALL_WHOLE_LINE, "HC-25",
                base::Concat("module ", module->name, " refused this line without a reason"))
          .found = base::Concat("result ", result, " of its function for unknown directives");
      return true;
    }
  }
  return false;
}

void Evaluator::Track(std::string path) {
  if (access_ != nullptr) {
    access_->tracked->push_back(std::move(path));
  } else if (std::find(out_.tracked.begin(), out_.tracked.end(), path) == out_.tracked.end()) {
    out_.tracked.push_back(std::move(path));
  }
}

httpd_section* Evaluator::NewSection(const httpd_directive_call& call) {
  auto* section = input_.pool->New<httpd_section>();
  if (section == nullptr) return nullptr;
  section->kind = SectionKind::kOfModule;
  section->position = call.node->position;
  section->generation = input_.generation;
  section->configs.resize(input_.modules->size());
  own_module_sections_.push_back(section);
  return section;
}

bool Evaluator::IsOwnSection(const httpd_section* section) const {
  return std::find(own_module_sections_.begin(), own_module_sections_.end(), section) !=
         own_module_sections_.end();
}

void Evaluator::WalkSection(const httpd_directive_call& call, httpd_section* section) {
  ReportBody(*call.node);
  Scope scope = call.scope;
  if (section != nullptr) {
    scope.section = section;
    scope.node = call.node;
    // What applies to some requests may hold whatever a <Location> may.
    if (scope.context == HTTPD_IN_SERVER) scope.context = HTTPD_IN_LOCATION;
  }
  Walk(call.node->children, scope);
}

void Evaluator::ReportBody(const Node& node) {
  if (node.body == nullptr) return;
  const Diagnostics findings = std::exchange(node.body->findings, Diagnostics());
  for (const Diagnostic& finding : findings.all()) diagnostics_.Add(finding);
}

void Evaluator::FillChild(const httpd_directive_call& parent, const Node& node,
                          httpd_directive_call* child) {
  Scope scope = parent.scope;
  scope.node = parent.node;
  FillCall(parent.module, nullptr, node, scope, child);
  child->server_config = parent.server_config;
  child->scope = parent.scope;  // a walk of it counts where the outer section stands
  if (node.args.size() == 1) ParseOnOff(node.args[0].text, &child->flag);
}

}  // namespace httpd::config
