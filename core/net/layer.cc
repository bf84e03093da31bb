// SPDX-License-Identifier: Apache-2.0
//
// Layers that modules put over a socket. Whatever a layer answers is checked here, so that what is
// above it sees bytes, an end, a wait or a failure, and nothing else.

#include "net/layer.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "base/concat.h"
#include "log/error_log.h"
#include "net/extras.h"
#include "server/blame_scope.h"
#include "server/generation_impl.h"

namespace httpd::net {
namespace {

constexpr size_t kFileBuffer = 16384;

std::string_view ModuleName(const httpd_layer* layer) {
  return layer->connection->worker->generation->registry.at(layer->slot)->name;
}

void LogLayer(const httpd_layer* layer, std::string_view text) {
  log::Write(log::Level::kError, ModuleName(layer), text);
}

// Calls into the module of a layer; `failed` is answered for an exception.
template <typename Result, typename Call>
Result CallLayer(const httpd_layer* layer, const char* what, Result failed, Call&& call) {
  server::BlameScope blame(layer->connection->worker->slot, layer->slot, layer->hook);
  try {
    return call();
  } catch (...) {
    LogLayer(layer, base::Concat("a C++ exception left ", what, "() of layer ", layer->table.name,
                                 " [HS-02]"));
    return failed;
  }
}

uint64_t TotalSize(const httpd_iovec* pieces, uint32_t count) {
  uint64_t total = 0;
  for (uint32_t i = 0; i < count; ++i) total += pieces[i].len;
  return total;
}

bool IsAgain(int64_t n) {
  return n == HTTPD_AGAIN || n == HTTPD_AGAIN_READ || n == HTTPD_AGAIN_WRITE;
}

// What a layer's function answered, or HTTPD_ERR_IO for what it may not answer.
int64_t Checked(const httpd_layer* layer, const char* what, int64_t n, uint64_t most) {
  if (IsAgain(n) || n == HTTPD_ERR_IO) return n;
  if (n >= 0 && static_cast<uint64_t>(n) <= most) return n;
  LogLayer(layer, base::Concat(what, "() of layer ", layer->table.name, " answered ", n, " for ",
                               most, " bytes; the connection is cut [HS-50]"));
  return HTTPD_ERR_IO;
}

// httpd_iovec and iovec have the same members in the same order, but nobody promises that.
constexpr uint32_t kMaxPieces = 64;
int ToSystem(const httpd_iovec* from, uint32_t count, iovec* to) {
  const uint32_t n = std::min(count, kMaxPieces);
  for (uint32_t i = 0; i < n; ++i) to[i] = {from[i].data, from[i].len};
  return static_cast<int>(n);
}

int64_t SocketAnswer(httpd_layer* layer, ssize_t n, int64_t again) {
  if (n == Transport::kAgain) return again;
  if (n >= 0) return n;
  layer->connection->extras->broken = true;
  return HTTPD_ERR_IO;
}

int64_t SocketRead(httpd_layer* layer, const httpd_iovec* into, uint32_t count) {
  httpd_connection* connection = layer->connection;
  iovec pieces[kMaxPieces];
  const int n = ToSystem(into, count, pieces);
  if (n == 0) return HTTPD_AGAIN_READ;
  ReadAhead& raw = connection->extras->raw;
  if (!raw.empty()) return static_cast<int64_t>(raw.Take(pieces, static_cast<uint32_t>(n)));
  if (connection->fd < 0) return HTTPD_ERR_IO;
  const ssize_t got = ReadSocket(connection->fd, pieces, n);
  if (got > 0) connection->received += static_cast<uint64_t>(got);
  return SocketAnswer(layer, got, HTTPD_AGAIN_READ);
}

int64_t SocketWrite(httpd_layer* layer, const httpd_iovec* from, uint32_t count, uint32_t flags) {
  httpd_connection* connection = layer->connection;
  iovec pieces[kMaxPieces];
  const int n = ToSystem(from, count, pieces);
  if (n == 0) return 0;
  if (connection->fd < 0) return HTTPD_ERR_IO;
  const ssize_t sent = WriteSocket(connection->fd, pieces, n, (flags & HTTPD_WRITE_MORE) != 0);
  if (sent > 0) connection->sent += static_cast<uint64_t>(sent);
  return SocketAnswer(layer, sent, HTTPD_AGAIN_WRITE);
}

// For layers that want the bytes themselves.
int64_t WriteFromFile(httpd_layer* layer, int32_t fd, int64_t offset, uint64_t length) {
  char buffer[kFileBuffer];
  const ssize_t n = ::pread(fd, buffer, std::min<uint64_t>(length, sizeof(buffer)), offset);
  if (n < 0) return HTTPD_ERR_IO;
  if (n == 0) return 0;  // shorter than announced
  const httpd_iovec piece = {buffer, static_cast<size_t>(n)};
  const uint32_t flags = static_cast<uint64_t>(n) < length ? HTTPD_WRITE_MORE : 0;
  const int64_t written = LayerWrite(layer, &piece, 1, flags);
  return written == 0 ? HTTPD_AGAIN_WRITE : written;
}

}  // namespace

int64_t LayerRead(httpd_layer* layer, const httpd_iovec* into, uint32_t count) {
  if (layer->below == nullptr) return SocketRead(layer, into, count);
  const int64_t n = CallLayer<int64_t>(layer, "readv", HTTPD_ERR_IO, [&] {
    return layer->table.readv(layer->below, into, count, layer->state);
  });
  return Checked(layer, "readv", n, TotalSize(into, count));
}

int64_t LayerWrite(httpd_layer* layer, const httpd_iovec* from, uint32_t count, uint32_t flags) {
  if (layer->below == nullptr) return SocketWrite(layer, from, count, flags);
  const int64_t n = CallLayer<int64_t>(layer, "writev", HTTPD_ERR_IO, [&] {
    return layer->table.writev(layer->below, from, count, flags, layer->state);
  });
  return Checked(layer, "writev", n, TotalSize(from, count));
}

int64_t LayerSendFile(httpd_layer* layer, int32_t fd, int64_t offset, uint64_t length) {
  if (layer->below == nullptr) {
    httpd_connection* connection = layer->connection;
    if (connection->fd < 0) return HTTPD_ERR_IO;
    const ssize_t sent = SendFileToSocket(connection->fd, fd, offset, length);
    if (sent > 0) connection->sent += static_cast<uint64_t>(sent);
    return SocketAnswer(layer, sent, HTTPD_AGAIN_WRITE);
  }
  if (layer->table.sendfile == nullptr) return WriteFromFile(layer, fd, offset, length);
  const int64_t n = CallLayer<int64_t>(layer, "sendfile", HTTPD_ERR_IO, [&] {
    return layer->table.sendfile(layer->below, fd, offset, length, layer->state);
  });
  return Checked(layer, "sendfile", n, length);
}

httpd_result LayerHandshake(httpd_layer* layer) {
  if (layer->below == nullptr || layer->table.handshake == nullptr) return HTTPD_OK;
  const httpd_result result = CallLayer<httpd_result>(layer, "handshake", HTTPD_ERR_IO, [&] {
    return layer->table.handshake(layer->below, layer->state);
  });
  return result == HTTPD_OK || IsAgain(result) ? result : HTTPD_ERR_IO;
}

httpd_result LayerShutdown(httpd_layer* layer) {
  for (; layer->below != nullptr; layer = layer->below) {
    if (layer->shut) continue;
    if (layer->ready && layer->table.shutdown != nullptr) {
      const httpd_result result = CallLayer<httpd_result>(layer, "shutdown", HTTPD_ERR_IO, [&] {
        return layer->table.shutdown(layer->below, layer->state);
      });
      if (result != HTTPD_OK) return IsAgain(result) ? result : HTTPD_ERR_IO;
    }
    layer->shut = true;
  }
  if (!layer->shut && layer->connection->fd >= 0) {
    layer->shut = true;
    ::shutdown(layer->connection->fd, SHUT_WR);
  }
  return HTTPD_OK;
}

uint64_t LayerPending(const httpd_layer* layer) {
  if (layer->table.pending == nullptr || !layer->ready) return 0;
  return CallLayer<uint64_t>(layer, "pending", 0,
                             [&] { return layer->table.pending(layer->state); });
}

httpd_str LayerFact(const httpd_layer* layer, uint32_t fact) {
  if (layer->table.fact == nullptr) return {nullptr, 0};
  return CallLayer<httpd_str>(layer, "fact", {nullptr, 0},
                              [&] { return layer->table.fact(fact, layer->state); });
}

void LayerDestroy(httpd_layer* layer) {
  if (layer->table.destroy == nullptr) return;
  CallLayer<int>(layer, "destroy", 0, [&] {
    layer->table.destroy(layer->state);
    return 0;
  });
}

}  // namespace httpd::net
