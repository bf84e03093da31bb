// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/transport.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/pool.h"
#include "net/connection.h"
#include "net/layer.h"
#include "server/worker.h"

namespace httpd::server {
class ModuleProtocol;
class Opening;
struct ProtocolEntry;
}  // namespace httpd::server

namespace httpd::net {

// Bytes that were read before anybody wanted them.
struct ReadAhead {
  server::Buffer buffer;
  uint32_t begin = 0;
  uint32_t end = 0;

  bool empty() const { return begin == end; }
  std::string_view view() const { return {buffer.data + begin, end - begin}; }
  size_t Take(const iovec* into, uint32_t count);
  // Room for more behind `end`; false without memory.
  bool Prepare(httpd_worker* worker);
  bool Assign(httpd_worker* worker, std::string_view bytes);
  void Free(httpd_worker* worker);
};

struct Preface {
  httpd_preface_options options;
  uint16_t slot;  // of the module, for blame
  uint16_t hook;
};

// What few connections have. Made when first asked for.
struct Extras {
  explicit Extras(httpd_connection* owner) : bottom(owner), top(&bottom) {}

  httpd_pool pool{SIZE_MAX};
  httpd_layer bottom;  // the socket
  httpd_layer* top;
  std::vector<Preface> prefaces;
  ReadAhead raw;    // of the socket, for the layer over it
  ReadAhead ahead;  // of the uppermost layer, for the protocol
  int wanted = 0;   // what the protocol watches, where that is not what the loop watches

  Protocol* base = nullptr;  // the object that the connection is a part of; null: the protocol
  server::Opening* opening = nullptr;
  server::ModuleProtocol* module_protocol = nullptr;
  const server::ProtocolEntry* chosen = nullptr;     // by httpd_connection_set_protocol()
  const server::ProtocolEntry* take_over = nullptr;  // by httpd_request_take_over()
  bool leaving = false;                              // it comes next

  bool http1_chosen = false;
  bool hooked = false;    // CONNECTION_CLOSE is to be called
  bool begun = false;     // a request was, or may have been
  bool layered = false;   // reads and writes go through layers or read-ahead
  bool broken = false;    // the socket is of no use
  bool starved = false;   // a read found nothing; only the socket changes that
  bool in_ready = false;  // in the worker's ReadyList
  bool read_wants_write = false;
  bool write_wants_read = false;

  bool has_layers() const { return top != &bottom; }
};

// Null without memory.
Extras* NeedExtras(httpd_connection* connection);

// Has reads and writes go through the layers and the read-ahead from now on.
void BecomeLayered(httpd_connection* connection);
// The opposite, when there is neither.
void BecomePlain(httpd_connection* connection);

// Says farewell without waiting for anything: the connection ends where it should.
void Farewell(httpd_connection* connection);

// Whether a read may give something although the socket is silent.
bool Pending(const Extras& extras);

}  // namespace httpd::net
