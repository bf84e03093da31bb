// SPDX-License-Identifier: Apache-2.0
//
// httpd/request.h and httpd/server.h: what modules see of a request and of what surrounds it.

#include <httpd/request.h>
#include <httpd/server.h>
#include <time.h>

#include "base/str.h"
#include "server/api_check.h"
#include "server/generation_impl.h"
#include "server/phases.h"
#include "server/request_extras.h"
#include "server/worker.h"

using httpd::base::Str;
using httpd::base::View;
using httpd::server::RequestState;

httpd_str httpd_request_method(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return Str(r->head->method_name.view(r->data));
}
int32_t httpd_request_is_head(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return r->is_head();
}
httpd_str httpd_request_line(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return Str(r->line);
}
uint32_t httpd_request_protocol(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return r->head->version;
}
httpd_str httpd_request_scheme(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return r->connection->transport->secure(r->connection) ? HTTPD_STR("https") : HTTPD_STR("http");
}

httpd_str httpd_request_authority(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  const httpd::http::TextRef& host = r->head->host;
  if (host.len == 0) return {"", 0};
  // The port stands right behind the host, in Host as in an absolute target.
  const char* begin = r->data + host.off;
  size_t size = host.len;
  if (r->head->port >= 0) {
    ++size;
    while (begin[size] >= '0' && begin[size] <= '9') ++size;
  }
  return {begin, size};
}

httpd_str httpd_request_path(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return Str(r->path);
}
httpd_str httpd_request_raw_path(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return Str(r->raw_path);
}
httpd_str httpd_request_query(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return Str(r->query);
}

httpd_str httpd_request_header(const httpd_request* r, httpd_str name) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  HTTPD_REQUIRE_TEXT(name, {});
  const int i = r->head->Find(View(name), r->data);
  return i < 0 ? httpd_str{nullptr, 0} : Str(r->head->fields[i].value(r->data));
}
uint32_t httpd_request_header_count(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return r->head->field_count;
}
httpd_result httpd_request_header_at(const httpd_request* r, uint32_t index, httpd_str* name,
                                     httpd_str* value) {
  HTTPD_CHECK_REQUEST(r);
  HTTPD_REQUIRE_ARGUMENT(name, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_ARGUMENT(value, HTTPD_ERR_INVALID);
  if (index >= r->head->field_count) return HTTPD_ERR_NOT_FOUND;
  *name = Str(r->head->fields[index].name(r->data));
  *value = Str(r->head->fields[index].value(r->data));
  return HTTPD_OK;
}

httpd_str httpd_request_client_address(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return Str(httpd::server::ClientOf(r));
}
uint16_t httpd_request_client_port(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return httpd::server::ClientPortOf(r);
}
httpd_str httpd_request_local_address(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  httpd::net::ResolveLocal(r->connection);
  return Str(r->connection->local());
}
uint16_t httpd_request_local_port(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  httpd::net::ResolveLocal(r->connection);
  return r->connection->local_port;
}

httpd_str httpd_request_user(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return Str(r->user);
}
httpd_result httpd_request_set_user(httpd_request* r, httpd_str user) {
  HTTPD_CHECK_REQUEST(r);
  HTTPD_REQUIRE_TEXT(user, HTTPD_ERR_INVALID);
  const httpd_str copy = r->pool.Copy(View(user));
  if (copy.data == nullptr) return HTTPD_ERR_NO_MEMORY;
  r->user = View(copy);
  return HTTPD_OK;
}

int64_t httpd_request_time(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return r->started;
}
int64_t httpd_request_duration(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  if (r->finished != 0) return r->finished - r->started;
  timespec now;
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * int64_t{1000000000} + now.tv_nsec - r->started;
}
uint32_t httpd_request_keepalive_count(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return r->keepalive_count;
}
httpd_pool* httpd_request_pool(httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return &r->pool;
}
httpd_server* httpd_request_server(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return r->server;
}
httpd_location* httpd_request_location(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return const_cast<httpd_location*>(r->location);
}
void* httpd_request_config(const httpd_request* r, const httpd_module_handle* module) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  HTTPD_REQUIRE_ARGUMENT(module, nullptr);
  return httpd_location_config(r->location, module);
}

