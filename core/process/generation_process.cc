// SPDX-License-Identifier: Apache-2.0
// The process in which module code runs first: everything that can go wrong with modules goes wrong
// here, in a process of its own that nobody depends on until it has proved itself.
#include "process/generation_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>

#include "base/concat.h"
#include "base/sanitizer.h"
#include "log/error_log.h"
#include "module/directive_provider.h"
#include "os/process.h"
#include "process/fault.h"
#include "process/generation_channel.h"
#include "process/grant_client.h"
#include "process/helper_processes.h"
#include "process/keep_list.h"
#include "process/poll_loop.h"
#include "process/signals.h"
#include "process/startup_report.h"
#include "process/worker_channel.h"
#include "process/worker_set.h"
#include "process/zone_client.h"

namespace httpd::process {
namespace {

// Standard streams: nothing to read, and whatever a library prints goes to the error log.
void PointStreams(int error_log) {
  const base::UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (null) {
    dup2(null.get(), 0);
    dup2(null.get(), 1);
  }
  dup2(error_log, 2);
}

class GenerationProcess {
 public:
  explicit GenerationProcess(GenerationStart start)
      : start_(std::move(start)),
        snapshot_(*start_.snapshot),
        broker_(&start_.channel),
        zones_(&broker_) {}

  int Run();

 private:
  bool check() const { return start_.action != Action::kServe; }
  bool Prepare();
  bool Load();
  bool CheckForStrays();
  int Refuse();
  int Describe();
  bool AwaitStart();
  bool StartHelpers();
  void StartWorkers();
  std::vector<Descriptor> Inherited() const;
  int Loop();

  void ReadSupervisor();
  void Handle(Packet packet);
  void Drain(uint32_t seconds);
  void Reap();
  bool Tell(FromGeneration type, std::string_view payload = {}) {
    return start_.channel.Send(static_cast<uint32_t>(type), 0, payload, -1, Channel::Wait::kYes);
  }

