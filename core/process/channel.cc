// SPDX-License-Identifier: Apache-2.0
// Packets with descriptors between supervisor, generation and worker. The receiving side may be the
// supervisor, so nothing a sender puts into a packet is believed.
#include "process/channel.h"

#include <cerrno>
#include <cstring>

#include "process/worker_channel.h"

namespace httpd::process {

bool Channel::Pair(Channel* one, Channel* other) {
  int fds[2];
  if (!os::MakePacketPair(fds)) return false;
  *one = Channel(base::UniqueFd(fds[0]));
  *other = Channel(base::UniqueFd(fds[1]));
  return true;
}

bool Channel::Send(uint32_t type, uint32_t value, std::string_view payload, int fd, Wait wait) {
  if (payload.size() > kMaxPayload) {
    errno = EMSGSIZE;
    return false;
  }
  const WorkerMessage head{type, value};
  return os::SendPacket(fd_.get(), {reinterpret_cast<const char*>(&head), sizeof head}, payload, fd,
                        wait == Wait::kYes);
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
  char buffer[sizeof head + kMaxPayload];
  size_t size = 0;
  const os::PacketRead got =
      reader_.Read(fd_.get(), buffer, sizeof buffer, wait == Wait::kYes, &size, &packet->fd);
  if (got == os::PacketRead::kNothing) return Got::kNothing;
  if (got == os::PacketRead::kEnd || size < sizeof head) {
    packet->fd.Reset();
    return Got::kEnd;
  }
  std::memcpy(&head, buffer, sizeof head);
  packet->type = head.type;
  packet->value = head.value;
  packet->payload.assign(buffer + sizeof head, size - sizeof head);
  return Got::kPacket;
}

}  // namespace httpd::process
