// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>

#include "os/features.h"

#if HTTPD_HAVE_CLOSE_RANGE
#include <sys/syscall.h>
#endif

namespace httpd::os {

// Descriptors that close on exec, whichever way the system makes them.

inline bool CloseOnExec(int fd) { return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0; }

inline bool DoNotBlock(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

// pipe(2); false with errno set.
inline bool MakePipe(int fds[2], bool nonblocking = false) {
#if HTTPD_HAVE_ATOMIC_FLAGS
  return pipe2(fds, O_CLOEXEC | (nonblocking ? O_NONBLOCK : 0)) == 0;
#else
  if (pipe(fds) != 0) return false;
  for (int i = 0; i < 2; ++i) {
    CloseOnExec(fds[i]);
    if (nonblocking) DoNotBlock(fds[i]);
  }
  return true;
#endif
}

// socketpair(2) of AF_UNIX; false with errno set.
inline bool MakeSocketPair(int type, int fds[2]) {
#if HTTPD_HAVE_ATOMIC_FLAGS
  return socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds) == 0;
#else
  if (socketpair(AF_UNIX, type, 0, fds) != 0) return false;
  CloseOnExec(fds[0]);
  CloseOnExec(fds[1]);
  return true;
#endif
}

// socket(2), non-blocking; -1 with errno set.
inline int MakeSocket(int domain, int type) {
#if HTTPD_HAVE_ATOMIC_FLAGS
  return socket(domain, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
#else
  const int fd = socket(domain, type, 0);
  if (fd >= 0) {
    CloseOnExec(fd);
    DoNotBlock(fd);
  }
  return fd;
#endif
}

// accept(2); the connection does not block. -1 with errno set.
inline int Accept(int listener, sockaddr* peer, socklen_t* size) {
#if HTTPD_HAVE_ATOMIC_FLAGS
  return accept4(listener, peer, size, SOCK_NONBLOCK | SOCK_CLOEXEC);
#else
  const int fd = accept(listener, peer, size);
  if (fd >= 0) {
    CloseOnExec(fd);
    DoNotBlock(fd);
  }
  return fd;
#endif
}

// dup2(2) whose copy closes on exec; false with errno set.
inline bool Replace(int from, int to) {
  if (dup2(from, to) < 0) return false;
  return from == to || CloseOnExec(to);
}

// Closes first … last, as far as they are open.
inline void CloseRange(unsigned first, unsigned last) {
  if (first > last) return;
#if HTTPD_HAVE_CLOSE_RANGE
  if (syscall(SYS_close_range, first, last, 0) == 0) return;  // ENOSYS before Linux 5.9
#endif
#if HTTPD_HAVE_PROC
  if (DIR* dir = opendir("/proc/self/fd")) {
    const int own = dirfd(dir);
    while (const dirent* entry = readdir(dir)) {
      char* end = nullptr;
      const unsigned long fd = strtoul(entry->d_name, &end, 10);
      const bool number = end != entry->d_name && *end == '\0';
      if (number && fd >= first && fd <= last && static_cast<int>(fd) != own) {
        close(static_cast<int>(fd));
      }
    }
    closedir(dir);
    return;
  }
#endif
  const long limit = sysconf(_SC_OPEN_MAX);
  const auto end = static_cast<unsigned>(limit > 0 && limit < 65536 ? limit : 65536);
  for (unsigned fd = first; fd < end && fd <= last; ++fd) close(static_cast<int>(fd));
}

// For a directory that only openat(2) will use; O_PATH does not need permission to read it.
#if HTTPD_HAVE_O_PATH
inline constexpr int kWalkOnly = O_PATH;
#else
inline constexpr int kWalkOnly = O_RDONLY;
#endif

}  // namespace httpd::os
