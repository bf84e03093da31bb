// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "config/file_reader.h"

// For tests only.

namespace httpd::config {

// A file system in memory; directories exist by the files in them.
class FakeFiles : public FileReader {
 public:
  std::map<std::string, std::string> files;
  std::set<std::string> directories = {"/srv"};
  std::set<std::string> unreadable;

  absl::StatusOr<Kind> Stat(const std::string& path) override {
    if (files.count(path) != 0) return Kind::kFile;
    if (directories.count(path) != 0 || !Names(path).empty()) return Kind::kDirectory;
    return Kind::kMissing;
  }
  absl::StatusOr<std::string> Read(const std::string& path, size_t limit) override {
    if (unreadable.count(path) != 0) return absl::PermissionDeniedError("cannot open " + path);
    const auto file = files.find(path);
    if (file == files.end()) return absl::NotFoundError("cannot open " + path);
    return file->second;
  }
  absl::StatusOr<std::vector<std::string>> List(const std::string& directory) override {
    const auto names = Names(directory);
    if (names.empty()) return absl::NotFoundError("cannot list " + directory);
    return std::vector<std::string>(names.rbegin(), names.rend());
  }

 private:
  std::set<std::string> Names(const std::string& directory) const {
    const std::string prefix = directory == "/" ? "/" : directory + "/";
    std::set<std::string> names;
    for (const auto& [path, text] : files) {
      if (path.rfind(prefix, 0) != 0) continue;
      names.insert(path.substr(prefix.size(), path.find('/', prefix.size()) - prefix.size()));
    }
    return names;
  }
};

}  // namespace httpd::config
