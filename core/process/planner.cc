// SPDX-License-Identifier: Apache-2.0
// Looking into module files is done by a process that may die of it, so that neither the supervisor
// nor a serving generation ever parses a file somebody else wrote.
#include "process/planner.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/sanitizer.h"
#include "process/load_order.h"

namespace httpd::process {
namespace {

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

// The process itself. Its exit status is not looked at when the answer is complete.
[[noreturn]] void RunPlanner(const PlannerInput& input,
                             const std::vector<module::InspectionItem>& items, int fd) {
  Problem problem;
  module::InspectionResult result;
  if (DropPrivileges(input.identity, &problem)) {
    // A module file that makes the inspector eat memory must not bring the machine down.
    const rlimit memory{2ull << 30, 2ull << 30};
#if !HTTPD_ADDRESS_SANITIZER
    setrlimit(RLIMIT_AS, &memory);
#else
    (void)memory;
#endif
    result = module::InspectModules(input.inspector_path, input.core, items);
  } else {
    module::Finding finding;
    finding.code = problem.code;
    finding.what = problem.message;
    finding.found = problem.found;
    finding.fix = problem.fix;
    result.general.push_back(std::move(finding));
  }
  WriteAll(fd, module::SerializeInspection(result));
  _exit(0);
}

bool AnswersWhatWasAsked(const module::InspectionResult& result,
                         const std::vector<module::InspectionItem>& items) {
  return std::equal(result.modules.begin(), result.modules.end(), items.begin(), items.end(),
                    [](const module::ModuleReport& report, const module::InspectionItem& item) {
                      return report.name == item.name && report.copy == item.copy;
                    });
}

module::Finding TimedOut(const std::string& original) {
  module::Finding finding;
  finding.code = "HP-23";
  finding.what = "looking at the module did not end";
  finding.found = "no answer within 20 seconds";
  finding.wanted = "a module file that can be read";
  finding.where = original;
  finding.fix = "install the module again, or remove its LoadModule line";
  return finding;
}

module::Finding CannotStart(int error) {
  module::Finding finding;
  finding.code = "HP-24";
  finding.what = "cannot start the planner process";
  finding.found = ErrnoText(error);
  finding.wanted = "room for one more process";
  finding.fix = "ulimit -u   # and the memory that is left";
  return finding;
}

}  // namespace

Planner::Planner(PollLoop* loop, PlannerInput input, std::function<std::vector<Descriptor>()> held,
                 Done done)
    : loop_(loop), input_(std::move(input)), held_(std::move(held)), done_(std::move(done)) {}

Planner::~Planner() {
  loop_->Cancel(timer_);
  if (pipe_) loop_->Forget(pipe_.get());
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
}

void Planner::Start() {
  if (input_.items.empty() || !Fork(input_.items)) {
    timer_ = loop_->After(0, [this] { Finish(); });
  }
}

bool Planner::Fork(std::vector<module::InspectionItem> items) {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) {
    result_.general.push_back(CannotStart(errno));
    return false;
  }
  pipe_.Reset(fds[0]);
  base::UniqueFd write_end(fds[1]);
  fcntl(pipe_.get(), F_SETFL, O_NONBLOCK);
  bytes_.clear();
  timed_out_ = false;
  running_ = std::move(items);
  std::vector<Descriptor> held = held_();
  std::erase_if(held, [](const Descriptor& d) { return d.hold == Hold::kPlanPipe; });
  held.push_back({write_end.get(), Hold::kPlanPipe});
  pid_ = ForkRole(Role::kPlanner, "planner", held);
  if (pid_ == 0) RunPlanner(input_, running_, write_end.get());
  if (pid_ < 0) {
    result_.general.push_back(CannotStart(errno));
    pipe_.Reset();
    return false;
  }
  loop_->Watch(pipe_.get(), [this] { Read(); });
  timer_ = loop_->After(kTimeout, [this] {
    timed_out_ = true;
    kill(pid_, SIGKILL);
  });
  return true;
}

void Planner::Read() {
  char buffer[16 * 1024];
  for (;;) {
    const ssize_t n = read(pipe_.get(), buffer, sizeof buffer);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n > 0 && bytes_.size() <= module::kMaxInspectionBytes) {
      bytes_.append(buffer, static_cast<size_t>(n));
      continue;
    }
    // The end, or more than there may be; what remains is to reap it.
    loop_->Forget(pipe_.get());
    if (n > 0 && pid_ > 0) kill(pid_, SIGKILL);  // never everybody: it may have been reaped
    return;
  }
}

bool Planner::Exited(pid_t pid, int status) {
  if (pid != pid_) return false;
  pid_ = -1;
  loop_->Cancel(timer_);
  Read();
  loop_->Forget(pipe_.get());
  pipe_.Reset();
  // From the loop: finishing may destroy this object, and the reaper is still at work.
  timer_ = loop_->After(0, [this, status] { FinishRun(status); });
  return true;
}

void Planner::FinishRun(int status) {
  module::InspectionResult result;
  const bool answered = !timed_out_ && module::ParseInspection(bytes_, &result) &&
                        AnswersWhatWasAsked(result, running_);
  if (answered) {
    for (auto& finding : result.general) {
      if (!alone_ || next_ == 1) result_.general.push_back(std::move(finding));
    }
    for (auto& report : result.modules) result_.modules.push_back(std::move(report));
  } else if (running_.size() == 1) {
    const module::InspectionItem& item = running_.front();
    module::ModuleReport report;
    report.name = item.name;
    report.original = item.original;
    report.copy = item.copy;
    report.findings.push_back(timed_out_ ? TimedOut(item.original)
                                         : module::PlannerDied(status, item.original));
    result_.modules.push_back(std::move(report));
  } else {
    alone_ = true;
  }
  if (alone_) return NextAlone();
  Finish();
}

void Planner::NextAlone() {
  while (next_ < input_.items.size()) {
    if (Fork({input_.items[next_++]})) return;
  }
  Finish();
}

void Planner::Finish() {
  module::InspectionResult result = std::move(result_);
  std::vector<module::ModuleReport> all = input_.builtin;
  for (auto& report : result.modules) all.push_back(std::move(report));
  std::vector<module::Manifest> manifests;
  for (const auto& report : all) {
    manifests.push_back(report.manifest);
    manifests.back().name = report.name;
  }
  // Modules that cannot be loaded anyway have nothing to say about each other.
  bool sound = !module::HasErrors(result.general);
  for (const auto& report : all) sound = sound && !module::HasErrors(report.findings);
  std::vector<size_t> order;
  if (sound) {
    order = LoadOrder(manifests, &result.general);
  } else {
    for (size_t i = 0; i < all.size(); ++i) order.push_back(i);
  }
  result.modules.clear();
  for (const size_t index : order) result.modules.push_back(std::move(all[index]));
  const Done done = std::move(done_);
  done(std::move(result));
}

}  // namespace httpd::process
