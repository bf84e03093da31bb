// SPDX-License-Identifier: Apache-2.0
// The second evaluation, in a generation that has given up its privileges: each line of the active
// tree finds its row in the directive tables of core and modules, and its handler is called.
#include "config/evaluate.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/concat.h"
#include "base/str.h"
#include "config/core_directives.h"
#include "config/evaluator.h"
#include "config/parser.h"
#include "config/spelling.h"
#include "config/values.h"

namespace httpd::config {
namespace {

// "<Directory>, <Location>" for HTTPD_IN_* bits.
std::string ContextNames(uint32_t contexts) {
  static constexpr std::pair<uint32_t, std::string_view> kNames[] = {
      {HTTPD_IN_GLOBAL | HTTPD_IN_SERVER, "outside sections"},
      {HTTPD_IN_SERVER, "<VirtualHost>"},
      {HTTPD_IN_DIRECTORY, "<Directory>"},
      {HTTPD_IN_LOCATION, "<Location>"},
      {HTTPD_IN_FILES, "<Files>"},
  };
  std::string out;
  for (const auto& [bits, name] : kNames) {
    if ((contexts & bits) != 0) base::Append(&out, out.empty() ? "" : ", ", name);
  }
  return out;
}

constexpr std::string_view kSectionNames[] = {
    "VirtualHost",   "Directory",  "DirectoryMatch", "Location", "Files",
    "LocationMatch", "FilesMatch", "IfModule",       "IfDefine", "IfFile"};
bool IsSection(const httpd_directive& directive) {
  return (directive.flags & (HTTPD_DIRECTIVE_SECTION | HTTPD_DIRECTIVE_RAW_BODY)) != 0;
}
constexpr std::string_view kEarlyNames[] = {
    "Define",     "UnDefine", "Include",  "IncludeOptional",         "Listen",
    "LoadModule", "LoadFile", "ErrorLog", "GracefulShutdownTimeout", "Group",
    "User",       "PidFile",  "Workers",  "ModuleLoadTimeout",       "ModulePath",
    "ServerRoot"};

}  // namespace

bool Evaluator::NoCase::operator()(std::string_view a, std::string_view b) const {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return base::LowerAscii(x) < base::LowerAscii(y);
  });
}

bool Evaluate(const EvaluateInput& input, Diagnostics* diagnostics, server::ServerSet* out) {
  return Evaluator(input, diagnostics, out).Run();
}

bool Evaluator::Run() {
  const int errors_before = diagnostics_.error_count();
  IndexDirectives();
  httpd_server* main = AddServer();
  if (main == nullptr) return false;
  main->is_main = true;
  Scope scope;
  scope.server = main;
  Walk(input_.early->active, scope);
  MergeServers();
  OrderSections();
  CheckHosts();
  out_.servers = std::move(servers_);
  return diagnostics_.error_count() == errors_before;
}

void Evaluator::IndexDirectives() {
  for (const auto& module : *input_.modules) {
    for (const httpd_directive& directive : module->directives) {
      directives_[directive.name].push_back({module.get(), &directive});
    }
  }
}

void Evaluator::Walk(const Tree& tree, const Scope& scope) {
  for (const Node& node : tree) {
    if (node.section) {
      EvaluateSection(node, scope);
    } else {
      Directive(node, scope);
    }
  }
}

void Evaluator::Directive(const Node& node, const Scope& scope) {
  if (IsEarlyDirective(node.name)) {
    if (SameName(node.name, "ErrorLog")) {
      void* config = scope.server->server_configs[0];
      static_cast<server::CoreServer*>(config)->error_log = node.args[0].text;
    }
    return;
  }
  bool twice = false;
  const Provider* provider = Find(node, &twice);
  if (provider != nullptr) return Call(*provider, node, scope);
  if (!twice && !AskModules(node, scope)) Unknown(node);
}

// The row of a line's directive; null, with `twice` when two modules have it, which is reported.
const Evaluator::Provider* Evaluator::Find(const Node& node, bool* twice) {
  const auto found = directives_.find(node.name);
  if (found == directives_.end()) return nullptr;
  const std::vector<Provider>& providers = found->second;
  if (providers.size() == 1) return &providers[0];
  *twice = true;
  Diagnostic& error = diagnostics_.Error(
      "HC-27", node.position, node.name_length,
      base::Concat("modules ", providers[0].module->name, " and ", providers[1].module->name,
                   " both provide ", providers[0].directive->name));
  for (const Provider& provider : providers) {
    if (!provider.module->position.valid()) continue;
    error.notes.push_back({base::Concat("module ", provider.module->name, " is loaded here"),
                           provider.module->position, provider.module->position_length});
  }
  error.fix = "remove one of the two LoadModule lines";
  return nullptr;
}

