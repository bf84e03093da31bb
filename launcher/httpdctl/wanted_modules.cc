// SPDX-License-Identifier: Apache-2.0
// Which modules a verb is about: those of the configuration, those that are installed, or those
// that the operands name.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/concat.h"
#include "module_set.h"
#include "object_file.h"

namespace httpd::ctl {
namespace {

std::string NameFromFile(const std::string& file) {
  std::string_view base = std::string_view(file).substr(file.rfind('/') + 1);
  if (const size_t dot = base.find('.'); dot != base.npos) base = base.substr(0, dot);
  if (base.starts_with("mod_")) base.remove_prefix(4);
  if (base.starts_with("lib")) base.remove_prefix(3);
  return std::string(base);
}

}  // namespace

bool IsFile(std::string_view operand) {
  return operand.find('/') != operand.npos || operand.ends_with(".so") ||
         operand.ends_with(".la") || access(std::string(operand).c_str(), F_OK) == 0;
}

std::vector<Wanted> ConfiguredModules(const Installation& installation) {
  std::vector<Wanted> wanted;
  for (const config::ModuleRequest& request : installation.early.modules) {
    wanted.push_back(
        {request.name, request.path.empty() ? request.file : request.path, request.record});
  }
  return wanted;
}

std::vector<Wanted> InstalledModules(const Installation& installation) {
  const module::SearchPath search = installation.Search();
  std::vector<std::string> directories = search.directories;
  directories.push_back(search.libexec_dir);
  std::vector<Wanted> wanted;
  std::set<std::string> seen;
  for (const std::string& directory : directories) {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
      const std::string name = entry.path().filename();
      if (name.starts_with("mod_") && name.ends_with(".so")) names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      const std::string module = name.substr(4, name.size() - 7);
      if (seen.insert(module).second) {
        wanted.push_back({module, base::Concat(directory, "/", name), ""});
      }
    }
  }
  return wanted;
}

std::vector<Wanted> NamedModules(const Installation& installation,
                                 const std::vector<std::string>& operands) {
  std::vector<Wanted> wanted;
  for (const std::string& operand : operands) {
    if (!IsFile(operand)) {
      wanted.push_back({config::ModuleShortName(operand), "", ""});
      continue;
    }
    std::error_code error;
    const std::string file = std::filesystem::absolute(operand, error).lexically_normal();
    Wanted one{NameFromFile(file), file, ""};
    // The manifest knows better; a file that cannot be read gets its finding later.
    std::vector<std::string> manifests;
    module::Finding ignored;
    if (ReadManifests(installation, {file}, &manifests, &ignored)) {
      module::Manifest manifest;
      std::vector<module::ManifestProblem> problems;
      module::ParseManifest(manifests[0], &manifest, &problems);
      if (!manifest.name.empty()) one.name = manifest.name;
    }
    wanted.push_back(std::move(one));
  }
  return wanted;
}

}  // namespace httpd::ctl
