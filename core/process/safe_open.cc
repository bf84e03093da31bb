// SPDX-License-Identifier: Apache-2.0
// Opening files as root on behalf of others. A log directory that belongs to a user must not become
// a way to write root's files, so every step of the path is taken by hand.
#include "process/safe_open.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <deque>
#include <optional>
#include <string_view>

#include "absl/strings/numbers.h"
#include "base/concat.h"
#include "os/descriptors.h"

namespace httpd::process {
namespace {

constexpr int kWalkFlags = os::kWalkOnly | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr int kMaxLinks = 40;  // as Linux; a loop ends there

std::string_view ModeWord(OpenMode mode) { return mode == OpenMode::kRead ? "read" : "append to"; }

// Takes on another user's rights for one system call; only root can and needs to.
class ActAs {
 public:
  ActAs(uid_t uid, gid_t gid) : active_(geteuid() == 0 && uid != 0) {
    if (!active_) return;
    gid_ = getegid();
    ok_ = setegid(gid) == 0 && seteuid(uid) == 0;
  }
  ~ActAs() {
    if (!active_) return;
    const int saved = errno;
    // Going back to root cannot fail: the real and saved user are root.
    if (seteuid(0) != 0 || setegid(gid_) != 0) _exit(70);
    errno = saved;
  }
  bool ok() const { return ok_; }

 private:
  bool active_;
  bool ok_ = true;
  gid_t gid_ = 0;
};

// The walk: a directory that is open, and what remains of the path below it.
class Walk {
 public:
  Walk(const std::string& path, OpenMode mode, Problem* problem)
      : path_(path), mode_(mode), problem_(problem) {}

  // Opens the directory that holds the file; its name is then name().
  bool ToDirectory();
  base::UniqueFd OpenFile();

  const std::string& name() const { return left_.front(); }

 private:
  bool Start();
  void Prepend(std::string_view path);
  bool Step();
  // Replaces the first part by what the link says. False with the problem set.
  bool FollowLink();
  bool IsLink(const std::string& part) const;
  bool Refuse(std::string found, std::string fix);
  bool RefuseErrno(int error, const std::string& part);

