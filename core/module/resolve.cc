// SPDX-License-Identifier: Apache-2.0
//
// Finds the shared object that a LoadModule line means, in the spellings of both ancestors. Only
// the directories of ModulePath and the installation are searched, never the system's library path.

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/concat.h"
#include "module/store.h"

namespace httpd::module {
namespace {

constexpr uint64_t kMaxLibtoolBytes = 64 * 1024;

bool Exists(const std::string& path) {
  struct stat facts;
  return stat(path.c_str(), &facts) == 0;
}

std::string Join(std::string_view directory, std::string_view name) {
  return base::Concat(directory, directory.ends_with('/') ? "" : "/", name);
}

// libtool's text file: dlname='mod_foo.so' beside it, or in .libs/ of a tree not yet installed.
bool FollowLibtool(const std::string& path, std::string* out, Finding* finding) {
  base::UniqueFd fd = OpenTrusted(path, kMaxLibtoolBytes, finding);
  std::string text;
  if (!fd) return false;
  std::string name;
  std::string_view folder;
  if (ReadWhole(fd.get(), &text)) {
    for (std::string_view line : base::Split(text, "\n")) {
      constexpr std::string_view kName = "dlname='";
      if (line.starts_with(kName)) {
        line.remove_prefix(kName.size());
        name = line.substr(0, line.find('\''));
      }
      if (line.starts_with("installed=no")) folder = ".libs/";
    }
  }
  if (name.empty() || name.find('/') != std::string::npos) {
    *finding = {FindingSeverity::kError,
                "HM-07",
                "this libtool file names no shared object",
                name.empty() ? "no dlname" : base::Concat("dlname='", name, "'"),
                "dlname='mod_NAME.so'",
                path,
                "build the module with libtool's -module and without --disable-shared"};
    return false;
  }
  *out = base::Concat(path.substr(0, path.rfind('/') + 1), folder, name);
  return true;
}

bool Settle(const std::string& found, std::string* path, Finding* finding) {
  if (found.ends_with(".la")) return FollowLibtool(found, path, finding);
  *path = found;
  return true;
}

void NotFound(std::string_view name, const std::vector<std::string>& tried,
              const SearchPath& search, Finding* finding) {
  *finding = {FindingSeverity::kError,
              "HM-01",
              "there is no such file",
              base::Concat("no ", base::Join(tried, ", no ")),
              base::Concat("the file of module ", name),
              "",
              ""};
  const std::string file = base::Concat("mod_", name, ".so");
  std::vector<std::string> directories = search.directories;
  directories.push_back(search.libexec_dir);
  for (const std::string& directory : directories) {
    const std::string candidate = Join(directory, file);
    if (directory.empty() || !Exists(candidate)) continue;
    finding->fix = base::Concat("LoadModule ", name, "_module ", candidate);
    return;
  }
  finding->fix =
      base::Concat("install ", file, " in ",
                   search.libexec_dir.empty() ? "a directory of ModulePath" : search.libexec_dir,
                   ", or remove the LoadModule line");
}

}  // namespace

bool ResolveModule(std::string_view name, std::string_view file, const SearchPath& search,
                   std::string* path, Finding* finding) {
  std::vector<std::string> tried;
  if (!file.empty()) {
    tried.push_back(file.starts_with('/') ? std::string(file) : Join(search.server_root, file));
  } else {
    std::vector<std::string> directories = search.directories;
    if (!search.libexec_dir.empty() && std::find(directories.begin(), directories.end(),
                                                 search.libexec_dir) == directories.end()) {
      directories.push_back(search.libexec_dir);
    }
    for (const std::string& directory : directories) {
      tried.push_back(Join(directory, base::Concat("mod_", name, ".so")));
      tried.push_back(Join(directory, base::Concat("mod_", name, ".la")));
    }
  }
  for (const std::string& candidate : tried) {
    if (Exists(candidate)) return Settle(candidate, path, finding);
  }
  NotFound(name, tried, search, finding);
  return false;
}

}  // namespace httpd::module
