// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "process/options.h"
#include "process/snapshot.h"

namespace httpd::process {

// What `httpd -k NAME` is to do.
enum class SignalOutcome : uint8_t {
  kDone,         // sent
  kRefused,      // said why on standard error
  kStartServer,  // there is no server, and the verb starts one
};

// Sends the signal of `name` to the server that holds the lock of the pid file. "stop" returns
// when that server has ended.
SignalOutcome SignalServer(const std::string& name, const std::string& pid_file);

}  // namespace httpd::process
