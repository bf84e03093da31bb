// SPDX-License-Identifier: Apache-2.0
// Checking a configuration the way it would be started: same planner, same generation process, same
// privileges. Module copies are made in a private folder that is gone afterwards.
#include "process/check_run.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>

#include "base/concat.h"
#include "os/process.h"
#include "process/fault.h"
#include "process/generation_handle.h"
#include "process/plan_run.h"
#include "process/private_folder.h"
#include "process/signals.h"
#include "process/snapshot.h"
#include "process/startup_report.h"
#include "process/strays.h"

namespace httpd::process {
namespace {

class Check {
 public:
  Check(const Options& options, const boot::BootInfo& info) : options_(options), info_(info) {}

  int Run();

 private:
  int Refuse() {
    fputs(RenderFindings(*snapshot_).c_str(), stderr);
    return 1;
  }
  int Refuse(Problem problem) {
    snapshot_->diagnostics.Add(std::move(problem));
    return Refuse();
  }
  bool ReadAsFarAsPossible();
  bool CheckFiles();
  bool Plan();
  bool Generate(Problem* problem);
  void TakeCost(const PlanCost& cost);
  int Report();
  void Reap();
  void OnSignals();

  const Options& options_;
  const boot::BootInfo& info_;
  PrivateFolder folder_;
  PollLoop loop_;
  std::shared_ptr<Snapshot> snapshot_ = std::make_shared<Snapshot>();
  std::optional<module::ModuleStore> store_;
  PlanRun* planner_ = nullptr;
  std::unique_ptr<GenerationHandle> generation_;
  std::optional<bool> planned_;
  bool ended_ = false;
  bool early_errors_ = false;  // shown; whatever comes out, the answer is no
  int interrupted_ = 0;
  StartupFigures figures_;
};

void Check::Reap() {
  int status = 0;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    if (planner_ != nullptr && planner_->Exited(pid, status)) continue;
    if (generation_ == nullptr || pid != generation_->pid()) continue;
    generation_->Exited(status);
    ended_ = true;
  }
}

void Check::OnSignals() {
  for (const int number : SignalPipe::Take()) {
    if (number == SIGCHLD) {
      Reap();
    } else {
      interrupted_ = number;
    }
  }
}

// A check shows every error: where the early directives have some, those are shown and the rest is
// checked all the same, as long as the files could be read.
bool Check::ReadAsFarAsPossible() {
  if (ReadConfiguration(options_, info_, snapshot_.get())) return true;
  for (const config::Diagnostic& finding : snapshot_->diagnostics.all()) {
    const bool unreadable = finding.code == "HC-01" || finding.code == "HC-17" ||
                            finding.code == "HC-18" || finding.code == "HP-05";
    if (unreadable) return false;
  }
  fputs(RenderFindings(*snapshot_).c_str(), stderr);
  snapshot_->diagnostics = config::Diagnostics();
  early_errors_ = true;
  return true;
}

// What the supervisor itself would open or make at a start.
bool Check::CheckFiles() {
  const config::Located<std::string>* files[] = {&snapshot_->early.error_log,
                                                 &snapshot_->early.pid_file};
  for (const config::Located<std::string>* file : files) {
    Problem problem;
    if (CheckOpen(file->value, OpenMode::kAppend, &problem)) continue;
    problem.position = file->position;
    problem.length = file->length;
    snapshot_->diagnostics.Add(std::move(problem));
  }
  return snapshot_->diagnostics.ok();
}

bool Check::Plan() {
  // What the server has copied and inspected is not done again; nothing is added to it either.
  store_.emplace(folder_.path(), info_.unit_id);
  store_->Borrow(base::Concat(snapshot_->early.server_root.value, "/run/modules"));
  const auto held = [] {
    return std::vector<Descriptor>{{0, Hold::kStdio}, {1, Hold::kStdio}, {2, Hold::kStdio}};
  };
  PlanRun plan(&loop_, info_, &*store_, snapshot_.get(), held, [this](bool ok) { planned_ = ok; });
  planner_ = &plan;
  const bool started = plan.Start();
  while (started && !planned_.has_value() && interrupted_ == 0) loop_.RunOnce();
  planner_ = nullptr;
  TakeCost(plan.cost());
  return interrupted_ == 0 && planned_.value_or(false);
}

void Check::TakeCost(const PlanCost& cost) {
  figures_.plan = cost;
  for (const server::ModuleToLoad& module : snapshot_->modules) {
    StartupFigures::Module& row = figures_.modules.emplace_back();
    row.name = module.name;
    for (const auto& [name, spent] : cost.inspected) {
      if (name == module.name) row.inspect = spent;  // of the last round
    }
  }
}

bool Check::Generate(Problem* problem) {
  // Nothing is bound: the addresses are what the configuration says.
  for (const config::ListenAddress& listen : snapshot_->early.listen) {
    const std::string any = listen.ipv6 ? "::" : "0.0.0.0";
    snapshot_->addresses.push_back(
        {listen.text, listen.host.empty() ? any : listen.host, listen.port});
  }
  generation_ = std::make_unique<GenerationHandle>(
      &loop_, 1, snapshot_,
      GenerationHandle::Events{[](GenerationHandle*) {}, [](GenerationHandle*) {},
                               [](GenerationHandle*) {}});
  const std::vector<Descriptor> held = {{0, Hold::kStdio}, {1, Hold::kStdio}, {2, Hold::kStdio}};
  std::vector<std::string> folders = {info_.libexec_dir};
  for (const module::StoredModule& stored : snapshot_->copies) {
    const std::string folder = DirectoryOf(DirectoryOf(stored.copy));
    if (folder != folders.back()) folders.push_back(folder);
  }
  if (!generation_->Fork(options_, info_.libexec_dir, folders, held, problem)) return false;
  while (!ended_ && interrupted_ == 0) loop_.RunOnce();
  if (interrupted_ != 0) generation_->Kill();
  KillStrayChildren([](pid_t, pid_t) { return false; });
  return true;
}

int Check::Report() {
  const bool ok = WIFEXITED(generation_->status()) && WEXITSTATUS(generation_->status()) == 0;
  if (!ok) {
    fputs(generation_->FailureText().c_str(), stderr);
    return 1;
  }
  // Warnings of both parts.
  if (!snapshot_->diagnostics.all().empty()) fputs(RenderFindings(*snapshot_).c_str(), stderr);
  fputs(generation_->findings().c_str(), stderr);
  if (early_errors_) return 1;
  if (options_.startup_report) {
    ReadDescription(generation_->output(), &figures_);
    fputs(RenderStartup(figures_, options_.json).c_str(), stdout);
  } else {
    fputs(generation_->output().c_str(), stdout);
  }
  if (options_.action == Action::kCheck) fputs("Syntax OK\n", stderr);
  return fflush(stdout) == 0 ? 0 : 1;
}

int Check::Run() {
  figures_.before = ProcessorTime();
  base::Stopwatch watch;
  if (!ReadAsFarAsPossible()) return Refuse();
  figures_.configuration = watch.Microseconds();
  Problem problem;
  if (!SignalPipe::Open({SIGCHLD, SIGINT, SIGTERM, SIGHUP})) {
    return Refuse(MakeProblem("HP-33", "cannot check", ErrnoText(errno)));
  }
  os::BecomeSubreaper();
  loop_.Watch(SignalPipe::fd(), [this] { OnSignals(); });
  if (!snapshot_->early.modules.empty() && !folder_.Make(&problem)) return Refuse(problem);
  const bool files = CheckFiles();
  if ((!Plan() || !files) && interrupted_ == 0) return Refuse();
  watch = base::Stopwatch();
  if (interrupted_ == 0 && !Generate(&problem)) return Refuse(problem);
  figures_.generation = watch.Microseconds();
  return interrupted_ != 0 ? 128 + interrupted_ : Report();
}

}  // namespace

int RunCheck(const Options& options, const boot::BootInfo& info) {
  ReadFaults();
  return Check(options, info).Run();
}

}  // namespace httpd::process
