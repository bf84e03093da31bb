// SPDX-License-Identifier: Apache-2.0
// The modules that could be loaded: what required ones are found among, and what an unknown
// directive is looked up in.
#include "module/installed.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "base/concat.h"
#include "base/unique_fd.h"
#include "module/inspector_library.h"

namespace httpd::module {
namespace {

constexpr off_t kMaxScanned = 64 << 20;

std::string ReadAll(const std::string& path) {
  const base::UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat facts {};
  if (!fd || fstat(fd.get(), &facts) != 0 || !S_ISREG(facts.st_mode) ||
      facts.st_size > kMaxScanned) {
    return "";
  }
  std::string bytes(static_cast<size_t>(facts.st_size), '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = read(fd.get(), bytes.data() + done, bytes.size() - done);
    if (n <= 0) break;
    done += static_cast<size_t>(n);
  }
  bytes.resize(done);
  return bytes;
}

bool Understand(std::string_view bytes, std::string_view name, Manifest* manifest) {
  std::vector<ManifestProblem> problems;
  return ParseManifest(bytes, manifest, &problems) && manifest->name == name;
}

bool ReadOne(const InspectorLibrary& library, const ModuleFile& file, Manifest* manifest) {
  httpd_inspect_object* object = nullptr;
  if (library.open_path(file.path.c_str(), nullptr, &object, nullptr) != HTTPD_INSPECT_OK) {
    return false;
  }
  httpd_inspect_facts facts = {};
  facts.size = sizeof(facts);
  library.get_facts(object, &facts);
  const bool usable = facts.kind == HTTPD_INSPECT_SHARED && facts.state == HTTPD_INSPECT_WHOLE &&
                      ToView(facts.target) == ToView(library.host()) &&
                      (facts.flags & HTTPD_INSPECT_HAS_MANIFEST) != 0 &&
                      Understand(ToView(facts.manifest), file.name, manifest);
  library.close(object);
  return usable;
}

}  // namespace

std::vector<ModuleFile> FindModuleFiles(const std::vector<std::string>& directories) {
  std::map<std::string, std::string> found;
  for (const std::string& directory : directories) {
    DIR* dir = opendir(directory.c_str());
    if (dir == nullptr) continue;
    while (const dirent* entry = readdir(dir)) {
      std::string_view name = entry->d_name;
      if (!name.starts_with("mod_") || !name.ends_with(".so") || name.size() < 8) continue;
      if (found.size() == kMaxInstalled) break;
      const std::string path = base::Concat(directory, "/", name);
      name = name.substr(4, name.size() - 7);
      found.emplace(name, path);  // the first directory counts
    }
    closedir(dir);
  }
  std::vector<ModuleFile> files;
  for (auto& [name, path] : found) files.push_back({name, path});
  return files;
}

std::vector<InstalledModule> ReadInstalled(const InspectorLibrary& library,
                                           const std::vector<std::string>& directories) {
  std::vector<InstalledModule> modules;
  for (const ModuleFile& file : FindModuleFiles(directories)) {
    Manifest manifest;
    if (ReadOne(library, file, &manifest)) modules.push_back({file.path, std::move(manifest)});
  }
  return modules;
}

bool ScanManifest(std::string_view bytes, std::string_view name, Manifest* manifest) {
  const std::string begin =
      base::Concat("name=", name, std::string_view("\0abi=", 5));  // as HTTPD_MODULE writes it
  for (size_t at = 0; (at = bytes.find(begin, at)) != bytes.npos; at += begin.size()) {
    // Up to the first empty string, or one that is no entry any more.
    size_t end = at;
    while (end < bytes.size()) {
      const size_t zero = bytes.find('\0', end);
      if (zero == bytes.npos || zero == end) break;
      const std::string_view entry = bytes.substr(end, zero - end);
      if (entry.find('=') == entry.npos || zero + 1 - at > kMaxManifestBytes) break;
      end = zero + 1;
    }
    if (Understand(bytes.substr(at, end - at), name, manifest)) return true;
  }
  return false;
}

void ScanInstalled(const std::vector<std::string>& directories,
                   const std::function<bool(const InstalledModule&)>& each) {
  for (const ModuleFile& file : FindModuleFiles(directories)) {
    InstalledModule module;
    module.path = file.path;
    if (ScanManifest(ReadAll(file.path), file.name, &module.manifest) && each(module)) return;
  }
}

std::string LoadModuleLine(std::string_view name, const std::string& path,
                           const std::string& server_root) {
  const bool below = !server_root.empty() && path.starts_with(server_root + "/");
  return base::Concat("LoadModule ", name, "_module ",
                      below ? path.substr(server_root.size() + 1) : path);
}

}  // namespace httpd::module
