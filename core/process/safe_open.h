// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/unique_fd.h"
#include "process/problem.h"

namespace httpd::process {

enum class OpenMode : uint8_t {
  kRead,
  kAppend,  // created when missing
};

// Opens an absolute path for somebody with fewer rights, walking it directory by directory: a
// symbolic link is followed only when it belongs to root or to this process's user and others
// could not have put it there. A file that has to be made in a directory not owned by root is made
// as that directory's owner; there, an existing file is opened with that owner's rights too.
// Without a descriptor *problem says why and what to do. /dev/stdout, /dev/stderr and /dev/fd/N
// mean this process's own descriptors.
base::UniqueFd SafeOpen(const std::string& path, OpenMode mode, Problem* problem);

// What SafeOpen would meet before it opened or made the file itself; nothing is created.
bool CheckOpen(const std::string& path, OpenMode mode, Problem* problem);

}  // namespace httpd::process
