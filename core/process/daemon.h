// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/unique_fd.h"

namespace httpd::process {

// Goes to the background. The process that called does not return from here: it waits until the
// background process reports, and exits with that status. In the background process (a session of
// its own, working directory /) the descriptor to report with is returned; standard error stays the
// terminal's until then. Without a descriptor errno says why it failed.
base::UniqueFd Daemonize();

// Tells the waiting process that the server serves, and points the standard streams away from the
// terminal. A process that ends without it makes the starter exit with 1.
void ReportServing(base::UniqueFd report, int error_log);

}  // namespace httpd::process
