// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>

namespace httpd::process {

// Kills each child of this process for which `known` answers false; after os::BecomeSubreaper()
// orphans are children as well, so that nothing a module started outlives the server unseen.
// Nothing where the system does not list processes.
void KillStrayChildren(const std::function<bool(pid_t pid, pid_t group)>& known);

}  // namespace httpd::process
