// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "os/packets.h"

namespace httpd::process {

// One packet between two processes: a WorkerMessage (process/worker_channel.h) and, between
// supervisor and generation, a payload and a descriptor.
struct Packet {
  uint32_t type = 0;
  uint32_t value = 0;
  std::string payload;
  base::UniqueFd fd;
};

// A packet connection (platform/os/packets.h) that is also a lifeline: Receive answers kEnd when
// every copy of the other end is closed, which is when the other process is gone.
class Channel {
 public:
  static constexpr size_t kMaxPayload = 32 * 1024;

  Channel() = default;
  explicit Channel(base::UniqueFd fd) : fd_(std::move(fd)) {}

  // Both ends close on exec. False with errno set.
  static bool Pair(Channel* one, Channel* other);

  int fd() const { return fd_.get(); }
  explicit operator bool() const { return static_cast<bool>(fd_); }
  void Close() { fd_.Reset(); }

  enum class Wait : bool { kNo, kYes };

  // False with errno set: EAGAIN when the peer does not read, EPIPE when it is gone. A payload
  // beyond kMaxPayload is refused with EMSGSIZE. `fd` stays the caller's.
  bool Send(uint32_t type, uint32_t value, std::string_view payload = {}, int fd = -1,
            Wait wait = Wait::kNo);

  // A long text in as many packets of `type` as it takes, waiting for the peer to read.
  bool SendText(uint32_t type, std::string_view text);

  enum class Got : uint8_t { kPacket, kNothing, kEnd };

  // The sender is not trusted: a short, cut or over-large packet counts as kEnd, surplus
  // descriptors are closed.
  Got Receive(Packet* packet, Wait wait = Wait::kNo);

 private:
  base::UniqueFd fd_;
  os::PacketReader reader_;
};

}  // namespace httpd::process
