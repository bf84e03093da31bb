// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "boot/boot.h"

namespace httpd::process {

enum class Action : uint8_t {
  kServe,
  kCheck,            // -t
  kDescribeHosts,    // -S
  kDescribeModules,  // -M
  kDescribeHooks,    // -D DUMP_HOOKS
  kHelp,             // -h
  kVersion,          // -v
  kBuild,            // -V
  kList,             // -l
  kDirectives,       // -L
  kSignal,           // -k
};

struct Options {
  Action action = Action::kServe;
  std::string signal;                          // of -k
  std::string server_root;                     // -d, absolute
  std::string config_file;                     // -f, as given
  std::vector<std::string> defines;            // -D
  std::vector<std::string> directives_before;  // -C
  std::vector<std::string> directives_after;   // -c
  bool foreground = false;                     // -F, -D FOREGROUND, -X
  bool debug = false;                          // -X
  bool startup_report = false;                 // --startup-report
  bool json = false;                           // --json
};

// Reads the command line. False: *error says what was found, what is known and what to type.
bool ParseOptions(int argc, char** argv, Options* options, std::string* error);

std::string HelpText();
std::string VersionText(const boot::BootInfo& info);  // -v
std::string BuildText(const boot::BootInfo& info);    // -V
std::string ListText();                               // -l
std::string DirectivesText();                         // -L

}  // namespace httpd::process
