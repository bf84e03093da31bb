// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "module/plan.h"

namespace httpd::module {

class InspectorLibrary;

// What is wrong with the modules of a plan with respect to the libraries and the program that they
// would be loaded beside: libraries that are missing, too old or there twice, symbols that nothing
// provides. objects[i] is what plan->modules[i] was read from, or null. Adds findings, the
// libraries to be opened first, and the files that were looked at.
void CheckLinks(const InspectorLibrary& library, const PlanInput& input,
                const std::vector<ObjectHandle>& objects, ModulePlan* plan);

// For PlanInput::library_path: libexec, where the bootstrap sends the loader first, then what the
// environment of the user names.
std::vector<std::string> LoaderPath(const std::string& libexec_dir);

}  // namespace httpd::module
