// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/early.h"
#include "config/parser.h"

// The evaluation behind LoadEarly: early.cc (files, sections, defaults), early_directives.cc (one
// method per directive), early_modules.cc (those about modules) and early_include.cc.

namespace httpd::config {

class EarlyEvaluator {
 public:
  EarlyEvaluator(const EarlyInput& input, FileReader* files, SourceMap* sources,
                 Diagnostics* diagnostics, EarlyConfig* out);
  bool Run();
  // A .htaccess file, which is read while the server serves: no early directive may stand in it.
  bool RunAccessFile(uint32_t file);

  struct Directive;
  static const Directive* FindDirective(std::string_view name);

 private:
  // A section around the line that is being evaluated.
  struct Scope {
    const Node* section = nullptr;  // null outside every section
    const Scope* outer = nullptr;
  };

  // early.cc
  void StartServerRoot();
  void LoadMainFile();
  void EvaluateCommandLine(const std::vector<std::string>& lines, const char* option);
  void EvaluateText(uint32_t file, const Scope& scope, Tree* active);
  void EvaluateNode(Node node, const Scope& scope, Tree* active);
  void EvaluateUnknown(Node node, const Scope& scope, Tree* active);
  bool SectionApplies(const Node& node, std::optional<bool>* applies);
  void RememberInactiveListen(const Tree& tree);
  void FillDefaults();
  void CheckListen();

  // Variables
  void ExpandNode(Node* node);
  std::string Expand(const std::string& text, Position near, bool warn);
  const std::string* FindVariable(const std::string& name, std::string* storage) const;
  void WarnUndefined(const std::string& name, Position near);

  // early_include.cc
  void Include(const Node& node, const Scope& scope, Tree* active, bool optional);
  void IncludeFile(const std::string& path, const Node& node, const Scope& scope, Tree* active);
  bool ExpandPath(const std::string& path, const Node& node, bool optional,
                  std::vector<std::string>* files);
  void ExpandWildcard(const std::string& base, const std::vector<std::string>& parts, size_t index,
                      const Node& node, std::vector<std::string>* files);
  void ExpandDirectory(const std::string& path, const Node& node, int depth,
                       std::vector<std::string>* files);
  bool IncludeAllowed(const std::string& path, const Node& node);
  void AddIncludeChain(Diagnostic* diagnostic) const;

  // early_directives.cc
  bool CheckDirective(const Directive& directive, const Node& node, const Scope& scope);
  void Define(const Node& node);
  void UnDefine(const Node& node);
  void ServerRoot(const Node& node);
  void Listen(const Node& node);
  void User(const Node& node);
  void Group(const Node& node);
  void PidFile(const Node& node);
  void ErrorLog(const Node& node, const Scope& scope);
  void Workers(const Node& node);
  void GracefulShutdownTimeout(const Node& node);
  void ModuleLoadTimeout(const Node& node);
  void LoadFile(const Node& node);
  void ModulePath(const Node& node);
  void ChrootDir(const Node& node);
  bool ParseNumber(const Node& node, uint32_t lowest, uint32_t highest, Located<uint32_t>* out);
  void RefuseRoot(const Node& node, std::string_view what);

  // early_modules.cc
  void LoadModule(const Node& node);
  void AddRequest(ModuleRequest request);
  void ModuleOrder(const Node& node);
  void ClearModuleList(const Node& node);
  void AddModule(const Node& node);
  bool Activate(std::string_view name);

  std::string ServerPath(std::string_view path) const;
  Diagnostic& ErrorAt(std::string_view code, const Arg& arg, std::string message);
  Diagnostic& ErrorAt(std::string_view code, const Node& node, std::string message);

  const EarlyInput& input_;
  FileReader& files_;
  SourceMap& sources_;
  Diagnostics* diagnostics_;  // within a section that the core does not know: its own
  EarlyConfig& out_;

  std::map<std::string, std::optional<std::string>, std::less<>> defines_;
  std::set<std::string, std::less<>> loaded_;  // short names, for <IfModule>
  std::vector<ModuleRequest> inactive_;        // those that ClearModuleList took off the list
  std::vector<std::string> open_files_;        // of the Include stack, to find loops
  std::vector<Position> open_at_;              // the Include line of each
  size_t files_read_ = 0;
  size_t bytes_read_ = 0;
  int depth_errors_ = 0;
  bool include_limit_reported_ = false;
  bool module_path_set_ = false;
  bool listen_seen_ = false;  // even when it was wrong
  bool main_file_read_ = false;
  int unknown_depth_ = 0;  // sections around the line that the core does not know
  bool access_file_ = false;
  std::optional<Note> inactive_listen_;
  uint32_t main_file_ = Position::kNoFile;
};

// One row of the table of early directives.
struct EarlyEvaluator::Directive {
  const char* name;
  uint16_t min_args;
  uint16_t max_args;
  const char* usage;
  void (EarlyEvaluator::*handler)(const Node&);
};

// Parses what Listen takes: PORT, ADDRESS:PORT, [ADDRESS]:PORT, *:PORT. On failure `wanted` says
// what is not right with it.
bool ParseListenAddress(std::string_view text, ListenAddress* out, std::string* wanted);

// True when both addresses cannot be bound at the same time.
bool AddressesOverlap(const ListenAddress& a, const ListenAddress& b);

// The account database of the system; `written` is a name or "#number".
std::optional<Account> FindSystemUser(const std::string& written);
std::optional<Account> FindSystemGroup(const std::string& written);

// Joins and tidies: no doubled slashes, no "." components, no slash at the end.
std::string JoinPath(std::string_view base, std::string_view path);

}  // namespace httpd::config
