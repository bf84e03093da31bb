// SPDX-License-Identifier: Apache-2.0
// The server proper: from the command line to one of the things it can do.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include <memory>
#include <string>

#include "boot/boot.h"
#include "process/check_run.h"
#include "process/control_signal.h"
#include "process/daemon.h"
#include "process/keep_list.h"
#include "process/options.h"
#include "process/snapshot.h"
#include "process/supervisor.h"

namespace httpd::process {
namespace {

int Print(const std::string& text) {
  return fputs(text.c_str(), stdout) >= 0 && fflush(stdout) == 0 ? 0 : 1;
}

// A server must not hold what its starter left open, nor take a socket for its standard error when
// the starter closed that.
void TidyDescriptors() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", O_RDWR) < 0) return;
  }
  CloseOthers({0, 1, 2});
}

int Serve(const Options& options, const boot::BootInfo& info, std::shared_ptr<Snapshot> snapshot) {
  TidyDescriptors();
  base::UniqueFd report;
  if (!options.foreground) {
    report = Daemonize();
    if (!report) {
      fputs(RenderProblem(MakeProblem("HP-07", "cannot go to the background", ErrnoText(errno),
                                      "room for one more process", "httpd -F"))
                .c_str(),
            stderr);
      return 1;
    }
  }
  return Supervisor(options, info, std::move(snapshot), std::move(report)).Run();
}

// Start and -k read the configuration in the first process, so that errors reach the terminal.
int ReadAndGo(const Options& options, const boot::BootInfo& info) {
  auto snapshot = std::make_shared<Snapshot>();
  if (!ReadConfiguration(options, info, snapshot.get())) {
    // A broken configuration must not keep anybody from stopping the server.
    const bool stops = options.signal == "stop" || options.signal == "graceful-stop";
    if (!stops || snapshot->early.pid_file.value.empty()) {
      fputs(RenderFindings(*snapshot).c_str(), stderr);
      return 1;
    }
  }
  if (options.action == Action::kSignal) {
    switch (SignalServer(options.signal, snapshot->early.pid_file.value)) {
      case SignalOutcome::kDone:
        return 0;
      case SignalOutcome::kRefused:
        return 1;
      case SignalOutcome::kStartServer:
        break;
    }
  }
  Options serve = options;
  serve.action = Action::kServe;
  return Serve(serve, info, std::move(snapshot));
}

}  // namespace

int Main(int argc, char** argv, const boot::BootInfo& info) {
  Options options;
  std::string error;
  if (!ParseOptions(argc, argv, &options, &error)) {
    fputs(error.c_str(), stderr);
    return 1;
  }
  switch (options.action) {
    case Action::kHelp:
      return Print(HelpText());
    case Action::kVersion:
      return Print(VersionText(info));
    case Action::kBuild:
      return Print(BuildText(info));
    case Action::kList:
      return Print(ListText());
    case Action::kDirectives:
      return Print(DirectivesText());
    case Action::kCheck:
    case Action::kDescribeHosts:
    case Action::kDescribeModules:
    case Action::kDescribeHooks:
      return RunCheck(options, info);
    case Action::kServe:
    case Action::kSignal:
      return ReadAndGo(options, info);
  }
  return 1;
}

}  // namespace httpd::process
