// SPDX-License-Identifier: Apache-2.0
// <VirtualHost> and the sections that settings belong to: their arguments and how they may nest.
#include <httpd/regex.h>

#include <algorithm>
#include <utility>

#include "base/concat.h"
#include "base/str.h"
#include "config/core_directives.h"
#include "config/early_evaluator.h"
#include "config/evaluator.h"
#include "config/parser.h"

namespace httpd::config {
namespace {

using server::SectionKind;

struct SectionType {
  std::string_view name;
  SectionKind kind;
  SectionKind match;  // with a regular expression
  uint32_t context;
  bool regex;
};
constexpr SectionType kTypes[] = {
    {"Directory", SectionKind::kDirectory, SectionKind::kDirectoryMatch, HTTPD_IN_DIRECTORY, false},
    {"DirectoryMatch", SectionKind::kDirectoryMatch, SectionKind::kDirectoryMatch,
     HTTPD_IN_DIRECTORY, true},
    {"Files", SectionKind::kFiles, SectionKind::kFilesMatch, HTTPD_IN_FILES, false},
    {"FilesMatch", SectionKind::kFilesMatch, SectionKind::kFilesMatch, HTTPD_IN_FILES, true},
    {"Location", SectionKind::kLocation, SectionKind::kLocationMatch, HTTPD_IN_LOCATION, false},
    {"LocationMatch", SectionKind::kLocationMatch, SectionKind::kLocationMatch, HTTPD_IN_LOCATION,
     true},
};

const SectionType* FindType(std::string_view name) {
  const auto type = std::find_if(std::begin(kTypes), std::end(kTypes),
                                 [&](const SectionType& row) { return SameName(row.name, name); });
  return type == std::end(kTypes) ? nullptr : type;
}

bool HasDotDot(std::string_view path) {
  return path.find("/../") != path.npos || path.ends_with("/..");
}

// "*:80", "_default_:443", "192.0.2.1", "[::1]:80", "192.0.2.1:*".
bool ParseHostAddress(std::string_view text, server::VirtualHostAddress* out, std::string* wanted) {
  std::string_view host = text;
  std::string_view port;
  const size_t colon = text.rfind(':');
  const bool bracket = !text.empty() && text[0] == '[';
  if (colon != text.npos && !(bracket && text.back() == ']')) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  if (port == "*") port = {};
  if (host == "_default_") host = "*";
  // The grammar of Listen, with a port in place of a missing one.
  ListenAddress address;
  if (host.empty()) {
    *wanted = "an address or * before the colon";
    return false;
  }
  if (!ParseListenAddress(base::Concat(host, ":", port.empty() ? "0" : port), &address, wanted))
    return false;
  out->host = address.host;
  out->port = address.port;
  return true;
}

}  // namespace

httpd_server* Evaluator::AddServer() {
  auto server = std::make_unique<httpd_server>();
  server->index = static_cast<uint32_t>(servers_.size());
  server->generation = input_.generation;
  server->server_configs.resize(input_.modules->size());
  server->location_configs.resize(input_.modules->size());
  for (const auto& module : *input_.modules) {
    const httpd_module& record = module->record;
    void* config = nullptr;
    if (record.create_server_config != nullptr) {
      config = record.create_server_config(input_.pool, record.user);
      if (config == nullptr) {
        OutOfMemory(Node());
        return nullptr;
      }
    }
    server->server_configs[module->slot] = config;
    // The main server's are the base of all merging; others are made by the first line.
    if (server->index == 0 && record.create_location_config != nullptr) {
      config = record.create_location_config(input_.pool, record.user);
      if (config == nullptr) {
        OutOfMemory(Node());
        return nullptr;
      }
      server->location_configs[module->slot] = config;
    }
  }
  servers_.push_back(std::move(server));
  server_nodes_.push_back(nullptr);
  own_.emplace_back();
  return servers_.back().get();
}

void Evaluator::EvaluateSection(const Node& node, const Scope& scope) {
  if (SameName(node.name, "VirtualHost")) return VirtualHost(node, scope);
  const SectionType* type = FindType(node.name);
  if (type == nullptr) return ModuleSection(node, scope);
  if (!CheckNesting(node, scope, type->context)) return;
  auto section = std::make_unique<server::Section>();
  section->kind = type->kind;
  section->position = node.position;
  section->generation = input_.generation;
  section->configs.resize(input_.modules->size());
  // A section in error is still walked, so that the errors within it are shown too.
  const bool good = FillSection(node, scope, section.get());
  Scope inner = scope;
  inner.section = section.get();
  inner.node = &node;
  if (access_ == nullptr) inner.context = type->context;
  Walk(node.children, inner);
  if (!good) return;
  if (scope.section != nullptr) {
    scope.section->files.push_back(std::move(section));
    return;
  }
  OwnSections& own = Own(scope.server);
  switch (section->kind) {
    case SectionKind::kDirectory:
      own.directories.push_back(section.get());
      break;
    case SectionKind::kDirectoryMatch:
      own.directory_matches.push_back(section.get());
      break;
    case SectionKind::kFiles:
    case SectionKind::kFilesMatch:
      own.files.push_back(section.get());
      break;
    case SectionKind::kLocation:
    case SectionKind::kLocationMatch:
      own.locations.push_back(section.get());
      break;
    case SectionKind::kAccessFile:
    case SectionKind::kOfModule:
      break;  // made elsewhere
  }
  out_.sections.push_back(std::move(section));
}

bool Evaluator::CheckNesting(const Node& node, const Scope& scope, uint32_t context) {
  if (scope.section == nullptr) return true;
  const SectionKind kind = scope.section->kind;
  const bool of_directory = scope.context == HTTPD_IN_DIRECTORY && kind != SectionKind::kOfModule;
  if (context == HTTPD_IN_FILES && (of_directory || kind == SectionKind::kAccessFile)) return true;
  if (scope.node == nullptr) {
    Diagnostic& error =
        diagnostics_.Error("HC-09", node.position, node.name_length,
                           base::Concat("<", node.name, "> is not allowed in .htaccess files"));
    error.wanted = "<Files> or <FilesMatch>, or the server's own configuration";
    error.fix = "move the section there";
    return false;
  }
  Diagnostic& error = diagnostics_.Error(
      "HC-09", node.position, node.name_length,
      base::Concat("<", node.name, "> is not allowed within <", scope.node->name, ">"));
  error.wanted = context == HTTPD_IN_FILES
                     ? "<Files> outside sections, in <VirtualHost> or in <Directory>"
                     : base::Concat("<", node.name, "> outside sections or in <VirtualHost>");
  error.notes.push_back({base::Concat("<", scope.node->name, "> was opened here"),
                         scope.node->position, scope.node->name_length});
  error.fix = base::Concat("</", scope.node->name, "> before this line");
  return false;
}

// The argument: a path, name or wildcard, or a regular expression (Match forms and "~").
bool Evaluator::FillSection(const Node& node, const Scope& scope, server::Section* section) {
  const SectionType& type = *FindType(node.name);
  if (ReportUnterminated(node, Sources(), &diagnostics_)) return false;
  const bool tilde = !type.regex && node.args.size() == 2 && node.args[0].text == "~";
  if (node.args.size() != (tilde ? 2u : 1u) || node.args.back().text.empty()) {
    Diagnostic& error = diagnostics_.Error("HC-08", node.position, node.name_length,
                                           base::Concat("<", node.name, "> takes one argument"));
    error.found = base::Concat(node.args.size());
    error.wanted = type.regex ? base::Concat("<", type.name, " \"expression\">")
                              : base::Concat("<", type.name, " \"name\"> or <", type.name,
                                             " ~ \"expression\">");
    return false;
  }
  const Arg& arg = node.args.back();
  if (type.regex || tilde) {
    section->kind = type.match;
    section->pattern = arg.text;
    httpd_str reason = {nullptr, 0};
    section->regex = httpd_regex_compile(input_.pool, base::Str(arg.text), 0, &reason);
    if (section->regex != nullptr) return true;
    Diagnostic& error = diagnostics_.Error("HC-24", arg.position, arg.length,
                                           "the regular expression cannot be used");
    error.found = std::string(base::View(reason));
    return false;
  }
  section->wildcard = arg.text.find_first_of("*?[") != arg.text.npos;
  section->pattern = arg.text;
  if (type.context == HTTPD_IN_DIRECTORY) {
    section->pattern = JoinPath(input_.early->server_root.value, arg.text);
    if (!HasDotDot(section->pattern)) return true;
    diagnostics_.Error("HC-10", arg.position, arg.length, "a <Directory> cannot hold ..").wanted =
        "the path as the file system knows it";
    return false;
  }
  if (type.context == HTTPD_IN_FILES && arg.text.find('/') != arg.text.npos) {
    diagnostics_.Error("HC-10", arg.position, arg.length, "a <Files> name cannot hold a /").wanted =
        "a file's name; its directory is a <Directory> around this section";
    return false;
  }
  if (type.context == HTTPD_IN_LOCATION && arg.text[0] != '/') {
    Diagnostic& error = diagnostics_.Error("HC-10", arg.position, arg.length,
                                           "a <Location> is a path that begins with /");
    error.fix = base::Concat("<", type.name, " \"/", arg.text, "\">");
    return false;
  }
  return true;
}

void Evaluator::VirtualHost(const Node& node, const Scope& scope) {
  if (scope.node == nullptr && scope.section != nullptr) {
    CheckNesting(node, scope, HTTPD_IN_SERVER);
    return;
  }
  if (scope.node != nullptr) {
    Diagnostic& error = diagnostics_.Error(
        "HC-09", node.position, node.name_length,
        base::Concat("<VirtualHost> is not allowed within <", scope.node->name, ">"));
    error.notes.push_back({base::Concat("<", scope.node->name, "> was opened here"),
                           scope.node->position, scope.node->name_length});
    error.fix = base::Concat("</", scope.node->name, "> before this line");
    return;
  }
  httpd_server* server = AddServer();
  if (server == nullptr) return;
  server->position = node.position;
  server_nodes_.back() = &node;
  if (node.args.empty()) {
    Diagnostic& error = diagnostics_.Error("HC-08", node.position, node.name_length,
                                           "<VirtualHost> has no address");
    error.wanted = "<VirtualHost address[:port] ...>";
    error.fix = "<VirtualHost *:80>";
  }
  for (const Arg& arg : node.args) {
    server::VirtualHostAddress address;
    std::string wanted;
    if (ParseHostAddress(arg.text, &address, &wanted)) {
      server->addresses.push_back(std::move(address));
      continue;
    }
    Diagnostic& error =
        diagnostics_.Error("HC-16", arg.position, arg.length,
                           base::Concat("<VirtualHost> cannot use \"", arg.text, "\""));
    error.wanted = std::move(wanted);
    error.fix = "<VirtualHost *:80>, with the name in ServerName";
  }
  Scope inner;
  inner.server = server;
  inner.node = &node;
  inner.in_virtual_host = true;
  Walk(node.children, inner);
}

}  // namespace httpd::config
