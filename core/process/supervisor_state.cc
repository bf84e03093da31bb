// SPDX-License-Identifier: Apache-2.0
// What the supervisor tells others about itself, and housekeeping of what it keeps for generations.
#include <unistd.h>

#include <set>

#include "base/concat.h"
#include "log/error_log.h"
#include "process/supervisor.h"

namespace httpd::process {
namespace {

const char* StateName(GenerationHandle::State state) {
  switch (state) {
    case GenerationHandle::State::kStarting:
      return "starting";
    case GenerationHandle::State::kServing:
      return "serving";
    case GenerationHandle::State::kDraining:
    case GenerationHandle::State::kGone:
      return "draining";
  }
  return "starting";
}

}  // namespace

std::string Supervisor::StateWord() const {
  if (stopping_) return "draining";
  return serving_ != nullptr ? "serving" : "starting";
}

std::string Supervisor::StatePath(const Snapshot& snapshot) const {
  return base::Concat(snapshot.early.server_root.value, "/run/httpd.state");
}

void Supervisor::PublishState() {
  if (!served_ || (stopping_ && generations_.empty())) return;
  ServerState state;
  state.version = info_.version;
  state.pid = getpid();
  state.pid_file = current_->early.pid_file.value;
  state.server_root = current_->early.server_root.value;
  state.state = StateWord();
  for (const auto& [pid, handle] : generations_) {
    ServerState::Generation generation{handle->id(), pid, StateName(handle->state()), {}};
    for (const auto& [slot, worker] : handle->workers()) {
      generation.workers.push_back({slot, worker});
    }
    state.generations.push_back(std::move(generation));
    if (handle.get() == serving_) state.generation = handle->id();
  }
  if (serving_ == nullptr) state.generation = last_id_;
  const auto& bound = current_->listeners.addresses();
  for (size_t i = 0; i < current_->addresses.size(); ++i) {
    const server::ListenAddress& address = current_->addresses[i];
    const size_t slots = i < bound.size() ? bound[i]->slots.size() : 0;
    state.addresses.push_back(
        {address.text, address.address, address.port, static_cast<uint32_t>(slots)});
  }
  for (const server::ModuleToLoad& module : current_->modules) {
    state.modules.push_back({module.name, module.file, module.copy});
  }
  std::set<std::string> files;
  if (serving_ != nullptr) files = serving_->files();
  for (uint32_t i = 0; i < current_->sources.size(); ++i) {
    // "option -C" is none.
    if (current_->sources.name(i).starts_with('/')) files.insert(current_->sources.name(i));
  }
  state.files.assign(files.begin(), files.end());
  state.last_error = last_error_;
  state.reload_count = reload_count_;
  state.failed_reload_count = failed_reload_count_;

  const std::string path = StatePath(*current_);
  if (!state_path_.empty() && state_path_ != path) RemoveStateFile(state_path_, getpid());
  const bool first = state_path_ != path;
  state_path_ = path;
  Problem problem;
  if (!WriteStateFile(path, state, &problem) && first) {
    log::Write(log::Level::kWarn, "core", RenderProblem(problem));
  }
}

void Supervisor::PruneCopies() {
  std::vector<std::string> keep;
  const auto add = [&](const Snapshot& snapshot) {
    for (const auto& stored : snapshot.copies) keep.push_back(stored.hash);
  };
  add(*current_);
  if (swap_ != nullptr) add(*swap_->snapshot);
  for (const auto& [pid, handle] : generations_) add(handle->snapshot());
  for (const auto& [folder, store] : stores_) store->Prune(keep);
  SaveIndex();
}

// After the server serves: nobody waits for it, and without it the next start is only slower.
void Supervisor::SaveIndex() {
  for (const auto& [folder, store] : stores_) {
    module::Finding finding;
    if (store->Save(&finding)) continue;
    log::Write(
        log::Level::kWarn, "core",
        config::RenderDiagnostic(module::ToDiagnostic(finding, {}, 0), current_->sources, false));
  }
}

std::vector<std::string> Supervisor::MustBeTraversed(const Snapshot& snapshot) const {
  std::vector<std::string> paths = {info_.libexec_dir};
  if (!snapshot.copies.empty()) {
    paths.push_back(base::Concat(snapshot.early.server_root.value, "/run/modules"));
  }
  return paths;
}

bool Supervisor::Known(pid_t pid, pid_t group) const {
  if (generations_.contains(pid) || orphan_groups_.contains(group)) return true;
  return swap_ != nullptr && swap_->planner != nullptr;  // cannot tell the planner by its pid
}

}  // namespace httpd::process
