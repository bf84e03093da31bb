// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/stopwatch.h"
#include "boot/boot.h"
#include "module/store.h"
#include "process/planner.h"
#include "process/poll_loop.h"
#include "process/snapshot.h"

namespace httpd::process {

// What planning cost, for the start-up report. Microseconds.
struct PlanCost {
  uint32_t copying = 0;    // resolving, path checks and copies
  uint32_t planning = 0;   // from the question to the verdict, over all rounds
  uint32_t inspector = 0;  // of it, opening the inspector
  uint32_t rounds = 0;     // more than one when modules were loaded by themselves
  uint32_t planners = 0;   // rounds that started a planner; the others were in the index
  uint32_t copied = 0;     // files that were copied
  std::vector<std::pair<std::string, uint32_t>> inspected;  // module, time in the planner
};

// From LoadModule lines to a plan of all that is loaded: copies the files, takes the verdict from
// the index or asks a planner, and goes on with modules that others require until none is missing.
// Start, reload and check take this way alike.
class PlanRun {
 public:
  // Called from the loop; false: the findings are in the snapshot.
  using Done = std::function<void(bool)>;

  // The snapshot must live as long as this.
  PlanRun(PollLoop* loop, const boot::BootInfo& info, module::ModuleStore* store,
          Snapshot* snapshot, std::function<std::vector<Descriptor>()> held, Done done);
  ~PlanRun();
  PlanRun(const PlanRun&) = delete;
  PlanRun& operator=(const PlanRun&) = delete;

  // False: a module cannot be had, see the snapshot; then nothing is called.
  bool Start();

  // For the reaper: true when `pid` was a planner of this run.
  bool Exited(pid_t pid, int status) {
    return planner_ != nullptr && planner_->Exited(pid, status);
  }

  const PlanCost& cost() const { return cost_; }

 private:
  void Ask();
  void Answered(module::ModulePlan plan, bool cold);
  void Remember(const module::ModulePlan& plan);
  size_t AddRequired(const module::ModulePlan& plan);
  void Finish(const module::ModulePlan& plan);

  PollLoop* loop_;
  const boot::BootInfo& info_;
  module::ModuleStore* store_;
  Snapshot* snapshot_;
  std::function<std::vector<Descriptor>()> held_;
  Done done_;

  PlannerInput input_;
  std::unique_ptr<Planner> planner_;
  PollLoop::TimerId timer_ = 0;
  std::string key_;
  int64_t asked_at_ = 0;  // CLOCK_REALTIME
  base::Stopwatch watch_;
  PlanCost cost_;
};

}  // namespace httpd::process
