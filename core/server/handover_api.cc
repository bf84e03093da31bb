// SPDX-License-Identifier: Apache-2.0
//
// What modules do when a connection moves to the next generation: the hooks, and the end of
// httpd/connection.h.

#include <httpd/connection.h>

#include "base/concat.h"
#include "base/misuse.h"
#include "base/str.h"
#include "log/error_log.h"
#include "server/generation_impl.h"
#include "server/handover_hooks.h"
#include "server/worker.h"

namespace httpd::server {

bool RunHandoverHooks(httpd_connection* connection, uint32_t hook) {
  httpd_worker* worker = connection->worker;
  for (const auto& entry : worker->generation->hooks.Of(hook)) {
    worker->slot->Blame(entry.slot, entry.hook);
    httpd_result result;
    try {
      result = entry.connection(connection, entry.user);
    } catch (...) {
      log::Write(log::Level::kError, worker->generation->registry.at(entry.slot)->name,
                 base::Concat("a C++ exception left the ", HookName(entry.hook), " hook [HS-02]"));
      result = HTTPD_ERR_INVALID;
    }
    worker->slot->Blame(0, 0);
    if (result != HTTPD_OK && result != HTTPD_DECLINED) return false;
    if (connection->closing) return true;
  }
  return true;
}

}  // namespace httpd::server

extern "C" {

httpd_result httpd_connection_export(httpd_connection* connection,
                                     const httpd_module_handle* module, httpd_str state) {
  using httpd::server::HandoverRecord;
  HTTPD_REQUIRE_HANDLE(connection, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_HANDLE(module, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  HandoverRecord* record = connection->handover;
  HTTPD_REQUIRE(record != nullptr && record->exporting, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "states are exported in a HANDOVER_EXPORT hook");
  HTTPD_REQUIRE(state.data != nullptr || state.len == 0, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "the state is NULL");
  size_t total = state.len;
  std::pair<std::string, std::string>* mine = nullptr;
  for (auto& entry : record->states) {
    if (entry.first == module->name) {
      mine = &entry;
    } else {
      total += entry.second.size();
    }
  }
  HTTPD_REQUIRE(state.len <= HandoverRecord::kMaxStates && total <= HandoverRecord::kMaxStates,
                HTTPD_ERR_LIMIT, HTTPD_ERR_LIMIT, "the states of a connection are beyond 1 KiB");
  if (mine == nullptr) mine = &record->states.emplace_back(module->name, std::string());
  mine->second = httpd::base::View(state);
  return HTTPD_OK;
}

httpd_str httpd_connection_import(const httpd_connection* connection,
                                  const httpd_module_handle* module) {
  HTTPD_REQUIRE_HANDLE(connection, httpd_str());
  HTTPD_REQUIRE_HANDLE(module, httpd_str());
  HTTPD_REQUIRE_LOOP_THREAD(httpd_str());
  const httpd::server::HandoverRecord* record = connection->handover;
  HTTPD_REQUIRE(record != nullptr && !record->exporting, httpd_str(), HTTPD_ERR_STATE,
                "states are imported in a HANDOVER_IMPORT hook");
  for (const auto& [name, state] : record->states) {
    if (name == module->name) return httpd::base::Str(state);
  }
  return {nullptr, 0};
}

}  // extern "C"
