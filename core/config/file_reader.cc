// SPDX-License-Identifier: Apache-2.0
// The real file system behind the evaluation of a configuration.
#include "config/file_reader.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "absl/status/status.h"
#include "base/concat.h"
#include "base/unique_fd.h"

namespace httpd::config {

absl::StatusOr<FileReader::Kind> SystemFileReader::Stat(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return Kind::kMissing;
    return absl::ErrnoToStatus(errno, base::Concat("cannot look at ", path));
  }
  if (S_ISREG(info.st_mode)) return Kind::kFile;
  if (S_ISDIR(info.st_mode)) return Kind::kDirectory;
  return Kind::kOther;
}

absl::StatusOr<std::string> SystemFileReader::Read(const std::string& path, size_t limit) {
  // Not blocking: a configuration that is a FIFO must not hang the start.
  base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return absl::ErrnoToStatus(errno, base::Concat("cannot open ", path));
  struct stat info;
  if (::fstat(fd.get(), &info) != 0) {
    return absl::ErrnoToStatus(errno, base::Concat("cannot look at ", path));
  }
  std::string text;
  const size_t expected = S_ISREG(info.st_mode) && info.st_size > 0 ? info.st_size : 4096;
  size_t used = 0;
  while (true) {
    if (used == text.size()) text.resize(used == 0 ? std::min(expected, limit) + 1 : used * 2);
    const ssize_t got = ::read(fd.get(), text.data() + used, text.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return absl::ErrnoToStatus(errno, base::Concat("cannot read ", path));
    if (got == 0) break;
    used += static_cast<size_t>(got);
    if (used > limit) {
      return absl::OutOfRangeError(base::Concat(path, " is longer than ", limit, " bytes"));
    }
  }
  text.resize(used);
  return text;
}

absl::StatusOr<std::vector<std::string>> SystemFileReader::List(const std::string& directory) {
  std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(directory.c_str()), ::closedir);
  if (!dir) return absl::ErrnoToStatus(errno, base::Concat("cannot list ", directory));
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(dir.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
    errno = 0;
  }
  if (errno != 0) return absl::ErrnoToStatus(errno, base::Concat("cannot list ", directory));
  return names;
}

}  // namespace httpd::config
