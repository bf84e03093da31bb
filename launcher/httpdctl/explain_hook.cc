// SPDX-License-Identifier: Apache-2.0
// Which module's callback comes first in a hook, and why. Only a server that loaded the modules
// knows: they say it in their register functions. So this is the one verb that starts something.
#include "explain_hook.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "base/concat.h"
#include "base/unique_fd.h"
#include "config/spelling.h"
#include "installation.h"
#include "os/descriptors.h"
#include "output.h"

namespace httpd::ctl {
namespace {

struct Callback {
  std::string module;
  long order = 0;
  std::vector<std::string> before, after;
};

using Hooks = std::map<std::string, std::vector<Callback>, std::less<>>;

std::vector<std::string> Arguments(const Invocation& invocation, const Installation& installation) {
  std::vector<std::string> arguments = {installation.bootstrap};
  const auto add = [&](const char* letter, const std::string& value) {
    if (value.empty()) return;
    arguments.emplace_back(letter);
    arguments.push_back(value);
  };
  if (invocation.Has("libexec")) add("-R", installation.libexec_dir);
  add("-d", invocation.Value("root"));
  add("-f", invocation.Value("config"));
  for (const std::string& define : invocation.Values("define")) add("-D", define);
  add("-D", "DUMP_HOOKS");
  return arguments;
}

// Runs the server's check; what it finds wrong goes to standard error. False with errno, or with 0
// when the server refused.
bool AskServer(std::vector<std::string> arguments, std::string* output) {
  int fds[2];
  if (!os::MakePipe(fds)) return false;
  base::UniqueFd in(fds[0]), out(fds[1]);
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.get(), 1);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, pointers[0], &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  out.Reset();
  errno = error;
  if (error != 0) return false;
  char buffer[16 * 1024];
  for (ssize_t n; (n = read(in.get(), buffer, sizeof buffer)) != 0;) {
    if (n < 0 && errno != EINTR) break;
    if (n > 0) output->append(buffer, static_cast<size_t>(n));
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  errno = 0;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::vector<std::string> Names(std::string_view list) {
  std::vector<std::string> names;
  for (const std::string_view name : base::Split(list, ",")) {
    if (name != "-") names.emplace_back(name);
  }
  return names;
}

Hooks Parse(const std::string& output) {
  Hooks hooks;
  std::vector<Callback>* current = nullptr;
  for (const std::string_view line : base::Split(output, "\n")) {
    const std::vector<std::string_view> parts = base::Split(line, "\t");
    if (!line.starts_with('\t')) {
      current = &hooks[std::string(line)];
    } else if (current != nullptr && parts.size() == 5) {
      current->push_back({std::string(parts[1]), atol(std::string(parts[2]).c_str()),
                          Names(parts[3]), Names(parts[4])});
    }
  }
  return hooks;
}

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string Why(const std::vector<Callback>& callbacks, size_t index) {
  const Callback& own = callbacks[index];
  std::string why;
  const auto add = [&](std::string text) { base::Append(&why, why.empty() ? "" : "; ", text); };
  for (size_t other = 0; other < callbacks.size(); ++other) {
    const Callback& theirs = callbacks[other];
    if (theirs.module == own.module) continue;
    if (other < index && Contains(own.after, theirs.module)) {
      add(base::Concat("after ", theirs.module, ", as ", own.module, " wants"));
    }
    if (other < index && Contains(theirs.before, own.module)) {
      add(base::Concat("after ", theirs.module, ", as that wants"));
    }
    if (other > index && Contains(own.before, theirs.module)) {
      add(base::Concat("before ", theirs.module, ", as ", own.module, " wants"));
    }
    if (other > index && Contains(theirs.after, own.module)) {
      add(base::Concat("before ", theirs.module, ", as that wants"));
    }
  }
  if (index == 0) {
    if (why.empty()) add(callbacks.size() == 1 ? "the only one" : "lowest order, then load order");
  } else if (callbacks[index - 1].order < own.order) {
    add(base::Concat("order ", own.order, ", behind ", callbacks[index - 1].order));
  } else if (callbacks[index - 1].order == own.order) {
    add(callbacks[index - 1].module == own.module ? "registered later" : "load order");
  }
  return why;
}

std::string AsJson(const std::string& hook, const std::vector<Callback>& callbacks) {
  base::JsonWriter json;
  json.BeginObject().Key("ok").Bool(true).Member("hook", hook).Key("callbacks").BeginArray();
  for (size_t i = 0; i < callbacks.size(); ++i) {
    json.BeginObject().Member("module", callbacks[i].module).Key("order");
    json.Integer(callbacks[i].order);
    json.Key("before").Texts(callbacks[i].before).Key("after").Texts(callbacks[i].after);
    json.Member("why", Why(callbacks, i)).EndObject();
  }
  return json.EndArray().EndObject().Take() + "\n";
}

std::string AsText(const std::string& hook, const std::vector<Callback>& callbacks, bool color) {
  if (callbacks.empty()) return base::Concat("no module takes part in hook ", hook, "\n");
  std::string out;
  for (size_t i = 0; i < callbacks.size(); ++i) {
    std::string number = std::to_string(i + 1), name = Visible(callbacks[i].module);
    number.insert(0, 3 - std::min<size_t>(3, number.size()), ' ');
    name.resize(std::max<size_t>(16, name.size()), ' ');
    base::Append(&out, number, "  ", Bold(name, color), "  ", Visible(Why(callbacks, i)), "\n");
  }
  return out;
}

int UnknownHook(const Hooks& hooks, const std::string& name) {
  std::vector<std::string_view> known;
  for (const auto& [hook, callbacks] : hooks) known.push_back(hook);
  const auto close = config::CloseSpellings(name, known);
  PrintProblem(process::MakeProblem(
      "HT-08", "there is no such hook", Visible(name),
      base::Concat("one of ", base::Join(known, ", ")),
      base::Concat("httpdctl order --explain ", close.empty() ? "handler" : close.front())));
  return kUsage;
}

}  // namespace

int ExplainHook(const Invocation& invocation) {
  Installation installation;
  if (!FindInstallation(invocation, &installation)) return kRefused;
  std::string output;
  if (!AskServer(Arguments(invocation, installation), &output)) {
    const int error = errno;
    return Refuse(invocation, "the hooks cannot be told",
                  {MakeFinding("HT-08", "the check of the server did not succeed",
                               error != 0 ? process::ErrnoText(error) : "what it said is above",
                               "a configuration whose modules can be loaded",
                               installation.bootstrap, "httpd -t")});
  }
  const Hooks hooks = Parse(output);
  const std::string name = invocation.Value("explain");
  const auto found = hooks.find(name);
  if (found == hooks.end()) return UnknownHook(hooks, name);
  return Print(invocation.json() ? AsJson(name, found->second)
                                 : AsText(name, found->second, invocation.color))
             ? kGood
             : kRefused;
}

}  // namespace httpd::ctl
