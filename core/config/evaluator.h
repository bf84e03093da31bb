// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/access_file.h"
#include "config/call.h"
#include "config/evaluate.h"

// The evaluation behind Evaluate: evaluate.cc (directives and scopes), evaluate_sections.cc
// (<VirtualHost> and the sections), evaluate_module.cc (sections and lines that modules read),
// access_file.cc (.htaccess) and evaluate_finish.cc (merging, order, checks of the whole).

namespace httpd::config {

class Evaluator {
 public:
  Evaluator(const EvaluateInput& input, Diagnostics* diagnostics, server::ServerSet* out)
      : input_(input), diagnostics_(*diagnostics), out_(*out) {}
  bool Run();
  // The lines of a .htaccess file (access_file.cc).
  bool RunAccessFile(const Tree& tree, const AccessFileInput& access);

  // For the public functions of a call (evaluate_module.cc).
  const SourceMap& Sources() const;
  void Track(std::string path);
  httpd_section* NewSection(const httpd_directive_call& call);
  bool IsOwnSection(const httpd_section* section) const;
  void WalkSection(const httpd_directive_call& call, httpd_section* section);
  void ReportBody(const Node& node);  // what is wrong with its lines, now that they are directives
  void FillChild(const httpd_directive_call& parent, const Node& node, httpd_directive_call* child);

 private:
  using Scope = LineScope;
  struct Provider {
    module::Module* module;
    const httpd_directive* directive;
  };
  struct NoCase {
    bool operator()(std::string_view a, std::string_view b) const;
  };
  // The sections of one server, before they are put in order.
  struct OwnSections {
    std::vector<server::Section*> directories, directory_matches, files, locations;
  };

  // evaluate.cc
  void IndexDirectives();
  void Walk(const Tree& tree, const Scope& scope);
  void Directive(const Node& node, const Scope& scope);
  const Provider* Find(const Node& node, bool* twice);
  void Call(const Provider& provider, const Node& node, const Scope& scope);
  void FillCall(const module::Module* module, const httpd_directive* directive, const Node& node,
                const Scope& scope, httpd_directive_call* call);
  httpd_result Enter(const httpd_directive_handler handler, void* user, void* config,
                     httpd_directive_call* call);
  bool CheckContext(const httpd_directive& directive, const Node& node, const Scope& scope);
  bool CheckArgs(const httpd_directive& directive, const Node& node, bool* flag);
  void Unknown(const Node& node);
  void ReportUnsupported(const Node& node, std::string_view name, bool harmless,
                         std::string_view why, std::string_view fix);
  bool ServerConfig(const module::Module& module, httpd_server* server, void** config);
  bool LocationConfig(const module::Module& module, const Scope& scope, void** config);
  void OutOfMemory(const Node& node);

  // evaluate_module.cc
  void ModuleSection(const Node& node, const Scope& scope);
  bool CheckKind(const httpd_directive& directive, const Node& node);
  bool AskModules(const Node& node, const Scope& scope);
  bool CheckOverride(const httpd_directive& directive, const Node& node, const Scope& scope);

  // evaluate_sections.cc
  void EvaluateSection(const Node& node, const Scope& scope);
  void VirtualHost(const Node& node, const Scope& scope);
  bool FillSection(const Node& node, const Scope& scope, server::Section* section);
  bool CheckNesting(const Node& node, const Scope& scope, uint32_t context);
  httpd_server* AddServer();
  OwnSections& Own(const httpd_server* server) { return own_[server->index]; }

  // evaluate_finish.cc
  void MergeServers();
  void OrderSections();
  void CheckHosts();
  void WarnPortWithoutListen(const httpd_server& server);

  const EvaluateInput& input_;
  const AccessFileInput* access_ = nullptr;  // null: the server's own configuration
  Diagnostics& diagnostics_;
  server::ServerSet& out_;
  std::map<std::string_view, std::vector<Provider>, NoCase> directives_;
  std::vector<OwnSections> own_;  // by server index
  std::vector<const httpd_section*> own_module_sections_;
  const httpd_directive_call* inside_ = nullptr;  // whose handler runs
  std::vector<std::unique_ptr<httpd_server>> servers_;
  std::vector<const Node*> server_nodes_;  // <VirtualHost> of each, null for the main server
};

}  // namespace httpd::config
