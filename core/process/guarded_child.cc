// SPDX-License-Identifier: Apache-2.0
// Looking into a file that somebody else made, without betting the caller's life on it. The planner
// does so for the server and its event loop; this is the same for a tool that simply waits.
#include "process/guarded_child.h"

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "base/concat.h"
#include "base/sanitizer.h"
#include "base/unique_fd.h"
#include "module/inspection.h"
#include "os/descriptors.h"
#include "process/keep_list.h"
#include "process/planner.h"
#include "process/poll_loop.h"

namespace httpd::process {
namespace {

enum class Answer { kComplete, kLate, kTooLong };

Answer ReadAnswer(int fd, size_t most, std::string* bytes) {
  const int64_t end = PollLoop::Now() + Planner::kTimeout;
  for (char buffer[16 * 1024];;) {
    const int64_t left = end - PollLoop::Now();
    pollfd watched{fd, POLLIN, 0};
    if (bytes->size() > most) return Answer::kTooLong;
    if (left <= 0) return Answer::kLate;
    const int ready = poll(&watched, 1, static_cast<int>(left));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return Answer::kLate;
    const ssize_t n = read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return Answer::kComplete;  // whether all is there, the exit status tells
    bytes->append(buffer, static_cast<size_t>(n));
  }
}

}  // namespace

void LimitInspection() {
#if !HTTPD_ADDRESS_SANITIZER
  const rlimit memory{2ull << 30, 2ull << 30};
  setrlimit(RLIMIT_AS, &memory);
#endif
}

module::Finding InspectionTimedOut(const std::string& original) {
  module::Finding finding;
  finding.code = "HP-23";
  finding.what = "looking at the module did not end";
  finding.found = "no answer within 20 seconds";
  finding.wanted = "a module file that can be read";
  finding.where = original;
  finding.fix = "install the module again, or remove its LoadModule line";
  return finding;
}

module::Finding CannotStartInspection(int error) {
  module::Finding finding;
  finding.code = "HP-24";
  finding.what = "cannot start the planner process";
  finding.found = ErrnoText(error);
  finding.wanted = "room for one more process";
  finding.fix = "ulimit -u   # and the memory that is left";
  return finding;
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

bool RunGuarded(const Identity& identity, const std::string& original, size_t most_bytes,
                const std::function<void()>& prepare, const std::function<std::string()>& work,
                std::string* bytes, module::Finding* finding) {
  bytes->clear();
  int fds[2];
  if (!os::MakePipe(fds)) {
    *finding = CannotStartInspection(errno);
    return false;
  }
  base::UniqueFd in(fds[0]), out(fds[1]);
  const pid_t pid = fork();
  if (pid == 0) {
    in.Reset();
    prepare();
    Problem problem;
    if (!DropPrivileges(identity, &problem)) _exit(70);
    LimitInspection();
    const bool written = WriteAll(out.get(), work());
    _exit(written ? 0 : 70);
  }
  if (pid < 0) {
    *finding = CannotStartInspection(errno);
    return false;
  }
  out.Reset();
  const Answer answer = ReadAnswer(in.get(), most_bytes, bytes);
  if (answer != Answer::kComplete) kill(pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (answer == Answer::kComplete && WIFEXITED(status) && WEXITSTATUS(status) == 0) return true;
  *finding = answer == Answer::kLate ? InspectionTimedOut(original)
                                     : module::PlannerDied(status, original);
  if (answer == Answer::kTooLong) {
    finding->found = base::Concat("an answer of more than ", most_bytes, " bytes");
  }
  return false;
}

}  // namespace httpd::process
