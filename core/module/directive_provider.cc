// SPDX-License-Identifier: Apache-2.0
// "Unknown directive" with a cure: the installed module that would know it. Asked only for a
// configuration that is refused anyway.
#include "module/directive_provider.h"

#include <algorithm>

#include "base/concat.h"
#include "base/same_name.h"
#include "module/installed.h"
#include "module/relation.h"

namespace httpd::module {
namespace {

template <typename Fits>
std::string FindModule(const std::vector<std::string>& directories, const std::string& server_root,
                       Fits&& fits) {
  std::string line;
  ScanInstalled(directories, [&](const InstalledModule& module) {
    if (!fits(module.manifest)) return false;
    line = LoadModuleLine(module.manifest.name, module.path, server_root);
    return true;
  });
  return line;
}

}  // namespace

// "Require NAME" is a kind of Require: the module that brings it says provides=authz_NAME/VERSION,
// with _ for each byte that a name in a manifest cannot have.
bool DeclaresDirective(const Manifest& manifest, std::string_view directive) {
  constexpr std::string_view kRequire = "Require ";
  if (!directive.starts_with(kRequire)) {
    return std::any_of(manifest.directives.begin(), manifest.directives.end(),
                       [&](const std::string& name) { return base::SameName(name, directive); });
  }
  std::string kind = base::Concat("authz_", directive.substr(kRequire.size()));
  std::replace_if(
      kind.begin(), kind.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return std::any_of(
      manifest.provides.begin(), manifest.provides.end(),
      [&](const ModuleReference& provided) { return base::SameName(provided.name, kind); });
}

std::string FindProvider(std::string_view directive, const std::vector<std::string>& directories,
                         const std::string& server_root) {
  return FindModule(directories, server_root, [&](const Manifest& manifest) {
    return DeclaresDirective(manifest, directive);
  });
}

std::string FindOffer(std::string_view offer, const std::vector<std::string>& directories,
                      const std::string& server_root) {
  const size_t slash = std::min(offer.find('/'), offer.size());
  ModuleReference wanted{std::string(offer.substr(0, slash)), "/", ""};
  if (slash < offer.size()) wanted.version = offer.substr(slash + 1);
  return FindModule(directories, server_root,
                    [&](const Manifest& manifest) { return Answers(manifest, wanted); });
}

}  // namespace httpd::module
