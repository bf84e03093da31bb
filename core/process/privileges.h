// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "config/early.h"
#include "config/source.h"
#include "process/problem.h"

namespace httpd::process {

// Who runs modules and serves requests.
struct Identity {
  bool drop = false;  // false: the server was not started by root and stays who it is
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
  std::string user;  // for messages
};

// User and Group of the configuration; without them www-data, else nobody. Asks the account
// database, so it is called before any fork.
bool ChooseIdentity(const config::EarlyConfig& early, uid_t effective_uid, Identity* identity,
                    Problem* problem);

// Gives root up for good and proves it: setgroups, setgid, setuid, then that root cannot be got
// back. Also forbids to gain rights by exec. Nothing happens without identity.drop.
bool DropPrivileges(const Identity& identity, Problem* problem);

// Looks for directories on the way to what is served and loaded that the user, who is this process
// by now, cannot enter: ServerRoot, the module copies and every DocumentRoot. Each is an error that
// names the directory and its chmod.
void CheckTraversal(const config::EarlyConfig& early, const std::vector<std::string>& others,
                    const Identity& identity, config::Diagnostics* diagnostics);

}  // namespace httpd::process
