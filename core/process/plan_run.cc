// SPDX-License-Identifier: Apache-2.0
// The way from LoadModule lines to a plan. A start that finds its verdict in the index forks no
// planner and reads no module file; one that does not, leaves the verdict there for the next.
#include "process/plan_run.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/concat.h"

namespace httpd::process {
namespace {

// A set in which each module requires another one ends somewhere; a planner that was taken over
// need not.
constexpr uint32_t kMaxRounds = 64;
constexpr size_t kMaxAlso = 256;
constexpr size_t kMaxDependencies = 4096;

// As in file and symbol names; anything else is no answer but an attempt.
bool IsModuleName(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

module::Dependency Now(const std::string& path) {
  module::Dependency file{path, {}};
  struct stat facts {};
  if (stat(path.c_str(), &facts) == 0) file.identity = module::FileIdentity::Of(facts);
  return file;
}

void AddKey(std::string_view text, std::string* key) { base::Append(key, text.size(), ":", text); }

// Everything that decides the verdict, apart from files, which the verdict itself names.
std::string KeyOf(const boot::BootInfo& info, const PlannerInput& input) {
  std::string key;
  AddKey(info.unit_id, &key);
  AddKey(input.plan.inspector_path, &key);
  AddKey(input.plan.server_root, &key);
  AddKey(input.plan.program, &key);
  AddKey(base::Concat(input.plan.library_path.size()), &key);
  for (const std::string& folder : input.plan.library_path) AddKey(folder, &key);
  for (const auto* list : {&input.plan.directories, &input.plan.load_files, &input.plan.order}) {
    AddKey(base::Concat(list->size()), &key);
    for (const std::string& text : *list) AddKey(text, &key);
  }
  // What the dynamic loader and file permissions depend on.
  for (const char* name : {"LD_LIBRARY_PATH", "LD_PRELOAD"}) {
    const char* value = getenv(name);
    AddKey(value != nullptr ? value : "", &key);
  }
  const Identity& identity = input.identity;
  AddKey(base::Concat(identity.drop ? 1 : 0, " ", identity.uid, " ", identity.gid, " ", geteuid()),
         &key);
  for (const module::ModuleReport& report : input.plan.builtin) AddKey(report.name, &key);
  for (const module::InspectionItem& item : input.plan.items) {
    for (const std::string* text :
         {&item.name, &item.original, &item.copy, &item.record, &item.required_by,
          &item.notice.what, &item.notice.found, &item.notice.fix}) {
      AddKey(*text, &key);
    }
  }
  return key;
}

// With the copies' identities: a copy that was made anew is another one.
std::string HashOf(std::string key, const std::vector<module::StoredModule>& copies) {
  for (const module::StoredModule& stored : copies) {
    const module::FileIdentity& file = stored.identity;
    base::Append(&key, " ", file.device, ".", file.inode, ".", file.size, ".", file.mtime_ns, ".",
                 file.ctime_ns);
  }
  return module::ContentHash(key);
}

Problem WithoutEnd() {
  return MakeProblem("HP-25", "the planner's answer cannot be believed",
                     "modules that require others without end, or have impossible names",
                     "modules that are installed",
                     "httpd -t   # and look for a module file that was tampered with");
}

}  // namespace

PlanRun::PlanRun(PollLoop* loop, const boot::BootInfo& info, module::ModuleStore* store,
                 Snapshot* snapshot, std::function<std::vector<Descriptor>()> held, Done done)
    : loop_(loop),
      info_(info),
      store_(store),
      snapshot_(snapshot),
      held_(std::move(held)),
      done_(std::move(done)) {}

PlanRun::~PlanRun() {
  loop_->Cancel(timer_);
  store_->folders().Forget();
}

bool PlanRun::Start() {
  watch_ = base::Stopwatch();
  std::vector<module::Finding> findings;
  store_->Open(&findings);
  for (const module::Finding& finding : findings) {
    snapshot_->diagnostics.Add(module::ToDiagnostic(finding, {}, 0));
  }
  const bool ok = CopyModules(info_, store_, snapshot_, &input_);
  cost_.copying = watch_.Microseconds();
  // What is wrong with the others is told as well; Finish refuses all of it.
  if (!ok && input_.plan.items.empty()) return false;
  Ask();
  return true;
}

void PlanRun::Ask() {
  ++cost_.rounds;
  watch_ = base::Stopwatch();
  key_ = HashOf(KeyOf(info_, input_), snapshot_->copies);
  module::ModulePlan plan;
  const module::Index::Verdict* known = store_->index().FindVerdict(key_);
  const bool nothing = input_.plan.items.empty() && input_.plan.load_files.empty();
  if (nothing || (known != nullptr && module::ParsePlan(known->plan, &plan) &&
                  AnswersWhatWasAsked(plan, input_, input_.plan.items) &&
                  module::StillTheSame(known->depends_on, &store_->folders()))) {
    if (nothing) plan.modules = input_.plan.builtin;
    timer_ = loop_->After(0, [this, plan = std::move(plan)] { Answered(plan, false); });
    return;
  }
  ++cost_.planners;
  asked_at_ = module::RealTime();
  planner_ = std::make_unique<Planner>(loop_, input_, held_, [this](module::ModulePlan answer) {
    Answered(std::move(answer), true);
  });
  planner_->Start();
}

void PlanRun::Answered(module::ModulePlan plan, bool cold) {
  cost_.planning += watch_.Microseconds();
  if (cold) {
    cost_.inspector += plan.open_us;
    for (const module::ModuleReport& report : plan.modules) {
      if (!report.copy.empty()) cost_.inspected.emplace_back(report.name, report.inspect_us);
    }
    Remember(plan);
  }
  watch_ = base::Stopwatch();
  const size_t added = AddRequired(plan);
  cost_.copying += watch_.Microseconds();
  if (added > 0 && cost_.rounds < kMaxRounds) return Ask();
  if (!plan.also.empty() && snapshot_->diagnostics.ok() && plan.ok()) {
    snapshot_->diagnostics.Add(WithoutEnd());
  }
  Finish(plan);
}

// Only good verdicts are worth it: after a refusal somebody will change something.
void PlanRun::Remember(const module::ModulePlan& plan) {
  if (!plan.ok() || plan.depends_on.size() > kMaxDependencies) return;
  module::Index::Verdict verdict;
  verdict.key = key_;
  verdict.depends_on = plan.depends_on;
  verdict.depends_on.push_back(Now(input_.plan.inspector_path));
  for (const std::string& file : input_.plan.load_files) verdict.depends_on.push_back(Now(file));
  for (const module::Dependency& file : verdict.depends_on) {
    if (!module::IsSettled(file.identity, asked_at_)) return;
  }
  if (!module::StillTheSame(verdict.depends_on, &store_->folders())) return;
  for (const module::StoredModule& stored : snapshot_->copies)
    verdict.hashes.push_back(stored.hash);
  verdict.plan = module::SerializePlan(plan);
  store_->index().PutVerdict(std::move(verdict));
}

// The planner names modules; where they are is found out here, as for a LoadModule line.
size_t PlanRun::AddRequired(const module::ModulePlan& plan) {
  size_t added = 0;
  for (const module::Requirement& also : plan.also) {
    const auto named = [](std::string_view name) {
      return [name](const auto& entry) { return entry.name == name; };
    };
    auto& requests = snapshot_->early.modules;
    const auto requirer = std::find_if(requests.begin(), requests.end(), named(also.required_by));
    if (!IsModuleName(also.name) || input_.plan.items.size() > kMaxAlso + requests.size() ||
        std::any_of(requests.begin(), requests.end(), named(also.name)) ||
        std::any_of(input_.plan.items.begin(), input_.plan.items.end(), named(also.name))) {
      continue;
    }
    config::ModuleRequest request;
    request.name = also.name;
    request.record = base::Concat(also.name, "_module");
    if (requirer != requests.end()) {
      request.position = requirer->position;
      request.length = requirer->length;
    }
    if (!CopyModule(info_, request, store_, snapshot_, &input_)) continue;
    input_.plan.items.back().required_by = also.required_by;
    input_.plan.items.back().notice = also.notice;
    requests.push_back(std::move(request));
    ++added;
  }
  return added;
}

void PlanRun::Finish(const module::ModulePlan& plan) {
  for (const module::StoredModule& stored : snapshot_->copies) cost_.copied += stored.copied;
  store_->folders().Forget();
  const bool ok = AcceptPlan(plan, snapshot_);
  const Done done = std::move(done_);
  done(ok);
}

}  // namespace httpd::process
