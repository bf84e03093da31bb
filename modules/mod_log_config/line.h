// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/log.h>
#include <httpd/request.h>

#include "format.h"

namespace mod_log_config {

// Appends the line that `program` makes of `request`, straight into the worker's buffer of `file`.
// A line that is longer than the buffer is cut and ends with "...".
void WriteLine(Program* program, httpd_request* request, httpd_logfile* file);

}  // namespace mod_log_config
