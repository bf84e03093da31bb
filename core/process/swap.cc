// SPDX-License-Identifier: Apache-2.0
// The one way to a serving generation, for start, reload and replacement: prepare, plan, start the
// new one, and only when it serves tell the old one to finish. A failure on the way ends the new
// one and nothing else.
#include <stdio.h>
#include <unistd.h>

#include "base/concat.h"
#include "config/log_format.h"
#include "log/error_log.h"
#include "log/event.h"
#include "process/daemon.h"
#include "process/fault.h"
#include "process/supervisor.h"
#include "process/worker_channel.h"
#include "process/worker_set.h"

namespace httpd::process {
namespace {

std::vector<Descriptor> Stdio() {
  return {{0, Hold::kStdio}, {1, Hold::kStdio}, {2, Hold::kStdio}};
}

}  // namespace

void Supervisor::BeginStart() {
  swap_ = std::make_unique<Swap>();
  swap_->reason = Reason::kStart;
  swap_->snapshot = current_;
  if (!Prepare()) FailWithFindings();
}

// Wishes that come during a change become one change after it; a hard one makes it hard.
void Supervisor::RequestReload(uint32_t drain_seconds) {
  if (stopping_) return;
  if (swap_ == nullptr && serving_ != nullptr) return BeginReload(drain_seconds);
  wanted_drain_ = reload_wanted_ ? std::min(wanted_drain_, drain_seconds) : drain_seconds;
  reload_wanted_ = true;
}

void Supervisor::BeginReload(uint32_t drain_seconds) {
  log::Write(log::Level::kNotice, "core",
             base::Concat("HP-51 ", drain_seconds == 0 ? "restart" : "graceful restart",
                          " was asked for: reading the configuration"));
  reload_wanted_ = false;
  swap_ = std::make_unique<Swap>();
  swap_->reason = Reason::kReload;
  swap_->drain_seconds = drain_seconds;
  swap_->snapshot = std::make_shared<Snapshot>();
  if (!ReadConfiguration(options_, info_, swap_->snapshot.get()) || !Prepare()) FailWithFindings();
}

void Supervisor::BeginReplace() {
  if (stopping_ || swap_ != nullptr || serving_ != nullptr) return;
  swap_ = std::make_unique<Swap>();
  swap_->reason = Reason::kReplace;
  swap_->snapshot = current_;
  StartGeneration();
}

bool Supervisor::PreparePidFile() {
  Snapshot& next = *swap_->snapshot;
  const std::string& path = next.early.pid_file.value;
  if (pid_file_ && pid_file_.path() == path) return true;
  PidFile& taken = swap_->reason == Reason::kStart ? pid_file_ : swap_->pid_file;
  pid_t stale = 0;
  Problem problem;
  if (!PidFile::Take(path, &taken, &stale, &problem)) {
    next.diagnostics.Add(std::move(problem));
    return false;
  }
  if (stale > 0 && stale != getpid()) {
    log::Write(log::Level::kNotice, "core",
               base::Concat("HP-52 replaced a stale pid file ", path, ": pid ", stale,
                            " did not end in order"));
  }
  return true;
}

// Everything the supervisor itself has to have before a generation can be started; the planner is
// running afterwards.
bool Supervisor::Prepare() {
  Snapshot& next = *swap_->snapshot;
  Problem problem;
  if (!PreparePidFile()) return false;
  next.error_log = SafeOpen(next.early.error_log.value, OpenMode::kAppend, &problem);
  if (!next.error_log) {
    problem.position = next.early.error_log.position;
    problem.length = next.early.error_log.length;
    next.diagnostics.Add(std::move(problem));
    return false;
  }
  if (swap_->reason == Reason::kStart) {
    log::SetDescriptor(next.error_log.get());
    log::SetJson(config::WantsJsonLog(next.early.active));
  }
  if (next.early.listen.empty()) {
    next.diagnostics.Add(MakeProblem("HP-13", "there is no address to listen on",
                                     "a configuration without Listen", "at least one Listen line",
                                     "Listen 8080"));
    return false;
  }
  const ListenerSet* present = serving_ != nullptr ? &current_->listeners : nullptr;
  if (!ListenerSet::Open(next.early.listen, next.workers, present, ListenerSet::Options(),
                         &next.listeners, &problem)) {
    next.diagnostics.Add(std::move(problem));
    return false;
  }
  next.addresses = next.listeners.Describe();
  const std::string folder = base::Concat(next.early.server_root.value, "/run/modules");
  auto& store = stores_[folder];
  if (store == nullptr) store = std::make_unique<module::ModuleStore>(folder, info_.unit_id);
  swap_->planner = std::make_unique<PlanRun>(&loop_, info_, store.get(), &next, Stdio,
                                             [this](bool accepted) { OnPlan(accepted); });
  return swap_->planner->Start();
}

void Supervisor::OnPlan(bool accepted) {
  if (!accepted) return FailWithFindings();
  if (FaultOn(Fault::kMapModuleInSupervisor)) {
    for (const auto& module : swap_->snapshot->modules) FaultMap(module.copy);
  }
  StartGeneration();
}

void Supervisor::StartGeneration() {
  GenerationHandle::Events events;
  events.loaded = [this](GenerationHandle* handle) { OnLoaded(handle); };
  events.ready = [this](GenerationHandle* handle) { OnReady(handle); };
  events.changed = [this](GenerationHandle*) { PublishState(); };
  auto handle = std::make_unique<GenerationHandle>(&loop_, ++last_id_, swap_->snapshot,
                                                   std::move(events), zones_);
  Problem problem;
  if (!handle->Fork(options_, info_.libexec_dir, MustBeTraversed(*swap_->snapshot), Stdio(),
                    &problem)) {
    return Fail(RenderProblem(problem), ProblemSummary(problem));
  }
  swap_->generation = handle.get();
  generations_[handle->pid()] = std::move(handle);
}

void Supervisor::OnLoaded(GenerationHandle* handle) {
  if (swap_ == nullptr || swap_->generation != handle) return;
  Problem problem;
  if (swap_->snapshot->listeners.ListenAll(&problem)) return handle->Start();
  handle->Kill();
  Fail(RenderProblem(problem), ProblemSummary(problem));
}

void Supervisor::OnReady(GenerationHandle* handle) {
  if (swap_ == nullptr || swap_->generation != handle) return;
  Commit();
}

void Supervisor::Commit() {
  GenerationHandle* old = serving_;
  serving_ = swap_->generation;
  serving_since_ = PollLoop::Now();
  current_ = swap_->snapshot;
  zones_ = serving_->zones();
  for (const auto& [pid, handle] : generations_) {
    if (handle.get() != serving_) handle->HandOverTo(*serving_);
  }
  serving_->CloseOutbox();
  if (swap_->pid_file) {
    pid_file_.Remove();
    pid_file_ = std::move(swap_->pid_file);
  }
  log::SetDescriptor(current_->error_log.get());
  log::SetJson(config::WantsJsonLog(current_->early.active));
  if (!options_.foreground) dup2(current_->error_log.get(), 2);
  if (!current_->diagnostics.all().empty() && swap_->reason != Reason::kReplace) {
    const bool warned = current_->diagnostics.warning_count() > 0;
    log::Write(warned ? log::Level::kWarn : log::Level::kNotice, "core", RenderFindings(*current_));
  }
  if (!serving_->findings().empty()) log::Write(log::Level::kWarn, "core", serving_->findings());
  if (swap_->reason == Reason::kReload) {
    ++reload_count_;
    last_error_.clear();
  }
  log::Write(
      log::Level::kNotice, "core",
      base::Concat("HP-50 httpd/", info_.version, " serves: generation ", serving_->id(), ", ",
                   current_->workers, current_->workers == 1 ? " worker" : " workers", ", ",
                   current_->modules.size(), current_->modules.size() == 1 ? " module" : " modules",
                   ", on ", current_->listeners.Text()));
  if (old != nullptr) {
    const uint32_t limit = current_->early.graceful_shutdown_timeout.value;
    const uint32_t graceful = limit == 0 ? kNoDeadline : limit;
    old->Drain(swap_->drain_seconds == 0 ? 0 : graceful);
    // Addresses that are gone close here; those that stay are the new set's too.
    old->snapshot().listeners = ListenerSet();
  }
  served_ = true;
  PublishState();
  if (report_) ReportServing(std::move(report_), current_->error_log.get());
  SaveIndex();
  AfterSwap();
}

void Supervisor::FailWithFindings() {
  const Snapshot& next = *swap_->snapshot;
  Fail(RenderFindings(next), next.diagnostics.Summary(next.sources));
}

void Supervisor::Fail(const std::string& text, const std::string& summary) {
  const Reason reason = swap_->reason;
  // To the terminal as long as there is one, and to the log as soon as there is one.
  if (!served_ || options_.foreground) fputs(text.c_str(), stderr);
  if (log::Descriptor() > 2) {
    log::Write(log::Level::kError, "core",
               base::Concat(reason == Reason::kStart    ? "HP-57 the server does not start\n"
                            : reason == Reason::kReload ? "HP-57 the new configuration was "
                                                          "refused; the old one goes on\n"
                                                        : "HP-57 no new generation\n",
                            text));
  }
  last_error_ = summary;
  if (reason == Reason::kReload) {
    ++reload_count_;
    ++failed_reload_count_;
  }
  if (reason != Reason::kReplace) swap_->snapshot->listeners.Abandon();
  swap_->pid_file.Remove();
  if (reason == Reason::kStart) {
    exit_code_ = 1;
    stopping_ = true;
  }
  PublishState();
  AfterSwap();
}

void Supervisor::AfterSwap() {
  swap_.reset();
  if (stopping_) return;
  if (serving_ == nullptr) {
    // The one that served died meanwhile, or its replacement did not come up.
    loop_.After(RespawnDelay(++quick_replacements_), [this] { BeginReplace(); });
  } else if (reload_wanted_) {
    // Not from here: a callback of what was just destroyed may be running.
    loop_.After(0, [this] {
      if (reload_wanted_ && swap_ == nullptr && serving_ != nullptr && !stopping_) {
        BeginReload(wanted_drain_);
      }
    });
  }
}

}  // namespace httpd::process
