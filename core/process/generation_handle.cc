// SPDX-License-Identifier: Apache-2.0
// The supervisor's side of a generation. Module code runs at the other end of the channel, so every
// packet is checked, nothing is waited for, and nothing is opened that is not in the grant table.
#include "process/generation_handle.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/concat.h"
#include "log/error_log.h"
#include "os/packets.h"
#include "process/blame.h"
#include "process/generation_channel.h"
#include "process/signals.h"
#include "process/worker_channel.h"

namespace httpd::process {
namespace {

constexpr size_t kMaxText = 4u << 20;  // what a generation may have to say
constexpr int kPacketsPerTurn = 256;   // the supervisor has more to do than to listen to one
constexpr size_t kMaxFiles = 1000;     // that it may name as read
constexpr int64_t kDrainGrace = 5000;  // beyond the drain's deadline until the group is killed
constexpr int64_t kStopGrace = 6000;

bool HandoverPair(base::UniqueFd* inbox, base::UniqueFd* outbox) {
  int fds[2];
  if (!os::MakeDatagramPair(fds)) return false;
  inbox->Reset(fds[0]);
  outbox->Reset(fds[1]);
  return true;
}

void AppendLimited(const std::string& piece, std::string* text) {
  if (text->size() + piece.size() <= kMaxText) *text += piece;
}

}  // namespace

GenerationHandle::GenerationHandle(PollLoop* loop, uint32_t id, std::shared_ptr<Snapshot> snapshot,
                                   Events events, ZoneList zones)
    : loop_(loop),
      id_(id),
      snapshot_(std::move(snapshot)),
      events_(std::move(events)),
      zones_(std::move(zones)) {}

GenerationHandle::~GenerationHandle() {
  loop_->Cancel(timer_);
  if (channel_) loop_->Forget(channel_.fd());
}

bool GenerationHandle::Fork(const Options& options, const std::string& libexec_dir,
                            const std::vector<std::string>& must_be_traversed,
                            const std::vector<Descriptor>& held, Problem* problem) {
  check_ = options.action != Action::kServe;
  scoreboard_ = Scoreboard::Create(snapshot_->workers);
  Channel theirs;
  base::UniqueFd inbox;
  if (scoreboard_ == nullptr || !Channel::Pair(&channel_, &theirs) ||
      (!check_ && !HandoverPair(&inbox, &outbox_))) {
    *problem = MakeProblem("HP-33", base::Concat("cannot start generation ", id_), ErrnoText(errno),
                           "memory and descriptors", "ulimit -n; free");
    return false;
  }
  std::vector<Descriptor> keep = held;
  keep.push_back({theirs.fd(), Hold::kGenerationChannel});
  keep.push_back({inbox.get(), Hold::kHandover});
  if (snapshot_->error_log) keep.push_back({snapshot_->error_log.get(), Hold::kErrorLog});
  for (const int fd : snapshot_->listeners.Descriptors()) keep.push_back({fd, Hold::kListener});
  pid_ = ForkRole(Role::kGeneration, base::Concat("generation ", id_), keep);
  if (pid_ == 0) {
    GenerationStart start;
    start.id = id_;
    start.action = options.action;
    start.debug = options.debug;
    start.startup_report = options.startup_report;
    start.snapshot = snapshot_.get();
    start.scoreboard = scoreboard_.get();
    start.channel = std::move(theirs);
    start.inbox = std::move(inbox);
    start.must_be_traversed = must_be_traversed;
    start.libexec_dir = libexec_dir;
    // _exit: the image, with all that the supervisor would do at its end, is a copy.
    _exit(RunGeneration(std::move(start)));
  }
  if (pid_ < 0) {
    *problem = MakeProblem("HP-33", base::Concat("cannot start generation ", id_), ErrnoText(errno),
                           "room for one more process", "ulimit -u");
    return false;
  }
  setpgid(pid_, pid_);  // the child does the same; whoever is first
  loop_->Watch(channel_.fd(), [this] { Read(); });
  const uint32_t seconds = snapshot_->early.module_load_timeout.value;
  if (seconds > 0) {
    timer_ = loop_->After(int64_t{seconds} * 1000, [this] {
      timed_out_ = true;
      Kill();
    });
  }
  return true;
}

void GenerationHandle::Read() {
  for (int left = kPacketsPerTurn; left > 0; --left) {  // poll(2) tells again
    Packet packet;
    const Channel::Got got = channel_.Receive(&packet);
    if (got == Channel::Got::kNothing) return;
    if (got == Channel::Got::kPacket && Handle(std::move(packet))) continue;
    loop_->Forget(channel_.fd());
    // The end, or nonsense: a generation that does not keep to the protocol is not kept.
    if (got == Channel::Got::kPacket) Kill();
    return;
  }
}

bool GenerationHandle::Handle(Packet packet) {
  const bool starting = state_ == State::kStarting;
  switch (static_cast<FromGeneration>(packet.type)) {
    case FromGeneration::kRequest:
      if (starting) Answer(packet.payload);
      return starting;
    case FromGeneration::kZone:
      return starting && !check_ && zones_.Answer(packet.payload, &channel_);
    case FromGeneration::kFindings:
      AppendLimited(packet.payload, &findings_);
      return true;
    case FromGeneration::kOutput:
      AppendLimited(packet.payload, &output_);
      return true;
    case FromGeneration::kSummary:
      summary_ = packet.payload.substr(0, packet.payload.find('\n'));
      return true;
    case FromGeneration::kLoaded:
      if (starting && !ended_) events_.loaded(this);
      return starting;
    case FromGeneration::kFile:
      // Told to others, never opened.
      if (packet.payload.empty() || packet.payload[0] != '/') return false;
      if (starting && files_.size() < kMaxFiles) files_.insert(packet.payload);
      return true;
    case FromGeneration::kWorker: {
      WorkerFact fact{};
      if (packet.payload.size() != sizeof fact) return false;
      std::memcpy(&fact, packet.payload.data(), sizeof fact);
      if (fact.slot >= snapshot_->workers || fact.pid < 0) return false;
      if (fact.pid == 0) {
        workers_.erase(fact.slot);
      } else {
        workers_[fact.slot] = fact.pid;
      }
      if (!starting) events_.changed(this);
      return true;
    }
    case FromGeneration::kReady:
      if (!starting || ended_) return true;
      loop_->Cancel(timer_);
      state_ = State::kServing;
      zones_.Settle();
      events_.ready(this);
      return true;
  }
  return false;
}

void GenerationHandle::SendFile(uint32_t type, size_t grant, int fd) {
  if (!channel_.Send(type, static_cast<uint32_t>(grant), {}, fd)) {
    log::Write(
        log::Level::kWarn, "core",
        base::Concat("HP-34 generation ", id_, " does not take messages: ", ErrnoText(errno)));
  }
}

void GenerationHandle::Answer(const std::string& request) {
  const size_t end = request.find('\0');
  const std::string directive = request.substr(0, end);
  const std::string argument = end == std::string::npos ? "" : request.substr(end + 1);
  const size_t index = snapshot_->grants.Find(directive, argument);
  Problem problem;
  base::UniqueFd file;
  if (index == GrantTable::kNone) {
    problem =
        argument.starts_with('|')
            ? MakeProblem("HP-12", "loggers behind a pipe are not supported yet", argument, "",
                          base::Concat(directive, " with the path of a file"))
            : MakeProblem(
                  "HP-11",
                  base::Concat("the supervisor opens no file for ", directive, " ", argument),
                  "it is not in the configuration as a privileged argument", "",
                  base::Concat("add privileged=", directive, ":append:1 to the module's manifest"));
  } else {
    const Grant& grant = snapshot_->grants.at(index);
    if (!check_ || grant.mode == OpenMode::kRead) {
      file = SafeOpen(grant.path, grant.mode, &problem);
    } else if (CheckOpen(grant.path, grant.mode, &problem)) {
      file.Reset(open("/dev/null", O_WRONLY | O_CLOEXEC));
    }
  }
  if (file) {
    granted_.insert(index);
    return SendFile(static_cast<uint32_t>(ToGeneration::kGrant), index, file.get());
  }
  const absl::Status status = ToStatus(problem);
  const std::string reply =
      base::Concat(std::string(status.message()), std::string_view("\0", 1), FixOf(status));
  channel_.Send(static_cast<uint32_t>(ToGeneration::kRefused), 0,
                reply.substr(0, Channel::kMaxPayload));
}

void GenerationHandle::ReopenLogs() {
  granted_.insert(GrantTable::kErrorLog);
  for (const size_t index : granted_) {
    const Grant& grant = snapshot_->grants.at(index);
    if (grant.mode != OpenMode::kAppend) continue;
    Problem problem;
    const base::UniqueFd file = SafeOpen(grant.path, grant.mode, &problem);
    if (file) {
      SendFile(static_cast<uint32_t>(ToGeneration::kReplace), index, file.get());
    } else {
      log::Write(log::Level::kError, "core",
                 base::Concat("the old file stays in use: ", RenderProblem(problem)));
    }
  }
}

void GenerationHandle::HandOverTo(const GenerationHandle& next) {
  if (state_ == State::kGone || state_ == State::kStarting || !next.outbox_) return;
  // One that does not read keeps its connections.
  channel_.Send(static_cast<uint32_t>(ToGeneration::kHandover), 0, {}, next.outbox_.get());
}

void GenerationHandle::Armed(int64_t milliseconds) {
  loop_->Cancel(timer_);
  timer_ = loop_->After(milliseconds, [this] { Kill(); });
}

void GenerationHandle::Start() { channel_.Send(static_cast<uint32_t>(ToGeneration::kStart), 0); }

void GenerationHandle::Drain(uint32_t seconds) {
  if (state_ == State::kGone) return;
  state_ = State::kDraining;
  channel_.Send(static_cast<uint32_t>(ToGeneration::kDrain), seconds);
  if (seconds != kNoDeadline) Armed(int64_t{seconds} * 1000 + kDrainGrace);
}

void GenerationHandle::Stop() {
  if (state_ == State::kGone) return;
  // One that is still starting may be in module code, which reads no messages.
  if (state_ == State::kStarting) Kill();
  state_ = State::kDraining;
  channel_.Send(static_cast<uint32_t>(ToGeneration::kStop), 0);
  Armed(kStopGrace);
}

void GenerationHandle::Kill() {
  if (pid_ <= 0 || state_ == State::kGone) return;
  if (kill(-pid_, SIGKILL) != 0) kill(pid_, SIGKILL);
}

void GenerationHandle::Exited(int status) {
  ended_ = true;
  if (channel_) {
    Read();
    loop_->Forget(channel_.fd());
    channel_.Close();
  }
  loop_->Cancel(timer_);
  status_ = status;
  // What a generation that never served or that ended in order left behind is of no use to anybody.
  // Workers of one that was killed finish their connections.
  if (state_ == State::kStarting || WIFEXITED(status)) kill(-pid_, SIGKILL);
  state_ = State::kGone;
}

std::string GenerationHandle::Phase() const {
  return DescribePhase(*scoreboard_->phase(),
                       [this](uint16_t n) { return snapshot_->ModuleName(n); });
}

config::Position GenerationHandle::PhasePosition(uint32_t* length) const {
  const uint16_t n = scoreboard_->phase()->module.load(std::memory_order_relaxed);
  if (n == 0 || n > snapshot_->modules.size()) return {};
  const server::ModuleToLoad& module = snapshot_->modules[n - 1];
  for (const config::ModuleRequest& request : snapshot_->early.modules) {
    if (request.name == module.name) *length = request.length;
  }
  return module.position;
}

Problem GenerationHandle::Failure() const {
  Problem problem;
  const std::string name =
      snapshot_->ModuleName(scoreboard_->phase()->module.load(std::memory_order_relaxed));
  std::string fix = name.empty() ? "httpd -t   # with fewer modules, until it passes"
                                 : base::Concat("remove the LoadModule line of ", name);
  if (timed_out_) {
    const uint32_t seconds = snapshot_->early.module_load_timeout.value;
    problem = MakeProblem(
        "HP-31",
        base::Concat("generation ", id_, " was not ready within ", seconds, " seconds: ", Phase()),
        "a function that does not return", "an answer in time",
        base::Concat(fix, ", or raise ModuleLoadTimeout"));
  } else {
    problem = MakeProblem("HP-30",
                          base::Concat("generation ", id_, " died before it was ready: ", Phase()),
                          DescribeStatus(status_), "a generation that gets ready", std::move(fix));
  }
  problem.position = PhasePosition(&problem.length);
  return problem;
}

std::string GenerationHandle::FailureText() const {
  if (!summary_.empty() && !findings_.empty()) return findings_;
  return findings_ + config::RenderDiagnostic(Failure(), snapshot_->sources, false);
}

std::string GenerationHandle::FailureSummary() const {
  if (!summary_.empty()) return summary_;
  const Problem problem = Failure();
  const std::string where = snapshot_->sources.Describe(problem.position);
  return base::Concat(where, where.empty() ? "" : ": ", ProblemSummary(problem), ": ",
                      problem.found);
}

std::string GenerationHandle::DeathText() const {
  return base::Concat("generation ", id_, " (pid ", pid_, ") died: ", DescribeStatus(status_));
}

}  // namespace httpd::process
