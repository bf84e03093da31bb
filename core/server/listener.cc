// SPDX-License-Identifier: Apache-2.0
//
// Accepting connections. When the process has no descriptor left a connection is accepted with a
// reserved one and closed at once: it would otherwise wait, and wake the loop, for ever.

#include "server/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/connection.h"
#include "log/error_log.h"
#include "os/descriptors.h"
#include "server/generation_impl.h"
#include "server/opening.h"
#include "server/worker.h"

namespace httpd::server {
namespace {
constexpr int kBatch = 64;
constexpr int kSweep = 65536;

base::UniqueFd OpenReserve() { return base::UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }
}  // namespace

bool Listener::Start() {
  reserve_ = OpenReserve();
  begin_ = HasOpening(*worker_->generation) ? http::OpenWithOpening : http::OpenConnection;
  poll_.data = this;
  if (uv_poll_init(&worker_->loop, &poll_, slot_.fd) != 0) return false;
  open_ = true;
  return Watch();
}

bool Listener::Watch() {
  return uv_poll_start(&poll_, UV_READABLE, [](uv_poll_t* poll, int, int) {
           static_cast<Listener*>(poll->data)->Accept(kBatch);
         }) == 0;
}

void Listener::Pause() {
  if (open_) uv_poll_stop(&poll_);
}

void Listener::Resume() {
  if (open_) Watch();
}

void Listener::Close() {
  if (!open_) return;
  open_ = false;
  Accept(kSweep);
  uv_close(reinterpret_cast<uv_handle_t*>(&poll_), nullptr);
  // A draining worker may live long: while it held the socket, the kernel would go on accepting for
  // an address that nobody serves any more.
  ::close(slot_.fd);
}

void Listener::Accept(int limit) {
  while (limit-- > 0 && (!open_ || !worker_->full()) && AcceptOne()) {
  }
}

bool Listener::AcceptOne() {
  sockaddr_storage peer;
  socklen_t size = sizeof(peer);
  auto* address = reinterpret_cast<sockaddr*>(&peer);
  peer.ss_family = AF_UNSPEC;
  const int fd = os::Accept(slot_.fd, address, &size);
  if (fd < 0) {
    if (errno == EMFILE || errno == ENFILE) {
      ShedOne();
      return true;
    }
    return errno == ECONNABORTED || errno == EINTR;
  }
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  begin_(worker_, fd, address, slot_.address);
  return true;
}

void Listener::ShedOne() {
  reserve_.Reset();
  const int fd = ::accept(slot_.fd, nullptr, nullptr);
  if (fd >= 0) ::close(fd);
  reserve_ = OpenReserve();
  const uint64_t now = worker_->loop_now();
  if (last_report_ != 0 && now - last_report_ < 10000) return;
  last_report_ = now;
  log::Write(log::Level::kError, "core",
             "a connection was turned away: the worker has no file descriptor left [HS-15]; fix: "
             "raise the limit (ulimit -n) or lower KeepAliveTimeout");
}

}  // namespace httpd::server
