// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace httpd::testing {

// What /proc tells about a process. Absent processes give empty answers.
bool Alive(pid_t pid);  // exists and is no zombie
std::string Comm(pid_t pid);
std::string Title(pid_t pid);  // cmdline, its arguments joined by spaces
std::string Maps(pid_t pid);
std::map<int, std::string> Descriptors(pid_t pid);  // number to target of the link
// As kill(2) of one process, and of nothing else: false for 0, 1 and negative numbers, which a test
// has when what it looks for is not there, and which mean whole groups or everybody.
bool SendSignal(pid_t pid, int number);
std::vector<pid_t> Children(pid_t pid);
std::vector<pid_t> Descendants(pid_t pid);
uid_t EffectiveUid(pid_t pid);
int Threads(pid_t pid);
std::string StatusLine(pid_t pid, std::string_view key);  // "VmRSS", "CapEff", "NoNewPrivs"

// The clients' ports of the established connections (IPv4, loopback) that `pid` owns.
std::set<uint16_t> ClientPorts(pid_t pid);

// Whether the process holds a listening socket: a worker that drains does not.
bool Listens(pid_t pid);

std::string ReadFile(const std::string& path);
bool FileExists(const std::string& path);

}  // namespace httpd::testing
