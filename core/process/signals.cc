// SPDX-License-Identifier: Apache-2.0
// Signals as bytes of a pipe: the supervisor and the generations wait in poll(2) only, and decide
// about a signal when they are between two actions, never within one.
#include "process/signals.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/concat.h"
#include "os/descriptors.h"

namespace httpd::process {
namespace {

int pipe_read = -1;
int pipe_write = -1;
sigset_t mask_before_block;

extern "C" void WriteSignal(int number) {
  const int saved = errno;
  const auto byte = static_cast<unsigned char>(number);
  // A full pipe holds plenty of signals; one more would not change what is done.
  [[maybe_unused]] const ssize_t n = write(pipe_write, &byte, 1);
  errno = saved;
}

void SetAction(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = handler == WriteSignal ? SA_RESTART : 0;
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, nullptr);
}

}  // namespace

bool SignalPipe::Open(std::initializer_list<int> signals) {
  if (pipe_read < 0) {
    int fds[2];
    if (!os::MakePipe(fds, true)) return false;
    pipe_read = fds[0];
    pipe_write = fds[1];
  }
  for (const int number : signals) SetAction(number, WriteSignal);
  SetAction(SIGPIPE, SIG_IGN);
  return true;
}

int SignalPipe::fd() { return pipe_read; }

std::vector<int> SignalPipe::Take() {
  std::vector<int> signals;
  unsigned char bytes[256];
  ssize_t n;
  while ((n = read(pipe_read, bytes, sizeof bytes)) > 0) {
    for (ssize_t i = 0; i < n; ++i) {
      if (std::find(signals.begin(), signals.end(), bytes[i]) == signals.end()) {
        signals.push_back(bytes[i]);
      }
    }
  }
  return signals;
}

std::vector<int> SignalPipe::Descriptors() { return {pipe_read, pipe_write}; }

void ResetSignals(std::initializer_list<int> ignored) {
  for (int number = 1; number < NSIG; ++number) {
    if (number == SIGKILL || number == SIGSTOP) continue;
    struct sigaction action {};
    if (sigaction(number, nullptr, &action) != 0) continue;
    // Faults keep the handlers of a sanitizer or a crash reporter.
    const bool ours = action.sa_handler == WriteSignal || action.sa_handler == SIG_IGN;
    if (ours) SetAction(number, SIG_DFL);
  }
  SetAction(SIGPIPE, SIG_IGN);
  for (const int number : ignored) SetAction(number, SIG_IGN);
  if (pipe_read >= 0) {
    close(pipe_read);
    close(pipe_write);
    pipe_read = pipe_write = -1;
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

BlockSignals::BlockSignals() {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &mask_before_block);
}
BlockSignals::~BlockSignals() { sigprocmask(SIG_SETMASK, &mask_before_block, nullptr); }

std::string DescribeSignal(int number) {
  const char* text = strsignal(number);
  return base::Concat("signal ", number, " (", text != nullptr ? text : "unknown", ")");
}

std::string DescribeStatus(int status) {
  if (WIFSIGNALED(status)) return DescribeSignal(WTERMSIG(status));
  return base::Concat("exit status ", WIFEXITED(status) ? WEXITSTATUS(status) : status);
}

}  // namespace httpd::process
