/* SPDX-License-Identifier: Apache-2.0
 *
 * An inspector that ends the planner as soon as it is opened: a file that the real one cannot
 * stand. Where HTTPD_CRASH_ONCE names a file it does so only once, and makes that file. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>

__attribute__((constructor)) static void Crash(void) {
  const char* once = getenv("HTTPD_CRASH_ONCE");
  if (once == NULL || open(once, O_CREAT | O_EXCL | O_WRONLY, 0600) >= 0) raise(SIGKILL);
}
