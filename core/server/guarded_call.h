// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/concat.h"
#include "server/generation_impl.h"
#include "server/request_log.h"
#include "server/worker.h"

namespace httpd::server {

// Calls into the module of `slot` from within another one's hook or none: it is blamed meanwhile,
// the one before is blamed again afterwards, and no exception gets through. False after one.
template <typename Call>
bool GuardedCall(Request* request, uint16_t slot, uint16_t hook, std::string_view what,
                 Call&& call) {
  httpd_worker* worker = request->worker;
  const uint16_t module_before = worker->slot->module.load(std::memory_order_relaxed);
  const uint16_t hook_before = worker->slot->hook.load(std::memory_order_relaxed);
  worker->slot->Blame(slot, hook);
  bool good = true;
  try {
    call();
  } catch (...) {
    good = false;
    LogRequest(request, log::Level::kError, worker->generation->registry.at(slot)->name,
               base::Concat("a C++ exception left ", what, " [HS-02]"));
  }
  worker->slot->Blame(module_before, hook_before);
  return good;
}

}  // namespace httpd::server
