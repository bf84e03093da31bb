// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/pool.h"
#include "log/logfile.h"
#include "module/hooks.h"
#include "module/registry.h"
#include "server/auth_rules.h"
#include "server/filter_table.h"
#include "server/generation.h"
#include "server/helper_set.h"
#include "server/phases.h"
#include "server/protocol_table.h"
#include "server/provider.h"
#include "server/server_config.h"
#include "server/variable.h"
#include "server/vhost.h"
#include "server/zone_set.h"

namespace httpd::server {
class SharedServices;  // shared_services.h
}

// The loaded modules and the evaluated configuration of one generation.
struct httpd_generation final : httpd::server::Generation {
  explicit httpd_generation(const httpd::server::GenerationInput& given);
  ~httpd_generation() override;

  bool Load(httpd::process::ScoreboardSlot* phase, httpd::config::Diagnostics* diagnostics);

  uint32_t id() const override { return input.id; }
  size_t module_count() const override { return registry.size() - 1; }
  std::string_view module_name(size_t index) const override { return registry.at(index + 1)->name; }
  std::string DescribeHosts() const override;
  std::string DescribeModules() const override;
  std::string DescribeHooks() const override;
  std::vector<httpd_helper*> Helpers() override { return helpers.all(); }
  int RunHelper(const httpd_helper& helper, int listening_fd) override;
  std::vector<std::string> tracked_files() const override {
    return {servers.tracked.begin(), servers.tracked.end()};
  }
  int RunWorker(const httpd::server::WorkerInput& input) override;
  void WorkerEnded(uint32_t index) override;
  bool WantsWake(uint32_t index) const override;

  const httpd::server::CoreServer& main_core() const { return *servers.servers.front()->core; }

  // Declared in the order in which they are made; they go in the opposite one.
  httpd::server::GenerationInput input;
  httpd_pool pool;
  httpd::module::Registry registry;  // [0] is the core
  httpd::module::HookTable hooks;
  httpd::server::AuthKinds auth;
  httpd::server::ProtocolTable protocols;
  httpd::server::FilterTable filters;
  httpd::server::VariableTable variables;
  httpd::server::ProviderTable providers;
  httpd::log::LogFiles logs;
  // What the workers have in common: metrics, timers of the generation, messages.
  std::unique_ptr<httpd::server::SharedServices> shared;
  httpd::server::ServerSet servers;
  httpd::server::VhostTable vhosts;
  httpd::server::Program program;
  std::string server_field;  // "Server: httpd/0.1.0\r\n"
  httpd::server::ZoneSet zones;
  httpd::server::HelperSet helpers;
  uint32_t running_hook = 0;       // of the generation's own process: HTTPD_HOOK_POST_CONFIG …
  httpd_worker* worker = nullptr;  // of this process, null in the generation's own
  void** contexts = nullptr;       // by module slot; null until one was set

 private:
  bool RunHooks(uint32_t hook, httpd::process::ScoreboardSlot* phase,
                httpd::config::Diagnostics* diagnostics);
};
