// SPDX-License-Identifier: Apache-2.0
// Packets and descriptors between processes: SOCK_SEQPACKET where the system has it, otherwise a
// stream in which each packet carries its length.
#include "os/packets.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include "os/descriptors.h"
#include "os/features.h"

namespace httpd::os {
namespace {

// Room for more descriptors than one is only there to be able to close them.
constexpr size_t kMaxDescriptors = 8;

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK; }

void TakeDescriptors(msghdr* message, base::UniqueFd* descriptor) {
  for (cmsghdr* c = CMSG_FIRSTHDR(message); c != nullptr; c = CMSG_NXTHDR(message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof fd);
      base::UniqueFd owned(fd);
#if !HTTPD_HAVE_ATOMIC_FLAGS
      CloseOnExec(fd);
#endif
      if (!*descriptor) *descriptor = std::move(owned);
    }
  }
}

// recvmsg(2) of up to `room` bytes. *cut: the packet was longer.
ssize_t Receive(int fd, char* data, size_t room, bool wait, bool* cut, base::UniqueFd* descriptor) {
  iovec piece = {data, room};
  alignas(cmsghdr) char control[CMSG_SPACE(kMaxDescriptors * sizeof(int))];
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  int flags = wait ? 0 : MSG_DONTWAIT;
#if HTTPD_HAVE_ATOMIC_FLAGS
  flags |= MSG_CMSG_CLOEXEC;
#endif
  ssize_t n;
  do {
    n = recvmsg(fd, &message, flags);
  } while (n < 0 && errno == EINTR);
  if (n >= 0) TakeDescriptors(&message, descriptor);
  *cut = n >= 0 && (message.msg_flags & MSG_TRUNC) != 0;
  return n;
}

// sendmsg(2) of all pieces; the number of bytes, or -1 with errno set.
ssize_t Send(int fd, iovec* pieces, size_t count, int descriptor, bool wait) {
  msghdr message{};
  message.msg_iov = pieces;
  message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(count);
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  if (descriptor >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* c = CMSG_FIRSTHDR(&message);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(c), &descriptor, sizeof descriptor);
  }
  ssize_t n;
  do {
    n = sendmsg(fd, &message, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
  } while (n < 0 && errno == EINTR);
  return n;
}

iovec Piece(std::string_view bytes) { return {const_cast<char*>(bytes.data()), bytes.size()}; }

}  // namespace

bool MakeDatagramPair(int fds[2]) {
  return MakeSocketPair(HTTPD_HAVE_SEQPACKET ? SOCK_SEQPACKET : SOCK_DGRAM, fds);
}

bool SendDatagram(int fd, std::string_view bytes, int descriptor) {
  iovec piece = Piece(bytes);
  return Send(fd, &piece, 1, descriptor, false) >= 0;
}

PacketRead ReadDatagram(int fd, char* data, size_t room, size_t* size, base::UniqueFd* descriptor) {
  bool cut = false;
  const ssize_t n = Receive(fd, data, room, false, &cut, descriptor);
  if (n < 0) return WouldBlock() ? PacketRead::kNothing : PacketRead::kEnd;
  *size = cut ? 0 : static_cast<size_t>(n);
  return n == 0 ? PacketRead::kEnd : PacketRead::kPacket;
}

#if HTTPD_HAVE_SEQPACKET

bool MakePacketPair(int fds[2]) { return MakeSocketPair(SOCK_SEQPACKET, fds); }

bool SendPacket(int fd, std::string_view head, std::string_view payload, int descriptor,
                bool wait) {
  iovec pieces[2] = {Piece(head), Piece(payload)};
  return Send(fd, pieces, payload.empty() ? 1 : 2, descriptor, wait) >= 0;
}

PacketRead PacketReader::Read(int fd, char* data, size_t room, bool wait, size_t* size,
                              base::UniqueFd* descriptor) {
  bool cut = false;
  const ssize_t n = Receive(fd, data, room, wait, &cut, descriptor);
  if (n < 0) return WouldBlock() ? PacketRead::kNothing : PacketRead::kEnd;
  *size = static_cast<size_t>(n);
  return n == 0 || cut ? PacketRead::kEnd : PacketRead::kPacket;
}

#else

namespace {

// How long a sender waits for a peer that stops reading within a packet. Only a full socket buffer
// brings it there; then the peer is as good as gone.
constexpr int kPatience = 1000;  // milliseconds

// The rest of a packet of which a part went out.
bool Finish(int fd, iovec* pieces, size_t count, size_t sent) {
  for (size_t i = 0; i < count; ++i) {
    const size_t skipped = std::min(sent, pieces[i].iov_len);
    sent -= skipped;
    std::string_view rest(static_cast<char*>(pieces[i].iov_base) + skipped,
                          pieces[i].iov_len - skipped);
    while (!rest.empty()) {
      iovec piece = Piece(rest);
      const ssize_t n = Send(fd, &piece, 1, -1, false);
      if (n > 0) rest.remove_prefix(static_cast<size_t>(n));
      if (n >= 0) continue;
      pollfd writable = {fd, POLLOUT, 0};
      if (!WouldBlock() || poll(&writable, 1, kPatience) == 0) {
        shutdown(fd, SHUT_RDWR);  // what follows would be read as the rest of this packet
        errno = EPIPE;
        return false;
      }
    }
  }
  return true;
}

}  // namespace

bool MakePacketPair(int fds[2]) { return MakeSocketPair(SOCK_STREAM, fds); }

bool SendPacket(int fd, std::string_view head, std::string_view payload, int descriptor,
                bool wait) {
  uint32_t length = static_cast<uint32_t>(head.size() + payload.size());
  if (length > kMaxPacketBytes) {
    errno = EMSGSIZE;
    return false;
  }
  iovec pieces[3] = {{&length, sizeof length}, Piece(head), Piece(payload)};
  const ssize_t n = Send(fd, pieces, 3, descriptor, wait);
  return n >= 0 && Finish(fd, pieces, 3, static_cast<size_t>(n));
}

PacketRead PacketReader::Read(int fd, char* data, size_t room, bool wait, size_t* size,
                              base::UniqueFd* descriptor) {
  uint32_t length = 0;
  for (;;) {
    size_t wanted = sizeof length;
    if (partial_.size() >= sizeof length) {
      std::memcpy(&length, partial_.data(), sizeof length);
      if (length == 0 || length > kMaxPacketBytes) return PacketRead::kEnd;
      wanted += length;
      if (partial_.size() == wanted) break;
    }
    // Never beyond this packet: the next one may bring a descriptor.
    char buffer[16 * 1024];
    bool cut = false;
    const ssize_t n = Receive(fd, buffer, std::min(sizeof buffer, wanted - partial_.size()), wait,
                              &cut, &attached_);
    if (n < 0 && WouldBlock()) return PacketRead::kNothing;
    if (n <= 0) return PacketRead::kEnd;
    partial_.append(buffer, static_cast<size_t>(n));
  }
  const std::string packet = std::exchange(partial_, std::string());
  *descriptor = std::move(attached_);
  attached_.Reset();
  if (length > room) return PacketRead::kEnd;
  std::memcpy(data, packet.data() + sizeof length, length);
  *size = length;
  return PacketRead::kPacket;
}

#endif

}  // namespace httpd::os
