// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "config/diagnostic.h"
#include "config/early.h"
#include "process/scoreboard.h"

namespace httpd::server {

// One module of the plan, in load order.
struct ModuleToLoad {
  std::string name;       // as in its record: "mime"
  std::string file;       // what LoadModule resolved to, for messages; empty when compiled in
  std::string copy;       // the private copy that is opened; empty when compiled in
  std::string directive;  // the argument as written, for messages
  config::Position position;
  std::vector<std::string> preload = {};  // its private libraries, absolute, to be opened before it
};

// A file that the supervisor opens on behalf of a generation (DESIGN §3, broker). The directive and
// the argument are the key; what is not in the frozen table is refused.
class GrantClient {
 public:
  virtual ~GrantClient() = default;
  // The descriptor is the caller's. Called only between fork and "ready".
  virtual absl::StatusOr<int> Open(std::string_view directive, std::string_view argument) = 0;
};

class ZoneClient;

struct ListenAddress {
  std::string text;     // as in Listen: "127.0.0.1:0"
  std::string address;  // bound address, numeric
  uint16_t port = 0;    // bound port
};

// What a generation is given through fork; everything stays valid for the life of the process.
struct GenerationInput {
  uint32_t id = 1;
  bool check = false;  // -t: nothing is created, bound or appended; no worker is started
  uint32_t workers = 1;
  const config::EarlyConfig* early = nullptr;
  config::SourceMap* sources = nullptr;
  std::vector<ModuleToLoad> modules;
  std::vector<std::string> load_files;  // LoadFile, absolute
  std::vector<ListenAddress> addresses;
  GrantClient* grants = nullptr;  // never null; in check mode it answers with /dev/null
  ZoneClient* zones = nullptr;    // null in check mode: memory is private then
  int error_log_fd = 2;
  // Rows of the workers, `workers` of them; null where there is no shared memory.
  const process::ScoreboardSlot* worker_slots = nullptr;
  // The LoadModule line of an installed module that declares this directive; empty when none does.
  std::function<std::string(std::string_view directive)> provider;
  // That of an installed module whose manifest says provides=GROUP.NAME/MAJOR; empty likewise.
  std::function<std::string(std::string_view provided)> offers;
};

struct WorkerListener {
  int fd = -1;           // non-blocking listening socket
  uint32_t address = 0;  // index into GenerationInput::addresses
};

struct WorkerInput {
  uint32_t index = 0;
  std::vector<WorkerListener> listeners;
  int channel = -1;  // packets (platform/os/packets.h), messages of process/worker_channel.h
  process::ScoreboardSlot* slot = nullptr;
  int handover = -1;  // where connections of the generation before arrive
};

// Loaded modules and the evaluated configuration: everything a worker needs. Created once in the
// generation process, after privileges were given up and before workers are forked.
class Generation {
 public:
  virtual ~Generation() = default;

  // open -> record check -> register -> evaluate -> post_config. All findings go to `diagnostics`;
  // null when there was an error. What a module was doing is visible in `phase` (shared memory of
  // the supervisor) so that a crash or a hang can be named.
  static std::unique_ptr<Generation> Create(const GenerationInput& input,
                                            process::ScoreboardSlot* phase,
                                            config::Diagnostics* diagnostics);

  virtual uint32_t id() const = 0;
  virtual size_t module_count() const = 0;
  virtual std::string_view module_name(size_t index) const = 0;  // "mime"
  // A human summary for -S (virtual hosts) and -M (modules).
  virtual std::string DescribeHosts() const = 0;
  virtual std::string DescribeModules() const = 0;
  // The callbacks of every hook in the order in which they run; see HookTable::Describe.
  virtual std::string DescribeHooks() const { return ""; }

  // What is to run beside the workers; the caller fills in where each listens, and runs those that
  // are functions in processes forked from this one. RunHelper answers the exit code.
  virtual std::vector<httpd_helper*> Helpers() { return {}; }
  virtual int RunHelper(const httpd_helper& helper, int listening_fd) { return 70; }

  // Absolute paths of what modules read beside the configuration.
  virtual std::vector<std::string> tracked_files() const { return {}; }

  // Serves until told to stop; returns the exit code. Runs in the worker process, creates its
  // event loop there.
  virtual int RunWorker(const WorkerInput& input) = 0;

  // Called in the generation process; no module code runs. A worker ended, by itself or not.
  virtual void WorkerEnded(uint32_t index) {}
  // Somebody left a message for this worker that it has not been told of.
  virtual bool WantsWake(uint32_t index) const { return false; }
};

// Name of a HTTPD_HOOK_* number for messages ("handler"); "core" for 0, "unknown hook" otherwise.
std::string_view HookName(uint16_t hook);

// The record of every module compiled into the core, in link order.
struct StaticModule {
  std::string_view name;
  std::string_view manifest;  // NUL-separated key=value
};
std::vector<StaticModule> StaticModules();

}  // namespace httpd::server
