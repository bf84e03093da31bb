// SPDX-License-Identifier: Apache-2.0
// The supervisor's frame: signals, children and the end. It decides little and parses nothing that
// a module could have written.
#include "process/supervisor.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/concat.h"
#include "boot/boot.h"
#include "log/error_log.h"
#include "os/process.h"
#include "process/fault.h"
#include "process/signals.h"
#include "process/strays.h"
#include "process/worker_channel.h"
#include "process/worker_set.h"

namespace httpd::process {
namespace {

constexpr int64_t kQuickEnd = 5000;  // a generation that lived shorter is replaced with patience

}  // namespace

Supervisor::Supervisor(const Options& options, const boot::BootInfo& info,
                       std::shared_ptr<Snapshot> first, base::UniqueFd report)
    : options_(options), info_(info), current_(std::move(first)), report_(std::move(report)) {}

bool Supervisor::SetUp() {
  if (!SignalPipe::Open({SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH})) {
    fputs(RenderProblem(
              MakeProblem("HP-33", "cannot start", ErrnoText(errno), "descriptors", "ulimit -n"))
              .c_str(),
          stderr);
    return false;
  }
  ReadFaults();
  os::BecomeSubreaper();
  boot::SetTitle("supervisor");
  terminal_ = options_.foreground && (isatty(0) != 0 || isatty(1) != 0);
  loop_.Watch(SignalPipe::fd(), [this] { OnSignals(); });
  return true;
}

int Supervisor::Run() {
  if (!SetUp()) return 1;
  BeginStart();
  while (!stopping_ || !generations_.empty() || !orphan_groups_.empty()) loop_.RunOnce();
  return End();
}

int Supervisor::End() {
  KillStrayChildren([](pid_t, pid_t) { return false; });
  if (!state_path_.empty()) RemoveStateFile(state_path_, getpid());
  pid_file_.Remove();
  if (served_) {
    log::Write(log::Level::kNotice, "core",
               base::Concat("HP-54 httpd/", info_.version, " has ended"));
  }
  return exit_code_;
}

void Supervisor::OnSignals() {
  for (const int number : SignalPipe::Take()) OnSignal(number);
}

void Supervisor::OnSignal(int number) {
  switch (number) {
    case SIGCHLD:
      return Reap();
    case SIGTERM:
    case SIGINT:
      return Stop(number);
    case SIGWINCH:
      if (!terminal_) GracefulStop();
      return;
    case SIGHUP:
      return RequestReload(0);
    case SIGUSR1:
      return RequestReload(kNoDeadline);
    case SIGUSR2:
      return ReopenLogs();
  }
}

void Supervisor::Reap() {
  int status = 0;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) OnChild(pid, status);
  std::erase_if(orphan_groups_, [this](const auto& group) {
    if (kill(-group.first, 0) == 0 || errno != ESRCH) return false;
    loop_.Cancel(group.second);
    return true;
  });
}

void Supervisor::OnChild(pid_t pid, int status) {
  if (swap_ != nullptr && swap_->planner != nullptr && swap_->planner->Exited(pid, status)) return;
  const auto found = generations_.find(pid);
  if (found == generations_.end()) return;  // a worker whose generation was killed, or a stray
  const std::unique_ptr<GenerationHandle> handle = std::move(found->second);
  generations_.erase(found);
  OnGenerationEnd(handle.get(), status);
}

void Supervisor::OnGenerationEnd(GenerationHandle* handle, int status) {
  handle->Exited(status);
  if (WIFSIGNALED(status) && kill(-handle->pid(), 0) == 0) {
    // Its workers finish on their own; somebody has to see that they do.
    const pid_t group = handle->pid();
    const uint32_t seconds = handle->snapshot().early.graceful_shutdown_timeout.value;
    const bool limited = seconds != 0 || stopping_;
    orphan_groups_[group] = limited
                                ? loop_.After((stopping_ ? 0 : int64_t{seconds} * 1000) + kQuickEnd,
                                              [group] { kill(-group, SIGKILL); })
                                : 0;
  }
  if (swap_ != nullptr && swap_->generation == handle) {
    Fail(handle->FailureText(), handle->FailureSummary());
  } else if (handle == serving_) {
    serving_ = nullptr;
    if (!stopping_) {
      log::Write(log::Level::kError, "core", base::Concat("HP-30 ", handle->DeathText()));
      if (options_.debug) {
        exit_code_ = 1;
        Stop(0);
      } else {
        const bool quick = PollLoop::Now() - serving_since_ < kQuickEnd;
        quick_replacements_ = quick ? quick_replacements_ + 1 : 0;
        if (swap_ == nullptr) {
          loop_.After(RespawnDelay(quick_replacements_), [this] { BeginReplace(); });
        }
      }
    }
  } else if (!stopping_) {
    log::Write(log::Level::kInfo, "core",
               base::Concat("HP-55 generation ", handle->id(), " has ended"));
  }
  KillStrayChildren([this](pid_t pid, pid_t group) { return Known(pid, group); });
  PruneCopies();
  PublishState();
}

void Supervisor::Stop(int signal) {
  if (signal != 0 && served_) {
    log::Write(
        log::Level::kNotice, "core",
        base::Concat("HP-53 caught ", signal == SIGTERM ? "SIGTERM" : "SIGINT", ", stopping"));
  }
  stopping_ = true;
  swap_.reset();
  for (const auto& [pid, handle] : generations_) handle->Stop();
  for (const auto& [group, timer] : orphan_groups_) kill(-group, SIGKILL);
  PublishState();
}

// As Apache's: listeners and pid file are given up at once, so that a successor can start.
void Supervisor::GracefulStop() {
  if (stopping_) return;
  log::Write(log::Level::kNotice, "core", "HP-53 caught SIGWINCH, stopping gracefully");
  stopping_ = graceful_ = true;
  const uint32_t seconds = current_->early.graceful_shutdown_timeout.value;
  swap_.reset();
  for (const auto& [pid, handle] : generations_) {
    if (handle->state() == GenerationHandle::State::kStarting) {
      handle->Stop();
    } else {
      handle->Drain(seconds == 0 ? kNoDeadline : seconds);
    }
    handle->snapshot().listeners = ListenerSet();
  }
  pid_file_.Remove();
  PublishState();
}

void Supervisor::ReopenLogs() {
  std::vector<Snapshot*> done;
  for (const auto& [pid, handle] : generations_) {
    handle->ReopenLogs();
    Snapshot& snapshot = handle->snapshot();
    if (std::find(done.begin(), done.end(), &snapshot) != done.end()) continue;
    done.push_back(&snapshot);
    Problem problem;
    const base::UniqueFd file =
        SafeOpen(snapshot.early.error_log.value, OpenMode::kAppend, &problem);
    if (!file) continue;  // said by the generation's handle
    dup3(file.get(), snapshot.error_log.get(), O_CLOEXEC);
    if (!options_.foreground && &snapshot == current_.get()) dup2(file.get(), 2);
  }
  log::Write(log::Level::kNotice, "core", "HP-56 log files were opened again");
}

}  // namespace httpd::process