  GenerationStart start_;
  Snapshot& snapshot_;
  BrokerClient broker_;
  ZoneRequests zones_;
  config::Diagnostics diagnostics_;
  std::vector<int> opened_by_modules_;
  std::unique_ptr<server::Generation> generation_;
  PollLoop loop_;
  std::unique_ptr<HelperProcesses> helpers_;
  std::unique_ptr<WorkerSet> workers_;
  std::optional<int> exit_code_;
};

// What has to be true before the first module is opened.
bool GenerationProcess::Prepare() {
  setpgid(0, 0);
  if (!check()) {
    if (!start_.debug) PointStreams(snapshot_.error_log.get());
    log::SetDescriptor(snapshot_.error_log.get());
    broker_.Adopt(GrantTable::kErrorLog, snapshot_.error_log.get());
    if (!start_.debug) broker_.Adopt(GrantTable::kErrorLog, 2);
  }
  Problem problem;
  if (!FaultOn(Fault::kRootModule) && !DropPrivileges(snapshot_.identity, &problem)) {
    diagnostics_.Add(std::move(problem));
    return false;
  }
  if (snapshot_.identity.drop) {
    CheckTraversal(snapshot_.early, start_.must_be_traversed, snapshot_.identity, &diagnostics_);
  }
  return diagnostics_.ok();
}

// ThreadSanitizer has one of its own.
constexpr int kOwnThreads = HTTPD_THREAD_SANITIZER ? 2 : 1;

// Threads and children would be missing or doubled in the workers that are forked from here.
bool GenerationProcess::CheckForStrays() {
  if (const int threads = os::CountThreads(); threads > kOwnThreads) {
    diagnostics_.Add(MakeProblem(
        "HP-35", "a module started a thread before the workers were forked",
        base::Concat(threads, " threads in the generation's process"), "one thread",
        "start threads in the worker_start hook; httpd -t with fewer modules finds the culprit"));
  }
  siginfo_t child{};
  if (waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0) {
    diagnostics_.Add(MakeProblem(
        "HP-36", "a module left a child process behind before the workers were forked",
        child.si_pid != 0 ? base::Concat("process ", child.si_pid) : "a process that still runs",
        "no children", "start programs in the worker_start hook, or wait for them"));
  }
  return diagnostics_.ok();
}

bool GenerationProcess::Load() {
  const std::vector<int> before = OpenDescriptors();
  server::GenerationInput input;
  input.id = start_.id;
  input.check = check();
  input.workers = snapshot_.workers;
  input.early = &snapshot_.early;
  input.sources = &snapshot_.sources;
  input.modules = snapshot_.modules;
  for (const auto& file : snapshot_.early.load_files) input.load_files.push_back(file.value);
  input.addresses = snapshot_.addresses;
  input.grants = &broker_;
  if (!check()) input.zones = &zones_;
  input.worker_slots = start_.scoreboard->worker(0);
  const auto directories = [this] {
    std::vector<std::string> all;
    for (const auto& directory : snapshot_.early.module_path) all.push_back(directory.value);
    all.push_back(start_.libexec_dir);
    return all;
  };
  input.provider = [this, directories](std::string_view directive) {
    return module::FindProvider(directive, directories(), snapshot_.early.server_root.value);
  };
  input.offers = [this, directories](std::string_view offer) {
    return module::FindOffer(offer, directories(), snapshot_.early.server_root.value);
  };
  input.error_log_fd = check() ? 2 : snapshot_.error_log.get();
  ScoreboardSlot* phase = start_.scoreboard->phase();
  phase->pid.store(static_cast<uint32_t>(getpid()), std::memory_order_relaxed);
  const pid_t self = getpid();
  generation_ = server::Generation::Create(input, phase, &diagnostics_);
  if (getpid() != self) _exit(70);  // a module forked: the child is no generation
  const std::vector<int> after = OpenDescriptors();
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                      std::back_inserter(opened_by_modules_));
  return generation_ != nullptr && diagnostics_.ok() && CheckForStrays();
}

int GenerationProcess::Refuse() {
  start_.channel.SendText(static_cast<uint32_t>(FromGeneration::kFindings),
                          diagnostics_.Render(snapshot_.sources, false));
  Tell(FromGeneration::kSummary,
       diagnostics_.Summary(snapshot_.sources).substr(0, Channel::kMaxPayload));
  return 1;
}

int GenerationProcess::Describe() {
  std::string text;
  if (start_.action == Action::kCheck) {
    for (const std::string& file : generation_->tracked_files()) {
      base::Append(&text, "read by a module: ", file, "\n");
    }
  }
  if (start_.startup_report) text = DescribeThisStart();
  if (start_.action == Action::kDescribeHosts) text = generation_->DescribeHosts();
  if (start_.action == Action::kDescribeModules) text = generation_->DescribeModules();
  if (start_.action == Action::kDescribeHooks) text = generation_->DescribeHooks();
  start_.channel.SendText(static_cast<uint32_t>(FromGeneration::kOutput), text);
  return 0;
}

// Loaded; the supervisor makes the listeners ready before it lets workers start.
bool GenerationProcess::AwaitStart() {
  for (Packet& packet : broker_.TakeDeferred()) {  // before newer ones
    if (packet.type == static_cast<uint32_t>(ToGeneration::kReplace) && packet.fd) {
      broker_.Replace(packet.value, packet.fd.get());
    }
  }
  if (!Tell(FromGeneration::kLoaded)) return false;
  for (;;) {
    Packet packet;
    if (start_.channel.Receive(&packet, Channel::Wait::kYes) != Channel::Got::kPacket) return false;
    if (packet.type == static_cast<uint32_t>(ToGeneration::kStart)) return true;
    if (packet.type == static_cast<uint32_t>(ToGeneration::kStop)) return false;
    if (packet.type == static_cast<uint32_t>(ToGeneration::kReplace) && packet.fd) {
      broker_.Replace(packet.value, packet.fd.get());
    }
  }
}

// Beside standard streams and log, what the broker gave and what modules opened themselves.
std::vector<Descriptor> GenerationProcess::Inherited() const {
  std::vector<Descriptor> inherited = {{0, Hold::kStdio},
                                       {1, Hold::kStdio},
                                       {2, Hold::kStdio},
                                       {snapshot_.error_log.get(), Hold::kErrorLog}};
  for (const int fd : broker_.Descriptors()) inherited.push_back({fd, Hold::kGrant});
  for (const int fd : opened_by_modules_) inherited.push_back({fd, Hold::kModule});
  inherited.push_back({start_.inbox.get(), Hold::kHandover});
  for (const Descriptor& path : helpers_->ForWorkers()) inherited.push_back(path);
  return inherited;
}

// Before the workers, so that those find them.
bool GenerationProcess::StartHelpers() {
  helpers_ =
      std::make_unique<HelperProcesses>(&loop_, generation_.get(), snapshot_.error_log.get());
  Problem problem;
  if (!helpers_->Open(&problem)) {
    diagnostics_.Add(std::move(problem));
    return false;
  }
  helpers_->Start();
  return true;
}

void GenerationProcess::StartWorkers() {
  WorkerSet::Events events;
  events.changed = [this](uint32_t slot, pid_t pid) {
    const WorkerFact fact{slot, pid};
    Tell(FromGeneration::kWorker, {reinterpret_cast<const char*>(&fact), sizeof fact});
  };
  events.all_ready = [this] { Tell(FromGeneration::kReady); };
  events.failed_early = [this](std::string line) {
    diagnostics_.Add(MakeProblem(
        "HP-32", line.empty() ? "a worker ended before it served" : std::move(line), "",
        "workers that come up", "remove the LoadModule line of the module that is named"));
    helpers_->Kill();
    exit_code_ = Refuse();
  };
  events.all_gone = [this] { helpers_->Stop([this] { exit_code_ = 0; }); };
  workers_ = std::make_unique<WorkerSet>(&loop_, generation_.get(), &snapshot_, start_.scoreboard,
                                         start_.debug, std::move(events));
  workers_->SetInherited(Inherited());
  workers_->SetHandover(start_.inbox.get());
  workers_->Start();
}

void GenerationProcess::Drain(uint32_t seconds) {
  if (FaultOn(Fault::kDlclose)) {
    for (const auto& module : snapshot_.modules) FaultUnmap(module.copy);
  }
  workers_->Drain(seconds);
  // An address that the new configuration has not must not stay open in this image.
  snapshot_.listeners = ListenerSet();
}

void GenerationProcess::Handle(Packet packet) {
  switch (static_cast<ToGeneration>(packet.type)) {
    case ToGeneration::kDrain:
      return Drain(packet.value);
    case ToGeneration::kStop:
      return workers_->Stop();
    case ToGeneration::kReplace:
      if (!packet.fd) return;
      for (const int fd : broker_.Replace(packet.value, packet.fd.get())) workers_->Replace(fd);
      return;
    case ToGeneration::kHandover:
      if (packet.fd) workers_->SendHandover(packet.fd.get());
      return;
    case ToGeneration::kZone:
    case ToGeneration::kZoneBefore:
    case ToGeneration::kGrant:
    case ToGeneration::kRefused:
    case ToGeneration::kStart:
      return;  // answers that nobody waits for any more
  }
}

void GenerationProcess::ReadSupervisor() {
  for (;;) {
    Packet packet;
    const Channel::Got got = start_.channel.Receive(&packet);
    if (got == Channel::Got::kNothing) return;
    if (got == Channel::Got::kPacket) {
      Handle(std::move(packet));
      continue;
    }
    loop_.Forget(start_.channel.fd());
    log::Write(log::Level::kCrit, "core",
               base::Concat("HP-37 the supervisor is gone; generation ", start_.id,
                            " finishes its connections and ends"));
    const uint32_t seconds = snapshot_.early.graceful_shutdown_timeout.value;
    return Drain(seconds == 0 ? kNoDeadline : seconds);
  }
}

void GenerationProcess::Reap() {
  int status = 0;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    if (!workers_->Exited(pid, status)) helpers_->Exited(pid, status);
  }
}

