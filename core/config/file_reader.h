// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace httpd::config {

// What the early evaluation needs of the file system; tests bring their own.
class FileReader {
 public:
  enum class Kind { kMissing, kFile, kDirectory, kOther };

  virtual ~FileReader() = default;

  // Follows symbolic links. An unreachable path (permission) is an error, not kMissing.
  virtual absl::StatusOr<Kind> Stat(const std::string& path) = 0;
  // The whole file; an error when it is longer than `limit`.
  virtual absl::StatusOr<std::string> Read(const std::string& path, size_t limit) = 0;
  // Names without "." and "..", in any order.
  virtual absl::StatusOr<std::vector<std::string>> List(const std::string& directory) = 0;
};

// The real file system.
class SystemFileReader : public FileReader {
 public:
  absl::StatusOr<Kind> Stat(const std::string& path) override;
  absl::StatusOr<std::string> Read(const std::string& path, size_t limit) override;
  absl::StatusOr<std::vector<std::string>> List(const std::string& directory) override;
};

}  // namespace httpd::config
