// SPDX-License-Identifier: Apache-2.0
// "Address in use" helps nobody who has to find out by whom first; Linux can tell.
#include "process/port_holder.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "base/concat.h"
#include "os/features.h"

namespace httpd::process {
namespace {

// Inodes of the sockets that listen on `port`, from /proc/net/tcp or tcp6.
void ListeningInodes(const char* table, uint16_t port, std::vector<unsigned long>* inodes) {
  FILE* file = fopen(table, "re");
  if (file == nullptr) return;
  char line[512];
  while (fgets(line, sizeof line, file) != nullptr) {
    unsigned local_port = 0;
    unsigned state = 0;
    unsigned long inode = 0;
    // sl local:port remote:port state tx:rx timer:when retransmits uid timeout inode
    const int n = sscanf(line,
                         "%*d: %*32[0-9A-Fa-f]:%x %*32[0-9A-Fa-f]:%*x %x %*x:%*x %*x:%*x %*x "
                         "%*u %*u %lu",
                         &local_port, &state, &inode);
    constexpr unsigned kListen = 0x0a;
    if (n == 3 && state == kListen && local_port == port) inodes->push_back(inode);
  }
  fclose(file);
}

bool HoldsOneOf(const std::string& process, const std::vector<unsigned long>& inodes) {
  const std::string folder = process + "/fd";
  DIR* dir = opendir(folder.c_str());
  if (dir == nullptr) return false;
  bool found = false;
  while (const dirent* entry = found ? nullptr : readdir(dir)) {
    char target[64];
    const ssize_t n = readlinkat(dirfd(dir), entry->d_name, target, sizeof target - 1);
    if (n <= 0) continue;
    target[n] = '\0';
    unsigned long inode = 0;
    found = sscanf(target, "socket:[%lu]", &inode) == 1 &&
            std::find(inodes.begin(), inodes.end(), inode) != inodes.end();
  }
  closedir(dir);
  return found;
}

std::string NameOf(const std::string& process) {
  char name[64] = "";
  if (FILE* file = fopen((process + "/comm").c_str(), "re")) {
    if (fgets(name, sizeof name, file) == nullptr) name[0] = '\0';
    fclose(file);
  }
  std::string text(name);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

std::string PortHolder::Text() const {
  return base::Concat(name.empty() ? "a process" : name, " (pid ", pid, ")");
}

PortHolder FindPortHolder(uint16_t port, bool ipv6) {
  std::vector<unsigned long> inodes;
  if (!HTTPD_HAVE_PROC) return {};
  ListeningInodes("/proc/net/tcp", port, &inodes);
  // A socket on [::] of a program without IPV6_V6ONLY holds the IPv4 port as well.
  ListeningInodes("/proc/net/tcp6", port, &inodes);
  PortHolder holder;
  DIR* dir = inodes.empty() ? nullptr : opendir("/proc");
  if (dir == nullptr) return holder;
  // The oldest process is the one to stop: a server's workers have copies of its sockets.
  while (const dirent* entry = readdir(dir)) {
    const long pid = std::strtol(entry->d_name, nullptr, 10);
    if (pid <= 0 || (holder.pid > 0 && pid > holder.pid)) continue;
    const std::string process = base::Concat("/proc/", pid);
    if (!HoldsOneOf(process, inodes)) continue;
    holder.pid = static_cast<pid_t>(pid);
    holder.name = NameOf(process);
  }
  closedir(dir);
  return holder;
}

}  // namespace httpd::process
