// SPDX-License-Identifier: Apache-2.0
// The command line, with the letters that Apache's users have in their fingers and scripts.
#include "process/options.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/concat.h"
#include "config/spelling.h"

namespace httpd::process {
namespace {

constexpr char kLetters[] = "+:tf:d:D:c:C:vVlLMShXFR:k:";
constexpr std::array<std::string_view, 6> kSignals = {"start",    "stop",          "restart",
                                                      "graceful", "graceful-stop", "reopen-logs"};

constexpr char kHelp[] =
    R"(usage: httpd [-R DIR] [-d DIR] [-f FILE] [-D NAME[=VALUE]] [-C LINE] [-c LINE] [-F | -X]
       httpd ... -t [--startup-report [--json]] | -M | -S
       httpd ... -k start|stop|restart|graceful|graceful-stop|reopen-logs
       httpd -v | -V | -l | -L | -h

Without an action the server starts, and the command returns as soon as it serves.

  -F             stay in the foreground (so does -D FOREGROUND)
  -X             debug: foreground, one worker, a crashed worker is not replaced
  -d DIR         ServerRoot (default: where the server is installed)
  -f FILE        configuration file, below ServerRoot (default: conf/httpd.conf)
  -D NAME        define NAME for <IfDefine>; -D NAME=VALUE for ${NAME}
  -C LINE        a directive that is read before the configuration file
  -c LINE        a directive that is read after it
  -R DIR         another libexec directory; only as the first argument

  -t             check the configuration: prints every error, or "Syntax OK"
  --startup-report  with -t: where the time of a start goes, phase by phase and
                 module by module; --json writes it for programs
  -M             list the modules in load order
  -S             list virtual hosts and settings
  -k stop        stop now                      (SIGTERM)
  -k graceful-stop  stop after the last request (SIGWINCH)
  -k restart     read the configuration again, connections are cut    (SIGHUP)
  -k graceful    read the configuration again, connections finish     (SIGUSR1)
  -k reopen-logs open the log files again after rotating them         (SIGUSR2)

