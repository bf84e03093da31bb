// SPDX-License-Identifier: Apache-2.0
//
// Idle connections change the generation instead of being closed. Only what lies entirely in the
// kernel moves: a socket whose last request is answered. When the other end takes nothing, the
// connection stays and its next request is answered here, with Connection: close.

#include "server/handover.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "base/concat.h"
#include "http/connection.h"
#include "log/error_log.h"
#include "os/packets.h"
#include "server/generation_impl.h"
#include "server/handover_hooks.h"
#include "server/opening.h"
#include "server/worker.h"

namespace httpd::server {
namespace {
constexpr int kBatch = 16;  // of what has arrived, so that other workers get their share
constexpr int kSweep = 65536;

// Whether a module keeps something on the connection and would not know that it moves.
bool HasForeignContext(const httpd_connection* connection) {
  if (connection->contexts == nullptr) return false;
  const httpd_generation& generation = *connection->worker->generation;
  const auto exporters = generation.hooks.Of(HTTPD_HOOK_HANDOVER_EXPORT);
  for (size_t slot = 1; slot < generation.registry.size(); ++slot) {
    const bool exports = std::any_of(exporters.begin(), exporters.end(),
                                     [&](const auto& entry) { return entry.slot == slot; });
    if (connection->contexts[slot] != nullptr && !exports) return true;
  }
  return false;
}
}  // namespace

// ---- leaving ----

void Handover::SetOutbox(base::UniqueFd outbox) {
  CloseOutbox();
  outbox_ = std::move(outbox);
  if (worker_->draining) SendIdle();
}

void Handover::CloseOutbox() {
  if (outbox_poll_ != nullptr) {
    uv_poll_stop(outbox_poll_);
    uv_close(reinterpret_cast<uv_handle_t*>(outbox_poll_),
             [](uv_handle_t* handle) { delete reinterpret_cast<uv_poll_t*>(handle); });
    outbox_poll_ = nullptr;
  }
  outbox_.Reset();
}

void Handover::SendIdle() {
  if (!outbox_ || sending_) return;
  sending_ = true;
  Sent sent = Sent::kYes;
  for (httpd_connection* connection = worker_->first_connection(); connection != nullptr;) {
    httpd_connection* next = connection->next;
    sent = SendOne(connection);
    if (sent == Sent::kNoRoom || sent == Sent::kClosed) break;
    connection = next;
  }
  sending_ = false;
  if (sent == Sent::kClosed) CloseOutbox();
  if (sent == Sent::kNoRoom) AwaitRoom();
}

void Handover::AwaitRoom() {
  if (outbox_poll_ != nullptr) return;
  outbox_poll_ = new uv_poll_t;
  if (uv_poll_init(&worker_->loop, outbox_poll_, outbox_.get()) != 0) {
    delete outbox_poll_;
    outbox_poll_ = nullptr;
    return;
  }
  outbox_poll_->data = this;
  uv_poll_start(outbox_poll_, UV_WRITABLE, [](uv_poll_t* poll, int, int) {
    auto* self = static_cast<Handover*>(poll->data);
    uv_poll_stop(poll);
    uv_close(reinterpret_cast<uv_handle_t*>(poll),
             [](uv_handle_t* handle) { delete reinterpret_cast<uv_poll_t*>(handle); });
    self->outbox_poll_ = nullptr;
    self->SendIdle();
  });
}

Handover::Sent Handover::SendOne(httpd_connection* connection) {
  if (connection->stays || connection->closing || !connection->protocol->Movable() ||
      connection->transport != &net::PlainTransport()) {
    return Sent::kNotThis;
  }
  HandoverRecord record;
  if (HasForeignContext(connection) || !Export(connection, &record)) return Sent::kNotThis;
  const std::string bytes = record.Encode();
  if (bytes.size() > HandoverRecord::kMaxPacket) return Sent::kNotThis;
  const Sent sent = SendPacket(connection->fd, bytes);
  if (sent == Sent::kYes) connection->protocol->OnMoved();
  return sent;
}

bool Handover::Export(httpd_connection* connection, HandoverRecord* record) {
  net::ResolveLocal(connection);
  record->exporting = true;
  record->served = connection->protocol->served();
  record->client = connection->client();
  record->client_port = connection->client_port;
  record->local = connection->local();
  record->local_port = connection->local_port;
  connection->handover = record;
  const bool willing = RunHandoverHooks(connection, HTTPD_HOOK_HANDOVER_EXPORT);
  connection->handover = nullptr;
  if (!willing) connection->stays = true;
  return willing && !connection->closing;
}

Handover::Sent Handover::SendPacket(int fd, const std::string& bytes) {
  if (os::SendDatagram(outbox_.get(), bytes, fd)) return Sent::kYes;
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) return Sent::kNoRoom;
  // The other generation takes nothing any more, or too many descriptors are on their way.
  return Sent::kClosed;
}

