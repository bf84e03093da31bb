// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>

namespace httpd::net {

// How bytes travel on a connection. Plain sockets are one transport; TLS is another one that a
// module brings. All calls are non-blocking and answer a byte count, 0 for end of file (Read only),
// kAgain, or kFailed after which the connection is of no use.
class Transport {
 public:
  static constexpr ssize_t kAgain = -1;
  static constexpr ssize_t kFailed = -2;

  virtual ssize_t Read(int fd, char* data, size_t size) const = 0;
  // `more`: the caller sends more right away, so a short packet may wait.
  virtual ssize_t Write(int fd, const iovec* pieces, int count, bool more) const = 0;
  // From an open regular file; 0 means that the file is shorter than announced.
  virtual ssize_t SendFile(int fd, int file, int64_t offset, size_t size) const = 0;
  // Tells the peer that nothing follows; reading goes on.
  virtual void ShutdownWrite(int fd) const = 0;
  virtual bool secure() const = 0;

 protected:
  ~Transport() = default;
};

// The transport of plain TCP sockets.
const Transport& PlainTransport();

}  // namespace httpd::net
