// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/transport.h>

#include <cstdint>

#include "net/transport.h"

// A layer over the socket of a connection, or the socket itself (`below` is null). Owned by the
// connection's Extras.
struct httpd_layer {
  explicit httpd_layer(httpd_connection* owner) : connection(owner) {}

  httpd_connection* connection;
  httpd_layer* below = nullptr;
  httpd_layer* above = nullptr;
  httpd_layer_table table = {};
  void* state = nullptr;
  uint16_t slot = 0;  // of the module, for blame
  uint16_t hook = 0;
  bool ready = false;  // its handshake is done
  bool shut = false;   // it has said farewell
};

namespace httpd::net {

// The calls of a layer, as httpd/transport.h has them: bytes, 0, HTTPD_AGAIN_* or HTTPD_ERR_IO.
int64_t LayerRead(httpd_layer* layer, const httpd_iovec* into, uint32_t count);
int64_t LayerWrite(httpd_layer* layer, const httpd_iovec* from, uint32_t count, uint32_t flags);
int64_t LayerSendFile(httpd_layer* layer, int32_t fd, int64_t offset, uint64_t length);
httpd_result LayerHandshake(httpd_layer* layer);
// Of this layer and all below it that have not said it.
httpd_result LayerShutdown(httpd_layer* layer);
uint64_t LayerPending(const httpd_layer* layer);
httpd_str LayerFact(const httpd_layer* layer, uint32_t fact);
void LayerDestroy(httpd_layer* layer);

// Connections with layers or read-ahead.
const Transport& LayeredTransport();

}  // namespace httpd::net
