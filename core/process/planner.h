// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "module/plan.h"
#include "process/keep_list.h"
#include "process/poll_loop.h"
#include "process/privileges.h"

namespace httpd::process {

struct PlannerInput {
  module::PlanInput plan;
  Identity identity;
};

// Each module that was asked about and each compiled-in one, once, in whatever order.
bool AnswersWhatWasAsked(const module::ModulePlan& plan, const PlannerInput& input,
                         const std::vector<module::InspectionItem>& items);

// Runs the planner process: unprivileged, short-lived, the only one that looks into module files.
// What it answers is as untrusted as the files are. A crash or a time-out of it is a finding about
// the module it looked at; to learn which one, it is then asked about each module alone.
class Planner {
 public:
  static constexpr int64_t kTimeout = 20'000;  // milliseconds

  using Done = std::function<void(module::ModulePlan)>;

  Planner(PollLoop* loop, PlannerInput input, std::function<std::vector<Descriptor>()> held,
          Done done);
  ~Planner();
  Planner(const Planner&) = delete;
  Planner& operator=(const Planner&) = delete;

  void Start();

  // For the supervisor's reaper: true when `pid` was this planner.
  bool Exited(pid_t pid, int status);

  // The pipe, while the process runs; for keep lists.
  int fd() const { return pipe_.get(); }

 private:
  bool Fork(std::vector<module::InspectionItem> items);
  void Read();
  void FinishRun(int status);
  void NextAlone();
  void Finish();

  PollLoop* loop_;
  PlannerInput input_;
  std::function<std::vector<Descriptor>()> held_;
  Done done_;

  pid_t pid_ = -1;
  base::UniqueFd pipe_;
  std::string bytes_;
  bool timed_out_ = false;
  PollLoop::TimerId timer_ = 0;
  std::vector<module::InspectionItem> running_;  // what the present process looks at
  module::Finding together_;                     // how looking at all of them at once ended
  bool alone_ = false;                           // each module in a process of its own
  size_t next_ = 0;
  module::ModulePlan plan_;
};

}  // namespace httpd::process
