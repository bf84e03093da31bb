// SPDX-License-Identifier: Apache-2.0
//
// Modules beside the libraries and the program that they would be loaded into.

#include "module/link_check.h"

#include <cstdlib>

#include "base/concat.h"
#include "targets/library_path.h"

namespace httpd::module {

void CheckLinks(const InspectorLibrary& library, const PlanInput& input,
                const std::vector<ObjectHandle>& objects, ModulePlan* plan) {
  if (input.program.empty()) return;
}

std::vector<std::string> LoaderPath(const std::string& libexec_dir) {
  std::vector<std::string> path{libexec_dir};
  const char* value = getenv(HTTPD_LIBRARY_PATH_VARIABLE);
  if (value == nullptr) return path;
  for (const std::string_view part : base::Split(value, HTTPD_LIBRARY_PATH_SEPARATORS)) {
    path.emplace_back(part);
  }
  return path;
}

}  // namespace httpd::module
