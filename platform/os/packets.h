// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace httpd::os {

// Packets with a descriptor attached, between processes of one server. What a port must have is a
// way to pass descriptors over AF_UNIX sockets (SCM_RIGHTS).
inline constexpr size_t kMaxPacketBytes = 64 * 1024;

// Two ends of one connection. Reading answers kEnd when every copy of the other end is closed.
// False with errno set.
bool MakePacketPair(int fds[2]);

// Two ends of a way with many writers and readers, each packet for one of the readers. A writer
// learns that the other end is closed or shut down; whether readers do depends on the system.
bool MakeDatagramPair(int fds[2]);

// Sends `head` and `payload` as one packet, with `descriptor` unless it is -1. False with errno
// set: EAGAIN when the peer does not read and `wait` is false, EMSGSIZE, EPIPE when it is gone.
bool SendPacket(int fd, std::string_view head, std::string_view payload, int descriptor, bool wait);
bool SendDatagram(int fd, std::string_view bytes, int descriptor);

enum class PacketRead : unsigned char { kPacket, kNothing, kEnd };

// The receiving end of a packet pair; one reader per end. The sender is not trusted: a cut or
// over-large packet is the end, surplus descriptors are closed.
class PacketReader {
 public:
  // A packet of at most `room` bytes, 1 ≤ *size, and the descriptor that came along, if any.
  PacketRead Read(int fd, char* data, size_t room, bool wait, size_t* size,
                  base::UniqueFd* descriptor);

 private:
  // Of a packet that has arrived in part, on systems whose packets come over a stream.
  std::string partial_;
  base::UniqueFd attached_;
};

// The same for a way with many readers; never waits. *size is 0 for a packet that was cut; kEnd
// also when this end was shut down and is empty.
PacketRead ReadDatagram(int fd, char* data, size_t room, size_t* size, base::UniqueFd* descriptor);

}  // namespace httpd::os