void Evaluator::FillCall(const module::Module* module, const httpd_directive* directive,
                         const Node& node, const Scope& scope, httpd_directive_call* call) {
  call->node = &node;
  call->directive = directive;
  call->module = module;
  call->pool = input_.pool;
  call->server = scope.server;
  call->context = scope.context;
  call->section = scope.node;
  call->server_root = &input_.early->server_root.value;
  call->diagnostics = &diagnostics_;
  call->auth = input_.auth;
  call->modules = input_.modules;
  call->provider = &input_.provider;
  call->entering = &input_.entering;
  call->evaluator = this;
  call->scope = scope;
}

// Calls code of a module: it is named while it runs, and no exception gets out of it.
httpd_result Evaluator::Enter(const httpd_directive_handler handler, void* user, void* config,
                              httpd_directive_call* call) {
  const httpd_directive_call* outer = std::exchange(inside_, call);
  if (input_.entering) input_.entering(call->module, call->directive);
  httpd_result result = HTTPD_ERR_INVALID;
  try {
    result = handler(call, config, user);
  } catch (...) {  // a C++ module may throw although it must not
    CallError(
        call, HTTPD_CALL_WHOLE_LINE, "HC-25",
        base::Concat("module ", call->module->name, " threw an exception while reading this line"));
  }
  inside_ = outer;
  if (input_.entering) {
    input_.entering(outer == nullptr ? nullptr : outer->module,
                    outer == nullptr ? nullptr : outer->directive);
  }
  return result;
}

void Evaluator::Call(const Provider& provider, const Node& node, const Scope& scope) {
  const httpd_directive& directive = *provider.directive;
  httpd_directive_call call;
  if (!CheckKind(directive, node) || !CheckContext(directive, node, scope) ||
      !CheckArgs(directive, node, &call.flag)) {
    return;
  }
  FillCall(provider.module, &directive, node, scope, &call);
  const bool global_only = (directive.contexts & HTTPD_IN_SERVER) == 0;
  if (scope.context == HTTPD_IN_SERVER && global_only) call.context = HTTPD_IN_GLOBAL;
  void* config = nullptr;
  if (!ServerConfig(*provider.module, scope.server, &call.server_config)) return OutOfMemory(node);
  if ((directive.flags & HTTPD_DIRECTIVE_SERVER_CONFIG) != 0) {
    config = call.server_config;
  } else if (!LocationConfig(*provider.module, scope, &config)) {
    return OutOfMemory(node);
  }
  if (directive.handler == nullptr) return;
  if (provider.module->slot == 0) ReportBody(node);  // the core reads the lines of its own itself
  const int errors_before = diagnostics_.error_count();
  const httpd_result result = Enter(directive.handler, directive.user, config, &call);
  // Its reason may stand at a line of the section.
  if (result == HTTPD_OK || diagnostics_.error_count() != errors_before) return;
  if (result == HTTPD_ERR_NO_MEMORY) return OutOfMemory(node);
  Diagnostic& error = CallError(
      &call, HTTPD_CALL_WHOLE_LINE, "HC-25",
      base::Concat("module ", provider.module->name, " refused this line without a reason"));
  error.found = base::Concat("result ", result, " of its handler");
  if (directive.usage != nullptr) error.wanted = directive.usage;
}

bool Evaluator::CheckContext(const httpd_directive& directive, const Node& node,
                             const Scope& scope) {
  uint32_t here = scope.context;
  if (here == HTTPD_IN_HTACCESS) return CheckOverride(directive, node, scope);
  if (scope.context == HTTPD_IN_SERVER && !scope.in_virtual_host) here |= HTTPD_IN_GLOBAL;
  if ((directive.contexts & here) != 0) return true;
  Diagnostic& error = diagnostics_.Error("HC-09", node.position, node.name_length, "");
  if (scope.node == nullptr) {
    error.message = base::Concat(directive.name, " is not allowed outside of sections");
  } else {
    error.message = base::Concat(directive.name, " is not allowed within <", scope.node->name, ">");
    error.notes.push_back({base::Concat("<", scope.node->name, "> was opened here"),
                           scope.node->position, scope.node->name_length});
  }
  error.wanted = ContextNames(directive.contexts);
  error.fix = "move this line there";
  return false;
}

