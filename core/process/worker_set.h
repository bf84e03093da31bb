// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "process/channel.h"
#include "process/keep_list.h"
#include "process/poll_loop.h"
#include "process/scoreboard_memory.h"
#include "process/snapshot.h"
#include "server/generation.h"

namespace httpd::process {

// The workers of a generation, forked from its pristine image and replaced when they die. Lives in
// the generation's process; runs no module code there.
class WorkerSet {
 public:
  struct Events {
    std::function<void(uint32_t slot, pid_t pid)> changed;  // pid 0: the worker has ended
    std::function<void()> all_ready;                        // once
    std::function<void(std::string line)> failed_early;     // one died before all were ready
    std::function<void()> all_gone;                         // after Drain or Stop
  };

  WorkerSet(PollLoop* loop, server::Generation* generation, const Snapshot* snapshot,
            Scoreboard* scoreboard, bool debug, Events events);

  // What workers may keep beside their own channel and listeners.
  void SetInherited(std::vector<Descriptor> inherited) { inherited_ = std::move(inherited); }

  // Where workers take connections of the generation before.
  void SetHandover(int inbox) { inbox_ = inbox; }

  void Start();

  // A child of this process ended; true when it was a worker.
  bool Exited(pid_t pid, int status);

  // No worker is replaced any more. `seconds` until connections are cut, kNoDeadline for never, 0
  // as Stop; workers that do not follow are killed a little later. A second call can only shorten
  // it.
  void Drain(uint32_t seconds);
  void Stop();

  // Every worker sends its idle connections there once it drains.
  void SendHandover(int outbox);

  // Every worker puts a copy of `fd` in place of its own descriptor `fd`.
  void Replace(int fd);

 private:
  struct Worker {
    pid_t pid = 0;
    Channel channel;
    bool ready = false;
    int64_t started = 0;
    int quick_deaths = 0;
  };

  void Fork(uint32_t index);
  [[noreturn]] void RunWorker(uint32_t index, Channel channel);
  void Read(uint32_t index);
  void WakeOthers();
  void Tell(uint32_t type, uint32_t value, int fd);
  void KillAfter(int64_t milliseconds);
  void CheckGone();
  std::string Name(uint32_t index) const;

  PollLoop* loop_;
  server::Generation* generation_;
  const Snapshot* snapshot_;
  Scoreboard* scoreboard_;
  bool debug_;
  Events events_;
  std::vector<Descriptor> inherited_;
  int inbox_ = -1;
  std::vector<Worker> workers_;
  bool told_ready_ = false;
  bool ending_ = false;
  PollLoop::TimerId kill_timer_ = 0;
};

// How long to wait before a worker that died is started again: at once the first times, then
// longer and longer, up to a second.
int64_t RespawnDelay(int quick_deaths);

}  // namespace httpd::process
