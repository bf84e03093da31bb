// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/types.h>
#include <netinet/in.h>
#include <uv.h>

#include <cstdint>
#include <string_view>

#include "net/timer_wheel.h"
#include "net/transport.h"

namespace httpd::server {
struct HandoverRecord;
struct HostSet;
}  // namespace httpd::server

namespace httpd::net {

// What speaks on a connection. Loop thread. After Close() was called on the connection none of
// these is called any more, and the object is destroyed by OnClosed().
class Protocol {
 public:
  virtual void OnReadable() = 0;
  virtual void OnWritable() = 0;
  virtual void OnDisconnect() = 0;  // the peer closed its side
  virtual void OnTimeout() = 0;     // the deadline passed
  virtual void OnStop() = 0;        // broken, or the worker leaves now: cut the connection
  virtual void OnClosed() = 0;      // delete this
  virtual void OnDrain() {}         // the worker accepts nothing more
  virtual void OnCloseAsked() = 0;  // finish what is under way, then close

  // Whether another process could go on with the socket: nothing is under way, nothing was read
  // ahead, nothing waits to be sent.
  virtual bool Movable() const { return false; }
  virtual uint32_t served() const { return 0; }  // requests answered so far
  virtual void OnMoved() {}  // another process has it: let go without a word to the client

 protected:
  ~Protocol() = default;
};

}  // namespace httpd::net

namespace httpd::net {
struct Extras;  // extras.h
}

// A transport connection, a part of the object that serves HTTP/1 on it (http/connection.h), also
// when another protocol is spoken.
struct httpd_connection {
  uv_poll_t poll;
  int fd = -1;
  int events = 0;  // what the loop watches
  bool closing = false;
  bool stays = false;  // a module does not let it go to the next generation
  bool moved = false;  // closed here because another process has it
  uint16_t client_port = 0;
  uint16_t local_port = 0;
  uint32_t listener = 0;  // index of the Listen address
  httpd_worker* worker = nullptr;
  const httpd::net::Transport* transport = nullptr;
  httpd::net::Protocol* protocol = nullptr;
  const httpd::server::HostSet* hosts = nullptr;      // null: the main server alone
  httpd::server::HandoverRecord* handover = nullptr;  // during its export or import
  httpd::net::TimerNode timer;
  httpd_connection* previous = nullptr;  // in the worker's list
  httpd_connection* next = nullptr;
  void** contexts = nullptr;  // by module slot, [0] notes; null until one was set
  uint8_t client_length = 0;
  uint8_t local_length = 0;
  uint64_t id = 0;
  uint64_t received = 0;
  uint64_t sent = 0;
  httpd::net::Extras* extras = nullptr;  // what few connections have; null: none of it
  char client_text[INET6_ADDRSTRLEN];
  char local_text[INET6_ADDRSTRLEN];

  std::string_view client() const { return {client_text, client_length}; }
  std::string_view local() const { return {local_text, local_length}; }
};

namespace httpd::net {

// Begins to watch an accepted socket. False when the loop refuses it; the socket is closed then.
bool Open(httpd_connection* connection, httpd_worker* worker, int fd, const sockaddr* peer,
          uint32_t listener);

// UV_READABLE | UV_WRITABLE | UV_DISCONNECT; a system call only when it changes.
void Watch(httpd_connection* connection, int events);

// As Open, for a socket that another generation's worker had; the addresses are the caller's to
// set.
bool Adopt(httpd_connection* connection, httpd_worker* worker, int fd);

// Milliseconds of the loop's clock.
void SetDeadline(httpd_connection* connection, uint64_t deadline);

void Close(httpd_connection* connection);

// Fills in the local address (one system call, once).
void ResolveLocal(httpd_connection* connection);

}  // namespace httpd::net
