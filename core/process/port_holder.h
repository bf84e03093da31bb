// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace httpd::process {

// Who listens on a port, for the message that the address is in use.
struct PortHolder {
  pid_t pid = 0;  // 0: not found, or not visible to this user
  std::string name;

  std::string Text() const;  // "nginx (pid 123)"
};

// Looks through /proc; an empty answer where there is none.
PortHolder FindPortHolder(uint16_t port, bool ipv6);

}  // namespace httpd::process
