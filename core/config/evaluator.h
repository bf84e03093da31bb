// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/call.h"
#include "config/evaluate.h"

// The evaluation behind Evaluate: evaluate.cc (directives and scopes), evaluate_sections.cc
// (<VirtualHost> and the sections) and evaluate_finish.cc (merging, order, checks of the whole).

namespace httpd::config {

class Evaluator {
 public:
  Evaluator(const EvaluateInput& input, Diagnostics* diagnostics, server::ServerSet* out)
      : input_(input), diagnostics_(*diagnostics), out_(*out) {}
  bool Run();

 private:
  // Where a line stands.
  struct Scope {
    httpd_server* server = nullptr;
    server::Section* section = nullptr;  // innermost; null outside
    const Node* node = nullptr;          // of the innermost section or <VirtualHost>
    uint32_t context = HTTPD_IN_SERVER;  // HTTPD_IN_* of the section; HTTPD_IN_SERVER outside
    bool in_virtual_host = false;
  };
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
  void Call(const Provider& provider, const Node& node, const Scope& scope);
  bool CheckContext(const httpd_directive& directive, const Node& node, const Scope& scope);
  bool CheckArgs(const httpd_directive& directive, const Node& node, bool* flag);
  void Unknown(const Node& node);
  void ReportUnsupported(const Node& node, std::string_view name, bool harmless,
                         std::string_view why, std::string_view fix);
  bool ServerConfig(const module::Module& module, httpd_server* server, void** config);
  bool LocationConfig(const module::Module& module, const Scope& scope, void** config);
  void OutOfMemory(const Node& node);
  const SourceMap& Sources() const;

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
  Diagnostics& diagnostics_;
  server::ServerSet& out_;
  std::map<std::string_view, std::vector<Provider>, NoCase> directives_;
  std::vector<OwnSections> own_;  // by server index
  std::vector<std::unique_ptr<httpd_server>> servers_;
  std::vector<const Node*> server_nodes_;  // <VirtualHost> of each, null for the main server
};

}  // namespace httpd::config
