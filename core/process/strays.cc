// SPDX-License-Identifier: Apache-2.0
// Processes that modules started. They end with their generation, however hard they tried to become
// daemons of their own.
#include "process/strays.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "os/features.h"

namespace httpd::process {
namespace {

// Parent of a process, from /proc; 0 when it is not known.
pid_t ParentOf(long pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%ld/stat", pid);
  FILE* file = fopen(path, "re");
  if (file == nullptr) return 0;
  char text[512] = "";
  const size_t n = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[n] = '\0';
  // pid (comm) state ppid; comm may hold anything, so the last parenthesis counts.
  const char* end = strrchr(text, ')');
  int parent = 0;
  if (end == nullptr || sscanf(end, ") %*c %d", &parent) != 1) return 0;
  return parent;
}

}  // namespace

void KillStrayChildren(const std::function<bool(pid_t pid, pid_t group)>& known) {
  if (!HTTPD_HAVE_PROC) return;
  DIR* dir = opendir("/proc");
  if (dir == nullptr) return;
  std::vector<pid_t> strays;
  while (const dirent* entry = readdir(dir)) {
    const long pid = std::strtol(entry->d_name, nullptr, 10);
    if (pid <= 0 || ParentOf(pid) != getpid()) continue;
    const auto child = static_cast<pid_t>(pid);
    if (!known(child, getpgid(child))) strays.push_back(child);
  }
  closedir(dir);
  for (const pid_t pid : strays) kill(pid, SIGKILL);
}

}  // namespace httpd::process
