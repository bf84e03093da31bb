// SPDX-License-Identifier: Apache-2.0
// Starting, watching and ending the helpers of a generation. The sockets belong to the generation:
// a connection made while a helper is being started again waits for it.
#include "process/helper_processes.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/concat.h"
#include "log/error_log.h"
#include "os/process.h"
#include "process/signals.h"
#include "server/generation.h"

namespace httpd::process {
namespace {

constexpr int64_t kQuick = 10000;     // a helper that lived shorter died quickly
constexpr int64_t kStopGrace = 1500;  // from SIGTERM to SIGKILL
constexpr int kBacklog = 511;

// A folder that nobody else may enter.
std::string MakeFolder(std::string* tried) {
  for (const char* folder :
       {static_cast<const char*>(getenv("TMPDIR")), "/tmp", "/var/tmp", "/dev/shm"}) {
    if (folder == nullptr || *folder != '/') continue;
    std::string pattern = base::Concat(folder, "/httpd-helper.XXXXXX");
    if (pattern.size() + 8 > sizeof(sockaddr_un::sun_path)) continue;
    if (mkdtemp(pattern.data()) != nullptr) return pattern;
    base::Append(tried, tried->empty() ? "" : ", ", folder, ": ", ErrnoText(errno));
  }
  return "";
}

Problem CannotListen(const httpd_helper& helper, std::string found) {
  return MakeProblem(
      "HP-61",
      base::Concat("no socket for helper ", helper.name, " of module ", helper.module_name),
      std::move(found), "a folder for temporary files that can be written",
      "TMPDIR=/path/to/one, and start the server again");
}

std::string Name(const httpd_helper& helper) {
  return base::Concat("helper ", helper.name, " of module ", helper.module_name);
}

}  // namespace

int64_t HelperDelay(int quick_deaths) {
  if (quick_deaths <= 1) return 0;
  return std::min<int64_t>(10000, int64_t{100} << std::min(quick_deaths - 2, 7));
}

HelperProcesses::HelperProcesses(PollLoop* loop, server::Generation* generation, int error_log)
    : loop_(loop), generation_(generation), error_log_(error_log) {
  for (httpd_helper* spec : generation->Helpers()) helpers_.push_back({.spec = spec});
}

HelperProcesses::~HelperProcesses() {
  for (const Helper& helper : helpers_) {
    if (helper.directory.empty()) continue;
    unlink(base::Concat(helper.directory, "/s").c_str());
    rmdir(helper.directory.c_str());
  }
}

bool HelperProcesses::Open(Problem* problem) {
  for (Helper& helper : helpers_) {
    if (!Bind(&helper, problem)) return false;
  }
  return true;
}

// The socket has a name for a moment only, in a folder that nobody else may enter. Workers reach it
// through a descriptor, so nothing is left behind however this process ends, and nobody else can
// connect. Without /proc the folder stays until the generation ends.
bool HelperProcesses::Bind(Helper* helper, Problem* problem) {
  std::string tried;
  helper->directory = MakeFolder(&tried);
  if (helper->directory.empty()) {
    *problem = CannotListen(*helper->spec, tried);
    return false;
  }
  const std::string path = base::Concat(helper->directory, "/s");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  helper->listening.Reset(socket(AF_UNIX, SOCK_STREAM, 0));
  if (!helper->listening ||
      bind(helper->listening.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(helper->listening.get(), kBacklog) != 0) {
    *problem = CannotListen(*helper->spec, base::Concat(path, ": ", ErrnoText(errno)));
    return false;
  }
  fcntl(helper->listening.get(), F_SETFD, FD_CLOEXEC);
  helper->spec->socket = path;
#if HTTPD_HAVE_O_PATH && HTTPD_HAVE_PROC
  helper->path.Reset(open(path.c_str(), O_PATH | O_CLOEXEC));
  const std::string link = base::Concat("/proc/self/fd/", helper->path.get());
  struct stat facts {};
  if (helper->path && stat(link.c_str(), &facts) == 0 && S_ISSOCK(facts.st_mode)) {
    helper->spec->socket = link;
    unlink(path.c_str());
    rmdir(helper->directory.c_str());
    helper->directory.clear();
  }
#endif
  return true;
}

std::vector<Descriptor> HelperProcesses::ForWorkers() const {
  std::vector<Descriptor> out;
  for (const Helper& helper : helpers_) {
    if (helper.path) out.push_back({helper.path.get(), Hold::kHelperPath});
  }
  return out;
}

void HelperProcesses::Start() {
  for (size_t i = 0; i < helpers_.size(); ++i) Fork(i);
}

void HelperProcesses::Fork(size_t index) {
  Helper& helper = helpers_[index];
  if (stopping_ || helper.pid != 0) return;
  const std::vector<Descriptor> held = {{0, Hold::kStdio},
                                        {1, Hold::kStdio},
                                        {2, Hold::kStdio},
                                        {error_log_, Hold::kErrorLog},
                                        {helper.listening.get(), Hold::kHelperSocket}};
  // Before the fork: who gets an answer of it must find it counted.
  helper.spec->starts->fetch_add(1, std::memory_order_relaxed);
  const pid_t parent = getpid();
  const pid_t pid = ForkRole(
      Role::kHelper, base::Concat("helper ", helper.spec->module_name, "/", helper.spec->name),
      held, {SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH});
  if (pid == 0) Run(helper, parent);
  if (pid < 0) {
    helper.spec->starts->fetch_sub(1, std::memory_order_relaxed);
    log::Write(log::Level::kAlert, "core",
               base::Concat("HP-61 cannot start ", Name(*helper.spec), ": ", ErrnoText(errno)));
    loop_->After(1000, [this, index] { Fork(index); });
    return;
  }
  setpgid(pid, pid);  // the child does the same; whoever is first
  helper.pid = pid;
  helper.started = PollLoop::Now();
}

void HelperProcesses::Run(const Helper& helper, pid_t parent) {
  setpgid(0, 0);
  os::DieWithParent();  // a generation that is killed can end nobody
  if (getppid() != parent) _exit(70);
  if (helper.spec->argv.empty()) {
    _exit(generation_->RunHelper(*helper.spec, helper.listening.get()));
  }
  for (const int number : {SIGHUP, SIGINT, SIGPIPE, SIGUSR1, SIGUSR2, SIGWINCH}) {
    signal(number, SIG_DFL);
  }
  std::vector<char*> argv;
  for (const std::string& argument : helper.spec->argv) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  dup2(helper.listening.get(), 0);
  execv(argv[0], argv.data());
  log::Write(log::Level::kError, "core",
             base::Concat("HP-62 cannot run ", argv[0], " for ", Name(*helper.spec), ": ",
                          ErrnoText(errno)));
  _exit(127);
}

bool HelperProcesses::Exited(pid_t pid, int status) {
  const auto found = std::find_if(helpers_.begin(), helpers_.end(),
                                  [&](const Helper& helper) { return helper.pid == pid; });
  if (found == helpers_.end()) return false;
  kill(-pid, SIGKILL);  // what it started does not outlive it
  found->pid = 0;
  if (stopping_) {
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
      log::Write(log::Level::kWarn, "core",
                 base::Concat("HP-60 ", Name(*found->spec), " (pid ", pid,
                              ") did not end when asked and was killed"));
    }
    CheckGone();
    return true;
  }
  const bool orderly = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  Again(
      static_cast<size_t>(found - helpers_.begin()),
      base::Concat("HP-60 ", Name(*found->spec), " (pid ", pid, ") died: ", DescribeStatus(status)),
      orderly);
  return true;
}

void HelperProcesses::Again(size_t index, std::string line, bool orderly) {
  Helper& helper = helpers_[index];
  const bool quick = PollLoop::Now() - helper.started < kQuick;
  helper.quick_deaths = quick ? helper.quick_deaths + 1 : 0;
  const int64_t delay = HelperDelay(helper.quick_deaths);
  base::Append(&line, "; it is started again ");
  if (delay == 0) {
    line += "at once";
  } else {
    base::Append(&line, "in ", delay, " milliseconds");
  }
  log::Write(orderly ? log::Level::kWarn : log::Level::kError, "core", line);
  if (delay == 0) return Fork(index);
  loop_->After(delay, [this, index] { Fork(index); });
}

void HelperProcesses::CheckGone() {
  const bool gone = std::all_of(helpers_.begin(), helpers_.end(),
                                [](const Helper& helper) { return helper.pid == 0; });
  if (!gone || !gone_) return;
  loop_->Cancel(kill_timer_);
  std::exchange(gone_, nullptr)();
}

void HelperProcesses::Stop(std::function<void()> gone) {
  stopping_ = true;
  gone_ = std::move(gone);
  for (const Helper& helper : helpers_) {
    if (helper.pid > 0) kill(helper.pid, SIGTERM);
  }
  kill_timer_ = loop_->After(kStopGrace, [this] { Kill(); });
  CheckGone();
}

void HelperProcesses::Kill() {
  stopping_ = true;
  for (const Helper& helper : helpers_) {
    if (helper.pid > 0) kill(-helper.pid, SIGKILL);
  }
}

}  // namespace httpd::process
