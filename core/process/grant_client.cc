// SPDX-License-Identifier: Apache-2.0
// Asking the supervisor for files. Module code keeps plain descriptor numbers for the life of its
// process; this is where those numbers are kept true across log reopening.
#include "process/grant_client.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/status/status.h"
#include "base/concat.h"
#include "process/generation_channel.h"
#include "process/problem.h"

namespace httpd::process {

absl::StatusOr<int> BrokerClient::Open(std::string_view directive, std::string_view argument) {
  // A child that a module forked must not talk into this process's conversation.
  if (getpid() != owner_) _exit(70);
  std::string request = base::Concat(directive, std::string_view("\0", 1), argument);
  if (!channel_->Send(static_cast<uint32_t>(FromGeneration::kRequest), 0, request, -1,
                      Channel::Wait::kYes)) {
    return absl::UnavailableError("the supervisor does not answer");
  }
  for (;;) {
    Packet packet;
    if (channel_->Receive(&packet, Channel::Wait::kYes) != Channel::Got::kPacket) {
      return absl::UnavailableError("the supervisor is gone");
    }
    if (packet.type == static_cast<uint32_t>(ToGeneration::kGrant) && packet.fd) {
      const int fd = packet.fd.Release();
      Adopt(packet.value, fd);
      return fd;
    }
    if (packet.type == static_cast<uint32_t>(ToGeneration::kRefused)) {
      const size_t end = packet.payload.find('\0');
      absl::Status status = absl::FailedPreconditionError(packet.payload.substr(0, end));
      if (end != std::string::npos) SetFix(packet.payload.substr(end + 1), &status);
      return status;
    }
    deferred_.push_back(std::move(packet));
  }
}

void BrokerClient::Adopt(size_t index, int fd) {
  struct stat facts {};
  if (fstat(fd, &facts) != 0) return;
  given_.push_back({index, fd, facts.st_dev, facts.st_ino});
}

bool BrokerClient::StillGiven(const Given& given) {
  struct stat facts {};
  return fstat(given.fd, &facts) == 0 && facts.st_dev == given.device &&
         facts.st_ino == given.inode;
}

std::vector<int> BrokerClient::Replace(size_t index, int fresh) {
  std::vector<int> replaced;
  struct stat facts {};
  if (fstat(fresh, &facts) != 0) return replaced;
  for (Given& given : given_) {
    if (given.index != index || !StillGiven(given)) continue;
    const int keep_on_exec = given.fd <= 2 ? 0 : O_CLOEXEC;
    if (dup3(fresh, given.fd, keep_on_exec) < 0) continue;
    given.device = facts.st_dev;
    given.inode = facts.st_ino;
    replaced.push_back(given.fd);
  }
  return replaced;
}

std::vector<int> BrokerClient::Descriptors() const {
  std::vector<int> all;
  for (const Given& given : given_) {
    if (StillGiven(given)) all.push_back(given.fd);
  }
  return all;
}

}  // namespace httpd::process
