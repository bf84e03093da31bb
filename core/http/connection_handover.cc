// SPDX-License-Identifier: Apache-2.0
//
// HTTP/1 connections that change the generation: when one may go, and how it goes on elsewhere.

#include <algorithm>
#include <cstring>

#include "http/connection.h"
#include "server/generation_impl.h"
#include "server/handover.h"
#include "server/opening.h"

namespace httpd::http {
namespace {

uint8_t CopyAddress(std::string_view address, char* text) {
  std::memcpy(text, address.data(), address.size());
  return static_cast<uint8_t>(address.size());
}

}  // namespace

// Bytes that the client has sent meanwhile do not matter: they are in the socket.
bool Connection::Movable() const {
  return state_ == State::kIdle && !processing_ && request_ == nullptr && begin_ == end_ &&
         pending_begin_ == pending_end_ && !read_eof_ && !disconnected_ &&
         transport_.transport == &net::PlainTransport();
}

void Connection::OnMoved() {
  transport_.moved = true;
  Cut();
}

bool Connection::Adopt(int fd, const server::HandoverRecord& record) {
  if (!net::Adopt(&transport_, worker_, fd)) return false;
  static_assert(server::HandoverRecord::kMaxAddress < sizeof(transport_.client_text));
  transport_.client_length = CopyAddress(record.client, transport_.client_text);
  transport_.client_port = record.client_port;
  transport_.local_length = CopyAddress(record.local, transport_.local_text);
  transport_.local_port = record.local_port;
  served_ = record.served;
  ChooseHosts();
  const server::CoreServer& server = limits();
  const uint32_t first = server.header_timeout.value;
  const uint64_t wait = served_ > 0 ? server.keep_alive_timeout.value
                        : first > 0 ? first
                                    : server.timeout.value;
  net::SetDeadline(&transport_, worker_->loop_now() + wait);
  return true;
}

httpd_connection* AdoptConnection(httpd_worker* worker, int fd,
                                  const server::HandoverRecord& record) {
  auto* connection = new Connection(worker);
  if (connection->Adopt(fd, record)) {
    server::CallCloseHooks(connection->transport());
    return connection->transport();
  }
  connection->OnClosed();
  return nullptr;
}

}  // namespace httpd::http