  -v             version
  -V             version and how it was built
  -l             modules that are compiled in
  -L             directives that are built in, without those of loaded modules
  -h             this text

Manual: man httpd. Error codes such as HP-01 are explained in docs/errors.md.
)";

std::string UsageError(std::string_view message, std::string_view fix) {
  return base::Concat("httpd: ", message, "\n  fix: ", fix, "\n");
}

bool SetAction(Action action, char letter, Options* options, std::string* error) {
  if (options->action != Action::kServe && options->action != action) {
    *error = UsageError(
        base::Concat("-", std::string(1, letter), " and another option both say what to do"),
        "leave one of -t -M -S -k -v -V -l -L -h");
    return false;
  }
  options->action = action;
  return true;
}

std::string MissingArgument(char letter) {
  switch (letter) {
    case 'f':
      return "httpd -f FILE";
    case 'd':
      return "httpd -d DIR";
    case 'D':
      return "httpd -D NAME";
    case 'k':
      return base::Concat("httpd -k ", base::Join(kSignals, "|"));
    default:
      return base::Concat("httpd -", std::string(1, letter), " 'Directive argument'");
  }
}

bool SetSignal(const std::string& name, Options* options, std::string* error) {
  options->signal = name;
  if (std::find(kSignals.begin(), kSignals.end(), name) != kSignals.end()) return true;
  const auto close = config::CloseSpellings(name, {kSignals.begin(), kSignals.end()});
  *error = UsageError(base::Concat("-k ", name, ": found \"", name, "\", wanted one of ",
                                   base::Join(kSignals, ", ")),
                      base::Concat("httpd -k ", close.empty() ? "graceful" : close.front()));
  return false;
}

bool SetServerRoot(const char* directory, Options* options, std::string* error) {
  char absolute[PATH_MAX];
  if (realpath(directory, absolute) == nullptr) {
    *error = UsageError(base::Concat("-d ", directory, ": found no such directory"),
                        "name the directory that holds conf/ and logs/");
    return false;
  }
  options->server_root = absolute;
  return true;
}

// Apache's dumps by name are its -S and -M; that of the hooks is asked for by httpdctl.
bool AddDefine(const std::string& name, Options* options, std::string* error) {
  const bool dump = name == "DUMP_VHOSTS" || name == "DUMP_MODULES" || name == "DUMP_HOOKS";
  if (dump && options->action == Action::kCheck) options->action = Action::kServe;
  if (name == "FOREGROUND") options->foreground = true;
  if (name == "DEBUG") options->debug = options->foreground = true;
  if (name == "DUMP_VHOSTS") return SetAction(Action::kDescribeHosts, 'D', options, error);
  if (name == "DUMP_MODULES") return SetAction(Action::kDescribeModules, 'D', options, error);
  if (name == "DUMP_HOOKS") return SetAction(Action::kDescribeHooks, 'D', options, error);
  options->defines.push_back(name);
  return true;
}

bool Take(int letter, Options* options, std::string* error) {
  switch (letter) {
    case 't':
      // With -M or -S the check is made anyway, and Apache's scripts write both.
      if (options->action == Action::kServe) options->action = Action::kCheck;
      return true;
    case 'M':
    case 'S':
      if (options->action == Action::kCheck) options->action = Action::kServe;
      return SetAction(letter == 'M' ? Action::kDescribeModules : Action::kDescribeHosts,
                       static_cast<char>(letter), options, error);
    case 'v':
      return SetAction(Action::kVersion, 'v', options, error);
    case 'V':
      return SetAction(Action::kBuild, 'V', options, error);
    case 'l':
      return SetAction(Action::kList, 'l', options, error);
    case 'L':
      return SetAction(Action::kDirectives, 'L', options, error);
    case 'h':
      return SetAction(Action::kHelp, 'h', options, error);
    case 'k':
      return SetAction(Action::kSignal, 'k', options, error) && SetSignal(optarg, options, error);
    case 'd':
      return SetServerRoot(optarg, options, error);
    case 'D':
      return AddDefine(optarg, options, error);
    case 'f':
      options->config_file = optarg;
      return true;
    case 'C':
      options->directives_before.emplace_back(optarg);
      return true;
    case 'c':
      options->directives_after.emplace_back(optarg);
      return true;
    case 'X':
      options->debug = options->foreground = true;
      return true;
    case 'F':
      options->foreground = true;
      return true;
    case 'R':
      *error = UsageError(base::Concat("-R ", optarg, ": found behind other arguments"),
                          base::Concat("httpd -R ", optarg, " ..."));
      return false;
    case ':':
      *error = UsageError(base::Concat("-", std::string(1, static_cast<char>(optopt)),
                                       ": found nothing behind it, wanted an argument"),
                          MissingArgument(static_cast<char>(optopt)));
      return false;
    default:
      *error = UsageError(base::Concat("found option -", std::string(1, static_cast<char>(optopt)),
                                       ", which does not exist"),
                          "httpd -h   # lists the options");
      return false;
  }
}

// Words that getopt(3) does not know, taken out of the others.
std::vector<char*> TakeWords(int argc, char** argv, Options* options) {
  std::vector<char*> rest;
  for (int i = 0; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--startup-report") {
      options->startup_report = true;
    } else if (word == "--json") {
      options->json = true;
    } else {
      rest.push_back(argv[i]);
    }
  }
  rest.push_back(nullptr);
  return rest;
}

bool WordsFit(const Options& options, std::string* error) {
  const char* word = options.startup_report ? "--startup-report" : "--json";
  if (!options.startup_report && !options.json) return true;
  if (options.startup_report && options.action == Action::kCheck) return true;
  *error = UsageError(
      base::Concat(word, ": found without ", options.startup_report ? "-t" : "--startup-report"),
      base::Concat("httpd -t --startup-report", options.json ? " --json" : ""));
  return false;
}

}  // namespace

bool ParseOptions(int argc, char** argv, Options* options, std::string* error) {
  *options = Options();
  std::vector<char*> words = TakeWords(argc, argv, options);
  argc = static_cast<int>(words.size()) - 1;
  argv = words.data();
#ifdef __GLIBC__
  optind = 0;  // start over, also within a test that parses several command lines
#else
  optind = 1;
#endif
  for (int letter; (letter = getopt(argc, argv, kLetters)) != -1;) {
    if (!Take(letter, options, error)) return false;
  }
  if (optind < argc) {
    *error = UsageError(base::Concat("found argument \"", argv[optind], "\", wanted only options"),
                        "httpd -h   # lists the options");
    return false;
  }
  return WordsFit(*options, error);
}

std::string HelpText() { return kHelp; }

}  // namespace httpd::process
