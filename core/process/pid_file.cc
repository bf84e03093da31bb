// SPDX-License-Identifier: Apache-2.0
// The pid file: one server per file, and an answer to "is it running?" that survives crashes.
#include "process/pid_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/concat.h"

namespace httpd::process {
namespace {

struct flock WholeFile(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

pid_t WrittenPid(int fd) {
  char text[32] = "";
  const ssize_t n = pread(fd, text, sizeof text - 1, 0);
  if (n <= 0) return 0;
  char* end = nullptr;
  const long pid = std::strtol(text, &end, 10);
  return end != text && pid > 0 ? static_cast<pid_t>(pid) : 0;
}

bool SameFile(int fd, const std::string& path) {
  struct stat open_file {
  }, named{};
  return fstat(fd, &open_file) == 0 && stat(path.c_str(), &named) == 0 &&
         open_file.st_dev == named.st_dev && open_file.st_ino == named.st_ino;
}

Problem CannotWrite(const std::string& path, int error) {
  if (error == ENOENT) {
    const std::string directory = DirectoryOf(path);
    return MakeProblem("HP-03", base::Concat("cannot write the pid file ", path),
                       base::Concat("the directory ", directory, " does not exist"), "",
                       base::Concat("mkdir -p ", ShellWord(directory)));
  }
  return MakeProblem("HP-03", base::Concat("cannot write the pid file ", path), ErrnoText(error),
                     "a directory that the user who starts the server can write",
                     "PidFile with a path below such a directory");
}

Problem AlreadyRunning(const std::string& path, pid_t pid) {
  std::string other = pid > 0 ? base::Concat("a server with pid ", pid) : "another server";
  return MakeProblem("HP-02", base::Concat("a server is already running: it holds ", path), other,
                     "no other server with this PidFile",
                     "httpd -k stop, or give this server a PidFile and Listen of its own");
}

// A locked temporary file with this process's pid, ready to be renamed over `path`.
base::UniqueFd WriteTemporary(const std::string& temporary) {
  unlink(temporary.c_str());
  base::UniqueFd fd(
      open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!fd) return {};
  const std::string text = base::Concat(getpid(), "\n");
  struct flock lock = WholeFile(F_WRLCK);
  if (write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      fcntl(fd.get(), F_SETLK, &lock) == 0) {
    return fd;
  }
  const int error = errno;
  unlink(temporary.c_str());
  errno = error;
  return {};
}

}  // namespace

bool PidFile::Take(const std::string& path, PidFile* taken, pid_t* stale, Problem* problem) {
  *stale = 0;
  // The lock of the file as it is now keeps two servers that start at once apart.
  base::UniqueFd present;
  for (;;) {
    present.Reset(open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (!present) {
      *problem = CannotWrite(path, errno);
      return false;
    }
    struct flock lock = WholeFile(F_WRLCK);
    if (fcntl(present.get(), F_SETLK, &lock) != 0) {
      struct flock holder = WholeFile(F_WRLCK);
      pid_t pid = fcntl(present.get(), F_GETLK, &holder) == 0 ? holder.l_pid : 0;
      if (pid <= 0) pid = WrittenPid(present.get());
      *problem = AlreadyRunning(path, pid);
      return false;
    }
    if (SameFile(present.get(), path)) break;
  }
  *stale = WrittenPid(present.get());
  const std::string temporary = base::Concat(path, ".new");
  base::UniqueFd fresh = WriteTemporary(temporary);
  if (!fresh || rename(temporary.c_str(), path.c_str()) != 0) {
    *problem = CannotWrite(path, errno);
    return false;
  }
  taken->path_ = path;
  taken->lock_ = std::move(fresh);
  return true;
}

void PidFile::Remove() {
  if (lock_ && SameFile(lock_.get(), path_)) unlink(path_.c_str());
  lock_.Reset();
}

bool ReadPidFile(const std::string& path, PidFileState* state, Problem* problem) {
  *state = PidFileState();
  const base::UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    if (errno == ENOENT || errno == ENOTDIR) return true;
    *problem = MakeProblem("HP-03", base::Concat("cannot read the pid file ", path),
                           ErrnoText(errno), "", "run the command as the server's user or as root");
    return false;
  }
  state->exists = true;
  state->written = WrittenPid(fd.get());
  struct flock holder = WholeFile(F_WRLCK);
  if (fcntl(fd.get(), F_GETLK, &holder) == 0 && holder.l_type != F_UNLCK) {
    // Within another pid namespace the kernel cannot name the holder.
    state->running = holder.l_pid > 0 ? holder.l_pid : state->written;
  }
  return true;
}

}  // namespace httpd::process
