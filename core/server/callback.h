// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/concat.h"
#include "log/error_log.h"
#include "server/generation_impl.h"
#include "server/phases.h"
#include "server/worker.h"

namespace httpd::server {

// Calls back into the module whose step the request stands at: it is blamed meanwhile, and no
// exception gets into the loop. `request` may have ended when this returns.
template <typename Callback>
void CallBack(Request* request, std::string_view what, Callback&& callback) {
  const Program& program = request->worker->generation->program;
  const module::HookEntry* entry =
      request->pc < program.steps.size() ? program.steps[request->pc].entry : nullptr;
  const uint16_t slot = entry == nullptr ? 0 : entry->slot;
  httpd_worker* worker = request->worker;
  worker->slot->Blame(slot, entry == nullptr ? 0 : entry->hook);
  try {
    callback();
  } catch (...) {
    log::Write(log::Level::kError, worker->generation->registry.at(slot)->name,
               base::Concat("a C++ exception left a ", what, " function [HS-02]"));
  }
  worker->slot->Blame(0, 0);
}

}  // namespace httpd::server
