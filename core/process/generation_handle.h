// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "process/channel.h"
#include "process/generation_process.h"
#include "process/keep_list.h"
#include "process/poll_loop.h"
#include "process/snapshot.h"
#include "process/zone_keeper.h"

namespace httpd::process {

// A generation as the supervisor sees it: a process, a channel and a row of memory, none of which
// is believed. Also its broker: answers requests from the frozen grant table.
class GenerationHandle {
 public:
  enum class State : uint8_t { kStarting, kServing, kDraining, kGone };

  struct Events {
    std::function<void(GenerationHandle*)> loaded;   // waits for Start
    std::function<void(GenerationHandle*)> ready;    // all workers poll
    std::function<void(GenerationHandle*)> changed;  // the list of workers
  };

  // `zones`: those of the generation before.
  GenerationHandle(PollLoop* loop, uint32_t id, std::shared_ptr<Snapshot> snapshot, Events events,
                   ZoneList zones = {});
  ~GenerationHandle();
  GenerationHandle(const GenerationHandle&) = delete;
  GenerationHandle& operator=(const GenerationHandle&) = delete;

  // Forks. `held` is what the supervisor has open apart from this generation's own things.
  bool Fork(const Options& options, const std::string& libexec_dir,
            const std::vector<std::string>& must_be_traversed, const std::vector<Descriptor>& held,
            Problem* problem);

  uint32_t id() const { return id_; }
  pid_t pid() const { return pid_; }
  State state() const { return state_; }
  Snapshot& snapshot() const { return *snapshot_; }
  const std::shared_ptr<Snapshot>& shared_snapshot() const { return snapshot_; }
  int channel_fd() const { return channel_.fd(); }
  const std::map<uint32_t, pid_t>& workers() const { return workers_; }

  void Start();                  // workers may be forked
  void Drain(uint32_t seconds);  // kNoDeadline: as long as it takes
  void Stop();
  void Kill();  // the whole process group

  // Its idle connections go to `next` once it drains.
  void HandOverTo(const GenerationHandle& next);
  // Nobody else will learn the way to this one.
  void CloseOutbox() { outbox_.Reset(); }
  const ZoneList& zones() const { return zones_.zones(); }

  // Opens every file that it was granted afresh and sends it.
  void ReopenLogs();

  // Its process was reaped. Reads what it still had to say first.
  void Exited(int status);

  // Why it did not get ready, as lines for people and as one line.
  std::string FailureText() const;
  std::string FailureSummary() const;
  // "generation 2 (pid N) died: signal 9 (Killed) …".
  std::string DeathText() const;

  const std::string& findings() const { return findings_; }  // also warnings of one that serves
  const std::string& output() const { return output_; }
  int status() const { return status_; }
  // What its modules said that they read beside the configuration.
  const std::set<std::string>& files() const { return files_; }

 private:
  void Read();
  bool Handle(Packet packet);
  void Answer(const std::string& request);
  void SendFile(uint32_t type, size_t grant, int fd);
  void Armed(int64_t milliseconds);
  Problem Failure() const;
  std::string Phase() const;
  config::Position PhasePosition(uint32_t* length) const;

  PollLoop* loop_;
  uint32_t id_;
  std::shared_ptr<Snapshot> snapshot_;
  Events events_;
  bool check_ = false;
  pid_t pid_ = -1;
  State state_ = State::kStarting;
  Channel channel_;
  std::unique_ptr<Scoreboard> scoreboard_;
  ZoneKeeper zones_;
  base::UniqueFd outbox_;  // what is sent here arrives at its workers
  std::map<uint32_t, pid_t> workers_;
  std::set<size_t> granted_;
  std::set<std::string> files_;
  std::string findings_, summary_, output_;
  bool timed_out_ = false;
  bool ended_ = false;  // its process: what it still had to say cannot make it serve
  int status_ = 0;
  PollLoop::TimerId timer_ = 0;
};

}  // namespace httpd::process
