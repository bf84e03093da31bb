// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "process/channel.h"
#include "process/generation_channel.h"
#include "server/generation.h"

namespace httpd::process {

// A generation's way to the broker. Remembers under which numbers descriptors were handed out, so
// that reopened files can take their places in this process and in its workers.
class BrokerClient : public server::GrantClient {
 public:
  explicit BrokerClient(Channel* channel) : channel_(channel), owner_(getpid()) {}

  absl::StatusOr<int> Open(std::string_view directive, std::string_view argument) override;

  // Makes a descriptor that came another way (the error log) known as grant `index`.
  void Adopt(size_t index, int fd);

  // Puts the file behind every number that grant `index` was handed out under, unless the number
  // was given up and means something else now. Returns those numbers.
  std::vector<int> Replace(size_t index, int fresh);

  // Numbers that are still what was handed out.
  std::vector<int> Descriptors() const;

  // Sends a question and waits for its answer, or for a refusal. False: the supervisor is gone.
  bool Ask(FromGeneration question, std::string_view payload, ToGeneration answer, Packet* packet);
  // Waits for a packet of this type, or a refusal.
  bool Await(ToGeneration answer, Packet* packet);

  // Packets that came while an answer was awaited.
  std::vector<Packet> TakeDeferred() { return std::exchange(deferred_, {}); }

 private:
  struct Given {
    size_t index;
    int fd;
    dev_t device;
    ino_t inode;
  };
  static bool StillGiven(const Given& given);

  Channel* channel_;
  pid_t owner_;
  std::vector<Given> given_;
  std::vector<Packet> deferred_;
};

}  // namespace httpd::process
