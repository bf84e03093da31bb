// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/early.h"
#include "module/manifest.h"
#include "process/safe_open.h"

namespace httpd::process {

// One file that a generation may ask for.
struct Grant {
  std::string directive;
  std::string argument;  // as in the active tree
  OpenMode mode = OpenMode::kRead;
  std::string path;  // absolute
};

// What the supervisor opens for a generation, fixed before any module of it runs: a module that is
// taken over can get nothing that its configuration did not name.
class GrantTable {
 public:
  // ErrorLog of the main server comes first, then every argument that ErrorLog or a `privileged`
  // directive of the manifests has in the active tree.
  static GrantTable Build(const config::EarlyConfig& early,
                          const std::vector<module::Manifest>& manifests);

  static constexpr size_t kErrorLog = 0;
  static constexpr size_t kNone = static_cast<size_t>(-1);

  // Directive names are compared without regard to case; the argument as written or as a path.
  size_t Find(std::string_view directive, std::string_view argument) const;

  size_t size() const { return grants_.size(); }
  const Grant& at(size_t index) const { return grants_[index]; }

 private:
  void Add(std::string_view directive, const std::string& argument, OpenMode mode,
           const std::string& server_root);

  std::vector<Grant> grants_;
};

}  // namespace httpd::process
