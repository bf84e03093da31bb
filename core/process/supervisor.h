// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "boot/boot.h"
#include "module/store.h"
#include "process/generation_handle.h"
#include "process/options.h"
#include "process/pid_file.h"
#include "process/plan_run.h"
#include "process/poll_loop.h"
#include "process/snapshot.h"
#include "process/state_file.h"

namespace httpd::process {

// The first process of a running server. Owns sockets, pid file, logs and module copies; starts,
// watches, swaps and ends generations. May be root: it maps no module and waits in poll(2) only.
class Supervisor {
 public:
  // `first` is the configuration as read by the starting process. `report` tells the starter of a
  // background server that it serves; empty in the foreground.
  Supervisor(const Options& options, const boot::BootInfo& info, std::shared_ptr<Snapshot> first,
             base::UniqueFd report);

  int Run();

 private:
  enum class Reason : uint8_t { kStart, kReload, kReplace };

  // A change under way: from the configuration to a generation that serves.
  struct Swap {
    Reason reason;
    uint32_t drain_seconds;
    std::shared_ptr<Snapshot> snapshot;
    PidFile pid_file;  // set when the configuration names another one
    std::unique_ptr<PlanRun> planner;
    GenerationHandle* generation = nullptr;
  };

  // supervisor.cc: the frame
  bool SetUp();
  int End();
  void OnSignals();
  void OnSignal(int number);
  void Reap();
  void OnChild(pid_t pid, int status);
  void OnGenerationEnd(GenerationHandle* handle, int status);
  void Stop(int signal);
  void GracefulStop();
  void ReopenLogs();

  // swap.cc: one change after the other
  void BeginStart();
  void RequestReload(uint32_t drain_seconds);
  void BeginReload(uint32_t drain_seconds);
  void BeginReplace();
  bool Prepare();
  bool PreparePidFile();
  void OnPlan(bool accepted);
  void SaveIndex();
  void StartGeneration();
  void OnLoaded(GenerationHandle* handle);
  void OnReady(GenerationHandle* handle);
  void Commit();
  void Fail(const std::string& text, const std::string& summary);
  void FailWithFindings();
  void AfterSwap();
  void AnnounceFirst();

  // supervisor_state.cc: what others see
  void PublishState();
  std::string StatePath(const Snapshot& snapshot) const;
  std::string StateWord() const;
  void PruneCopies();
  std::vector<std::string> MustBeTraversed(const Snapshot& snapshot) const;
  bool Known(pid_t pid, pid_t group) const;

  const Options options_;
  const boot::BootInfo& info_;
  PollLoop loop_;
  std::shared_ptr<Snapshot> current_;  // what serves, or is to serve
  std::map<pid_t, std::unique_ptr<GenerationHandle>> generations_;
  std::map<std::string, std::unique_ptr<module::ModuleStore>> stores_;  // by directory
  std::unique_ptr<Swap> swap_;
  PidFile pid_file_;
  base::UniqueFd report_;
  bool terminal_ = false;  // in the foreground of one: window changes are no wish to stop

  GenerationHandle* serving_ = nullptr;
  ZoneList zones_;  // of the generation that serves or served last
  uint32_t last_id_ = 0;
  int quick_replacements_ = 0;
  int64_t serving_since_ = 0;
  bool reload_wanted_ = false;
  uint32_t wanted_drain_ = 0;
  bool replace_wanted_ = false;
  bool served_ = false;    // some generation has been ready
  bool stopping_ = false;  // no new generation any more
  bool graceful_ = false;
  int exit_code_ = 0;
  std::map<pid_t, PollLoop::TimerId> orphan_groups_;  // workers whose generation was killed

  std::string state_path_;
  std::string last_error_;
  uint32_t reload_count_ = 0;
  uint32_t failed_reload_count_ = 0;
};

}  // namespace httpd::process
