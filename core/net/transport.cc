// SPDX-License-Identifier: Apache-2.0
//
// Plain TCP. One system call per function and nothing else, since this is most of what a request
// costs.

#include "net/transport.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#ifdef __linux__
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
  ssize_t Read(int fd, char* data, size_t size) const override {
    return Answer(::recv(fd, data, size, 0));
  }

  ssize_t Write(int fd, const iovec* pieces, int count, bool more) const override {
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

  ssize_t SendFile(int fd, int file, int64_t offset, size_t size) const override {
#ifdef __linux__
    off_t at = offset;
    return Answer(::sendfile(fd, file, &at, size));
#else
    char buffer[16384];
    const ssize_t n = ::pread(file, buffer, std::min(size, sizeof(buffer)), offset);
    if (n < 0) return kFailed;
    if (n == 0) return 0;
    iovec piece = {buffer, static_cast<size_t>(n)};
    return Write(fd, &piece, 1, false);
#endif
  }

  void ShutdownWrite(int fd) const override { ::shutdown(fd, SHUT_WR); }
  bool secure() const override { return false; }
};

}  // namespace

const Transport& PlainTransport() {
  static const Plain plain;
  return plain;
}

}  // namespace httpd::net
