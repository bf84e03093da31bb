// SPDX-License-Identifier: Apache-2.0
// Leaving root before the first line of a module runs, and telling the operator which directory the
// new user cannot enter instead of staying root to get round it.
#include "process/privileges.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "absl/strings/str_format.h"
#include "base/concat.h"
#include "os/process.h"

namespace httpd::process {
namespace {

std::vector<gid_t> GroupsOf(const std::string& user, gid_t gid) {
  int count = 64;
  std::vector<gid_t> groups(static_cast<size_t>(count));
  if (getgrouplist(user.c_str(), gid, groups.data(), &count) < 0) {
    groups.resize(static_cast<size_t>(std::max(count, 1)));
    if (getgrouplist(user.c_str(), gid, groups.data(), &count) < 0) return {gid};
  }
  groups.resize(static_cast<size_t>(std::max(count, 1)));
  return groups;
}

Problem CannotDrop(const Identity& identity, std::string_view step, int error) {
  return MakeProblem("HP-05", base::Concat("cannot become user ", identity.user),
                     base::Concat(step, " failed: ", ErrnoText(error)),
                     "a process that may change its user",
                     "start the server as root with its capabilities, or as the user itself");
}

struct Blocked {
  std::string path;
  std::string detail;
  std::string fix;
};

// The first directory of `path` that this process cannot enter; false when there is none, or when
// something is missing, which others report better.
bool FindBlocked(const std::string& path, Blocked* blocked) {
  const std::vector<std::string_view> parts = base::Split(path, "/");
  std::string at;
  for (size_t i = 0; i <= parts.size(); ++i) {
    const std::string directory = at.empty() ? "/" : at;
    struct stat facts {};
    if (stat(directory.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode)) return false;
    if (access(directory.c_str(), X_OK) != 0) {
      blocked->path = directory;
      blocked->detail = absl::StrFormat("mode %04o, owner %d", facts.st_mode & 07777,
                                        static_cast<int>(facts.st_uid));
      blocked->fix = base::Concat("chmod o+x ", ShellWord(directory));
      return true;
    }
    if (i < parts.size()) base::Append(&at, "/", parts[i]);
  }
  return false;
}

}  // namespace

bool ChooseIdentity(const config::EarlyConfig& early, uid_t effective_uid, Identity* identity,
                    Problem* problem) {
  *identity = Identity();
  if (effective_uid != 0) {
    identity->uid = effective_uid;
    identity->gid = getegid();
    const passwd* own = getpwuid(effective_uid);
    identity->user = own != nullptr ? own->pw_name : base::Concat("#", effective_uid);
    return true;
  }
  identity->drop = true;
  if (early.user_account.has_value()) {
    identity->uid = early.user_account->id;
    identity->gid = early.user_account->group;
    identity->user = early.user.value;
  } else {
    const passwd* found = getpwnam("www-data");
    if (found == nullptr) found = getpwnam("nobody");
    if (found == nullptr) {
      *problem = MakeProblem("HP-05", "no user to run modules as",
                             "no User directive, and neither www-data nor nobody exists",
                             "an ordinary user", "User NAME");
      return false;
    }
    identity->uid = found->pw_uid;
    identity->gid = found->pw_gid;
    identity->user = found->pw_name;
  }
  if (early.group_account.has_value()) identity->gid = early.group_account->id;
  if (identity->uid == 0 || identity->gid == 0) {
    *problem = MakeProblem("HP-05", "modules never run as root",
                           base::Concat("user ", identity->user, " with uid ", identity->uid,
                                        " and gid ", identity->gid),
                           "an ordinary user and group", "User www-data");
    problem->position = identity->uid == 0 ? early.user.position : early.group.position;
    return false;
  }
  const std::string name = identity->user.starts_with('#') ? "" : identity->user;
  identity->groups =
      name.empty() ? std::vector<gid_t>{identity->gid} : GroupsOf(name, identity->gid);
  // A service account must not bring root's group along.
  std::erase(identity->groups, gid_t{0});
  return true;
}

bool DropPrivileges(const Identity& identity, Problem* problem) {
  if (!identity.drop) return true;
  if (setgroups(identity.groups.size(), identity.groups.data()) != 0) {
    *problem = CannotDrop(identity, "setgroups", errno);
    return false;
  }
  if (setgid(identity.gid) != 0) {
    *problem = CannotDrop(identity, "setgid", errno);
    return false;
  }
  if (setuid(identity.uid) != 0) {
    *problem = CannotDrop(identity, "setuid", errno);
    return false;
  }
  const bool gone = getuid() == identity.uid && geteuid() == identity.uid &&
                    getgid() == identity.gid && getegid() == identity.gid;
  if (!gone || setuid(0) == 0 || seteuid(0) == 0) {
    *problem = CannotDrop(identity, "giving root up", EPERM);
    return false;
  }
  // What was just given up may not be handed out by a program that a module starts.
  os::ForbidNewPrivileges();
  return true;
}

void CheckTraversal(const config::EarlyConfig& early, const std::vector<std::string>& others,
                    const Identity& identity, config::Diagnostics* diagnostics) {
  std::set<std::string> reported;
  const auto check = [&](const std::string& path, config::Position position, uint32_t length) {
    Blocked blocked;
    if (!FindBlocked(path, &blocked) || !reported.insert(blocked.path).second) return;
    config::Diagnostic& d =
        diagnostics->Error("HP-06", position, length,
                           base::Concat("user ", identity.user, " cannot enter ", blocked.path));
    d.found = blocked.detail;
    d.wanted = base::Concat("search permission for ", identity.user, " on the way to ", path);
    d.fix = blocked.fix;
  };
  check(early.server_root.value, early.server_root.position, early.server_root.length);
  for (const std::string& other : others) check(other, {}, 0);
  config::VisitTree(early.active, [&](const config::Node& node, const auto&) {
    if (!config::SameName(node.name, "DocumentRoot") || node.args.empty()) return;
    const config::Arg& arg = node.args.front();
    const bool absolute = arg.text.starts_with('/');
    check(absolute ? arg.text : base::Concat(early.server_root.value, "/", arg.text), arg.position,
          arg.length);
  });
}

}  // namespace httpd::process
