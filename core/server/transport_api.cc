// SPDX-License-Identifier: Apache-2.0
//
// httpd/transport.h: putting layers and prefaces on a connection, and what a layer calls below it.

#include <httpd/transport.h>

#include <memory>

#include "base/misuse.h"
#include "base/sized.h"
#include "net/extras.h"
#include "net/layer.h"
#include "server/blame_scope.h"
#include "server/opening.h"

using httpd::net::Extras;

namespace {

// Destroys the state of a layer that was not taken.
class StateOwner {
 public:
  StateOwner(const httpd_layer_table* raw, void* state) : state_(state) {
    httpd_layer_table known;
    size_t offset = 0;
    httpd::base::ReadSized(raw, &known, &offset);
    destroy_ = known.destroy;
  }
  ~StateOwner() {
    if (destroy_ != nullptr) destroy_(state_);
  }
  void* Release() {
    destroy_ = nullptr;
    return state_;
  }

 private:
  httpd_destroy destroy_ = nullptr;
  void* state_;
};

}  // namespace

extern "C" {

httpd_result httpd_connection_push_layer(httpd_connection* connection, const httpd_layer_table* raw,
                                         void* state) {
  StateOwner owner(raw, state);
  HTTPD_REQUIRE_HANDLE(connection, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  httpd_layer_table table;
  HTTPD_READ_SIZED(httpd_layer_table, raw, &table);
  HTTPD_REQUIRE((table.flags & ~HTTPD_LAYER_SECURE) == 0, HTTPD_ERR_UNSUPPORTED,
                HTTPD_ERR_UNSUPPORTED, "a flag is set that this core does not know");
  HTTPD_REQUIRE(table.name != nullptr && table.readv != nullptr && table.writev != nullptr,
                HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "the layer has no name, readv() or writev()");
  Extras* extras = connection->extras;
  HTTPD_REQUIRE(extras != nullptr && extras->opening != nullptr && extras->opening->choosing(),
                HTTPD_ERR_STATE, HTTPD_ERR_STATE, "not in CONNECTION_OPEN or a preface");
  auto layer = std::make_unique<httpd_layer>(connection);
  const httpd_str name = extras->pool.Copy(table.name);
  if (name.data == nullptr) return HTTPD_ERR_NO_MEMORY;
  layer->table = table;
  layer->table.name = name.data;
  layer->state = owner.Release();
  const httpd::server::BlameScope caller(connection->worker->slot);
  layer->slot = caller.module();
  layer->hook = caller.hook();
  layer->below = extras->top;
  extras->top->above = layer.get();
  extras->top = layer.release();
  return HTTPD_OK;
}

int64_t httpd_layer_readv(httpd_layer* below, const httpd_iovec* into, uint32_t count) {
  HTTPD_REQUIRE_HANDLE(below, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  HTTPD_REQUIRE(into != nullptr && count > 0, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "there is no room to read into");
  return httpd::net::LayerRead(below, into, count);
}

int64_t httpd_layer_writev(httpd_layer* below, const httpd_iovec* from, uint32_t count,
                           uint32_t flags) {
  HTTPD_REQUIRE_HANDLE(below, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  HTTPD_REQUIRE(from != nullptr || count == 0, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "`from` is NULL");
  return count == 0 ? 0 : httpd::net::LayerWrite(below, from, count, flags);
}

int64_t httpd_layer_sendfile(httpd_layer* below, int32_t fd, int64_t offset, uint64_t length) {
  HTTPD_REQUIRE_HANDLE(below, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  HTTPD_REQUIRE(fd >= 0 && offset >= 0, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "no descriptor, or an offset below 0");
  return length == 0 ? 0 : httpd::net::LayerSendFile(below, fd, offset, length);
}

httpd_result httpd_layer_shutdown(httpd_layer* below) {
  HTTPD_REQUIRE_HANDLE(below, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  return httpd::net::LayerShutdown(below);
}

httpd_connection* httpd_layer_connection(const httpd_layer* below) {
  HTTPD_REQUIRE_HANDLE(below, nullptr);
  return below->connection;
}

httpd_result httpd_connection_set_preface(httpd_connection* connection,
                                          const httpd_preface_options* raw) {
  HTTPD_REQUIRE_HANDLE(connection, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_LOOP_THREAD(HTTPD_ERR_THREAD);
  httpd_preface_options options;
  HTTPD_READ_SIZED(httpd_preface_options, raw, &options);
  HTTPD_REQUIRE(options.read != nullptr, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "the preface has no read()");
  HTTPD_REQUIRE(options.max_bytes > 0 && options.max_bytes <= httpd::server::Buffer::kSize,
                HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "max_bytes is not one of 1 to 16384");
  Extras* extras = connection->extras;
  HTTPD_REQUIRE(extras != nullptr && extras->opening != nullptr && extras->opening->choosing() &&
                    extras->opening->hooks_running(),
                HTTPD_ERR_STATE, HTTPD_ERR_STATE, "not in CONNECTION_OPEN");
  const httpd::server::BlameScope caller(connection->worker->slot);
  extras->prefaces.push_back({options, caller.module(), caller.hook()});
  return HTTPD_OK;
}

}  // extern "C"
