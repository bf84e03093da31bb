// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/hooks.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/diagnostic.h"
#include "module/registry.h"

namespace httpd::module {

// Which of the four callback types a hook takes.
enum class HookKind : uint8_t { kRequest, kConnection, kGeneration, kWorker };

// The kind of a HTTPD_HOOK_* number; nothing for a number that this core does not know.
std::optional<HookKind> KindOfHook(uint32_t hook);

inline constexpr uint32_t kHookLimit = 64;  // every hook number is below

// What the scoreboard shows in a hook's place while another callback of a module runs.
inline constexpr uint16_t kInTimer = 240;
inline constexpr uint16_t kInWatch = 241;
inline constexpr uint16_t kInTaskDone = 242;
inline constexpr uint16_t kInPost = 243;
inline constexpr uint16_t kInBroadcast = 244;

// What the hot path reads: one callback and whom to blame for it.
struct HookEntry {
  union {
    httpd_request_hook request;
    httpd_connection_hook connection;
    httpd_generation_hook generation;
    httpd_worker_hook worker;
  };
  void* user;
  uint16_t slot;  // of the module in the Registry; also its number in the scoreboard
  uint16_t hook;
  int32_t order;
};

// The callbacks of a generation, per hook in the order in which they run. Filled while the
// register functions run, sorted once, read only afterwards.
class HookTable {
 public:
  HookTable() = default;
  HookTable(const HookTable&) = delete;
  HookTable& operator=(const HookTable&) = delete;
  ~HookTable() { RunDestroy(); }

  // Enters `callback`, whose union member for `kind` is set. `options` may be null and is copied.
  // An error leaves the table as it was, tells the reason in module->error and module->fix, and
  // `options->destroy` will not be called. HTTPD_ERR_STATE after Sort.
  httpd_result Add(Module* module, uint32_t hook, HookKind kind, const HookEntry& callback,
                   const httpd_hook_options* options);

  // Orders each hook: whatever `before` and `after` demand holds; within that lower `order` first,
  // then load order, then order of registration. Names of modules that are not in `modules` are
  // ignored. Each cycle is one error at the LoadModule line of its first module; false when there
  // was one.
  bool Sort(const Registry& modules, config::Diagnostics* diagnostics);

  // The callbacks of `hook` in the order in which they run; contiguous. Empty before Sort.
  std::span<const HookEntry> Of(uint32_t hook) const {
    return hook < kHookLimit ? std::span<const HookEntry>(sorted_[hook])
                             : std::span<const HookEntry>();
  }

  // Every hook's name on a line, below it its callbacks in the order in which they run: number,
  // module, order, and the names in `before` and `after`, each behind a tab.
  std::string Describe(const Registry& modules) const;

  // Calls the destroy functions, last registered first; once. For the end of the generation.
  void RunDestroy();

 private:
  struct Registration {
    HookEntry entry;
    std::vector<std::string> before;
    std::vector<std::string> after;
    void (*destroy)(void* user);
  };

  bool SortHook(uint32_t hook, const Registry& modules, config::Diagnostics* diagnostics);

  std::vector<Registration> registrations_;
  std::array<std::vector<HookEntry>, kHookLimit> sorted_;
  bool is_sorted_ = false;
};

}  // namespace httpd::module
