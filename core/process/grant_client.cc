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
  std::string request = base::Concat(directive, std::string_view("\0", 1), argument);
  Packet packet;
  if (!Ask(FromGeneration::kRequest, request, ToGeneration::kGrant, &packet)) {
    return absl::UnavailableError("the supervisor does not answer");
  }
  if (packet.type == static_cast<uint32_t>(ToGeneration::kGrant)) {
    const int fd = packet.fd.Release();
    Adopt(packet.value, fd);
    return fd;
  }
  const size_t end = packet.payload.find('\0');
  absl::Status status = absl::FailedPreconditionError(packet.payload.substr(0, end));
  if (end != std::string::npos) SetFix(packet.payload.substr(end + 1), &status);
  return status;
}

bool BrokerClient::Ask(FromGeneration question, std::string_view payload, ToGeneration answer,
                       Packet* packet) {
  // A child that a module forked must not talk into this process's conversation.
  if (getpid() != owner_) _exit(70);
  return channel_->Send(static_cast<uint32_t>(question), 0, payload, -1, Channel::Wait::kYes) &&
         Await(answer, packet);
}

bool BrokerClient::Await(ToGeneration answer, Packet* packet) {
  for (;;) {
    if (channel_->Receive(packet, Channel::Wait::kYes) != Channel::Got::kPacket) return false;
    if (packet->type == static_cast<uint32_t>(answer) && packet->fd) return true;
    if (packet->type == static_cast<uint32_t>(ToGeneration::kRefused)) return true;
    deferred_.push_back(std::move(*packet));
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
