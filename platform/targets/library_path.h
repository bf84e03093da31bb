// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_PLATFORM_TARGETS_LIBRARY_PATH_H_
#define HTTPD_PLATFORM_TARGETS_LIBRARY_PATH_H_

#include <stddef.h>
#include <string.h>

#include "target.h"

// How the bootstrap hands over to the core; the core removes both before anything else runs.
// HTTPD_BOOT_LIBRARY_PATH is "=VALUE" when the user had the variable set, "-" when not.
#define HTTPD_BOOT_LIBRARY_PATH "HTTPD_BOOT_LIBRARY_PATH"
#define HTTPD_BOOT_SELF "HTTPD_BOOT_SELF"

namespace httpd::targets {

// The value for target.paths[0] with which the loader looks into `libexec` first and then wherever
// it would have looked anyway. users[i] is what the user had in target.paths[i], null when it was
// not set. Empty elements, which mean the current directory to many loaders, are left out. False
// when the platform has no such variable or `size` is too small; size 0 never is enough. Pure, so
// that it can be tested for platforms that nobody has at hand; needs libc alone.
inline bool ComposeLibraryPath(const httpd_target& target, const char* libexec,
                               const char* const (&users)[2], char* out, size_t size) {
  if (*target.paths[0] == '\0') return false;
  const char* rest = users[0] != nullptr ? users[0] : users[1];
  size_t used = strlen(libexec);
  if (used >= size) return false;
  memcpy(out, libexec, used);
  while (rest != nullptr && *(rest += strspn(rest, target.separators)) != '\0') {
    const size_t length = strcspn(rest, target.separators);
    if (length + 1 >= size - used) return false;
    out[used] = target.separators[0];
    memcpy(out + used + 1, rest, length);
    used += length + 1;
    rest += length;
  }
  out[used] = '\0';
  return true;
}

}  // namespace httpd::targets

#endif  // HTTPD_PLATFORM_TARGETS_LIBRARY_PATH_H_
