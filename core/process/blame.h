// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "process/scoreboard.h"

namespace httpd::process {

// Name of module number `n` of a scoreboard row (1 is the first loaded module); "" when there is no
// such module.
using ModuleNames = std::function<std::string(uint16_t n)>;

// "module foo, hook handler, request "GET /x HTTP/1.1" from 127.0.0.1", read from memory that its
// writer may have filled with anything: every length and number is checked, control characters and
// quotes are escaped, and the answer is one line.
std::string DescribeBlame(const ScoreboardSlot& slot, const ModuleNames& names);

// "worker 1.0 (pid N) died: signal 11 (Segmentation fault) in …", of a waitpid status.
std::string DescribeDeath(std::string_view who, pid_t pid, int status, const ScoreboardSlot& slot,
                          const ModuleNames& names);

// What a generation was doing before it was ready: "module foo was being loaded (open, register)"
// or "module foo, hook post_config".
std::string DescribePhase(const ScoreboardSlot& slot, const ModuleNames& names);

}  // namespace httpd::process
