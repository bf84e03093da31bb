// SPDX-License-Identifier: Apache-2.0
//
// Runs the real server, started through its bootstrap, in a folder of its own, and sees to it that
// each test ends clean: no process left, no unexpected error in the log, no sanitizer report.

#include "integration/server_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/sanitizer.h"

#ifndef HTTPD_BUILD_DIR
#error "HTTPD_BUILD_DIR names the build folder under test"
#endif

namespace httpd::testing {
namespace {

namespace fs = std::filesystem;

// Orphans of a killed supervisor become children of the test, which can then see them end.
class Subreaper : public ::testing::Environment {
 public:
  void SetUp() override { prctl(PR_SET_CHILD_SUBREAPER, 1); }
};
[[maybe_unused]] ::testing::Environment* const subreaper =
    ::testing::AddGlobalTestEnvironment(new Subreaper);

int ExitStatus(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::vector<char*> Pointers(std::vector<std::string>* strings) {
  std::vector<char*> out;
  for (std::string& s : *strings) out.push_back(s.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> Environment(const std::vector<std::string>& added) {
  std::vector<std::string> out = added;
  for (char** entry = environ; *entry != nullptr; ++entry) out.push_back(*entry);
  return out;
}

pid_t SpawnProcess(std::vector<std::string> args, std::vector<std::string> env,
                   const std::string& output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                   0666);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  // A process group of its own: signals to it never reach the test, and the reverse.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t pid = -1;
  int error = posix_spawn(&pid, args[0].c_str(), &actions, &attributes, Pointers(&args).data(),
                          Pointers(&env).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    ADD_FAILURE() << "cannot start " << args[0] << ": " << strerror(error)
                  << "\nfix: build the target httpd, or set HTTPD_BUILD_DIR";
    return -1;
  }
  return pid;
}

// True when the child has ended; it is then reaped.
bool Reaped(pid_t pid, int* status) { return waitpid(pid, status, WNOHANG) == pid; }

bool IsAlarm(const std::string& line) {
  static constexpr std::string_view kAlarms[] = {":error]",
                                                 ":crit]",
                                                 ":alert]",
                                                 ":emerg]",
                                                 "[error]",
                                                 "[crit]",
                                                 "AddressSanitizer",
                                                 "LeakSanitizer",
                                                 "ThreadSanitizer",
                                                 "runtime error:",
                                                 "UndefinedBehaviorSanitizer",
                                                 "Assertion"};
  return std::any_of(std::begin(kAlarms), std::end(kAlarms),
                     [&](std::string_view alarm) { return line.find(alarm) != std::string::npos; });
}

}  // namespace

std::string BuildDir() {
  const char* dir = getenv("HTTPD_BUILD_DIR");
  return dir != nullptr && *dir != '\0' ? dir : HTTPD_BUILD_DIR;
}
std::string HttpdProgram() { return BuildDir() + "/bin/httpd"; }
std::string TestModuleDir() { return BuildDir() + "/tests/modules"; }

bool AddressSanitizer() { return HTTPD_ADDRESS_SANITIZER != 0; }

bool FaultSwitches() {
#ifdef HTTPD_FAULTS
  return true;
#else
  return false;
#endif
}

TestServer::TestServer() {
  const char* base = getenv("TMPDIR");
  std::string pattern = std::string(base != nullptr ? base : "/tmp") + "/httpd-test-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) {
    ADD_FAILURE() << "cannot make " << pattern << ": " << strerror(errno);
    return;
  }
  root_ = pattern;
  chmod(root_.c_str(), 0755);  // the service user must get through
  for (const char* folder : {"conf", "htdocs", "logs", "run", "libexec"}) {
    mkdir(Path(folder).c_str(), 0755);
  }
  Write("htdocs/index.html", "<!doctype html><title>test</title><p>It works.\n");
  Write("htdocs/1k.txt", std::string(1024, 'k'));
}

TestServer::~TestServer() {
  if (pid_ > 0) {  // only after an assertion ended the test; another server may still be running
    std::vector<pid_t> family = Descendants(pid_);
    family.push_back(pid_);
    for (pid_t member : family) kill(member, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (getenv("HTTPD_KEEP_TEST_ROOT") == nullptr) {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
}

void TestServer::Write(std::string_view relative, std::string_view content) {
  std::string path = Path(relative);
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path, std::ios::binary).write(content.data(), static_cast<long>(content.size()));
}

void TestServer::CopyModule(const std::string& name) {
  std::string file = "mod_" + name + ".so";
  for (const std::string& folder : {BuildDir() + "/libexec", TestModuleDir()}) {
    if (!FileExists(folder + "/" + file)) continue;
    // By rename: a running server may have opened the old file.
    std::string target = Path("libexec/" + file);
    fs::copy_file(folder + "/" + file, target + ".new", fs::copy_options::overwrite_existing);
    fs::rename(target + ".new", target);
    return;
  }
  ADD_FAILURE() << "there is no " << file << " below " << BuildDir();
}

std::string TestServer::ConfigText() const {
  std::ostringstream out;
  out << "ServerRoot \"" << root_ << "\"\nListen " << listen << "\nPidFile run/httpd.pid\n"
      << "ErrorLog logs/error.log\nLogLevel " << log_level << "\nWorkers " << workers << "\n"
      << "DocumentRoot \"" << root_ << "/htdocs\"\nServerName localhost\n";
  if (geteuid() == 0) {
    passwd* user = getpwnam("nobody");
    group* of = user != nullptr ? getgrgid(user->pw_gid) : nullptr;
    out << "User nobody\n";
    if (of != nullptr) out << "Group " << of->gr_name << "\n";
  }
  for (const std::string& name : modules) {
    out << "LoadModule " << name << "_module libexec/mod_" << name << ".so\n";
  }
  out << extra << "\n";
  return out.str();
}

void TestServer::WriteConfig() {
  for (const std::string& name : modules) {
    if (!FileExists(Path("libexec/mod_" + name + ".so"))) CopyModule(name);
  }
  WriteConfig(ConfigText());
}

void TestServer::WriteConfig(const std::string& text) {
  Write("conf/httpd.conf", text);
  wrote_config_ = true;
}

void TestServer::Spawn(const std::vector<std::string>& args) {
  std::vector<std::string> all = {HttpdProgram()};
  all.insert(all.end(), args.begin(), args.end());
  pid_ = SpawnProcess(all, Environment(environment), Path("output.txt"));
  pidfd_.Reset(pid_ > 0 ? static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)) : -1);
}

bool TestServer::Start() {
  if (!wrote_config_) WriteConfig();
  std::vector<std::string> args = {"-d", root_, "-f", "conf/httpd.conf", "-F"};
  args.insert(args.end(), arguments.begin(), arguments.end());
  Spawn(args);
  int status = 0;
  bool ended = false;
  WaitUntil(
      [&] {
        ended = ended || Reaped(pid_, &status);
        return ended || State()["state"].String() == "serving";
      },
      kPatience, pidfd_.get());
  if (!ended && State()["state"].String() == "serving") return true;
  if (ended) pid_ = -1;
  ADD_FAILURE() << "the server does not serve: "
                << (ended ? "it ended with status " + std::to_string(ExitStatus(status))
                          : "no state file says so in time")
                << "\n"
                << ErrorLog() << ReadFile(StatePath());
  return false;
}

ExitOutcome TestServer::Run(const std::vector<std::string>& args, milliseconds patience) {
  ExitOutcome outcome;
  std::vector<std::string> all = {HttpdProgram()};
  all.insert(all.end(), args.begin(), args.end());
  std::string output = Path("run-output.txt");
  unlink(output.c_str());
  pid_t pid = SpawnProcess(all, Environment(environment), output);
  int status = 0;
  outcome.exited = WaitUntil([&] { return Reaped(pid, &status); }, patience);
  if (!outcome.exited) {
    kill(-pid, SIGKILL);
    waitpid(pid, &status, 0);
  }
  outcome.status = ExitStatus(status);
  outcome.output = ReadFile(output);
  return outcome;
}

ExitOutcome TestServer::StartAndFail() {
  if (!wrote_config_) WriteConfig();
  std::vector<std::string> args = {"-d", root_, "-f", "conf/httpd.conf", "-F"};
  args.insert(args.end(), arguments.begin(), arguments.end());
  AllowLog("");  // what is refused is said in the log as well
  ExitOutcome outcome = Run(args);
  outcome.output += ReadFile(Path("logs/error.log"));
  return outcome;
}

ExitOutcome TestServer::WaitForExit(milliseconds patience) {
  ExitOutcome outcome;
  int status = 0;
  outcome.exited = WaitUntil([&] { return Reaped(pid_, &status); }, patience, pidfd_.get());
  if (outcome.exited) {
    pid_ = -1;
    outcome.status = ExitStatus(status);
  }
  outcome.output = ReadFile(Path("output.txt"));
  return outcome;
}

void TestServer::Finish() {
  if (pid_ > 0) {
    int status = 0;
    if (Reaped(pid_, &status)) {
      ADD_FAILURE() << "the server died by itself, status " << ExitStatus(status) << "\n"
                    << ErrorLog();
    } else {
      kill(pid_, SIGTERM);
      if (!WaitUntil([&] { return Reaped(pid_, &status); }, kPatience, pidfd_.get())) {
        ADD_FAILURE() << "the server does not end on SIGTERM\n" << ErrorLog();
        kill(pid_, SIGKILL);
        waitpid(pid_, &status, 0);
      } else if (ExitStatus(status) != 0) {
        ADD_FAILURE() << "exit status " << ExitStatus(status) << " after SIGTERM\n" << ErrorLog();
      }
    }
    pid_ = -1;
  }
  if (!WaitUntil([] { return Children(getpid()).empty(); })) {
    for (pid_t left : Children(getpid())) {
      ADD_FAILURE() << "left behind: process " << left << " (" << Title(left) << ")";
    }
  }
  KillLeftovers();
  CheckLog();
}

void TestServer::KillLeftovers() {
  for (pid_t left : Descendants(getpid())) kill(left, SIGKILL);
  while (waitpid(-1, nullptr, WNOHANG) > 0) {
  }
}

void TestServer::CheckLog() {
  std::istringstream log(ErrorLog());
  int shown = 0;
  for (std::string line; std::getline(log, line);) {
    if (!IsAlarm(line)) continue;
    bool allowed = std::any_of(allowed_.begin(), allowed_.end(), [&](const std::string& text) {
      return line.find(text) != std::string::npos;
    });
    if (!allowed && shown++ == 0) ADD_FAILURE() << "unexpected in the log: " << line;
  }
  if (shown > 0) {
    std::string whole = ErrorLog();
    if (whole.size() > 20000) whole.resize(20000);
    ADD_FAILURE() << "the whole log:\n" << whole;
  }
}

Json TestServer::State() const { return Json::Parse(ReadFile(StatePath())); }

uint16_t TestServer::port(size_t index) const {
  return static_cast<uint16_t>(State()["addresses"][index]["port"].Int());
}

int64_t TestServer::GenerationId() const { return State()["generation"].Int(); }

pid_t TestServer::GenerationPid() const {
  Json state = State();
  for (const Json& generation : state["generations"].Items()) {
    if (generation["id"].Int() == state["generation"].Int()) {
      return static_cast<pid_t>(generation["pid"].Int());
    }
  }
  return -1;
}

std::vector<pid_t> TestServer::WorkerPids() const {
  std::vector<pid_t> out;
  Json state = State();
  for (const Json& generation : state["generations"].Items()) {
    if (generation["id"].Int() != state["generation"].Int()) continue;
    for (const Json& worker : generation["workers"].Items()) {
      out.push_back(static_cast<pid_t>(worker["pid"].Int()));
    }
  }
  return out;
}

void TestServer::Signal(int number) const {
  EXPECT_TRUE(SendSignal(pid_, number)) << "there is no server";
}

ReloadOutcome TestServer::Reload() { return Reload(SIGUSR1); }

ReloadOutcome TestServer::Reload(int number) {
  if (pid_ <= 0) {
    ADD_FAILURE() << "there is no server";
    return {};
  }
  Json before = State();
  Signal(number);
  ReloadOutcome outcome;
  Json now;
  outcome.finished = WaitUntil(
      [&] {
        now = State();
        return now.IsObject() &&
               now["reload_count"].Int() + now["failed_reload_count"].Int() >
                   before["reload_count"].Int() + before["failed_reload_count"].Int();
      },
      kPatience, pidfd_.get());
  outcome.ok = outcome.finished && now["generation"].Int() > before["generation"].Int();
  outcome.generation = now["generation"].Int();
  outcome.error = now["last_error"].String();
  return outcome;
}

bool TestServer::WaitUntilDrained(milliseconds patience) const {
  return WaitUntil([&] { return State()["generations"].Items().size() == 1; }, patience,
                   pidfd_.get());
}

std::string TestServer::ErrorLog() const {
  return ReadFile(Path("logs/error.log")) + ReadFile(Path("output.txt"));
}

bool TestServer::WaitForLog(std::string_view text, milliseconds patience) const {
  return WaitUntil([&] { return ErrorLog().find(text) != std::string::npos; }, patience);
}

std::string TestServer::LogLine(std::string_view text) const {
  std::istringstream log(ErrorLog());
  for (std::string line; std::getline(log, line);) {
    if (line.find(text) != std::string::npos) return line;
  }
  return "";
}

}  // namespace httpd::testing
