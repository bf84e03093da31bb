// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "process/problem.h"

namespace httpd::process {

// A folder for module copies that others can read but not change; gone with this object.
class PrivateFolder {
 public:
  PrivateFolder() = default;
  ~PrivateFolder();
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;

  bool Make(Problem* problem);
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace httpd::process
