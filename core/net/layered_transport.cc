// SPDX-License-Identifier: Apache-2.0
//
// The transport of connections with layers, or with bytes that were read before the protocol was
// known. A plain connection never comes here; one whose read-ahead is used up leaves for good.

#include <algorithm>
#include <cstring>

#include "net/extras.h"
#include "net/layer.h"
#include "net/ready.h"

namespace httpd::net {
namespace {

class Layered final : public Transport {
 public:
  ssize_t Read(httpd_connection* connection, char* data, size_t size) const override {
    Extras* extras = connection->extras;
    extras->read_wants_write = false;
    if (!extras->ahead.empty()) {
      const iovec piece = {data, size};
      const auto n = static_cast<ssize_t>(extras->ahead.Take(&piece, 1));
      LeaveWhenPlain(connection);
      return n;
    }
    const httpd_iovec piece = {data, size};
    const int64_t n = LayerRead(extras->top, &piece, 1);
    if (n >= 0) {
      LeaveWhenPlain(connection);
      return static_cast<ssize_t>(n);
    }
    if (n == HTTPD_ERR_IO) return kFailed;
    extras->starved = true;
    extras->read_wants_write = n == HTTPD_AGAIN_WRITE;
    return kAgain;
  }

  ssize_t Write(httpd_connection* connection, const iovec* pieces, int count,
                bool more) const override {
    httpd_iovec ours[kPieces];
    const int n = std::min(count, kPieces);
    for (int i = 0; i < n; ++i) ours[i] = {pieces[i].iov_base, pieces[i].iov_len};
    return Written(connection, LayerWrite(connection->extras->top, ours, static_cast<uint32_t>(n),
                                          more || n < count ? HTTPD_WRITE_MORE : 0));
  }

  ssize_t SendFile(httpd_connection* connection, int file, int64_t offset,
                   size_t size) const override {
    const int64_t n = LayerSendFile(connection->extras->top, file, offset, size);
    return n == 0 ? 0 : Written(connection, n);
  }

  ssize_t ShutdownWrite(httpd_connection* connection) const override {
    return Written(connection, LayerShutdown(connection->extras->top));
  }

  bool secure(const httpd_connection* connection) const override {
    for (const httpd_layer* layer = connection->extras->top; layer != nullptr;
         layer = layer->below) {
      if (layer->table.flags & HTTPD_LAYER_SECURE) return true;
    }
    return false;
  }

 private:
  static constexpr int kPieces = 64;

  static ssize_t Written(httpd_connection* connection, int64_t n) {
    connection->extras->write_wants_read = n == HTTPD_AGAIN_READ;
    if (n >= 0) return static_cast<ssize_t>(n);
    return n == HTTPD_ERR_IO ? kFailed : kAgain;
  }

  static void LeaveWhenPlain(httpd_connection* connection) {
    const Extras& extras = *connection->extras;
    if (!extras.has_layers() && extras.ahead.empty() && extras.raw.empty() &&
        extras.opening == nullptr) {
      BecomePlain(connection);
    }
  }
};

}  // namespace

const Transport& LayeredTransport() {
  static const Layered layered;
  return layered;
}

size_t ReadAhead::Take(const iovec* into, uint32_t count) {
  size_t taken = 0;
  for (uint32_t i = 0; i < count && !empty(); ++i) {
    const size_t n = std::min<size_t>(into[i].iov_len, end - begin);
    std::memcpy(into[i].iov_base, buffer.data + begin, n);
    begin += static_cast<uint32_t>(n);
    taken += n;
  }
  return taken;
}

bool ReadAhead::Prepare(httpd_worker* worker) {
  if (buffer.data == nullptr) {
    buffer = worker->NewBuffer();
    begin = end = 0;
  }
  if (begin > 0) {
    std::memmove(buffer.data, buffer.data + begin, end - begin);
    end -= begin;
    begin = 0;
  }
  return buffer.data != nullptr;
}

bool ReadAhead::Assign(httpd_worker* worker, std::string_view bytes) {
  Free(worker);
  if (bytes.empty()) return true;
  buffer = worker->NewBuffer(std::max(server::Buffer::kSize, static_cast<uint32_t>(bytes.size())));
  if (buffer.data == nullptr) return false;
  std::memcpy(buffer.data, bytes.data(), bytes.size());
  end = static_cast<uint32_t>(bytes.size());
  return true;
}

void ReadAhead::Free(httpd_worker* worker) {
  if (buffer.data != nullptr) worker->FreeBuffer(&buffer);
  begin = end = 0;
}

Extras* NeedExtras(httpd_connection* connection) {
  if (connection->extras == nullptr) connection->extras = new (std::nothrow) Extras(connection);
  return connection->extras;
}

bool Pending(const Extras& extras) {
  if (!extras.ahead.empty()) return true;
  if (extras.starved || extras.read_wants_write) return false;
  if (!extras.raw.empty()) return true;
  for (const httpd_layer* layer = extras.top; layer->below != nullptr; layer = layer->below) {
    if (LayerPending(layer) > 0) return true;
  }
  return false;
}

void Farewell(httpd_connection* connection) {
  const Extras* extras = connection->extras;
  if (extras == nullptr || !extras->has_layers() || extras->broken || connection->closing) return;
  LayerShutdown(extras->top);
}

}  // namespace httpd::net
