// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "module/finding.h"
#include "module/installed.h"
#include "module/manifest.h"
#include "module/plan.h"

namespace httpd::module {

// A module of the set that is checked.
struct SetMember {
  std::string name;
  const Manifest* manifest = nullptr;        // null: it could not be read
  std::string required_by = {};              // loaded by itself for this one; "" = configured
  std::vector<Finding>* findings = nullptr;  // what is wrong with it goes here
};

// Asked for at most once, and only when something is missing.
using InstalledSource = std::function<std::vector<InstalledModule>()>;

// What the modules of a set say about each other: requires, wants, conflicts, provides. Adds every
// finding that is certain, whatever else is wrong with single modules, and to *also what is
// installed and has to be loaded as well.
void CheckSet(const std::vector<SetMember>& set, const std::vector<std::string>& directories,
              const std::string& server_root, const InstalledSource& installed,
              std::vector<Requirement>* also);

}  // namespace httpd::module
