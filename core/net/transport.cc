// SPDX-License-Identifier: Apache-2.0
//
// Plain TCP. One system call per function and nothing else, since this is most of what a request
// costs.

#include "net/transport.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "net/connection.h"
#include "os/features.h"

#if HTTPD_HAVE_SENDFILE
#include <sys/sendfile.h>
#endif

namespace httpd::net {
namespace {

ssize_t Answer(ssize_t n) {
  if (n >= 0) return n;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? Transport::kAgain
                                                                   : Transport::kFailed;
}

class Plain final : public Transport {
 public:
  ssize_t Read(httpd_connection* connection, char* data, size_t size) const override {
    const ssize_t n = Answer(::recv(connection->fd, data, size, 0));
    if (n > 0) connection->received += static_cast<uint64_t>(n);
    return n;
  }

  ssize_t Write(httpd_connection* connection, const iovec* pieces, int count,
                bool more) const override {
    const ssize_t n = WriteSocket(connection->fd, pieces, count, more);
    if (n > 0) connection->sent += static_cast<uint64_t>(n);
    return n;
  }

  ssize_t SendFile(httpd_connection* connection, int file, int64_t offset,
                   size_t size) const override {
    const ssize_t n = SendFileToSocket(connection->fd, file, offset, size);
    if (n > 0) connection->sent += static_cast<uint64_t>(n);
    return n;
  }

  ssize_t ShutdownWrite(httpd_connection* connection) const override {
    ::shutdown(connection->fd, SHUT_WR);
    return 0;
  }
  bool secure(const httpd_connection*) const override { return false; }
};

}  // namespace

ssize_t ReadSocket(int fd, const iovec* pieces, int count) {
  if (count == 1) return Answer(::recv(fd, pieces->iov_base, pieces->iov_len, 0));
  return Answer(::readv(fd, pieces, count));
}

ssize_t WriteSocket(int fd, const iovec* pieces, int count, bool more) {
  int flags = MSG_NOSIGNAL;
#ifdef MSG_MORE
  if (more) flags |= MSG_MORE;
#endif
  if (count == 1) return Answer(::send(fd, pieces->iov_base, pieces->iov_len, flags));
  msghdr message = {};
  message.msg_iov = const_cast<iovec*>(pieces);
  message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(count);
  return Answer(::sendmsg(fd, &message, flags));
}

ssize_t SendFileToSocket(int fd, int file, int64_t offset, size_t size) {
#if HTTPD_HAVE_SENDFILE
  off_t at = offset;
  return Answer(::sendfile(fd, file, &at, size));
#else
  char buffer[16384];
  const ssize_t n = ::pread(file, buffer, std::min(size, sizeof(buffer)), offset);
  if (n < 0) return Transport::kFailed;
  if (n == 0) return 0;
  iovec piece = {buffer, static_cast<size_t>(n)};
  return WriteSocket(fd, &piece, 1, false);
#endif
}

const Transport& PlainTransport() {
  static const Plain plain;
  return plain;
}

}  // namespace httpd::net