  std::string path_;
  OpenMode mode_;
  Problem* problem_;
  base::UniqueFd directory_;
  std::string reached_;  // for messages
  std::deque<std::string> left_;
  int links_ = 0;
};

bool Walk::Refuse(std::string found, std::string fix) {
  *problem_ = MakeProblem("HP-10", base::Concat("cannot ", ModeWord(mode_), " ", path_),
                          std::move(found), "", std::move(fix));
  return false;
}

bool Walk::RefuseErrno(int error, const std::string& part) {
  const std::string at = base::Concat(reached_, "/", part);
  if (error == ENOENT && left_.size() > 1) {
    const std::string directory = DirectoryOf(path_);
    std::string found = base::Concat("the directory ", directory, " does not exist");
    if (at != directory) base::Append(&found, " (", at, " is missing)");
    return Refuse(std::move(found), base::Concat("mkdir -p ", ShellWord(directory)));
  }
  if (error == ENOENT) {
    return Refuse("no such file", base::Concat("name an existing file, or make ", path_));
  }
  if (error == ENOTDIR) {
    return Refuse(base::Concat(at, " is not a directory"), "name a file below a directory");
  }
  if (error == EACCES || error == EPERM) {
    return Refuse(base::Concat("no permission at ", at, " (", ErrnoText(error), ")"),
                  base::Concat("ls -ld ", ShellWord(at), "   # then chmod or chown it"));
  }
  return Refuse(base::Concat(ErrnoText(error), " at ", at), "");
}

void Walk::Prepend(std::string_view path) {
  const std::vector<std::string_view> parts = base::Split(path, "/");
  left_.insert(left_.begin(), parts.begin(), parts.end());
}

bool Walk::Start() {
  reached_.clear();
  directory_.Reset(open("/", kWalkFlags));
  return static_cast<bool>(directory_);
}

bool Walk::IsLink(const std::string& part) const {
  struct stat facts {};
  return fstatat(directory_.get(), part.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISLNK(facts.st_mode);
}

bool Walk::FollowLink() {
  const std::string part = left_.front();
  const std::string at = base::Concat(reached_, "/", part);
  struct stat link {
  }, parent{};
  if (fstatat(directory_.get(), part.c_str(), &link, AT_SYMLINK_NOFOLLOW) != 0 ||
      fstat(directory_.get(), &parent) != 0) {
    return RefuseErrno(errno, part);
  }
  const uid_t me = geteuid();
  const bool owner = link.st_uid == 0 || link.st_uid == me;
  const bool open_to_others =
      (parent.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (parent.st_mode & S_ISVTX) == 0;
  const bool place = me != 0 || (parent.st_uid == 0 && !open_to_others);
  if (!owner || !place) {
    return Refuse(base::Concat(at, " is a symbolic link that another user could change"),
                  "write the path that the link points to");
  }
  char target[PATH_MAX];
  const ssize_t n = readlinkat(directory_.get(), part.c_str(), target, sizeof target);
  if (n < 0) return RefuseErrno(errno, part);
  if (++links_ > kMaxLinks) return Refuse(base::Concat("too many symbolic links at ", at), "");
  left_.pop_front();
  const std::string_view to(target, static_cast<size_t>(n));
  Prepend(to);
  if (left_.empty()) return Refuse(base::Concat(at, " is a directory"), "name a file");
  return !to.starts_with('/') || Start();
}

bool Walk::Step() {
  const std::string part = left_.front();
  if (part == ".") {
    left_.pop_front();
    return true;
  }
  if (IsLink(part)) return FollowLink();
  base::UniqueFd next(openat(directory_.get(), part.c_str(), kWalkFlags));
  if (!next) return RefuseErrno(errno, part);
  directory_ = std::move(next);
  base::Append(&reached_, "/", part);
  left_.pop_front();
  return true;
}

bool Walk::ToDirectory() {
  if (!path_.starts_with('/')) return Refuse("a path that is not absolute", "");
  Prepend(path_);
  if (left_.empty() || path_.ends_with('/')) {
    return Refuse(base::Concat(path_, " is a directory"), "name a file");
  }
  if (!Start()) return RefuseErrno(errno, "");
  for (;;) {
    while (left_.size() > 1) {
      if (!Step()) return false;
    }
    if (!IsLink(left_.front())) return true;
    if (!FollowLink()) return false;
  }
}

base::UniqueFd Walk::OpenFile() {
  struct stat parent {};
  if (fstat(directory_.get(), &parent) != 0) {
    RefuseErrno(errno, name());
    return {};
  }
  const bool for_root = geteuid() == 0;
  const ActAs owner(parent.st_uid, parent.st_gid);
  if (!owner.ok()) {
    Refuse(base::Concat("cannot act as the owner of ", reached_), "");
    return {};
  }
  // O_NONBLOCK: a FIFO in the file's place must not stop the server.
  const int flags = O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK |
                    (mode_ == OpenMode::kRead ? O_RDONLY : O_WRONLY | O_APPEND);
  base::UniqueFd file(openat(directory_.get(), name().c_str(), flags));
  if (!file && errno == ENOENT && mode_ == OpenMode::kAppend) {
    file.Reset(openat(directory_.get(), name().c_str(), flags | O_CREAT | O_EXCL, 0644));
    // Somebody else was faster: the file is there now.
    if (!file && errno == EEXIST) file.Reset(openat(directory_.get(), name().c_str(), flags));
  }
  if (!file) {
    RefuseErrno(errno, name());
    return {};
  }
  struct stat facts {};
  const bool others_may_link = parent.st_uid != 0 || (parent.st_mode & S_IWOTH) != 0;
  if (fstat(file.get(), &facts) != 0 || S_ISDIR(facts.st_mode)) {
    Refuse(base::Concat(path_, " is a directory"), "name a file");
    return {};
  }
  if (for_root && others_may_link && S_ISREG(facts.st_mode) && facts.st_nlink > 1) {
    Refuse(base::Concat(path_,
                        " has more than one name (hard links) in a directory that others "
                        "can write"),
           base::Concat("rm ", ShellWord(path_)));
    return {};
  }
  fcntl(file.get(), F_SETFL, fcntl(file.get(), F_GETFL) & ~O_NONBLOCK);
  return file;
}

// The descriptor that /dev/stderr and its like name; nothing for any other path.
std::optional<int> OwnDescriptor(const std::string& path) {
  if (path == "/dev/stdout") return 1;
  if (path == "/dev/stderr") return 2;
  int fd = -1;
  constexpr std::string_view kFolder = "/dev/fd/";
  if (path.starts_with(kFolder) && absl::SimpleAtoi(path.substr(kFolder.size()), &fd)) return fd;
  return std::nullopt;
}

}  // namespace

base::UniqueFd SafeOpen(const std::string& path, OpenMode mode, Problem* problem) {
  if (const auto own = OwnDescriptor(path)) {
    base::UniqueFd copy(fcntl(*own, F_DUPFD_CLOEXEC, 3));
    if (!copy) {
      *problem = MakeProblem("HP-10", base::Concat("cannot ", ModeWord(mode), " ", path),
                             "that descriptor is not open", "", "name a file");
    }
    return copy;
  }
  Walk walk(path, mode, problem);
  if (!walk.ToDirectory()) return {};
  return walk.OpenFile();
}

bool CheckOpen(const std::string& path, OpenMode mode, Problem* problem) {
  if (OwnDescriptor(path)) return true;
  Walk walk(path, mode, problem);
  if (!walk.ToDirectory()) return false;
  return mode == OpenMode::kAppend || static_cast<bool>(walk.OpenFile());
}

}  // namespace httpd::process
