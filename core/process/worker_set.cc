// SPDX-License-Identifier: Apache-2.0
// Forking, watching and replacing workers. A worker that dies costs its own connections and one
// line in the log, never the server.
#include "process/worker_set.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/concat.h"
#include "log/error_log.h"
#include "process/blame.h"
#include "process/worker_channel.h"

namespace httpd::process {
namespace {

constexpr int kPacketsPerTurn = 256;  // a worker that never stops talking is not all there is
constexpr int64_t kQuick = 5000;      // a worker that lived shorter died quickly
constexpr int64_t kKillGrace = 2000;  // from the end of the drain to SIGKILL
constexpr int64_t kStopGrace = 3000;  // from kStop to SIGKILL

void ClearRow(ScoreboardSlot* row, uint32_t generation) {
  row->generation.store(generation, std::memory_order_relaxed);
  row->module.store(0, std::memory_order_relaxed);
  row->hook.store(0, std::memory_order_relaxed);
  row->request_length.store(0, std::memory_order_relaxed);
  row->client_length.store(0, std::memory_order_relaxed);
  row->active.store(0, std::memory_order_relaxed);
}

}  // namespace

int64_t RespawnDelay(int quick_deaths) {
  if (quick_deaths <= 3) return 0;
  return std::min<int64_t>(1000, int64_t{50} << std::min(quick_deaths - 4, 5));
}

WorkerSet::WorkerSet(PollLoop* loop, server::Generation* generation, const Snapshot* snapshot,
                     Scoreboard* scoreboard, bool debug, Events events)
    : loop_(loop),
      generation_(generation),
      snapshot_(snapshot),
      scoreboard_(scoreboard),
      debug_(debug),
      events_(std::move(events)),
      workers_(scoreboard->workers()) {}

std::string WorkerSet::Name(uint32_t index) const {
  return base::Concat("worker ", generation_->id(), ".", index);
}

void WorkerSet::Start() {
  for (uint32_t i = 0; i < workers_.size(); ++i) Fork(i);
}

void WorkerSet::Fork(uint32_t index) {
  if (ending_) return;
  Worker& worker = workers_[index];
  Channel theirs;
  if (!Channel::Pair(&worker.channel, &theirs)) {
    log::Write(log::Level::kAlert, "core",
               base::Concat("HP-33 cannot start ", Name(index), ": ", ErrnoText(errno)));
    loop_->After(1000, [this, index] { Fork(index); });
    return;
  }
  ClearRow(scoreboard_->worker(index), generation_->id());
  std::vector<Descriptor> held = inherited_;
  for (const auto& listener : snapshot_->listeners.ForWorker(index, scoreboard_->workers())) {
    held.push_back({listener.fd, Hold::kListener});
  }
  held.push_back({theirs.fd(), Hold::kWorkerChannel});
  worker.ready = false;
  worker.started = PollLoop::Now();
  worker.pid = ForkRole(Role::kWorker, Name(index), held, {SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH});
  if (worker.pid == 0) RunWorker(index, std::move(theirs));
  if (worker.pid < 0) {
    log::Write(log::Level::kAlert, "core",
               base::Concat("HP-33 cannot start ", Name(index), ": ", ErrnoText(errno)));
    worker.pid = 0;
    worker.channel.Close();
    loop_->After(1000, [this, index] { Fork(index); });
    return;
  }
  loop_->Watch(worker.channel.fd(), [this, index] { Read(index); });
  events_.changed(index, worker.pid);
}

void WorkerSet::RunWorker(uint32_t index, Channel channel) {
  server::WorkerInput input;
  input.index = index;
  input.listeners = snapshot_->listeners.ForWorker(index, scoreboard_->workers());
  input.channel = channel.fd();
  input.slot = scoreboard_->worker(index);
  input.handover = inbox_;
  input.slot->pid.store(static_cast<uint32_t>(getpid()), std::memory_order_relaxed);
  // _exit: what the generation's image would clean up at exit is not this process's to clean.
  _exit(generation_->RunWorker(input));
}

void WorkerSet::Read(uint32_t index) {
  Worker& worker = workers_[index];
  Packet packet;
  for (int left = kPacketsPerTurn; left > 0; --left) {  // poll(2) tells again
    const Channel::Got got = worker.channel.Receive(&packet);
    if (got == Channel::Got::kNothing) return;
    if (got == Channel::Got::kEnd) {
      loop_->Forget(worker.channel.fd());
      return;
    }
    if (packet.type == static_cast<uint32_t>(FromWorker::kWake)) WakeOthers();
    if (packet.type != static_cast<uint32_t>(FromWorker::kReady)) continue;
    worker.ready = true;
    const bool all =
        std::all_of(workers_.begin(), workers_.end(), [](const Worker& w) { return w.ready; });
    if (!all || told_ready_) continue;
    told_ready_ = true;
    events_.all_ready();
  }
}

// At most one word is under way to each: a worker that is stuck must still get what matters.
void WorkerSet::WakeOthers() {
  for (uint32_t i = 0; i < workers_.size(); ++i) {
    if (workers_[i].pid == 0 || !generation_->WantsWake(i)) continue;
    workers_[i].channel.Send(static_cast<uint32_t>(ToWorker::kWake), 0);
  }
}

bool WorkerSet::Exited(pid_t pid, int status) {
  const auto found =
      std::find_if(workers_.begin(), workers_.end(), [&](const Worker& w) { return w.pid == pid; });
  if (found == workers_.end()) return false;
  const auto index = static_cast<uint32_t>(found - workers_.begin());
  Worker& worker = *found;
  loop_->Forget(worker.channel.fd());
  worker.channel.Close();
  worker.pid = 0;
  generation_->WorkerEnded(index);
  WakeOthers();  // its word for them may have been lost with it
  const bool orderly = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  std::string line;
  if (!orderly || !ending_) {
    line = DescribeDeath(Name(index), pid, status, *scoreboard_->worker(index),
                         [this](uint16_t n) { return snapshot_->ModuleName(n); });
    const bool killed_by_us = ending_ && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    log::Write(killed_by_us ? log::Level::kWarn : log::Level::kError, "core",
               base::Concat("HP-32 ", line));
  }
  events_.changed(index, 0);
  if (ending_) {
    CheckGone();
  } else if (!told_ready_ || debug_) {
    events_.failed_early(std::move(line));
  } else {
    const bool quick = PollLoop::Now() - worker.started < kQuick;
    worker.quick_deaths = quick ? worker.quick_deaths + 1 : 0;
    const int64_t delay = RespawnDelay(worker.quick_deaths);
    if (delay == 0) {
      Fork(index);
    } else {
      loop_->After(delay, [this, index] { Fork(index); });
    }
  }
  return true;
}

void WorkerSet::Tell(uint32_t type, uint32_t value, int fd) {
  for (uint32_t i = 0; i < workers_.size(); ++i) {
    if (workers_[i].pid == 0 || workers_[i].channel.Send(type, value, {}, fd)) continue;
    if (errno == EPIPE) continue;  // it is ending; its death is reported when it is reaped
    log::Write(log::Level::kWarn, "core",
               base::Concat("HP-34 ", Name(i), " does not take messages: ", ErrnoText(errno)));
  }
}

void WorkerSet::KillAfter(int64_t milliseconds) {
  loop_->Cancel(kill_timer_);
  kill_timer_ = loop_->After(milliseconds, [this] {
    for (const Worker& worker : workers_) {
      if (worker.pid > 0) kill(worker.pid, SIGKILL);
    }
  });
}

void WorkerSet::CheckGone() {
  const bool gone =
      std::all_of(workers_.begin(), workers_.end(), [](const Worker& w) { return w.pid == 0; });
  if (!gone) return;
  loop_->Cancel(kill_timer_);
  events_.all_gone();
}

void WorkerSet::Drain(uint32_t seconds) {
  if (seconds == 0) return Stop();
  ending_ = true;
  Tell(static_cast<uint32_t>(ToWorker::kDrain), seconds, -1);
  if (seconds != kNoDeadline) KillAfter(int64_t{seconds} * 1000 + kKillGrace);
  CheckGone();
}

void WorkerSet::Stop() {
  ending_ = true;
  Tell(static_cast<uint32_t>(ToWorker::kStop), 0, -1);
  KillAfter(kStopGrace);
  CheckGone();
}

void WorkerSet::SendHandover(int outbox) {
  Tell(static_cast<uint32_t>(ToWorker::kHandover), 0, outbox);
}

void WorkerSet::Replace(int fd) {
  Tell(static_cast<uint32_t>(ToWorker::kReplaceDescriptor), static_cast<uint32_t>(fd), fd);
}

}  // namespace httpd::process
