// SPDX-License-Identifier: Apache-2.0
// Into the background, with an exit status that tells the truth: scripts that start the server want
// to know whether it serves, not whether fork(2) worked.
#include "process/daemon.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "os/descriptors.h"
#include "process/signals.h"

namespace httpd::process {
namespace {

[[noreturn]] void AwaitReport(pid_t child, int fd) {
  char byte = 0;
  ssize_t n;
  do {
    n = read(fd, &byte, 1);
  } while (n < 0 && errno == EINTR);
  if (n == 1) _exit(0);
  // It ended without having served, and has said why, unless a signal ended it.
  int status = 0;
  if (waitpid(child, &status, 0) == child && WIFSIGNALED(status)) {
    fprintf(stderr, "httpd: the server died while it started: %s [HP-07]\n",
            DescribeStatus(status).c_str());
  }
  _exit(1);
}

}  // namespace

base::UniqueFd Daemonize() {
  int fds[2];
  if (!os::MakePipe(fds)) return {};
  const pid_t pid = fork();
  if (pid < 0) {
    const int error = errno;
    close(fds[0]);
    close(fds[1]);
    errno = error;
    return {};
  }
  if (pid > 0) {
    close(fds[1]);
    AwaitReport(pid, fds[0]);
  }
  close(fds[0]);
  setsid();
  // A working directory would keep its file system from being unmounted.
  if (chdir("/") != 0) return {};
  return base::UniqueFd(fds[1]);
}

void ReportServing(base::UniqueFd report, int error_log) {
  const base::UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (null) {
    dup2(null.get(), 0);
    dup2(null.get(), 1);
  }
  dup2(error_log, 2);
  const char byte = 'R';
  // The starter may have been interrupted; that is no reason not to serve.
  [[maybe_unused]] const ssize_t n = write(report.get(), &byte, 1);
}

}  // namespace httpd::process
