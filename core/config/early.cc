// SPDX-License-Identifier: Apache-2.0
// The first evaluation of a configuration, by a process that may be root and therefore runs no
// module code: text order, variables, sections that depend on what was seen so far, defaults.
#include "config/early.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/concat.h"
#include "config/early_evaluator.h"

namespace httpd::config {

EarlyEvaluator::EarlyEvaluator(const EarlyInput& input, FileReader* files, SourceMap* sources,
                               Diagnostics* diagnostics, EarlyConfig* out)
    : input_(input), files_(*files), sources_(*sources), diagnostics_(diagnostics), out_(*out) {
  for (const std::string& name : input_.builtin_modules) loaded_.insert(ModuleShortName(name));
  for (const std::string& define : input_.defines) {
    const size_t equals = define.find('=');
    std::optional<std::string> value;
    if (equals != define.npos) value = define.substr(equals + 1);
    defines_[define.substr(0, equals)] = std::move(value);
  }
}

bool EarlyEvaluator::Run() {
  const int errors_before = diagnostics_->error_count();
  StartServerRoot();
  EvaluateCommandLine(input_.directives_before, "-C");
  LoadMainFile();
  EvaluateCommandLine(input_.directives_after, "-c");
  FillDefaults();
  CheckListen();
  return diagnostics_->error_count() == errors_before;
}

void EarlyEvaluator::StartServerRoot() {
  std::string root = input_.server_root.empty() ? input_.prefix : input_.server_root;
  if (root.empty() || root[0] != '/') {
    char directory[4096];
    if (::getcwd(directory, sizeof(directory)) != nullptr) root = JoinPath(directory, root);
  }
  out_.server_root.value = JoinPath(root, "");
  if (input_.server_root.empty()) return;
  const auto kind = files_.Stat(out_.server_root.value);
  if (kind.ok() && *kind == FileReader::Kind::kDirectory) return;
  Diagnostic& error = diagnostics_->Error(
      "HC-10", {}, 0, base::Concat("-d ", input_.server_root, ": ServerRoot is not a directory"));
  error.found = kind.ok() ? "no directory there" : std::string(kind.status().message());
  error.fix = "httpd -d /path/of/an/existing/directory";
}

void EarlyEvaluator::LoadMainFile() {
  const std::string written =
      input_.config_file.empty() ? std::string("conf/httpd.conf") : input_.config_file;
  out_.config_file = ServerPath(written);
  auto text = files_.Read(out_.config_file, ParserLimits().max_file);
  if (!text.ok()) {
    Diagnostic& error = diagnostics_->Error("HC-01", {}, 0, "cannot read the configuration file");
    error.found = std::string(text.status().message());
    error.wanted = base::Concat("a readable file at ", out_.config_file);
    error.fix = "httpd -f /path/of/httpd.conf";
    return;
  }
  main_file_read_ = true;
  main_file_ = sources_.Add(out_.config_file, *std::move(text));
  open_files_.push_back(out_.config_file);
  open_at_.push_back({});
  EvaluateText(main_file_, Scope{}, &out_.active);
  open_files_.pop_back();
  open_at_.pop_back();
}

// All texts of one option are one file, so that a section can span several of them as in Apache.
void EarlyEvaluator::EvaluateCommandLine(const std::vector<std::string>& lines,
                                         const char* option) {
  if (lines.empty()) return;
  std::string text;
  for (const std::string& line : lines) base::Append(&text, line, "\n");
  EvaluateText(sources_.Add(base::Concat("option ", option), std::move(text)), Scope{},
               &out_.active);
}

void EarlyEvaluator::EvaluateText(uint32_t file, const Scope& scope, Tree* active) {
  for (Node& node : Parse(sources_, file, diagnostics_)) {
    EvaluateNode(std::move(node), scope, active);
  }
}

void EarlyEvaluator::EvaluateNode(Node node, const Scope& scope, Tree* active) {
  ExpandNode(&node);
  if (node.body != nullptr) return EvaluateUnknown(std::move(node), scope, active);
  if (node.section) {
    std::optional<bool> applies;
    if (!SectionApplies(node, &applies)) return;
    Tree children = std::move(node.children);
    node.children.clear();
    if (applies.has_value()) {  // an If-section: gone, its content stands in its place
      if (!*applies) return RememberInactiveListen(children);
      for (Node& child : children) EvaluateNode(std::move(child), scope, active);
      return;
    }
    Tree active_children;
    const Scope inner{&node, &scope};
    for (Node& child : children) EvaluateNode(std::move(child), inner, &active_children);
    node.children = std::move(active_children);
    active->push_back(std::move(node));
    return;
  }
  const Directive* directive = FindDirective(node.name);
  if (directive == nullptr) {
    active->push_back(std::move(node));
    return;
  }
  if (!CheckDirective(*directive, node, scope)) return;
  const bool optional = SameName(node.name, "IncludeOptional");
  if (optional || SameName(node.name, "Include")) return Include(node, scope, active, optional);
  if (SameName(node.name, "ErrorLog")) {
    ErrorLog(node, scope);
  } else {
    (this->*directive->handler)(node);
  }
  active->push_back(std::move(node));
}

// A section that only a module can know. Its lines are prepared in case they are directives, but
// nothing in them counts outside, and what is wrong with them is kept with the section: they may as
// well be a program.
void EarlyEvaluator::EvaluateUnknown(Node node, const Scope& scope, Tree* active) {
  auto defines = defines_;
  const bool listen_seen = listen_seen_;
  const bool limit_reported = include_limit_reported_;
  const int depth_errors = depth_errors_;
  const auto inactive_listen = inactive_listen_;
  Diagnostics* outer = diagnostics_;
  diagnostics_ = &node.body->findings;
  ++unknown_depth_;

  Tree children = std::move(node.children);
  node.children.clear();
  Tree active_children;
  const Scope inner{&node, &scope};
  for (Node& child : children) EvaluateNode(std::move(child), inner, &active_children);
  node.children = std::move(active_children);
  active->push_back(std::move(node));

  --unknown_depth_;
  diagnostics_ = outer;
  defines_ = std::move(defines);
  listen_seen_ = listen_seen;
  include_limit_reported_ = limit_reported;
  depth_errors_ = depth_errors;
  inactive_listen_ = inactive_listen;
}

bool EarlyEvaluator::RunAccessFile(uint32_t file) {
  const int errors_before = diagnostics_->error_count();
  access_file_ = true;
  open_files_.push_back(sources_.name(file));
  open_at_.push_back({});
  EvaluateText(file, Scope{}, &out_.active);
  return diagnostics_->error_count() == errors_before;
}

// False when the section is in error. `applies` stays empty for sections that are not conditions.
bool EarlyEvaluator::SectionApplies(const Node& node, std::optional<bool>* applies) {
  const bool if_define = SameName(node.name, "IfDefine");
  const bool if_module = SameName(node.name, "IfModule");
  const bool if_file = SameName(node.name, "IfFile");
  if (!if_define && !if_module && !if_file) return true;
  if (node.args.size() != 1 || node.args[0].text.empty() || node.args[0].text == "!") {
    Diagnostic& error =
        diagnostics_->Error("HC-08", node.position, node.name_length,
                            base::Concat("<", node.name, "> takes one argument, ", node.args.size(),
                                         node.args.size() == 1 ? " is there but empty" : " given"));
    error.fix = if_define   ? "<IfDefine NAME> or <IfDefine !NAME>"
                : if_module ? "<IfModule mod_mime.c> or <IfModule !mime_module>"
                            : "<IfFile conf/extra.conf> or <IfFile !conf/extra.conf>";
    return false;
  }
  const bool negated = node.args[0].text[0] == '!';
  const std::string subject = node.args[0].text.substr(negated ? 1 : 0);
  bool holds = false;
  if (if_define) holds = defines_.find(subject) != defines_.end();
  if (if_module) holds = loaded_.find(ModuleShortName(subject)) != loaded_.end();
  if (if_file) {
    const auto kind = files_.Stat(ServerPath(subject));
    holds = kind.ok() && *kind != FileReader::Kind::kMissing;
  }
  *applies = holds != negated;
  return true;
}

// When no Listen is active, the one that was left out explains it.
void EarlyEvaluator::RememberInactiveListen(const Tree& tree) {
  VisitTree(tree, [this](const Node& node, const std::vector<const Node*>&) {
    if (inactive_listen_.has_value() || !SameName(node.name, "Listen")) return;
    inactive_listen_ =
        Note{"this Listen is in a section that does not apply", node.position, node.name_length};
  });
}

void EarlyEvaluator::FillDefaults() {
  const auto path = [this](Located<std::string>* setting, const char* fallback) {
    setting->value = ServerPath(setting->value.empty() ? fallback : setting->value);
  };
  path(&out_.pid_file, "run/httpd.pid");
  path(&out_.error_log, "logs/error_log");
  for (Located<std::string>& log : out_.vhost_error_logs) log.value = ServerPath(log.value);
  if (!module_path_set_) {
    const std::string& prefix = input_.prefix.empty() ? out_.server_root.value : input_.prefix;
    out_.module_path.push_back({JoinPath(prefix, "libexec"), {}, 0});
  }
  if (!out_.graceful_shutdown_timeout.position.valid()) {
    out_.graceful_shutdown_timeout.value = kDefaultGracefulShutdownTimeout;
  }
  if (!out_.module_load_timeout.position.valid()) {
    out_.module_load_timeout.value = kDefaultModuleLoadTimeout;
  }
  if (!out_.group_account.has_value() && out_.user_account.has_value()) {
    out_.group_account = Account{out_.user_account->group, out_.user_account->group};
  }
  for (const auto& [name, value] : defines_) out_.defines.emplace_back(name, value.value_or(""));
}

void EarlyEvaluator::CheckListen() {
  if (listen_seen_ || !main_file_read_) return;
  Diagnostic& error = diagnostics_->Error("HC-14", {main_file_, 0, 0}, 0,
                                          "no Listen directive: the server would have no address");
  error.wanted = "at least one Listen";
  if (inactive_listen_.has_value()) error.notes.push_back(*inactive_listen_);
  error.fix = "Listen 80";
}

bool EarlyConfig::IsDefined(std::string_view name) const {
  return std::any_of(defines.begin(), defines.end(),
                     [&](const auto& define) { return define.first == name; });
}

bool LoadAccessFile(const EarlyInput& input, FileReader* files, uint32_t file, SourceMap* sources,
                    Diagnostics* diagnostics, EarlyConfig* out) {
  return EarlyEvaluator(input, files, sources, diagnostics, out).RunAccessFile(file);
}

bool LoadEarly(const EarlyInput& input, FileReader* files, SourceMap* sources,
               Diagnostics* diagnostics, EarlyConfig* out) {
  return EarlyEvaluator(input, files, sources, diagnostics, out).Run();
}

}  // namespace httpd::config
