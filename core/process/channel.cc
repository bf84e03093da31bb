// SPDX-License-Identifier: Apache-2.0
// Packets with descriptors between supervisor, generation and worker. The receiving side may be the
// supervisor, so nothing a sender puts into a packet is believed.
#include "process/channel.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstring>

#include "process/worker_channel.h"

namespace httpd::process {
namespace {

// Room for more descriptors than one is only there to be able to close them.
constexpr size_t kMaxDescriptors = 8;

void TakeDescriptors(msghdr* message, Packet* packet) {
  for (cmsghdr* c = CMSG_FIRSTHDR(message); c != nullptr; c = CMSG_NXTHDR(message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof fd);
      base::UniqueFd owned(fd);
      if (!packet->fd) packet->fd = std::move(owned);
    }
  }
}

}  // namespace

bool Channel::Pair(Channel* one, Channel* other) {
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0) return false;
  *one = Channel(base::UniqueFd(fds[0]));
  *other = Channel(base::UniqueFd(fds[1]));
  return true;
}

bool Channel::Send(uint32_t type, uint32_t value, std::string_view payload, int fd, Wait wait) {
  if (payload.size() > kMaxPayload) {
    errno = EMSGSIZE;
    return false;
  }
  WorkerMessage head{type, value};
  iovec parts[2] = {{&head, sizeof head}, {const_cast<char*>(payload.data()), payload.size()}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = payload.empty() ? 1 : 2;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  if (fd >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* c = CMSG_FIRSTHDR(&message);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(c), &fd, sizeof fd);
  }
  const int flags = MSG_NOSIGNAL | (wait == Wait::kNo ? MSG_DONTWAIT : 0);
  for (;;) {
    if (sendmsg(fd_.get(), &message, flags) >= 0) return true;
    if (errno != EINTR) return false;
  }
}

bool Channel::SendText(uint32_t type, std::string_view text) {
  while (!text.empty()) {
    if (!Send(type, 0, text.substr(0, kMaxPayload), -1, Wait::kYes)) return false;
    text.remove_prefix(text.size() < kMaxPayload ? text.size() : kMaxPayload);
  }
  return true;
}

Channel::Got Channel::Receive(Packet* packet, Wait wait) {
  *packet = Packet();
  WorkerMessage head{};
  // One byte more than is allowed, so that a packet that is too long is seen.
  char buffer[kMaxPayload + 1];
  iovec parts[2] = {{&head, sizeof head}, {buffer, sizeof buffer}};
  alignas(cmsghdr) char control[CMSG_SPACE(kMaxDescriptors * sizeof(int))];
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const int flags = MSG_CMSG_CLOEXEC | (wait == Wait::kNo ? MSG_DONTWAIT : 0);
  ssize_t n;
  do {
    n = recvmsg(fd_.get(), &message, flags);
  } while (n < 0 && errno == EINTR);
  if (n < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? Got::kNothing : Got::kEnd;
  TakeDescriptors(&message, packet);
  const auto size = static_cast<size_t>(n);
  if (size < sizeof head || size - sizeof head > kMaxPayload || (message.msg_flags & MSG_TRUNC)) {
    packet->fd.Reset();
    return Got::kEnd;
  }
  packet->type = head.type;
  packet->value = head.value;
  packet->payload.assign(buffer, size - sizeof head);
  return Got::kPacket;
}

}  // namespace httpd::process
