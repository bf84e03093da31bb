// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_CORE_BOOT_ENVIRONMENT_H_
#define HTTPD_CORE_BOOT_ENVIRONMENT_H_

#include <string>

namespace httpd::boot {

// Gives the library path variable back the user's own value (or absence), removes the bootstrap's
// HTTPD_BOOT_ variables and returns the bootstrap's absolute path; empty when it was not used.
std::string RestoreEnvironment();

// Remembers the memory that the kernel shows as this process's title, and moves arguments and
// environment out of it. Returns the copied arguments. Call once, before anything keeps a pointer.
char** PrepareTitle(int argc, char** argv);

}  // namespace httpd::boot

#endif  // HTTPD_CORE_BOOT_ENVIRONMENT_H_
