// SPDX-License-Identifier: Apache-2.0
//
// The functions of <httpd/server.h> about servers, generations and workers that only read, and the
// one that puts a module's section over a request.

#include <httpd/server.h>

#include "base/str.h"
#include "server/api_check.h"
#include "server/generation_impl.h"
#include "server/worker.h"

using httpd::base::Str;

namespace {

// The request stands at a hook from MAP_STORAGE to FIXUP: its settings are known, and used up
// later.
bool SettingsMayChange(const httpd_request* request) {
  using httpd::server::RequestState;
  if (request->state != RequestState::kRunning && request->state != RequestState::kSuspended) {
    return false;
  }
  const httpd::server::Program& program = request->worker->generation->program;
  if (request->flags.error_response || request->pc >= program.steps.size()) return false;
  const uint16_t hook = program.steps[request->pc].hook;
  return hook >= HTTPD_HOOK_MAP_STORAGE && hook <= HTTPD_HOOK_FIXUP;
}

}  // namespace

httpd_result httpd_request_enter_section(httpd_request* request, const httpd_section* section) {
  HTTPD_CHECK_REQUEST(request);
  HTTPD_REQUIRE_HANDLE(section, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE(section->generation == request->worker->generation, HTTPD_ERR_STALE,
                HTTPD_ERR_STALE, "the section is of another generation");
  HTTPD_REQUIRE(SettingsMayChange(request), HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "sections are entered from MAP_STORAGE to FIXUP");
  const httpd_location* inner =
      httpd::server::LocationTree::EnterWhereItIs(request->location, section);
  if (inner == nullptr) return HTTPD_ERR_NO_MEMORY;
  request->location = inner;
  return HTTPD_OK;
}

uint16_t httpd_server_port(const httpd_server* server) {
  HTTPD_REQUIRE_HANDLE(server, 0);
  if (server->core->server_port.value != 0) return server->core->server_port.value;
  return server->addresses.empty() ? 0 : server->addresses.front().port;
}

httpd_str httpd_generation_server_root(const httpd_generation* generation) {
  HTTPD_REQUIRE_HANDLE(generation, {});
  return Str(generation->input.early->server_root.value);
}

httpd_str httpd_core_version(void) { return HTTPD_STR(HTTPD_VERSION); }

uint32_t httpd_generation_worker_count(const httpd_generation* generation) {
  HTTPD_REQUIRE_HANDLE(generation, 0);
  return generation->input.workers;
}

httpd_pool* httpd_worker_pool(httpd_worker* worker) {
  HTTPD_REQUIRE_HANDLE(worker, nullptr);
  HTTPD_REQUIRE_LOOP_THREAD(nullptr);
  return &worker->pool;
}

int32_t httpd_worker_is_draining(const httpd_worker* worker) {
  HTTPD_REQUIRE_HANDLE(worker, 0);
  HTTPD_REQUIRE_LOOP_THREAD(0);
  return worker->draining ? 1 : 0;
}

httpd_str httpd_generation_tracked_file(const httpd_generation* generation, uint32_t index) {
  HTTPD_REQUIRE_HANDLE(generation, {});
  const auto& files = generation->servers.tracked;
  return index < files.size() ? Str(files[index]) : httpd_str{nullptr, 0};
}
