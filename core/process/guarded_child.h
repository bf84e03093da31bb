// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "module/finding.h"
#include "process/privileges.h"

namespace httpd::process {

// For a process that reads files which may be made to harm their reader: a file that makes the
// inspector eat memory must not bring the machine down.
void LimitInspection();

// The finding for an inspection that was stopped because it took too long.
module::Finding InspectionTimedOut(const std::string& original);

// The finding for a process that could not be started to look into files (errno).
module::Finding CannotStartInspection(int error);

// Writes all of it; false when the other end is gone.
bool WriteAll(int fd, std::string_view bytes);

// Runs `work` in a process of its own, which is unprivileged, limited and gone afterwards, and
// hands over the bytes it returned. `prepare` runs there first, with the privileges of the caller.
// False with a finding about `original` when the process died, took too long or said too much.
bool RunGuarded(const Identity& identity, const std::string& original, size_t most_bytes,
                const std::function<void()>& prepare, const std::function<std::string()>& work,
                std::string* bytes, module::Finding* finding);

}  // namespace httpd::process