int GenerationProcess::Loop() {
  if (!SignalPipe::Open({SIGCHLD, SIGTERM})) return 1;
  for (const int number : {SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH}) signal(number, SIG_IGN);
  loop_.Watch(SignalPipe::fd(), [this] {
    for (const int number : SignalPipe::Take()) {
      if (number == SIGCHLD) Reap();
      if (number == SIGTERM) workers_->Stop();
    }
  });
  loop_.Watch(start_.channel.fd(), [this] { ReadSupervisor(); });
  if (!StartHelpers()) return Refuse();
  StartWorkers();
  for (Packet& packet : broker_.TakeDeferred()) Handle(std::move(packet));
  while (!exit_code_.has_value()) loop_.RunOnce();
  if (*exit_code_ == 0) {
    // generation_end hooks are module code: they get a moment, not the last word.
    alarm(5);
    generation_.reset();
  }
  return *exit_code_;
}

int GenerationProcess::Run() {
  if (!Prepare() || !Load()) return Refuse();
  if (!diagnostics_.all().empty()) {
    start_.channel.SendText(static_cast<uint32_t>(FromGeneration::kFindings),
                            diagnostics_.Render(snapshot_.sources, false));
  }
  if (check()) return Describe();
  for (const std::string& file : generation_->tracked_files()) {
    if (file.size() <= Channel::kMaxPayload) Tell(FromGeneration::kFile, file);
  }
  return AwaitStart() ? Loop() : 1;
}

}  // namespace

int RunGeneration(GenerationStart start) { return GenerationProcess(std::move(start)).Run(); }

}  // namespace httpd::process
