// SPDX-License-Identifier: Apache-2.0
// The bootstrap changes the library path variable for one exec. This undoes it, so that children of
// the server see the environment that the user gave.

#include "boot/environment.h"

#include <cstdlib>

#include "platform/targets/library_path.h"
#include "platform/targets/this_target.h"

namespace httpd::boot {

std::string RestoreEnvironment() {
  std::string bootstrap;
  if (const char* self = getenv(HTTPD_BOOT_SELF)) bootstrap = self;
  // Without the bootstrap the variable is the user's already.
  if (const char* saved = getenv(HTTPD_BOOT_LIBRARY_PATH)) {
    if (saved[0] == '=') {
      setenv(targets::kThis.paths[0], saved + 1, 1);
    } else {
      unsetenv(targets::kThis.paths[0]);
    }
  }
  unsetenv(HTTPD_BOOT_SELF);
  unsetenv(HTTPD_BOOT_LIBRARY_PATH);
  return bootstrap;
}

}  // namespace httpd::boot
