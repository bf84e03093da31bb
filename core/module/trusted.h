// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstdint>
#include <map>
#include <string>

#include "base/unique_fd.h"
#include "module/finding.h"

namespace httpd::module {

// Opens a file for reading after having looked at every component of its path, following symbolic
// links by hand: no directory and no file on the way may be writable by others, except a sticky
// directory of root (/tmp) whose next component belongs to root or to the caller. A group may write
// when it is the owner's private group: named like the owner, with nobody else in it. The
// descriptor is a regular file of at most `max_bytes` (0: any). Nothing is waited for: a FIFO or
// device is refused, not opened.
base::UniqueFd OpenTrusted(const std::string& path, uint64_t max_bytes, Finding* finding,
                           uid_t user = geteuid());

// The same for a directory; the descriptor is good for openat().
base::UniqueFd OpenTrustedDirectory(const std::string& path, Finding* finding,
                                    uid_t user = geteuid());

// Looks at many files of few folders: each folder is walked once. Not for longer than one start,
// since what it remembers is not looked at again.
class TrustedFolders {
 public:
  // As OpenTrusted, but the file is not opened; *facts tells what it is.
  bool Look(const std::string& path, uint64_t max_bytes, struct ::stat* facts, Finding* finding);
  // A descriptor of the directory `path`, good until Forget; -1 with the finding.
  int Open(const std::string& path, Finding* finding);
  void Forget() { folders_.clear(); }

 private:
  struct Folder {
    base::UniqueFd fd;
    std::string path;  // without symbolic links
    bool sticky;
  };
  const Folder* Find(const std::string& path, Finding* finding);

  std::map<std::string, Folder> folders_;  // by the path as asked
};

// Reads all of an open regular file. False when it could not be read or changed its size meanwhile;
// errno then says why (ESTALE: it changed).
bool ReadWhole(int fd, std::string* bytes);

}  // namespace httpd::module
