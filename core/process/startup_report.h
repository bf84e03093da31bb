// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "process/plan_run.h"

namespace httpd::process {

// Where the time of a start went, in microseconds.
struct StartupFigures {
  struct Module {
    std::string name;
    uint32_t inspect = 0;  // in the planner; 0 when the index spared it
    uint32_t open = 0;     // mapping and relocating it
    uint32_t enter = 0;    // its register function
    uint32_t faults = 0;   // pages that opening it touched
    uint32_t sum() const { return inspect + open + enter; }
  };
  uint32_t before = 0;         // processor time of bootstrap and dynamic loader
  uint32_t configuration = 0;  // reading the files and the early directives
  PlanCost plan;
  uint32_t generation = 0;  // from its fork to its end
  uint32_t load = 0;        // within it: all modules
  uint32_t evaluate = 0;    // within it: the configuration
  uint32_t post_config = 0;
  std::vector<Module> modules;  // in load order

  uint32_t total() const {
    return before + configuration + plan.copying + plan.planning + generation;
  }
};

// What a generation tells about itself, as lines; and back. The sender has run module code: what is
// no number counts as none.
std::string DescribeThisStart();
void ReadDescription(std::string_view text, StartupFigures* figures);

// A table for people, or one JSON object.
std::string RenderStartup(const StartupFigures& figures, bool json);

// Processor time that this process has used, including the programs that it was before exec.
uint32_t ProcessorTime();

}  // namespace httpd::process
