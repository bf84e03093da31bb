// SPDX-License-Identifier: Apache-2.0
// .htaccess: the same evaluation as that of the configuration, for the lines that AllowOverride
// lets whoever owns a directory decide.
#include "config/access_file.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/concat.h"
#include "config/early.h"
#include "config/evaluator.h"

namespace httpd::config {
namespace {

constexpr uint32_t kClasses = HTTPD_OVERRIDE_OPTIONS | HTTPD_OVERRIDE_FILE_INFO |
                              HTTPD_OVERRIDE_AUTH_CONFIG | HTTPD_OVERRIDE_LIMIT |
                              HTTPD_OVERRIDE_INDEXES;

constexpr std::pair<uint32_t, std::string_view> kNames[] = {
    {HTTPD_OVERRIDE_OPTIONS, "Options"},        {HTTPD_OVERRIDE_FILE_INFO, "FileInfo"},
    {HTTPD_OVERRIDE_AUTH_CONFIG, "AuthConfig"}, {HTTPD_OVERRIDE_LIMIT, "Limit"},
    {HTTPD_OVERRIDE_INDEXES, "Indexes"},
};

std::string ClassNames(uint32_t classes) {
  std::string out;
  for (const auto& [bit, name] : kNames) {
    if ((classes & bit) != 0) base::Append(&out, out.empty() ? "" : " ", name);
  }
  return out.empty() ? "None" : out;
}

bool Listed(const std::vector<std::string>* list, std::string_view name) {
  return list != nullptr && std::any_of(list->begin(), list->end(), [&](const std::string& entry) {
           return SameName(entry, name);
         });
}

// <IfModule>, <IfDefine> and ${} mean what they mean in the server's own configuration.
EarlyInput EarlyInputOf(const EvaluateInput& input) {
  EarlyInput early;
  early.prefix = input.early->server_root.value;
  for (const auto& [name, value] : input.early->defines) {
    early.defines.push_back(value.empty() ? name : base::Concat(name, "=", value));
  }
  early.builtin_modules = {"core", "so", "http"};
  for (const auto& module : *input.modules) early.builtin_modules.push_back(module->name);
  return early;
}

}  // namespace

// A directive without a class may stand wherever .htaccess files are read, as Apache's "All".
bool Evaluator::CheckOverride(const httpd_directive& directive, const Node& node,
                              const Scope& scope) {
  const bool server = (directive.flags & HTTPD_DIRECTIVE_SERVER_CONFIG) != 0;
  if ((directive.contexts & HTTPD_IN_HTACCESS) == 0 || server) {
    Diagnostic& error =
        diagnostics_.Error("HC-09", node.position, node.name_length,
                           base::Concat(directive.name, " is not allowed in .htaccess files"));
    error.wanted = "the server's own configuration";
    error.fix = "move this line there";
    return false;
  }
  const uint32_t classes = directive.contexts & kClasses;
  const uint32_t allowed = access_->overrides;
  if (classes == 0 ? allowed != 0 : (classes & allowed) != 0) return true;
  if (Listed(access_->override_list, directive.name)) return true;
  Diagnostic& error =
      diagnostics_.Error("HC-40", node.position, node.name_length,
                         base::Concat(directive.name, " is not allowed in this .htaccess file"));
  error.found = base::Concat("AllowOverride ", ClassNames(allowed), " for ", access_->directory);
  const std::string wanted = classes == 0 ? "All" : ClassNames(classes);
  error.wanted = base::Concat("AllowOverride with ", wanted);
  error.fix =
      base::Concat("AllowOverride ", allowed == 0 ? std::string() : ClassNames(allowed) + " ",
                   wanted, " in <Directory \"", access_->directory, "\">, or remove this line");
  return false;
}

bool Evaluator::RunAccessFile(const Tree& tree, const AccessFileInput& access) {
  const int errors_before = diagnostics_.error_count();
  access_ = &access;
  IndexDirectives();
  access.section->kind = server::SectionKind::kAccessFile;
  access.section->configs.resize(input_.modules->size());
  access.section->generation = input_.generation;
  Scope scope;
  scope.server = access.server;
  scope.section = access.section;
  scope.context = HTTPD_IN_HTACCESS;
  scope.in_virtual_host = true;
  Walk(tree, scope);
  return diagnostics_.error_count() == errors_before;
}

bool EvaluateAccessFile(const AccessFileInput& input, uint32_t file, SourceMap* sources,
                        Diagnostics* diagnostics, Tree* tree) {
  const EarlyInput early_input = EarlyInputOf(input.evaluate);
  EarlyConfig early;
  early.server_root = input.evaluate.early->server_root;
  SystemFileReader files;
  const bool read = LoadAccessFile(early_input, &files, file, sources, diagnostics, &early);
  *tree = std::move(early.active);
  server::ServerSet unused;
  return Evaluator(input.evaluate, diagnostics, &unused).RunAccessFile(*tree, input) && read;
}

}  // namespace httpd::config
