// SPDX-License-Identifier: Apache-2.0
// The bootstrap changes the library path variable for one exec. This undoes it, so that children of
// the server see the environment that the user gave.

#include "boot/environment.h"

#include <cstdlib>

#include "platform/targets/library_path.h"

namespace httpd::boot {

std::string RestoreEnvironment() {
  std::string bootstrap;
  if (const char* self = getenv(HTTPD_BOOT_SELF)) bootstrap = self;
  // Without the bootstrap the variable is the user's already.
  if (const char* saved = getenv(HTTPD_BOOT_LIBRARY_PATH)) {
    if (saved[0] == '=') {
      setenv(HTTPD_LIBRARY_PATH_VARIABLE, saved + 1, 1);
    } else {
      unsetenv(HTTPD_LIBRARY_PATH_VARIABLE);
    }
  }
  unsetenv(HTTPD_BOOT_SELF);
  unsetenv(HTTPD_BOOT_LIBRARY_PATH);
  return bootstrap;
}

}  // namespace httpd::boot
