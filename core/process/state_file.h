// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "process/problem.h"

namespace httpd::process {

// What run/httpd.state tells other programs about the running server.
struct ServerState {
  struct Address {
    std::string listen;   // as configured
    std::string address;  // as bound, numeric
    uint16_t port = 0;
    uint32_t slots = 0;
  };
  struct Worker {
    uint32_t slot = 0;
    pid_t pid = 0;
  };
  struct Generation {
    uint32_t id = 0;
    pid_t pid = 0;
    std::string state;  // "starting", "serving", "draining"
    std::vector<Worker> workers;
  };
  struct Module {
    std::string name, file, copy;
  };

  std::string version;
  pid_t pid = 0;
  std::string pid_file;
  std::string server_root;
  uint32_t generation = 0;
  std::string state;
  std::vector<Address> addresses;
  std::vector<Generation> generations;
  std::vector<Module> modules;
  std::vector<std::string> files;  // of the configuration, and what modules read with it
  std::string last_error;
  uint32_t reload_count = 0;         // reloads whose outcome is known
  uint32_t failed_reload_count = 0;  // those of them that left the old generation serving
};

// One line of JSON. Bytes that are not UTF-8 become U+FFFD.
std::string StateJson(const ServerState& state);

// Temporary file and rename; makes the directory when it is missing.
bool WriteStateFile(const std::string& path, const ServerState& state, Problem* problem);

// Removes it unless another server has written it meanwhile.
void RemoveStateFile(const std::string& path, pid_t pid);

}  // namespace httpd::process
