// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "installation.h"
#include "module/finding.h"

namespace httpd::ctl {

// What is known about one object file, in the order in which modinfo shows it.
struct Field {
  enum Kind : uint32_t { kText = 0, kNumber = 1, kFlag = 2, kList = 3 };
  std::string name;
  Kind kind = kText;
  std::vector<std::string> values;  // exactly one unless it is a list
};

// Each of these reads files in an unprivileged, limited process of its own. False with a finding
// when the inspector cannot be used, a file cannot be opened, or a file brought that process down.

// The bytes of the manifest section of each file; "" for one without.
bool ReadManifests(const Installation& installation, const std::vector<std::string>& files,
                   std::vector<std::string>* manifests, module::Finding* finding);

// Everything about one file, of whatever format and machine.
bool ReadFields(const Installation& installation, const std::string& file,
                std::vector<Field>* fields, module::Finding* finding);

}  // namespace httpd::ctl
