// SPDX-License-Identifier: Apache-2.0
// The state file: real ports, pids and the outcome of reloads, for tests and tools that cannot ask
// the server itself.
#include "process/state_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/concat.h"
#include "base/json.h"
#include "base/unique_fd.h"

namespace httpd::process {
namespace {

// "[" + each item's text, separated by commas + "]".
template <typename Items, typename Render>
std::string Array(const Items& items, Render render) {
  std::string out = "[";
  for (const auto& item : items) base::Append(&out, out.size() > 1 ? "," : "", render(item));
  return out + "]";
}

std::string GenerationJson(const ServerState::Generation& g) {
  return base::Concat("{\"id\":", g.id, ",\"pid\":", g.pid,
                      ",\"state\":", base::JsonString(g.state), ",\"workers\":",
                      Array(g.workers,
                            [](const ServerState::Worker& w) {
                              return base::Concat("{\"slot\":", w.slot, ",\"pid\":", w.pid, "}");
                            }),
                      "}");
}

std::string AddressJson(const ServerState::Address& a) {
  return base::Concat("{\"listen\":", base::JsonString(a.listen),
                      ",\"address\":", base::JsonString(a.address), ",\"port\":", a.port,
                      ",\"slots\":", a.slots, "}");
}

std::string ModuleJson(const ServerState::Module& m) {
  return base::Concat("{\"name\":", base::JsonString(m.name),
                      ",\"file\":", base::JsonString(m.file),
                      ",\"copy\":", base::JsonString(m.copy), "}");
}

Problem CannotWrite(const std::string& path, int error) {
  return MakeProblem("HP-04", base::Concat("cannot write the state file ", path), ErrnoText(error),
                     "a directory that the user who starts the server can write",
                     base::Concat("mkdir -p ", ShellWord(DirectoryOf(path)),
                                  "   # owned by the user who starts the server"));
}

}  // namespace

std::string StateJson(const ServerState& s) {
  return base::Concat(
      "{\"version\":", base::JsonString(s.version), ",\"pid\":", s.pid,
      ",\"pid_file\":", base::JsonString(s.pid_file),
      ",\"server_root\":", base::JsonString(s.server_root), ",\"generation\":", s.generation,
      ",\"state\":", base::JsonString(s.state), ",\"addresses\":", Array(s.addresses, AddressJson),
      ",\"generations\":", Array(s.generations, GenerationJson),
      ",\"modules\":", Array(s.modules, ModuleJson),
      ",\"files\":", Array(s.files, base::JsonString),
      ",\"last_error\":", base::JsonString(s.last_error), ",\"reload_count\":", s.reload_count,
      ",\"failed_reload_count\":", s.failed_reload_count, "}\n");
}

bool WriteStateFile(const std::string& path, const ServerState& state, Problem* problem) {
  const std::string temporary = base::Concat(path, ".new");
  unlink(temporary.c_str());
  const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  base::UniqueFd fd(open(temporary.c_str(), flags, 0644));
  if (!fd && errno == ENOENT && mkdir(DirectoryOf(path).c_str(), 0755) == 0) {
    fd.Reset(open(temporary.c_str(), flags, 0644));
  }
  const std::string text = StateJson(state);
  const bool ok =
      fd && write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int error = errno;
  // Closed first: whoever sees the new file must not see this process at work on it.
  fd.Reset();
  errno = error;
  if (ok && rename(temporary.c_str(), path.c_str()) == 0) return true;
  *problem = CannotWrite(path, errno);
  unlink(temporary.c_str());
  return false;
}

void RemoveStateFile(const std::string& path, pid_t pid) {
  const base::UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return;
  char text[256] = "";
  if (read(fd.get(), text, sizeof text - 1) <= 0) return;
  const std::string_view all(text);
  constexpr std::string_view kKey = "\"pid\":";
  const size_t at = all.find(kKey);
  if (at == std::string_view::npos) return;
  if (std::atol(text + at + kKey.size()) == pid) unlink(path.c_str());
}

}  // namespace httpd::process