httpd_str httpd_request_filename(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return Str(r->filename);
}
httpd_result httpd_request_set_filename(httpd_request* r, httpd_str filename) {
  HTTPD_CHECK_REQUEST(r);
  HTTPD_REQUIRE_TEXT(filename, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE(filename.len > 0 && filename.data[0] == '/', HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "the file name is not absolute");
  HTTPD_REQUIRE(r->file == nullptr, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "the path was mapped to a file before; TRANSLATE is the hook to do this in");
  const httpd_str copy = r->pool.Copy(View(filename));
  if (copy.data == nullptr) return HTTPD_ERR_NO_MEMORY;
  r->filename = View(copy);
  return HTTPD_OK;
}
httpd_str httpd_request_path_info(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return Str(r->path_info);
}
uint32_t httpd_request_file_kind(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return r->file_kind;
}
int64_t httpd_request_file_size(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return r->file == nullptr ? 0 : r->file->size;
}
int64_t httpd_request_file_mtime(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return r->file == nullptr ? 0 : r->file->mtime_ns;
}
uint32_t httpd_request_options(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return r->location->core->options.value;
}

httpd_result httpd_request_set_handler(httpd_request* r, httpd_str name) {
  HTTPD_CHECK_REQUEST(r);
  HTTPD_REQUIRE_TEXT(name, HTTPD_ERR_INVALID);
  const httpd_str copy = r->pool.Copy(View(name));
  if (copy.data == nullptr) return HTTPD_ERR_NO_MEMORY;
  r->handler_name = View(copy);
  return HTTPD_OK;
}
httpd_str httpd_request_handler(const httpd_request* r) {
  HTTPD_CHECK_REQUEST_VALUE(r);
  return Str(r->handler_name);
}

// ---- httpd/server.h ----

httpd_str httpd_server_name(const httpd_server* server) {
  HTTPD_REQUIRE_HANDLE(server, {});
  return Str(server->core->server_name.value);
}
httpd_server* httpd_generation_main_server(httpd_generation* g) {
  HTTPD_REQUIRE_HANDLE(g, {});
  return g->servers.servers.empty() ? nullptr : g->servers.servers.front().get();
}
uint32_t httpd_generation_server_count(const httpd_generation* g) {
  HTTPD_REQUIRE_HANDLE(g, {});
  return static_cast<uint32_t>(g->servers.servers.size());
}
httpd_server* httpd_generation_server(httpd_generation* g, uint32_t index) {
  HTTPD_REQUIRE_HANDLE(g, {});
  return index < g->servers.servers.size() ? g->servers.servers[index].get() : nullptr;
}
void* httpd_server_config(const httpd_server* server, const httpd_module_handle* module) {
  HTTPD_REQUIRE_HANDLE(server, {});
  HTTPD_REQUIRE_ARGUMENT(module, {});
  return module->slot < server->server_configs.size() ? server->server_configs[module->slot]
                                                      : nullptr;
}
void* httpd_location_config(const httpd_location* location, const httpd_module_handle* module) {
  HTTPD_REQUIRE_HANDLE(location, {});
  HTTPD_REQUIRE_ARGUMENT(module, {});
  return module->slot < location->slots ? location->configs[module->slot] : nullptr;
}
uint32_t httpd_generation_id(const httpd_generation* g) {
  HTTPD_REQUIRE_HANDLE(g, {});
  return g->input.id;
}
int32_t httpd_generation_is_check(const httpd_generation* g) {
  HTTPD_REQUIRE_HANDLE(g, {});
  return g->input.check;
}
httpd_pool* httpd_generation_pool(httpd_generation* g) {
  HTTPD_REQUIRE_HANDLE(g, {});
  return &g->pool;
}
uint32_t httpd_worker_index(const httpd_worker* worker) {
  HTTPD_REQUIRE_HANDLE(worker, {});
  return worker->number;
}
httpd_generation* httpd_worker_generation(httpd_worker* worker) {
  HTTPD_REQUIRE_HANDLE(worker, {});
  return worker->generation;
}
