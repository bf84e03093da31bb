// SPDX-License-Identifier: Apache-2.0
//
// An accepted socket in the worker's loop. What to watch changes rarely: a kept-alive connection is
// watched for reading from its first to its last request.

#include "net/connection.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "net/extras.h"
#include "net/ready.h"
#include "server/opening.h"
#include "server/worker.h"

namespace httpd::net {
namespace {

// In `events` of a connection with layers: what the loop watches then is decided anew each time, so
// the value must never equal what a protocol asks for.
constexpr int kLayeredEvents = 1 << 16;

// Numeric address and port; an IPv4 address that came over an IPv6 socket is shown as IPv4.
uint8_t FormatAddress(const sockaddr* address, char* text, uint16_t* port) {
  const void* bytes = nullptr;
  int family = address->sa_family;
  if (family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
    bytes = &v4->sin_addr;
    *port = ntohs(v4->sin_port);
  } else if (family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
    bytes = &v6->sin6_addr;
    *port = ntohs(v6->sin6_port);
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
      bytes = v6->sin6_addr.s6_addr + 12;
      family = AF_INET;
    }
  }
  if (bytes == nullptr || ::inet_ntop(family, bytes, text, INET6_ADDRSTRLEN) == nullptr) {
    std::memcpy(text, "-", 2);
  }
  return static_cast<uint8_t>(std::strlen(text));
}

void OnPoll(uv_poll_t* poll, int status, int events) {
  auto* connection = static_cast<httpd_connection*>(poll->data);
  Protocol* protocol = connection->protocol;
  if (status < 0) {
    // EPOLLERR, most often a reset; libuv has stopped watching.
    connection->events = 0;
    return protocol->OnStop();
  }
  if (events & UV_WRITABLE) protocol->OnWritable();
  if ((events & UV_READABLE) && !connection->closing) protocol->OnReadable();
  if ((events & UV_DISCONNECT) && !connection->closing) connection->protocol->OnDisconnect();
}

// A layer may want to read in order to write, and the other way round.
void OnLayeredPoll(uv_poll_t* poll, int status, int events) {
  auto* connection = static_cast<httpd_connection*>(poll->data);
  Extras* extras = connection->extras;
  extras->starved = false;
  if (status < 0) {
    extras->broken = true;
    return connection->protocol->OnStop();
  }
  const bool readable = (events & UV_READABLE) != 0;
  const bool writable = (events & UV_WRITABLE) != 0;
  const bool may_read = extras->read_wants_write ? writable : readable;
  const bool may_write = extras->write_wants_read ? readable : writable;
  if (may_write && (extras->wanted & UV_WRITABLE)) connection->protocol->OnWritable();
  if (may_read && !connection->closing && (extras->wanted & UV_READABLE)) {
    connection->protocol->OnReadable();
  }
  if ((events & UV_DISCONNECT) && !connection->closing) connection->protocol->OnDisconnect();
}

void WatchLayered(httpd_connection* connection, int wanted) {
  Extras* extras = connection->extras;
  extras->wanted = wanted;
  int events = wanted & UV_DISCONNECT;
  if (wanted & UV_READABLE) events |= extras->read_wants_write ? UV_WRITABLE : UV_READABLE;
  if (wanted & UV_WRITABLE) events |= extras->write_wants_read ? UV_READABLE : UV_WRITABLE;
  if (extras->broken) events = 0;
  const int before = connection->events;
  connection->events = events | kLayeredEvents;
  if (before != connection->events) {
    if (events == 0) {
      uv_poll_stop(&connection->poll);
    } else {
      uv_poll_start(&connection->poll, events, OnLayeredPoll);
    }
  }
  if ((wanted & UV_READABLE) && Pending(*extras)) ReadyList::Add(connection);
}

}  // namespace

bool Open(httpd_connection* connection, httpd_worker* worker, int fd, const sockaddr* peer,
          uint32_t listener) {
  connection->worker = worker;
  connection->id = ++worker->connection_ids;
  connection->fd = fd;
  connection->listener = listener;
  connection->transport = &PlainTransport();
  connection->client_length =
      FormatAddress(peer, connection->client_text, &connection->client_port);
  connection->poll.data = connection;
  if (uv_poll_init(&worker->loop, &connection->poll, fd) != 0) {
    ::close(fd);
    return false;
  }
  worker->Added(connection);
  Watch(connection, UV_READABLE);
  return true;
}

bool Adopt(httpd_connection* connection, httpd_worker* worker, int fd) {
  connection->worker = worker;
  connection->id = ++worker->connection_ids;
  connection->fd = fd;
  connection->transport = &PlainTransport();
  connection->poll.data = connection;
  if (uv_poll_init(&worker->loop, &connection->poll, fd) != 0) {
    ::close(fd);
    return false;
  }
  worker->Added(connection, false);
  Watch(connection, UV_READABLE);
  return true;
}

void Watch(httpd_connection* connection, int events) {
  if (connection->closing || events == connection->events) return;
  if (connection->events & kLayeredEvents) return WatchLayered(connection, events);
  connection->events = events;
  if (events == 0) {
    uv_poll_stop(&connection->poll);
  } else {
    uv_poll_start(&connection->poll, events, OnPoll);
  }
}

void BecomeLayered(httpd_connection* connection) {
  Extras* extras = connection->extras;
  extras->layered = true;
  connection->transport = &LayeredTransport();
  const int events = connection->events;
  uv_poll_stop(&connection->poll);
  connection->events = kLayeredEvents;
  WatchLayered(connection, events);
}

void BecomePlain(httpd_connection* connection) {
  Extras* extras = connection->extras;
  ReadyList::Remove(connection);
  extras->raw.Free(connection->worker);
  extras->ahead.Free(connection->worker);
  extras->layered = extras->starved = false;
  connection->transport = &PlainTransport();
  uv_poll_stop(&connection->poll);
  connection->events = 0;
  Watch(connection, extras->wanted);
}

void SetDeadline(httpd_connection* connection, uint64_t deadline) {
  if (connection->closing) return;  // the wheel must not know what is about to be deleted
  connection->worker->wheel.Set(&connection->timer, deadline);
}

void Close(httpd_connection* connection) {
  if (connection->closing) return;
  connection->closing = true;
  connection->worker->wheel.Remove(&connection->timer);
  if (connection->extras != nullptr) {
    ReadyList::Remove(connection);
    ResolveLocal(connection);  // CONNECTION_CLOSE may ask, when there is no socket any more
  }
  uv_poll_stop(&connection->poll);
  ::close(connection->fd);
  connection->fd = -1;
  uv_close(reinterpret_cast<uv_handle_t*>(&connection->poll), [](uv_handle_t* handle) {
    auto* closed = static_cast<httpd_connection*>(handle->data);
    httpd_worker* owner = closed->worker;
    // Counted until here, so that the worker does not end before the last of them is gone.
    owner->Removed(closed);
    if (closed->extras != nullptr) {
      server::Release(closed);
    } else {
      closed->protocol->OnClosed();
    }
    owner->FinishIfIdle();
  });
}

void ResolveLocal(httpd_connection* connection) {
  if (connection->local_length != 0) return;
  sockaddr_storage address = {};
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::getsockname(connection->fd, generic, &size) != 0) address.ss_family = AF_UNSPEC;
  connection->local_length =
      FormatAddress(generic, connection->local_text, &connection->local_port);
}

}  // namespace httpd::net