bool Evaluator::CheckArgs(const httpd_directive& directive, const Node& node, bool* flag) {
  const std::string usage = directive.usage == nullptr ? "" : directive.usage;
  if ((directive.flags & HTTPD_DIRECTIVE_RAW) != 0) {
    if (!node.raw.empty() || directive.min_args == 0) return true;
  } else if ((directive.flags & HTTPD_DIRECTIVE_FLAG) != 0) {
    if (node.args.size() == 1) {
      if (ParseOnOff(node.args[0].text, flag)) return true;
      Diagnostic& error = diagnostics_.Error(
          "HC-10", node.args[0].position, node.args[0].length,
          base::Concat(directive.name, " cannot be \"", node.args[0].text, "\""));
      error.wanted = "On or Off";
      error.fix = base::Concat(directive.name, " On");
      return false;
    }
  } else {
    if (ReportUnterminated(node, Sources(), &diagnostics_)) return false;
    const bool enough = node.args.size() >= directive.min_args;
    const bool any = directive.max_args == HTTPD_ARGS_ANY;
    if (enough && (any || node.args.size() <= directive.max_args)) return true;
  }
  Diagnostic& error =
      diagnostics_.Error("HC-08", node.position, node.name_length,
                         base::Concat(directive.name, " has a wrong number of arguments"));
  error.found = base::Concat(node.args.size());
  error.wanted = usage;
  return false;
}

void Evaluator::Unknown(const Node& node) {
  if (const Unsupported* entry = FindUnsupported(node.name)) {
    return ReportUnsupported(node, entry->name, entry->harmless, entry->why, entry->fix);
  }
  const std::string shown = node.section ? base::Concat("<", node.name, ">") : node.name;
  Diagnostic& error = diagnostics_.Error(
      "HC-05", node.position, node.name_length,
      base::Concat("unknown ", node.section ? "section" : "directive", " \"", node.name, "\""));
  if (input_.provider) error.fix = input_.provider(node.name);
  if (!error.fix.empty()) {
    error.wanted = base::Concat("an installed module provides ", shown, " and is not loaded");
    return;
  }
  std::vector<std::string_view> known(std::begin(kEarlyNames), std::end(kEarlyNames));
  if (node.section) {
    known.assign(std::begin(kSectionNames), std::end(kSectionNames));
  }
  for (const auto& [name, providers] : directives_) {
    if (IsSection(*providers[0].directive) == node.section) known.push_back(name);
  }
  std::vector<std::string> close = CloseSpellings(node.name, known);
  const bool exact = !ApacheModuleOf(node.name).empty();
  if (close.empty() && !node.section && !exact) {
    close = CloseSpellings(node.name, CommonDirectives());
  }
  if (!close.empty()) {
    error.wanted = base::Concat("did you mean ", close[0]);
    for (size_t i = 1; i < close.size(); ++i) base::Append(&error.wanted, " or ", close[i]);
    error.wanted += "?";
    error.fix = node.section ? base::Concat("<", close[0], " ", node.raw, "> ... </", close[0], ">")
                             : base::Concat(close[0], " ", node.raw);
    return;
  }
  const std::string_view module = ApacheModuleOf(node.name);
  if (!module.empty()) {
    error.found =
        base::Concat("a directive of Apache's mod_", module, ", which is not installed here");
    error.fix =
        base::Concat("remove it, or put it between <IfModule mod_", module, ".c> and </IfModule>");
  } else {
    error.fix = "remove this line, or load the module that provides it (LoadModule)";
  }
}

void Evaluator::ReportUnsupported(const Node& node, std::string_view name, bool harmless,
                                  std::string_view why, std::string_view fix) {
  const std::string shown = node.section ? base::Concat("<", name, ">") : std::string(name);
  Diagnostic& diagnostic =
      harmless ? diagnostics_.Warning("HC-20", node.position, node.name_length,
                                      base::Concat(shown, " has no effect: ", why))
               : diagnostics_.Error("HC-20", node.position, node.name_length,
                                    base::Concat(shown, " is not supported: ", why));
  diagnostic.fix = std::string(fix);
}

bool Evaluator::ServerConfig(const module::Module& module, httpd_server* server, void** config) {
  *config = server->server_configs[module.slot];
  return *config != nullptr || module.record.create_server_config == nullptr;
}

// Made by the first line that needs it: a section without a module's directives costs nothing.
bool Evaluator::LocationConfig(const module::Module& module, const Scope& scope, void** config) {
  server::ModuleConfigs& configs =
      scope.section != nullptr ? scope.section->configs : scope.server->location_configs;
  void*& slot = configs[module.slot];
  if (slot == nullptr && module.record.create_location_config != nullptr) {
    slot = module.record.create_location_config(input_.pool, module.record.user);
    if (slot == nullptr) return false;
  }
  *config = slot;
  return true;
}

const SourceMap& Evaluator::Sources() const {
  static const SourceMap empty;
  return input_.sources != nullptr ? *input_.sources : empty;
}

void Evaluator::OutOfMemory(const Node& node) {
  diagnostics_.Error("HC-30", node.position, node.name_length, "out of memory while reading this")
      .fix = "give the server more memory, or make the configuration smaller";
}

}  // namespace httpd::config
