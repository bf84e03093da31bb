// SPDX-License-Identifier: Apache-2.0
// Where a check and the tools put the copies of modules that they look at: nothing of the
// installation is changed, and nobody can change the copies meanwhile.
#include "process/private_folder.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <filesystem>

#include "base/concat.h"

namespace httpd::process {
namespace {

#ifdef ST_NOEXEC
constexpr unsigned long kNoExec = ST_NOEXEC;
#else
constexpr unsigned long kNoExec = 0;
#endif

}  // namespace

PrivateFolder::~PrivateFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

bool PrivateFolder::Make(Problem* problem) {
  std::string tried;
  const char* named = getenv("TMPDIR");
  // In memory first: the copies live for milliseconds. Modules cannot be mapped from a file
  // system that is mounted noexec.
  for (const char* folder : {named, "/dev/shm", "/tmp", "/var/tmp"}) {
    struct statvfs facts {};
    if (folder == nullptr || *folder != '/' || statvfs(folder, &facts) != 0) continue;
    std::string pattern = base::Concat(folder, "/httpd-check.XXXXXX");
    if ((facts.f_flag & kNoExec) != 0) {
      base::Append(&tried, tried.empty() ? "" : ", ", folder, ": mounted noexec");
    } else if (mkdtemp(pattern.data()) == nullptr) {
      base::Append(&tried, tried.empty() ? "" : ", ", folder, ": ", ErrnoText(errno));
    } else {
      path_ = pattern;
      return chmod(pattern.c_str(), 0755) == 0;
    }
  }
  *problem = MakeProblem("HP-26", "cannot make a folder for the copies of modules", tried,
                         "a temporary directory that can be written and is not mounted noexec",
                         "TMPDIR=/path/to/one httpd -t");
  return false;
}

}  // namespace httpd::process
