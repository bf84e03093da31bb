// SPDX-License-Identifier: Apache-2.0
//
// httpd/context.h: what modules keep on the objects they meet. A look is one indexed load; objects
// on which nobody keeps anything have no array.

#include "server/context.h"

#include <httpd/context.h>

#include <cstring>

#include "server/api_check.h"
#include "server/context_check.h"
#include "server/generation_impl.h"
#include "server/request_extras.h"
#include "server/worker.h"

namespace httpd::server {

bool SetContext(void*** contexts, httpd_pool* pool, const module::Module* module, void* value) {
  if (*contexts == nullptr) {
    if (value == nullptr) return true;
    if (pool == nullptr) return false;
    const size_t size = module->generation->registry.size() * sizeof(void*);
    auto* made = static_cast<void**>(pool->Alloc(size));
    if (made == nullptr) return false;
    std::memset(made, 0, size);
    *contexts = made;
  }
  (*contexts)[module->slot] = value;
  return true;
}

RequestExtras* MakeExtras(Request* request) {
  if (RequestExtras* extras = Extras(request)) return extras;
  auto* extras = request->pool.New<RequestExtras>();
  if (extras == nullptr) return nullptr;
  const module::Module* core = request->worker->generation->registry.at(0);
  return SetContext(&request->contexts, &request->pool, core, extras) ? extras : nullptr;
}

}  // namespace httpd::server

using httpd::server::ContextOf;
using httpd::server::SetContext;

namespace {
httpd_result Answer(bool set) { return set ? HTTPD_OK : HTTPD_ERR_NO_MEMORY; }
}  // namespace

void* httpd_generation_context(const httpd_generation* generation,
                               const httpd_module_handle* module) {
  CHECK_VALUE(generation, module, generation);
  return ContextOf(generation->contexts, module->slot);
}

httpd_result httpd_generation_set_context(httpd_generation* generation,
                                          const httpd_module_handle* module, void* value) {
  CHECK_SET(generation, module, generation);
  return Answer(SetContext(&generation->contexts, &generation->pool, module, value));
}

void* httpd_server_context(const httpd_server* server, const httpd_module_handle* module) {
  CHECK_VALUE(server, module, server->generation);
  return ContextOf(server->contexts, module->slot);
}

httpd_result httpd_server_set_context(httpd_server* server, const httpd_module_handle* module,
                                      void* value) {
  CHECK_SET(server, module, server->generation);
  return Answer(SetContext(&server->contexts, &server->generation->pool, module, value));
}

void* httpd_location_context(const httpd_location* location, const httpd_module_handle* module) {
  CHECK_VALUE(location, module, location->generation);
  return ContextOf(location->contexts, module->slot);
}

httpd_result httpd_location_set_context(httpd_location* location, const httpd_module_handle* module,
                                        void* value) {
  CHECK_SET(location, module, location->generation);
  return Answer(SetContext(&location->contexts, location->pool, module, value));
}

void* httpd_worker_context(const httpd_worker* worker, const httpd_module_handle* module) {
  CHECK_VALUE(worker, module, worker->generation);
  return ContextOf(worker->contexts, module->slot);
}

httpd_result httpd_worker_set_context(httpd_worker* worker, const httpd_module_handle* module,
                                      void* value) {
  CHECK_SET(worker, module, worker->generation);
  return Answer(SetContext(&worker->contexts, &worker->pool, module, value));
}

void* httpd_request_context(const httpd_request* request, const httpd_module_handle* module) {
  HTTPD_CHECK_REQUEST_VALUE(request);
  REQUIRE_MODULE(module, request->worker->generation, nullptr, nullptr);
  return ContextOf(request->contexts, module->slot);
}

httpd_result httpd_request_set_context(httpd_request* request, const httpd_module_handle* module,
                                       void* value) {
  HTTPD_CHECK_REQUEST(request);
  REQUIRE_MODULE(module, request->worker->generation, HTTPD_ERR_INVALID, HTTPD_ERR_STALE);
  return Answer(SetContext(&request->contexts, &request->pool, module, value));
}
