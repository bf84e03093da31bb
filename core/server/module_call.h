// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/concat.h"
#include "log/error_log.h"
#include "module/hooks.h"
#include "server/generation_impl.h"
#include "server/worker.h"

// Calls into modules from the loop, beside hooks.

namespace httpd::server {

// The module whose code runs on this loop now; 0 for the core.
inline uint16_t CallerSlot(const httpd_worker* worker) {
  return worker->slot->module.load(std::memory_order_relaxed);
}

// Calls `callback` as code of module `module`: it is blamed meanwhile, `what` (module::kInTimer …)
// takes the hook's place, and no exception gets into the loop. Whoever ran before is blamed again
// afterwards. False when an exception was stopped.
template <typename Callback>
bool CallModule(httpd_worker* worker, uint16_t module, uint16_t what, Callback&& callback) {
  process::ScoreboardSlot* slot = worker->slot;
  const uint16_t module_before = slot->module.load(std::memory_order_relaxed);
  const uint16_t hook_before = slot->hook.load(std::memory_order_relaxed);
  slot->Blame(module, what);
  bool good = true;
  try {
    callback();
  } catch (...) {
    good = false;
    log::Write(log::Level::kError, worker->generation->registry.at(module)->name,
               base::Concat("a C++ exception left a ", HookName(what), " [HS-02]"));
  }
  slot->Blame(module_before, hook_before);
  return good;
}

// The destroy function of something that `module` handed over.
inline void Destroy(httpd_worker* worker, uint16_t module, uint16_t what, httpd_destroy destroy,
                    void* user) {
  if (destroy == nullptr) return;
  CallModule(worker, module, what, [&] { destroy(user); });
}

}  // namespace httpd::server
