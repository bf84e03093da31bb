// SPDX-License-Identifier: Apache-2.0
//
// Claims about processes are checked from outside, by what the kernel says about them.

#include "integration/proc.h"

#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

namespace httpd::testing {
namespace {

std::string ProcPath(pid_t pid, const char* name) {
  return "/proc/" + std::to_string(pid) + "/" + name;
}

struct Stat {
  char state = 0;
  pid_t parent = 0;
};

Stat ReadStat(pid_t pid) {
  std::string text = ReadFile(ProcPath(pid, "stat"));
  size_t end = text.rfind(')');
  Stat stat;
  if (end != std::string::npos) sscanf(text.c_str() + end + 1, " %c %d", &stat.state, &stat.parent);
  return stat;
}

std::vector<pid_t> AllPids() {
  std::vector<pid_t> out;
  DIR* dir = opendir("/proc");
  while (dirent* entry = readdir(dir)) {
    if (int pid = atoi(entry->d_name)) out.push_back(pid);
  }
  closedir(dir);
  return out;
}

}  // namespace

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  // Reading of a process that just ended fails (ESRCH), which an iterator over the file would
  // throw.
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool FileExists(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0;
}

bool Alive(pid_t pid) {
  char state = ReadStat(pid).state;
  return state != 0 && state != 'Z' && state != 'X';
}

std::string Comm(pid_t pid) {
  std::string comm = ReadFile(ProcPath(pid, "comm"));
  while (!comm.empty() && comm.back() == '\n') comm.pop_back();
  return comm;
}

std::string Title(pid_t pid) {
  std::string title = ReadFile(ProcPath(pid, "cmdline"));
  while (!title.empty() && title.back() == '\0') title.pop_back();
  for (char& c : title) {
    if (c == '\0') c = ' ';
  }
  return title;
}

std::string Maps(pid_t pid) { return ReadFile(ProcPath(pid, "maps")); }

std::map<int, std::string> Descriptors(pid_t pid) {
  std::map<int, std::string> out;
  std::string path = ProcPath(pid, "fd");
  DIR* dir = opendir(path.c_str());
  if (dir == nullptr) return out;
  while (dirent* entry = readdir(dir)) {
    if (entry->d_name[0] == '.') continue;
    char target[4096];
    ssize_t length = readlinkat(dirfd(dir), entry->d_name, target, sizeof target);
    if (length >= 0) out[atoi(entry->d_name)] = std::string(target, static_cast<size_t>(length));
  }
  closedir(dir);
  return out;
}

bool SendSignal(pid_t pid, int number) { return pid > 1 && ::kill(pid, number) == 0; }

std::vector<pid_t> Children(pid_t pid) {
  std::vector<pid_t> out;
  for (pid_t other : AllPids()) {
    Stat stat = ReadStat(other);
    if (stat.parent == pid && stat.state != 'Z') out.push_back(other);
  }
  return out;
}

std::vector<pid_t> Descendants(pid_t pid) {
  std::vector<pid_t> out = Children(pid);
  for (size_t i = 0; i < out.size(); ++i) {
    std::vector<pid_t> more = Children(out[i]);
    out.insert(out.end(), more.begin(), more.end());
  }
  return out;
}

std::string StatusLine(pid_t pid, std::string_view key) {
  std::istringstream status(ReadFile(ProcPath(pid, "status")));
  for (std::string line; std::getline(status, line);) {
    if (line.compare(0, key.size(), key) == 0 && line[key.size()] == ':') {
      size_t start = line.find_first_not_of(" \t", key.size() + 1);
      return start == std::string::npos ? "" : line.substr(start);
    }
  }
  return "";
}

uid_t EffectiveUid(pid_t pid) {
  unsigned real = ~0u, effective = ~0u;
  sscanf(StatusLine(pid, "Uid").c_str(), "%u %u", &real, &effective);
  return effective;
}

int Threads(pid_t pid) { return atoi(StatusLine(pid, "Threads").c_str()); }

namespace {

constexpr unsigned kListening = 0x0A;  // TCP_LISTEN in /proc/net/tcp

// visit(remote port, state) for each IPv4 TCP socket of the process.
template <class Visit>
void EachTcpSocket(pid_t pid, Visit visit) {
  std::set<unsigned long> inodes;
  for (const auto& [fd, target] : Descriptors(pid)) {
    unsigned long inode;
    if (sscanf(target.c_str(), "socket:[%lu]", &inode) == 1) inodes.insert(inode);
  }
  std::istringstream table(ReadFile("/proc/net/tcp"));
  for (std::string line; std::getline(table, line);) {
    unsigned local_port, remote_port, state;
    unsigned long inode;
    if (sscanf(line.c_str(), " %*d: %*x:%x %*x:%x %x %*x:%*x %*x:%*x %*x %*u %*u %lu", &local_port,
               &remote_port, &state, &inode) == 4 &&
        inodes.count(inode)) {
      visit(remote_port, state);
    }
  }
}

}  // namespace

std::set<uint16_t> ClientPorts(pid_t pid) {
  std::set<uint16_t> out;
  EachTcpSocket(pid, [&](unsigned remote_port, unsigned state) {
    if (state != kListening) out.insert(static_cast<uint16_t>(remote_port));
  });
  return out;
}

bool Listens(pid_t pid) {
  bool listens = false;
  EachTcpSocket(pid, [&](unsigned, unsigned state) { listens = listens || state == kListening; });
  return listens;
}

}  // namespace httpd::testing
