// SPDX-License-Identifier: Apache-2.0
// httpd -k: a signal for the right process. The pid file's lock decides who that is; a number in a
// file that a crashed server left behind may belong to anybody by now.
#include "process/control_signal.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/concat.h"
#include "process/pid_file.h"

namespace httpd::process {
namespace {

constexpr int kStopPatience = 30'000;  // milliseconds

int SignalNumber(const std::string& name) {
  if (name == "stop") return SIGTERM;
  if (name == "graceful-stop") return SIGWINCH;
  if (name == "restart") return SIGHUP;
  if (name == "graceful") return SIGUSR1;
  return SIGUSR2;  // reopen-logs; the names were checked with the other options
}

SignalOutcome Refuse(const Problem& problem) {
  fputs(RenderProblem(problem).c_str(), stderr);
  return SignalOutcome::kRefused;
}

Problem NotRunning(const std::string& pid_file, const PidFileState& state) {
  std::string found = base::Concat("no pid file ", pid_file);
  std::string fix = "httpd -k start";
  if (state.exists) {
    found = base::Concat(pid_file, " is stale: it names pid ", state.written,
                         ", but no server holds its lock");
    fix = base::Concat("rm ", ShellWord(pid_file), ", or httpd -k start, which replaces it");
  }
  return MakeProblem("HP-08", "the server is not running", std::move(found),
                     "a server that was started with this configuration", std::move(fix));
}

// Waits until the process has ended; a descriptor of it cannot be fooled by a number used again.
void AwaitEnd(int process) {
#ifdef SYS_pidfd_open
  if (process < 0) return;
  pollfd entry{process, POLLIN, 0};
  poll(&entry, 1, kStopPatience);
#endif
}

int OpenProcess(pid_t pid) {
#ifdef SYS_pidfd_open
  return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
#else
  return -1;
#endif
}

}  // namespace

SignalOutcome SignalServer(const std::string& name, const std::string& pid_file) {
  PidFileState state;
  Problem problem;
  if (!ReadPidFile(pid_file, &state, &problem)) return Refuse(problem);
  const bool restarts = name == "restart" || name == "graceful";
  if (name == "start") {
    if (state.running == 0) return SignalOutcome::kStartServer;
    return Refuse(MakeProblem("HP-02", "the server is already running",
                              base::Concat("pid ", state.running, " holds ", pid_file), "",
                              "httpd -k graceful   # to read the configuration again"));
  }
  if (state.running == 0 && restarts) {
    fprintf(stderr, "httpd: not running, trying to start\n");
    return SignalOutcome::kStartServer;
  }
  if (state.running == 0) return Refuse(NotRunning(pid_file, state));
  const base::UniqueFd process(OpenProcess(state.running));
  if (kill(state.running, SignalNumber(name)) != 0) {
    return Refuse(MakeProblem(
        "HP-09", base::Concat("cannot signal the server, pid ", state.running), ErrnoText(errno),
        "the server's own user, or root", base::Concat("sudo httpd -k ", name)));
  }
  if (name == "stop") AwaitEnd(process.get());
  return SignalOutcome::kDone;
}

}  // namespace httpd::process
