// SPDX-License-Identifier: Apache-2.0
//
// Bringing up a generation: load modules, evaluate the configuration, let modules refuse it.

#include <sys/resource.h>
#include <unistd.h>

#include "base/concat.h"
#include "base/start_cost.h"
#include "base/stopwatch.h"
#include "config/evaluate.h"
#include "config/log_format.h"
#include "log/error_log.h"
#include "log/event.h"
#include "module/loader.h"
#include "server/api_check.h"
#include "server/auth.h"
#include "server/generation_impl.h"
#include "server/shared_services.h"
#include "server/worker.h"

namespace httpd::log {
LogFiles* LogFilesOf(httpd_generation* generation) { return &generation->logs; }
}  // namespace httpd::log

namespace {

// RFC 9110 §10.2.4; how much is told is the operator's choice (ServerTokens).
std::string ServerField(httpd::server::ServerTokens tokens) {
  using httpd::server::ServerTokens;
  const std::string_view version = HTTPD_VERSION;
  const size_t first = version.find('.');
  switch (tokens) {
    case ServerTokens::kProd:
      return "Server: httpd\r\n";
    case ServerTokens::kMajor:
      return httpd::base::Concat("Server: httpd/", version.substr(0, first), "\r\n");
    case ServerTokens::kMinor:
      return httpd::base::Concat("Server: httpd/", version.substr(0, version.find('.', first + 1)),
                                 "\r\n");
    case ServerTokens::kMin:
      return httpd::base::Concat("Server: httpd/", version, "\r\n");
    case ServerTokens::kOs:
    case ServerTokens::kFull:
      return httpd::base::Concat("Server: httpd/", version, " (Unix)\r\n");
  }
  return "Server: httpd\r\n";
}

// Each connection and each cached file is a descriptor; what the system grants is meant to be used.
void RaiseDescriptorLimit() {
  rlimit limit;
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

httpd_generation::httpd_generation(const httpd::server::GenerationInput& given)
    : input(given),
      logs(given.grants),
      shared(std::make_unique<httpd::server::SharedServices>(given.workers, given.worker_slots)) {}

httpd_generation::~httpd_generation() = default;

bool httpd_generation::RunHooks(uint32_t hook, httpd::process::ScoreboardSlot* phase,
                                httpd::config::Diagnostics* diagnostics) {
  bool ok = true;
  running_hook = hook;
  for (const auto& entry : hooks.Of(hook)) {
    if (phase != nullptr) phase->Blame(entry.slot, entry.hook);
    httpd_result result;
    try {
      result = entry.generation(this, entry.user);
    } catch (...) {
      result = HTTPD_ERR_INVALID;
    }
    if (phase != nullptr) phase->Blame(0, 0);
    const bool told = zones.Report(diagnostics);
    ok = ok && !told;
    if (result == HTTPD_OK || result == HTTPD_DECLINED || told) continue;
    ok = false;
    httpd::module::ReportModuleError(
        registry.at(entry.slot), httpd::base::Concat(httpd::server::HookName(entry.hook), " hook"),
        result, diagnostics);
  }
  running_hook = 0;
  return ok;
}

bool httpd_generation::Load(httpd::process::ScoreboardSlot* phase,
                            httpd::config::Diagnostics* diagnostics) {
  httpd::server::StartChecks(phase, &registry);
  if (!shared->good()) {
    httpd::config::Diagnostic& error = diagnostics->Error(
        "HS-61", {}, 0, "there is no memory for what the workers have in common");
    error.fix = "let the server use more memory, or start fewer Workers";
    return false;
  }
  variables.AddCore();
  httpd::server::AddBuiltinAuthKinds(&auth);
  const httpd::module::LoadTarget target = {
      .generation = this, .pool = &pool, .modules = &registry, .hooks = &hooks};
  httpd::base::StartCost& cost = httpd::base::ThisStart();
  httpd::base::Stopwatch watch;
  if (!httpd::module::LoadModules(input, httpd::config::CoreModule(), phase, target, diagnostics)) {
    return false;
  }
  cost.load = watch.Microseconds();
  watch = httpd::base::Stopwatch();
  httpd::config::EvaluateInput evaluate = {.early = input.early,
                                           .sources = input.sources,
                                           .modules = &registry,
                                           .generation = this,
                                           .pool = &pool,
                                           .auth = &auth,
                                           .provider = input.provider};
  // A module that crashes or hangs while it reads one of its directives is named as well.
  evaluate.entering = [phase](const httpd::module::Module* module, const httpd_directive*) {
    if (phase != nullptr) phase->Blame(module != nullptr ? module->slot : 0, 0);
  };
  if (!RunHooks(HTTPD_HOOK_PRE_CONFIG, phase, diagnostics) ||
      !httpd::config::Evaluate(evaluate, diagnostics, &servers)) {
    return false;
  }
  cost.evaluate = watch.Microseconds();
  vhosts.Build(servers);
  program = httpd::server::CompileProgram(hooks, servers.reads_access_files);
  server_field = ServerField(main_core().server_tokens.value);
  const auto level =
      static_cast<const httpd::server::CoreLocation*>(servers.servers.front()->location_configs[0])
          ->log_level.value;
  httpd::log::SetLevel(static_cast<httpd::log::Level>(level));
  httpd::log::SetJson(!input.check && httpd::config::WantsJsonLog(input.early->active));
  for (const auto& module : registry) module->log_level = static_cast<uint8_t>(level);
  const auto& main = *static_cast<const httpd::server::CoreLocation*>(
      servers.servers.front()->location_configs[0]);
  for (const auto& [slot, its_own] : main.module_log_levels) registry.at(slot)->log_level = its_own;
  watch = httpd::base::Stopwatch();
  const bool ok = RunHooks(HTTPD_HOOK_OPEN_LOGS, phase, diagnostics) &&
                  RunHooks(HTTPD_HOOK_POST_CONFIG, phase, diagnostics);
  cost.post_config = watch.Microseconds();
  helpers.Seal();
  return ok;
}

std::string httpd_generation::DescribeHosts() const {
  std::string out = vhosts.Describe(servers);
  if (!servers.tracked.empty()) out += "files that modules read:\n";
  for (const std::string& file : servers.tracked) httpd::base::Append(&out, "    ", file, "\n");
  return out;
}

std::string httpd_generation::DescribeModules() const {
  std::string out = "Loaded modules:\n core_module (static)\n";
  for (const auto& module : registry) {
    if (module->slot == 0) continue;
    httpd::base::Append(&out, " ", module->name, "_module (",
                        module->file.empty() ? "static" : "shared", ")\n");
  }
  return out;
}

std::string httpd_generation::DescribeHooks() const { return hooks.Describe(registry); }

int httpd_generation::RunWorker(const httpd::server::WorkerInput& worker_input) {
  RaiseDescriptorLimit();  // before the file cache takes its share
  auto* created = new httpd_worker(this, worker_input);
  return created->Run();
}

void httpd_generation::WorkerEnded(uint32_t index) {
  if (shared != nullptr) shared->WorkerEnded(index);
}

bool httpd_generation::WantsWake(uint32_t index) const {
  return shared != nullptr && shared->WantsWake(index);
}

namespace httpd::server {

std::unique_ptr<Generation> Generation::Create(const GenerationInput& input,
                                               process::ScoreboardSlot* phase,
                                               config::Diagnostics* diagnostics) {
  auto generation = std::make_unique<httpd_generation>(input);
  if (!generation->Load(phase, diagnostics) || !diagnostics->ok()) return nullptr;
  return generation;
}

}  // namespace httpd::server