// ---- arriving ----

bool Handover::Start() {
  if (inbox_ < 0) return true;
  inbox_poll_.data = this;
  if (uv_poll_init(&worker_->loop, &inbox_poll_, inbox_) != 0) return false;
  inbox_open_ = true;
  Resume();
  return true;
}

void Handover::Pause() {
  if (inbox_open_) uv_poll_stop(&inbox_poll_);
}

void Handover::Resume() {
  if (!inbox_open_) return;
  uv_poll_start(&inbox_poll_, UV_READABLE, [](uv_poll_t* poll, int, int) {
    static_cast<Handover*>(poll->data)->Take(kBatch);
  });
}

// The socket is shut before it is emptied: whoever sends to it from then on learns that nobody
// takes, and keeps the connection. So none can be stuck in between. All workers of a generation
// drain together; the first one shuts it for all of them.
void Handover::CloseInbox() {
  if (!inbox_open_) return;
  inbox_open_ = false;
  ::shutdown(inbox_, SHUT_RD);
  Take(kSweep);
  uv_poll_stop(&inbox_poll_);
  uv_close(reinterpret_cast<uv_handle_t*>(&inbox_poll_), nullptr);
  ::close(inbox_);
}

void Handover::Take(int limit) {
  while (limit-- > 0 && (!inbox_open_ || !worker_->full()) && TakeOne()) {
  }
}

bool Handover::TakeOne() {
  char bytes[HandoverRecord::kMaxPacket + 1];
  size_t size = 0;
  base::UniqueFd fd;
  const os::PacketRead got = os::ReadDatagram(inbox_, bytes, sizeof(bytes), &size, &fd);
  if (got == os::PacketRead::kNothing) return false;
  if (got == os::PacketRead::kEnd) {  // shut by another worker, or nobody can send any more
    if (inbox_open_) uv_poll_stop(&inbox_poll_);
    return false;
  }
  HandoverRecord record;
  const bool good = fd && size > 0 && HandoverRecord::Decode({bytes, size}, &record);
  if (good) {
    Import(std::move(fd), &record);
  } else {
    log::Write(log::Level::kWarn, "core",
               "a connection that another generation handed over cannot be taken, and is closed "
               "[HS-83]; fix: restart the server gracefully once more");
  }
  return true;
}

void Handover::Import(base::UniqueFd fd, HandoverRecord* record) {
  httpd_connection* connection = http::AdoptConnection(worker_, fd.Release(), *record);
  if (connection == nullptr) return;
  record->exporting = false;
  connection->handover = record;
  const bool willing = RunHandoverHooks(connection, HTTPD_HOOK_HANDOVER_IMPORT);
  connection->handover = nullptr;
  if (connection->closing) return;
  // What was imported is closed or exported one day, as what was opened.
  if (!willing) return connection->protocol->OnStop();
  CallCloseHooks(connection);
}

}  // namespace httpd::server
