// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "boot/boot.h"
#include "process/options.h"

namespace httpd::process {

// -t, -M and -S: takes the way of a generation without creating, binding or appending anything.
// Returns the exit status.
int RunCheck(const Options& options, const boot::BootInfo& info);

}  // namespace httpd::process
