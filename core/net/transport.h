// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/types.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>

namespace httpd::net {

// How bytes travel on a connection: plain sockets, or layers that modules put over them (layer.h).
// All calls are non-blocking and answer a byte count, 0 for end of file (Read only), kAgain, or
// kFailed after which the connection is of no use.
class Transport {
 public:
  static constexpr ssize_t kAgain = -1;
  static constexpr ssize_t kFailed = -2;

  virtual ssize_t Read(httpd_connection* connection, char* data, size_t size) const = 0;
  // `more`: the caller sends more right away, so a short packet may wait.
  virtual ssize_t Write(httpd_connection* connection, const iovec* pieces, int count,
                        bool more) const = 0;
  // From an open regular file; 0 means that the file is shorter than announced.
  virtual ssize_t SendFile(httpd_connection* connection, int file, int64_t offset,
                           size_t size) const = 0;
  // Tells the peer that nothing follows; reading goes on. 0 when that was said.
  virtual ssize_t ShutdownWrite(httpd_connection* connection) const = 0;
  virtual bool secure(const httpd_connection* connection) const = 0;

 protected:
  ~Transport() = default;
};

// The socket itself, without counting.
ssize_t ReadSocket(int fd, const iovec* pieces, int count);
ssize_t WriteSocket(int fd, const iovec* pieces, int count, bool more);
ssize_t SendFileToSocket(int fd, int file, int64_t offset, size_t size);

// The transport of plain TCP sockets.
const Transport& PlainTransport();

}  // namespace httpd::net
