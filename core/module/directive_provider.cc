// SPDX-License-Identifier: Apache-2.0
// "Unknown directive" with a cure: the installed module that would know it. Asked only for a
// configuration that is refused anyway, so files are simply searched for their manifest strings.
#include "module/directive_provider.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/concat.h"
#include "base/same_name.h"
#include "base/unique_fd.h"

namespace httpd::module {
namespace {

constexpr off_t kMaxFile = 64 << 20;

std::string ReadAll(const std::string& path) {
  const base::UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat facts {};
  if (!fd || fstat(fd.get(), &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_size > kMaxFile) {
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

std::vector<std::string> ModuleFiles(const std::string& directory) {
  std::vector<std::string> names;
  DIR* dir = opendir(directory.c_str());
  if (dir == nullptr) return names;
  while (const dirent* entry = readdir(dir)) {
    const std::string_view name = entry->d_name;
    if (name.starts_with("mod_") && name.ends_with(".so")) names.emplace_back(name);
  }
  closedir(dir);
  std::sort(names.begin(), names.end());
  return names;
}

// `fits` is asked about each item of the manifest strings within `bytes` that begin with `key`.
template <typename Fits>
bool Declares(std::string_view bytes, std::string_view key, Fits&& fits) {
  for (size_t at = 0; (at = bytes.find(key, at)) != std::string_view::npos;) {
    const bool begins = at == 0 || bytes[at - 1] == '\0';
    at += key.size();
    if (!begins) continue;
    const std::string_view value = bytes.substr(at, bytes.find('\0', at) - at);
    for (const std::string_view item : base::Split(value, ", \t")) {
      if (fits(item)) return true;
    }
  }
  return false;
}

template <typename Fits>
std::string FindModule(const std::vector<std::string>& directories, const std::string& server_root,
                       Fits&& fits) {
  for (const std::string& directory : directories) {
    for (const std::string& file : ModuleFiles(directory)) {
      const std::string path = base::Concat(directory, "/", file);
      if (!fits(ReadAll(path))) continue;
      const std::string name = file.substr(4, file.size() - 7);  // mod_NAME.so
      const bool below = path.starts_with(server_root + "/");
      return base::Concat("LoadModule ", name, "_module ",
                          below ? path.substr(server_root.size() + 1) : path);
    }
  }
  return "";
}

}  // namespace

// "Require NAME" is a kind of Require: the module that brings it says provides=authz_NAME/VERSION,
// with _ for each byte that a name in a manifest cannot have.
bool DeclaresDirective(std::string_view bytes, std::string_view directive) {
  constexpr std::string_view kRequire = "Require ";
  if (!directive.starts_with(kRequire)) {
    return Declares(bytes, "directive=", [&](std::string_view item) {
      return base::SameName(item, directive);
    });
  }
  std::string name = base::Concat("authz_", directive.substr(kRequire.size()));
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return Declares(bytes, "provides=", [&](std::string_view item) {
    return base::SameName(item.substr(0, item.find('/')), name);
  });
}

bool DeclaresOffer(std::string_view bytes, std::string_view offer) {
  return Declares(bytes, "provides=", [&](std::string_view item) { return item == offer; });
}

std::string FindProvider(std::string_view directive, const std::vector<std::string>& directories,
                         const std::string& server_root) {
  return FindModule(directories, server_root,
                    [&](const std::string& bytes) { return DeclaresDirective(bytes, directive); });
}

std::string FindOffer(std::string_view offer, const std::vector<std::string>& directories,
                      const std::string& server_root) {
  return FindModule(directories, server_root,
                    [&](const std::string& bytes) { return DeclaresOffer(bytes, offer); });
}

}  // namespace httpd::module
