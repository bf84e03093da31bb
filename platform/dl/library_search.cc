// SPDX-License-Identifier: Apache-2.0
//
// The loader's search for libraries, done beforehand: to say that one is missing, who needs it and
// where it was looked for, and to look into the very file that would be loaded.

#include "dl/library_search.h"

#if defined(__linux__)
#include <sys/auxv.h>
#endif

#include <algorithm>

#ifndef HTTPD_LIBRARY_ARCHITECTURE  // "x86_64-linux-gnu" where the compiler has such folders
#define HTTPD_LIBRARY_ARCHITECTURE ""
#endif

namespace httpd::dl {
namespace {

constexpr std::string_view kArchitecture = HTTPD_LIBRARY_ARCHITECTURE;

std::string LibToken() {
  if (!kArchitecture.empty()) return "lib/" + std::string(kArchitecture);
  return sizeof(void*) == 8 ? "lib64" : "lib";
}

std::string PlatformToken() {
#if defined(__linux__)
  if (const unsigned long text = getauxval(AT_PLATFORM); text != 0) {
    return reinterpret_cast<const char*>(text);
  }
#endif
  return "";
}

// The length of `$NAME` or `${NAME}` at the beginning of `text`, else 0.
size_t TokenLength(std::string_view text, std::string_view name) {
  if (text.substr(1).starts_with(name)) {
    const size_t end = 1 + name.size();
    const bool longer = end < text.size() &&
                        (isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_');
    return longer ? 0 : end;
  }
  const std::string braces = "{" + std::string(name) + "}";
  return text.substr(1).starts_with(braces) ? 1 + braces.size() : 0;
}

std::string Join(std::string_view directory, std::string_view name) {
  std::string path(directory);
  if (!path.ends_with('/')) path.push_back('/');
  path.append(name);
  return path;
}

}  // namespace

ExpandedEntry ExpandEntry(std::string_view entry, std::string_view origin) {
  ExpandedEntry out;
  for (size_t i = 0; i < entry.size();) {
    const std::string_view rest = entry.substr(i);
    size_t length = 0;
    if (rest[0] == '$') {
      if ((length = TokenLength(rest, "ORIGIN")) != 0) {
        out.text.append(origin);
        out.origin = true;
      } else if ((length = TokenLength(rest, "LIB")) != 0) {
        out.text.append(LibToken());
      } else if ((length = TokenLength(rest, "PLATFORM")) != 0) {
        out.text.append(PlatformToken());
      }
    }
    if (length == 0) out.text.push_back(entry[i]);
    i += std::max<size_t>(length, 1);
  }
  return out;
}

std::vector<std::string_view> SplitRunPath(std::string_view text) {
  std::vector<std::string_view> entries;
  if (text.empty()) return entries;
  for (;;) {
    const size_t colon = text.find(':');
    entries.push_back(text.substr(0, colon));
    if (colon == text.npos) return entries;
    text.remove_prefix(colon + 1);
  }
}

std::vector<std::string> LibrarySearch::DefaultDirectories() {
  std::vector<std::string> directories;
  if (!kArchitecture.empty()) {
    directories.push_back("/lib/" + std::string(kArchitecture));
    directories.push_back("/usr/lib/" + std::string(kArchitecture));
  }
#if defined(__linux__)
  if (sizeof(void*) == 8) directories.insert(directories.end(), {"/lib64", "/usr/lib64"});
#endif
  directories.insert(directories.end(), {"/lib", "/usr/lib"});
  return directories;
}

LibrarySearch::LibrarySearch(std::vector<std::string> library_path, std::string cache_file,
                             std::vector<std::string> defaults)
    : library_path_(std::move(library_path)),
      defaults_(std::move(defaults)),
      cache_(std::move(cache_file)) {}

bool LibrarySearch::EachDirectory(const RunPathChain& chain, bool with_defaults,
                                  const Visit& visit) const {
  const auto entries = [&visit](const RunPath& run_path) {
    for (const std::string_view entry : SplitRunPath(run_path.text)) {
      ExpandedEntry expanded = ExpandEntry(entry, run_path.directory);
      if (visit({std::move(expanded.text), expanded.origin && run_path.moved})) return true;
    }
    return false;
  };
  const RunPath* own = chain.empty() ? nullptr : chain.front();
  if (own == nullptr || own->rpath || own->text.empty()) {
    for (const RunPath* run_path : chain) {
      if (run_path->rpath && entries(*run_path)) return true;
    }
  }
  for (const std::string& directory : library_path_) {
    if (visit({directory, false})) return true;
  }
  if (own != nullptr && !own->rpath && entries(*own)) return true;
  if (!with_defaults) return false;
  return std::any_of(defaults_.begin(), defaults_.end(), [&visit](const std::string& directory) {
    return visit({directory, false});
  });
}

bool LibrarySearch::Find(std::string_view name, const RunPathChain& chain,
                         const std::function<bool(const Candidate&)>& accept) const {
  if (name.find('/') != name.npos) {
    const RunPath* own = chain.empty() ? nullptr : chain.front();
    const ExpandedEntry expanded = ExpandEntry(name, own != nullptr ? own->directory : "");
    return accept({expanded.text, expanded.origin && own != nullptr && own->moved});
  }
  const auto in = [&](const Candidate& directory) {
    return accept({Join(directory.path, name), directory.by_origin});
  };
  if (EachDirectory(chain, false, in)) return true;
  const auto cached = [&](std::string_view path) { return accept({std::string(path), false}); };
  if (cache_.Find(name, cached)) return true;
  return std::any_of(defaults_.begin(), defaults_.end(), [&in](const std::string& directory) {
    return in({directory, false});
  });
}

std::vector<std::string> LibrarySearch::Directories(const RunPathChain& chain) const {
  std::vector<std::string> directories;
  EachDirectory(chain, true, [&directories](const Candidate& directory) {
    if (std::find(directories.begin(), directories.end(), directory.path) == directories.end()) {
      directories.push_back(directory.path);
    }
    return false;
  });
  return directories;
}

}  // namespace httpd::dl
