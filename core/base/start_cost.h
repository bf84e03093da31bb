// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace httpd::base {

// What bringing up this process's generation has cost so far, in microseconds; for the start-up
// report. Configuration time, one thread.
struct StartCost {
  struct Module {
    std::string name;
    uint32_t open = 0;    // dlopen: map the file, relocate it, run its constructors
    uint32_t enter = 0;   // its register function
    uint32_t faults = 0;  // pages that opening it has touched
  };
  std::vector<Module> modules;  // in load order
  uint32_t load = 0;            // all of them, with checks between them
  uint32_t evaluate = 0;        // the configuration, with PRE_CONFIG
  uint32_t post_config = 0;     // with OPEN_LOGS

  Module& Of(const std::string& name) {
    for (Module& module : modules) {
      if (module.name == name) return module;
    }
    return modules.emplace_back(Module{name, 0, 0, 0});
  }
};

inline StartCost& ThisStart() {
  static StartCost cost;
  return cost;
}

}  // namespace httpd::base
