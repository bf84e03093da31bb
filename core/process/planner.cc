// SPDX-License-Identifier: Apache-2.0
// Looking into module files is done by a process that may die of it, so that neither the supervisor
// nor a serving generation ever parses a file somebody else wrote.
#include "process/planner.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "os/descriptors.h"
#include "process/guarded_child.h"

namespace httpd::process {
namespace {

// The process itself. Its exit status is not looked at when the answer is complete.
[[noreturn]] void RunPlanner(const PlannerInput& input,
                             const std::vector<module::InspectionItem>& items, bool alone, int fd) {
  Problem problem;
  module::ModulePlan plan;
  if (DropPrivileges(input.identity, &problem)) {
    LimitInspection();
    module::PlanInput asked = input.plan;
    asked.items = items;
    asked.part = alone;
    plan = module::PlanModules(asked);
  } else {
    module::Finding finding;
    finding.code = problem.code;
    finding.what = problem.message;
    finding.found = problem.found;
    finding.fix = problem.fix;
    plan.general.push_back(std::move(finding));
  }
  WriteAll(fd, module::SerializePlan(plan));
  _exit(0);
}

}  // namespace

bool AnswersWhatWasAsked(const module::ModulePlan& plan, const PlannerInput& input,
                         const std::vector<module::InspectionItem>& items) {
  using Key = std::pair<std::string_view, std::string_view>;
  std::vector<Key> asked, answered;
  for (const auto& report : input.plan.builtin) asked.emplace_back(report.name, report.copy);
  for (const auto& item : items) asked.emplace_back(item.name, item.copy);
  for (const auto& report : plan.modules) answered.emplace_back(report.name, report.copy);
  std::sort(asked.begin(), asked.end());
  std::sort(answered.begin(), answered.end());
  return asked == answered;
}

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
  const bool nothing = input_.plan.items.empty() && input_.plan.load_files.empty();
  if (nothing) plan_.modules = input_.plan.builtin;
  if (nothing || !Fork(input_.plan.items)) {
    timer_ = loop_->After(0, [this] { Finish(); });
  }
}

bool Planner::Fork(std::vector<module::InspectionItem> items) {
  int fds[2];
  if (!os::MakePipe(fds)) {
    plan_.general.push_back(CannotStartInspection(errno));
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
  if (pid_ == 0) RunPlanner(input_, running_, alone_, write_end.get());
  if (pid_ < 0) {
    plan_.general.push_back(CannotStartInspection(errno));
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
    if (n > 0 && bytes_.size() <= module::kMaxPlanBytes) {
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
  module::ModulePlan plan;
  const bool answered = !timed_out_ && module::ParsePlan(bytes_, &plan) &&
                        AnswersWhatWasAsked(plan, input_, running_);
  if (answered && !alone_) {
    plan_ = std::move(plan);
  } else if (answered) {
    if (next_ == 1) plan_.general = std::move(plan.general);
    for (auto& report : plan.modules) {
      if (!report.copy.empty()) plan_.modules.push_back(std::move(report));
    }
  } else if (alone_) {
    const module::InspectionItem& item = running_.front();
    module::ModuleReport report;
    report.name = item.name;
    report.original = item.original;
    report.copy = item.copy;
    report.findings.push_back(timed_out_ ? InspectionTimedOut(item.original)
                                         : module::PlannerDied(status, item.original));
    plan_.modules.push_back(std::move(report));
  } else {
    alone_ = true;
    together_ = timed_out_ ? InspectionTimedOut("") : module::PlannerDied(status, "");
  }
  if (alone_) return NextAlone();
  Finish();
}

void Planner::NextAlone() {
  while (next_ < input_.plan.items.size()) {
    if (Fork({input_.plan.items[next_++]})) return;
  }
  Finish();
}

void Planner::Finish() {
  module::ModulePlan plan = std::move(plan_);
  // No module by itself was to blame, and whether they fit together is not known: it may have been
  // an installed file that was only looked into for what it provides.
  if (alone_ && plan.ok()) plan.general.push_back(std::move(together_));
  const Done done = std::move(done_);
  done(std::move(plan));
}

}  // namespace httpd::process
