// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>

#include "base/unique_fd.h"
#include "process/problem.h"

namespace httpd::process {

// The pid file of a running server. A record lock on it, not its content, says whether a server is
// alive: the kernel drops the lock with the process, so no stale file can keep a server from
// starting or a signal reach a stranger.
class PidFile {
 public:
  // Refused with the other server's pid when one holds the lock. The file is replaced as a whole:
  // nobody ever reads half of a number. `stale` is set to the pid of a left-over file, else 0.
  static bool Take(const std::string& path, PidFile* taken, pid_t* stale, Problem* problem);

  PidFile() = default;
  PidFile(PidFile&&) = default;
  PidFile& operator=(PidFile&&) = default;

  const std::string& path() const { return path_; }
  int fd() const { return lock_.get(); }
  explicit operator bool() const { return static_cast<bool>(lock_); }

  // Removes the file, if it is still this one, and gives the lock back.
  void Remove();

 private:
  std::string path_;
  base::UniqueFd lock_;
};

// The server that holds the file's lock.
struct PidFileState {
  pid_t running = 0;  // 0: nobody
  pid_t written = 0;  // what the file says; 0: no file, or no number in it
  bool exists = false;
};
// False with the problem set when the file cannot be read. Never call it in the process that holds
// the lock: closing any descriptor of the file would give the lock up.
bool ReadPidFile(const std::string& path, PidFileState* state, Problem* problem);

}  // namespace httpd::process
