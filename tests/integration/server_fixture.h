// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "integration/json.h"
#include "integration/proc.h"
#include "integration/wait.h"
#include "integration/wire.h"

namespace httpd::testing {

// The outcome of a reload as the state file tells it.
struct ReloadOutcome {
  bool finished = false;  // false: nothing happened in time
  bool ok = false;
  int64_t generation = 0;
  std::string error;  // first line of the reason
};

// The end of a server that was expected to end by itself.
struct ExitOutcome {
  bool exited = false;  // false: still running when patience was over (and then killed)
  int status = -1;      // exit status, or 128 + signal
  std::string output;   // standard output and standard error
};

// One server in a private ServerRoot. The root has conf, htdocs, logs, run and libexec; libexec
// holds copies of the modules, so that a test may overwrite them.
class TestServer {
 public:
  TestServer();
  ~TestServer();
  TestServer(const TestServer&) = delete;

  // Settings; change them before Start or before WriteConfig.
  std::vector<std::string> modules = {"mime", "dir"};  // loaded from ROOT/libexec
  std::string extra;                                   // appended to the configuration
  std::string listen = "127.0.0.1:0";
  std::string log_level = "info";
  int workers = 2;
  std::vector<std::string> environment;  // NAME=VALUE, added to the test's own
  std::vector<std::string> arguments;    // added to -d ROOT -f conf/httpd.conf -F

  const std::string& root() const { return root_; }
  std::string Path(std::string_view relative) const { return root_ + "/" + std::string(relative); }
  std::string StatePath() const { return Path("run/httpd.state"); }
  std::string ConfigText() const;
  void WriteConfig();                                               // from the settings
  void WriteConfig(const std::string& text);                        // as it is
  void Write(std::string_view relative, std::string_view content);  // makes folders too
  // Copies a built module (bin tree) or test module into ROOT/libexec.
  void CopyModule(const std::string& name);

  // Starts it with the written configuration (writing one if there is none) and waits until it
  // serves. False, with a test failure that shows its output, when it does not.
  bool Start();
  // Runs the program to its end: a start that must fail, -t, -k …
  ExitOutcome Run(const std::vector<std::string>& args, milliseconds patience = kPatience);
  ExitOutcome StartAndFail();
  // TERM, then KILL; adds a test failure for each thing that went wrong since the start.
  void Finish();
  // Waits for the end that the test itself brought about.
  ExitOutcome WaitForExit(milliseconds patience = kPatience);
  bool started() const { return pid_ > 0; }

  pid_t pid() const { return pid_; }  // the supervisor
  uint16_t port(size_t index = 0) const;
  Json State() const;
  pid_t GenerationPid() const;  // of the serving generation
  std::vector<pid_t> WorkerPids() const;
  int64_t GenerationId() const;

  void Signal(int number) const;
  // SIGUSR1 (or another signal) and wait for the outcome.
  ReloadOutcome Reload(int number);
  ReloadOutcome Reload();
  // Waits until only the newest generation is left.
  bool WaitUntilDrained(milliseconds patience = kPatience) const;

  std::string ErrorLog() const;  // the log file and what was written to standard error
  bool WaitForLog(std::string_view text, milliseconds patience = kPatience) const;
  // The line of the log that holds `text`, "" when there is none.
  std::string LogLine(std::string_view text) const;
  // Log lines that hold this text are expected, whatever their level.
  void AllowLog(std::string text) { allowed_.push_back(std::move(text)); }

 private:
  void Spawn(const std::vector<std::string>& args);
  void CheckLog();
  void KillLeftovers();

  std::string root_;
  bool wrote_config_ = false;
  pid_t pid_ = -1;
  base::UniqueFd pidfd_;
  std::vector<std::string> allowed_;
};

class ServerTest : public ::testing::Test {
 protected:
  void TearDown() override { server_.Finish(); }
  TestServer server_;
};

// The build under test.
std::string BuildDir();       // HTTPD_BUILD_DIR in the environment, else the one compiled in
std::string HttpdProgram();   // BuildDir()/bin/httpd
std::string TestModuleDir();  // where tests/modules were built
bool AddressSanitizer();      // this build runs with ASan or TSan: slower, and malloc is its own
bool FaultSwitches();         // this build has the fault switches

#define SKIP_UNLESS_ROOT() \
  if (geteuid() != 0) GTEST_SKIP() << "needs root: the server gives up privileges only then"
#define SKIP_UNLESS_FAULTS() \
  if (!FaultSwitches()) GTEST_SKIP() << "needs a build with HTTPD_FAULTS=ON (preset dev)"

}  // namespace httpd::testing
