// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>

namespace httpd::process {

// Makes this process the parent of every orphan below it, also of one that left its process group,
// so that nothing a module started can outlive the server unseen.
void BecomeSubreaper();

// Kills each child of this process for which `known` answers false.
void KillStrayChildren(const std::function<bool(pid_t pid, pid_t group)>& known);

}  // namespace httpd::process
