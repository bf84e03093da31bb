// SPDX-License-Identifier: Apache-2.0
//
// A protocol of a module in the place where HTTP/1 is on other connections. Nothing of a connection
// is freed while the module's code runs on it: closing waits for the outermost call.

#include "server/module_protocol.h"

#include <algorithm>

#include "base/concat.h"
#include "log/error_log.h"
#include "net/extras.h"
#include "server/generation_impl.h"
#include "server/lifecycle.h"
#include "server/opening.h"
#include "server/protocol_stream.h"

namespace httpd::server {

ModuleProtocol* ProtocolOf(const httpd_connection* connection) {
  return connection->extras == nullptr ? nullptr : connection->extras->module_protocol;
}

void ModuleProtocol::Start() {
  httpd_worker* worker = connection_->worker;
  const httpd_generation& generation = *worker->generation;
  const CoreServer& server =
      connection_->hosts == nullptr ? generation.main_core() : *connection_->hosts->fallback->core;
  net::SetDeadline(connection_, worker->loop_now() + server.timeout.value);
  worker->UpdateClock();
  Call("open", [&] {
    const httpd_result result = table().open(connection_, &state_, table().user);
    opened_ = result == HTTPD_OK;
    if (opened_) return;
    log::Write(log::Level::kInfo, generation.registry.at(entry_->slot)->name,
               base::Concat("[client ", connection_->client(), ":", connection_->client_port,
                            "] protocol ", entry_->name, " answered ", result,
                            " to open(): connection closed [HS-51]"));
    open_failed_ = true;
  });
  if (worker->draining && !closing()) OnDrain();
}

void ModuleProtocol::Threw(const char* what) {
  log::Write(log::Level::kError, connection_->worker->generation->registry.at(entry_->slot)->name,
             base::Concat("a C++ exception left ", what, "() of protocol ", entry_->name,
                          "; the connection is closed [HS-02]"));
  broken_ = true;
}

void ModuleProtocol::OnReadable() {
  if (closing()) return;
  connection_->worker->UpdateClock();
  Call("readable", [&] { table().readable(connection_, state_); });
}

void ModuleProtocol::OnWritable() {
  if (closing()) return;
  connection_->worker->UpdateClock();
  if (shutdown_due_ && Shutdown() != HTTPD_OK) return Settle();
  if ((watched_ & HTTPD_IO_WRITE) == 0 || table().writable == nullptr) return Settle();
  Call("writable", [&] { table().writable(connection_, state_); });
}

void ModuleProtocol::OnTimeout() {
  if (closing()) return;
  if (table().timeout == nullptr) return Close();
  connection_->worker->UpdateClock();
  Call("timeout", [&] { table().timeout(connection_, state_); });
}

// Broken, or the worker leaves now.
void ModuleProtocol::OnStop() {
  if (closing()) return;
  if (!connection_->worker->stopping) broken_ = true;
  if (!broken_) {
    ++depth_;  // nothing is closed in between
    AbortStreams(true);
    --depth_;
  }
  Close();
}

void ModuleProtocol::OnDrain() {
  if (closing() || drained_) return;
  drained_ = true;
  if (table().drain == nullptr) {
    close_asked_ = true;
    if (depth_ == 0) Settle();
    return;
  }
  connection_->worker->UpdateClock();
  Call("drain", [&] { table().drain(connection_, state_); });
}

// The protocol itself says when it is done; anybody else asks it to come to an end.
void ModuleProtocol::OnCloseAsked() {
  const uint16_t caller = connection_->worker->slot->module.load(std::memory_order_relaxed);
  if (caller != entry_->slot && table().drain != nullptr) return OnDrain();
  close_asked_ = true;
  if (depth_ == 0) Settle();
}

void ModuleProtocol::Settle() {
  if (closing()) return;
  if (broken_ || open_failed_ || (close_asked_ && streams_ == nullptr)) return Close();
  int events = 0;
  if ((watched_ & HTTPD_IO_READ) && !read_eof_) events |= UV_READABLE;
  if ((watched_ & HTTPD_IO_WRITE) || shutdown_due_) events |= UV_WRITABLE;
  net::Watch(connection_, events);
}

void ModuleProtocol::Close() {
  if (closing_) return;
  closing_ = true;
  ++depth_;
  AbortStreams(false);
  --depth_;
  if (!broken_) net::Farewell(connection_);
  net::Close(connection_);
}

// `reset`: the protocol is told of each, so that it can tell the client.
void ModuleProtocol::AbortStreams(bool reset) {
  while (streams_ != nullptr) {
    if (reset) {
      streams_->Reset(HTTPD_ERR_CANCELLED);
    } else {
      streams_->Abort();
    }
  }
}

void ModuleProtocol::OnClosed() {
  closing_ = true;
  if (opened_ && table().closed != nullptr) {
    Call("closed", [&] { table().closed(connection_, state_); });
  }
  connection_->extras->module_protocol = nullptr;
  delete this;
}

void ModuleProtocol::Link(ProtocolStream* stream) {
  stream->next = streams_;
  if (streams_ != nullptr) streams_->previous = stream;
  streams_ = stream;
}

void ModuleProtocol::Unlink(ProtocolStream* stream) {
  (stream->previous == nullptr ? streams_ : stream->previous->next) = stream->next;
  if (stream->next != nullptr) stream->next->previous = stream->previous;
  stream->previous = stream->next = nullptr;
}

int64_t ModuleProtocol::Read(char* to, size_t size) {
  if (closing()) return HTTPD_ERR_IO;
  if (read_eof_) return 0;
  const ssize_t n = connection_->transport->Read(connection_, to, size);
  if (n > 0) return n;
  if (n == net::Transport::kAgain) return HTTPD_AGAIN;
  read_eof_ = true;
  if (n == 0) return 0;
  broken_ = true;
  return HTTPD_ERR_IO;
}

int64_t ModuleProtocol::Write(const httpd_str* pieces, uint32_t count) {
  constexpr uint32_t kMost = 64;
  if (closing()) return HTTPD_ERR_IO;
  iovec system[kMost];
  int n = 0;
  for (uint32_t i = 0; i < count && n < static_cast<int>(kMost); ++i) {
    if (pieces[i].len > 0) system[n++] = {const_cast<char*>(pieces[i].data), pieces[i].len};
  }
  if (n == 0) return 0;
  const ssize_t sent = connection_->transport->Write(connection_, system, n, count > kMost);
  if (sent >= 0) return sent;
  if (sent == net::Transport::kAgain) return HTTPD_AGAIN;
  broken_ = true;
  return HTTPD_ERR_IO;
}

int64_t ModuleProtocol::WriteFile(int32_t fd, int64_t offset, uint64_t length) {
  if (closing()) return HTTPD_ERR_IO;
  const ssize_t sent =
      connection_->transport->SendFile(connection_, fd, offset, static_cast<size_t>(length));
  if (sent > 0) return sent;
  if (sent == net::Transport::kAgain) return HTTPD_AGAIN;
  if (sent == net::Transport::kFailed) broken_ = true;
  return HTTPD_ERR_IO;  // also for a file that is shorter
}

void ModuleProtocol::WatchFor(uint32_t events) {
  watched_ = events;
  if (depth_ == 0) Settle();
}

void ModuleProtocol::SetTimeout(uint64_t ms) {
  const uint64_t now = connection_->worker->loop_now();
  net::SetDeadline(connection_, ms == 0 || ms > UINT64_MAX - now ? UINT64_MAX : now + ms);
}

httpd_result ModuleProtocol::Shutdown() {
  if (closing()) return HTTPD_ERR_STATE;
  const ssize_t n = connection_->transport->ShutdownWrite(connection_);
  shutdown_due_ = n == net::Transport::kAgain;
  if (n == net::Transport::kFailed) broken_ = true;
  if (shutdown_due_ && depth_ == 0) Settle();
  return n == net::Transport::kFailed ? HTTPD_ERR_IO : HTTPD_OK;
}

}  // namespace httpd::server
