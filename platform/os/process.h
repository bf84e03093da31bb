// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstdint>

#include "os/features.h"

#if HTTPD_HAVE_PRCTL
#include <sys/prctl.h>
#endif
#if HTTPD_HAVE_AFFINITY
#include <sched.h>
#endif

namespace httpd::os {

// What a process can ask for itself. Where a system cannot do it, nothing happens: the callers have
// lifelines and process groups beside it.

// Orphans among the descendants become children of this process.
inline void BecomeSubreaper() {
#if HTTPD_HAVE_PRCTL
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
#endif
}

// SIGKILL for this process when its parent dies.
inline void DieWithParent() {
#if HTTPD_HAVE_PRCTL
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
#endif
}

// No set-user-id program that is started from here gets more rights.
inline void ForbidNewPrivileges() {
#if HTTPD_HAVE_PRCTL
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
#endif
}

// The name that ps and top show for the program.
inline void NameProcess([[maybe_unused]] const char* name) {
#if HTTPD_HAVE_PRCTL
  prctl(PR_SET_NAME, name);
#endif
}

// Processors that this process may run on; at least 1.
inline uint32_t UsableProcessors() {
#if HTTPD_HAVE_AFFINITY
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) {
    return static_cast<uint32_t>(CPU_COUNT(&set));
  }
#endif
  const long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? static_cast<uint32_t>(count) : 1;
}

// Threads of this process; 0 where the system does not tell.
inline uint32_t CountThreads() {
  uint32_t count = 0;
#if HTTPD_HAVE_PROC
  // Linux counts them in the links of that directory; others who offer /proc may not.
  struct stat facts;
  if (stat("/proc/self/task", &facts) == 0 && facts.st_nlink > 2) {
    return static_cast<uint32_t>(facts.st_nlink - 2);
  }
  if (DIR* dir = opendir("/proc/self/task")) {
    while (const dirent* entry = readdir(dir)) count += entry->d_name[0] != '.';
    closedir(dir);
  }
#endif
  return count;
}

}  // namespace httpd::os
