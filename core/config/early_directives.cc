// SPDX-License-Identifier: Apache-2.0
// The early directives, one method each: what the supervisor must know before it forks anything.
#include <algorithm>
#include <charconv>
#include <iterator>

#include "base/concat.h"
#include "config/early_evaluator.h"

namespace httpd::config {
namespace {

constexpr uint16_t kAny = UINT16_MAX;
constexpr uint32_t kMaxWorkers = 1024;
constexpr uint32_t kMaxSeconds = 31u * 24 * 3600;

void RemoveSuffix(std::string_view* text, std::string_view suffix) {
  if (text->size() > suffix.size() && text->ends_with(suffix)) text->remove_suffix(suffix.size());
}

}  // namespace

std::string ModuleShortName(std::string_view written) {
  const bool file = written.starts_with("mod_") && written.size() > 4;
  if (file) written.remove_prefix(4);
  for (const char* suffix : {".c", ".cc", ".cpp", ".so", ".la"}) RemoveSuffix(&written, suffix);
  if (!file) RemoveSuffix(&written, "_module");
  return std::string(written);
}

std::string JoinPath(std::string_view base, std::string_view path) {
  std::string joined =
      !path.empty() && path[0] == '/' ? std::string(path) : base::Concat(base, "/", path);
  std::string out;
  for (size_t at = 0; at < joined.size();) {
    size_t slash = joined.find('/', at);
    if (slash == joined.npos) slash = joined.size();
    const std::string part = joined.substr(at, slash - at);
    if (!part.empty() && part != ".") base::Append(&out, "/", part);
    at = slash + 1;
  }
  return out.empty() ? "/" : out;
}

std::string EarlyEvaluator::ServerPath(std::string_view path) const {
  return JoinPath(out_.server_root.value, path);
}

Diagnostic& EarlyEvaluator::ErrorAt(std::string_view code, const Arg& arg, std::string message) {
  return diagnostics_->Error(code, arg.position, arg.length, std::move(message));
}

Diagnostic& EarlyEvaluator::ErrorAt(std::string_view code, const Node& node, std::string message) {
  return diagnostics_->Error(code, node.position, node.name_length, std::move(message));
}

const EarlyEvaluator::Directive* EarlyEvaluator::FindDirective(std::string_view name) {
  using E = EarlyEvaluator;
  static constexpr Directive kDirectives[] = {
      {"AddModule", 1, kAny, "AddModule mod_name.c ...", &E::AddModule},
      {"ChrootDir", 1, 1, "ChrootDir directory", &E::ChrootDir},
      {"ClearModuleList", 0, 0, "ClearModuleList", &E::ClearModuleList},
      {"Define", 1, 2, "Define name [value]", &E::Define},
      {"ErrorLog", 1, 1, "ErrorLog file", nullptr},
      {"GracefulShutdownTimeout", 1, 1, "GracefulShutdownTimeout seconds",
       &E::GracefulShutdownTimeout},
      {"Group", 1, 1, "Group name|#number", &E::Group},
      {"Include", 1, 1, "Include file|directory|wildcard", nullptr},
      {"IncludeOptional", 1, 1, "IncludeOptional file|directory|wildcard", nullptr},
      {"Listen", 1, 2, "Listen [address:]port [protocol]", &E::Listen},
      {"LoadFile", 1, kAny, "LoadFile file ...", &E::LoadFile},
      {"LoadModule", 1, 2, "LoadModule name_module file, or LoadModule name", &E::LoadModule},
      {"ModuleLoadTimeout", 1, 1, "ModuleLoadTimeout seconds", &E::ModuleLoadTimeout},
      {"ModuleOrder", 1, kAny, "ModuleOrder mod_name.c ...", &E::ModuleOrder},
      {"ModulePath", 1, kAny, "ModulePath directory ...", &E::ModulePath},
      {"PidFile", 1, 1, "PidFile file", &E::PidFile},
      {"ServerRoot", 1, 1, "ServerRoot directory", &E::ServerRoot},
      {"UnDefine", 1, 1, "UnDefine name", &E::UnDefine},
      {"User", 1, 1, "User name|#number", &E::User},
      {"Workers", 1, 1, "Workers number|auto", &E::Workers},
  };
  for (const Directive& directive : kDirectives) {
    if (SameName(directive.name, name)) return &directive;
  }
  return nullptr;
}

bool IsEarlyDirective(std::string_view name) {
  return EarlyEvaluator::FindDirective(name) != nullptr;
}

bool EarlyEvaluator::CheckDirective(const Directive& directive, const Node& node,
                                    const Scope& scope) {
  if (access_file_) {
    Diagnostic& error =
        ErrorAt("HC-09", node, base::Concat(directive.name, " is not allowed in .htaccess files"));
    error.wanted = "the server's own configuration";
    error.fix = "move this line there";
    return false;
  }
  if (SameName(node.name, "Listen")) listen_seen_ = true;
  if (ReportUnterminated(node, sources_, diagnostics_)) return false;
  if (node.args.size() < directive.min_args || node.args.size() > directive.max_args) {
    Diagnostic& error =
        ErrorAt("HC-08", node, base::Concat(directive.name, " has a wrong number of arguments"));
    error.found = base::Concat(node.args.size());
    error.wanted = directive.usage;
    return false;
  }
  if (!node.args.empty() && node.args[0].text.empty()) {
    ErrorAt("HC-10", node.args[0], base::Concat(directive.name, " has an empty argument")).wanted =
        directive.usage;
    return false;
  }
  if (scope.section == nullptr) return true;
  const std::string_view name = directive.name;
  if (name == "Define" || name == "UnDefine" || name == "Include" || name == "IncludeOptional") {
    return true;
  }
  // The files of logs are opened before modules are known.
  const bool virtual_host = SameName(scope.section->name, "VirtualHost") && unknown_depth_ == 0;
  if (name == "ErrorLog" && virtual_host) return true;
  Diagnostic& error =
      ErrorAt("HC-09", node,
              base::Concat(directive.name, " is not allowed within <", scope.section->name, ">"));
  error.wanted = name == "ErrorLog" ? "the main server or <VirtualHost>" : "outside every section";
  error.notes.push_back({base::Concat("<", scope.section->name, "> was opened here"),
                         scope.section->position, scope.section->name_length});
  error.fix = "move this line out of the section";
  return false;
}

void EarlyEvaluator::Define(const Node& node) {
  const std::string& name = node.args[0].text;
  if (name.find_first_of(":{}$") != name.npos) {
    ErrorAt("HC-22", node.args[0], "this cannot be the name of a variable").wanted =
        "a name without : { } and $, because ${name} must find it";
    return;
  }
  std::optional<std::string> value;
  if (node.args.size() == 2) value = node.args[1].text;
  defines_[name] = std::move(value);
}

void EarlyEvaluator::UnDefine(const Node& node) { defines_.erase(node.args[0].text); }

void EarlyEvaluator::ServerRoot(const Node& node) {
  const Arg& arg = node.args[0];
  if (arg.text[0] != '/') {
    Diagnostic& error = ErrorAt("HC-10", arg, "ServerRoot is not an absolute path");
    error.fix = base::Concat("ServerRoot \"", ServerPath(arg.text), "\"");
    return;
  }
  const std::string path = JoinPath(arg.text, "");
  const auto kind = files_.Stat(path);
  if (!kind.ok() || *kind != FileReader::Kind::kDirectory) {
    Diagnostic& error = ErrorAt("HC-10", arg, "ServerRoot is not a directory");
    error.found = !kind.ok()                            ? std::string(kind.status().message())
                  : *kind == FileReader::Kind::kMissing ? base::Concat("nothing at ", path)
                                                        : base::Concat(path, " is a file");
    error.fix = base::Concat("mkdir -p ", path);
    return;
  }
  out_.server_root = {path, arg.position, arg.length};
}

// The likely meaning of an address that Listen does not take.
static std::string SuggestListen(const std::string& text) {
  const size_t colon = text.rfind(':');
  const std::string port = colon == text.npos ? "80" : text.substr(colon + 1);
  const std::string host = colon == text.npos ? text : text.substr(0, colon);
  ListenAddress address;
  std::string ignored;
  for (const std::string& candidate :
       {base::Concat(host == "localhost" ? "127.0.0.1" : host, ":", port),
        base::Concat("[", host, "]:", port), base::Concat("*:", port)}) {
    if (ParseListenAddress(candidate, &address, &ignored))
      return base::Concat("Listen ", candidate);
  }
  return "Listen 80";
}

void EarlyEvaluator::Listen(const Node& node) {
  const Arg& arg = node.args[0];
  ListenAddress address;
  std::string wanted;
  if (!ParseListenAddress(arg.text, &address, &wanted)) {
    Diagnostic& error = ErrorAt("HC-16", arg, base::Concat("Listen cannot use \"", arg.text, "\""));
    error.wanted = wanted;
    error.fix = SuggestListen(arg.text);
    return;
  }
  address.position = arg.position;
  address.length = arg.length;
  address.protocol = node.args.size() == 2 ? node.args[1].text : "http";
  if (!SameName(address.protocol, "http")) {
    Diagnostic& error =
        ErrorAt("HC-20", node.args[1],
                base::Concat("protocol \"", address.protocol, "\" is not supported"));
    error.wanted = "http; TLS is not part of this version";
    error.fix = base::Concat("Listen ", arg.text);
    return;
  }
  for (const ListenAddress& other : out_.listen) {
    if (!AddressesOverlap(address, other)) continue;
    Diagnostic& error = ErrorAt(
        "HC-15", arg, base::Concat("Listen ", arg.text, " overlaps with Listen ", other.text));
    error.notes.push_back({"the first Listen is here", other.position, other.length});
    error.fix = "remove one of the two lines";
    return;
  }
  out_.listen.push_back(std::move(address));
}

void EarlyEvaluator::RefuseRoot(const Node& node, std::string_view what) {
  Diagnostic& error =
      ErrorAt("HC-17", node.args[0],
              base::Concat("the server does not run ", what, ": modules would be root"));
  error.wanted = "an account without privileges of its own";
  for (const char* name : {"www-data", "httpd", "daemon", "nobody"}) {
    const auto account = input_.find_user ? input_.find_user(name) : FindSystemUser(name);
    if (!account.has_value()) continue;
    error.fix = base::Concat("User ", name);
    return;
  }
  error.fix = "useradd --system --no-create-home --shell /usr/sbin/nologin httpd, then: User httpd";
}

void EarlyEvaluator::User(const Node& node) {
  const Arg& arg = node.args[0];
  const auto account = input_.find_user ? input_.find_user(arg.text) : FindSystemUser(arg.text);
  if (!account.has_value()) {
    Diagnostic& error = ErrorAt("HC-18", arg, base::Concat("there is no user \"", arg.text, "\""));
    error.wanted = "the name of an account, or # and a number";
    error.fix =
        base::Concat("useradd --system --no-create-home --shell /usr/sbin/nologin ", arg.text);
    return;
  }
  if (account->id == 0) return RefuseRoot(node, base::Concat("as ", arg.text, " (uid 0)"));
  out_.user = {arg.text, arg.position, arg.length};
  out_.user_account = account;
}

void EarlyEvaluator::Group(const Node& node) {
  const Arg& arg = node.args[0];
  const auto account = input_.find_group ? input_.find_group(arg.text) : FindSystemGroup(arg.text);
  if (!account.has_value()) {
    Diagnostic& error = ErrorAt("HC-18", arg, base::Concat("there is no group \"", arg.text, "\""));
    error.wanted = "the name of a group, or # and a number";
    error.fix = base::Concat("groupadd --system ", arg.text);
    return;
  }
  if (account->id == 0) {
    diagnostics_
        ->Warning("HC-17", arg.position, arg.length,
                  "group 0 may read and write what belongs to root's group")
        .fix = "remove the line: the group of User is then used";
  }
  out_.group = {arg.text, arg.position, arg.length};
  out_.group_account = account;
}

void EarlyEvaluator::PidFile(const Node& node) {
  out_.pid_file = {node.args[0].text, node.args[0].position, node.args[0].length};
}

void EarlyEvaluator::ErrorLog(const Node& node, const Scope& scope) {
  const Arg& arg = node.args[0];
  if (arg.text[0] == '|' || arg.text == "syslog" || arg.text.starts_with("syslog:")) {
    Diagnostic& error =
        ErrorAt("HC-20", arg, "ErrorLog to a program or to syslog is not supported");
    error.wanted = "a file, absolute or below ServerRoot; /dev/stderr works too";
    error.fix = "ErrorLog logs/error_log";
    return;
  }
  Located<std::string> log{arg.text, arg.position, arg.length};
  if (scope.section != nullptr) {
    out_.vhost_error_logs.push_back(std::move(log));
  } else {
    out_.error_log = std::move(log);
  }
}

bool EarlyEvaluator::ParseNumber(const Node& node, uint32_t lowest, uint32_t highest,
                                 Located<uint32_t>* out) {
  const Arg& arg = node.args[0];
  uint32_t value = 0;
  const char* end = arg.text.data() + arg.text.size();
  const auto [rest, error] = std::from_chars(arg.text.data(), end, value);
  if (error != std::errc() || rest != end || value < lowest || value > highest) {
    Diagnostic& bad =
        ErrorAt("HC-10", arg, base::Concat(node.name, " cannot be \"", arg.text, "\""));
    bad.wanted = base::Concat("a whole number from ", lowest, " to ", highest);
    return false;
  }
  *out = {value, arg.position, arg.length};
  return true;
}

void EarlyEvaluator::Workers(const Node& node) {
  const Arg& arg = node.args[0];
  if (SameName(arg.text, "auto")) {
    out_.workers = {0, arg.position, arg.length};
  } else if (!ParseNumber(node, 1, kMaxWorkers, &out_.workers)) {
    diagnostics_->Last().wanted += ", or auto for one per CPU";
    diagnostics_->Last().fix = "Workers auto";
  }
}

void EarlyEvaluator::GracefulShutdownTimeout(const Node& node) {
  ParseNumber(node, 0, kMaxSeconds, &out_.graceful_shutdown_timeout);
}

void EarlyEvaluator::ModuleLoadTimeout(const Node& node) {
  ParseNumber(node, 1, 3600, &out_.module_load_timeout);
}

void EarlyEvaluator::LoadFile(const Node& node) {
  for (const Arg& arg : node.args) {
    out_.load_files.push_back({ServerPath(arg.text), arg.position, arg.length});
  }
}

void EarlyEvaluator::ModulePath(const Node& node) {
  module_path_set_ = true;
  for (const Arg& arg : node.args) {
    out_.module_path.push_back({ServerPath(arg.text), arg.position, arg.length});
  }
}

void EarlyEvaluator::ChrootDir(const Node& node) {
  Diagnostic& error = ErrorAt("HC-23", node, "ChrootDir is not supported");
  error.wanted = "no ChrootDir: modules could not be loaded after the change of root";
  error.fix =
      "remove this line; confine the server from outside (systemd RootDirectory=, a "
      "container)";
}

}  // namespace httpd::config
