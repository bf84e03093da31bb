// SPDX-License-Identifier: Apache-2.0
//
// Who can write to any component of a path can exchange what lies below it. The supervisor may be
// root and hands module files on to be executed, so it walks each path one descriptor at a time and
// looks at what it really stepped on: no check is ever made on a name that is opened again later.

#include "module/trusted.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/xattr.h>
#endif

#include <vector>

#include "base/concat.h"
#include "base/shell_word.h"

namespace httpd::module {
namespace {

// Directories are opened only to step through them; search permission is enough where O_PATH
// exists.
#ifdef O_PATH
constexpr int kStep = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
#else
constexpr int kStep = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
#endif
constexpr int kMaxLinks = 40;

std::string UserName(uid_t user) {
  const passwd* entry = getpwuid(user);
  return entry != nullptr ? entry->pw_name : base::Concat("user ", user);
}

// The convention of most distributions: user ann has group ann to herself, and umask 002.
bool IsPrivateGroup(uid_t owner, gid_t group) {
  const passwd* user = getpwuid(owner);
  if (user == nullptr || user->pw_gid != group) return false;
  const std::string name = user->pw_name;
  const struct group* entry = getgrgid(group);
  if (entry == nullptr || name != entry->gr_name) return false;
  for (char** member = entry->gr_mem; *member != nullptr; ++member) {
    if (name != *member) return false;
  }
  return true;
}

// An access list (acl(5)) that lets somebody else write shows as the group's write permission,
// whatever the group itself may: the mode then holds the list's mask.
// `below`: a name in the directory `fd`, or "" for what `fd` is itself.
bool HasAccessList(int fd, const std::string& below) {
#if defined(__linux__)
  // By way of /proc, because the descriptor may be one that only steps (O_PATH).
  const std::string path = base::Concat("/proc/self/fd/", fd, below.empty() ? "" : "/", below);
  return getxattr(path.c_str(), "system.posix_acl_access", nullptr, 0) > 0;
#else
  return false;
#endif
}

class Walk {
 public:
  Walk(std::string path, Finding* finding, uid_t user)
      : path_(std::move(path)), finding_(finding), user_(user) {
    Push(path_);
  }

  // Goes on from a folder that another walk has ended in.
  Walk(std::string path, const base::UniqueFd& folder, std::string at, bool sticky,
       Finding* finding)
      : path_(std::move(path)),
        finding_(finding),
        user_(geteuid()),
        directory_(fcntl(folder.get(), F_DUPFD_CLOEXEC, 0)),
        at_(std::move(at)),
        sticky_(sticky) {
    pending_.push_back(path_.substr(path_.rfind('/') + 1));
  }

  // As Run for a file, which is not opened.
  bool Look(struct stat* facts) {
    looked_ = facts;
    facts->st_mode = 0;
    while (!pending_.empty()) {
      const std::string name = std::move(pending_.back());
      pending_.pop_back();
      base::UniqueFd none;
      if (!Step(name, /*want_directory=*/false, &none)) return false;
    }
    return facts->st_mode != 0 || NotRegular("a directory");
  }

  const std::string& at() const { return at_; }
  bool sticky() const { return sticky_; }

  // Back to the root, at the beginning and for absolute links.
  bool Restart() {
    at_.clear();
    directory_.Reset(open("/", kStep));
    struct stat facts;
    if (!directory_ || fstat(directory_.get(), &facts) != 0) {
      return FailSystem("the root directory cannot be opened", "/");
    }
    return CheckWriters(directory_.get(), facts, "/");
  }

  // Steps to the last component. True with a regular file or directory in *fd.
  bool Run(bool want_directory, base::UniqueFd* fd) {
    if (!path_.starts_with('/')) {
      return Fail("HM-01", "the path of a file to be trusted is relative", path_,
                  "an absolute path", "give the path from / on");
    }
    if (!Restart()) return false;
    while (!pending_.empty()) {
      const std::string name = std::move(pending_.back());
      pending_.pop_back();
      if (!Step(name, want_directory, fd)) return false;
      if (*fd) return true;
    }
    if (want_directory) {
      *fd = std::move(directory_);
      return true;
    }
    return NotRegular("a directory");
  }

 private:
  bool Fail(std::string code, std::string what, std::string found, std::string wanted,
            std::string fix) {
    finding_->severity = FindingSeverity::kError;
    finding_->code = std::move(code);
    finding_->what = std::move(what);
    finding_->found = std::move(found);
    finding_->wanted = std::move(wanted);
    finding_->where = path_;
    finding_->fix = std::move(fix);
    return false;
  }

  bool NotRegular(std::string found) {
    return Fail("HM-03", "this is not a file that can be loaded", std::move(found),
                "a regular file", "give the path of the module file itself");
  }

  bool FailSystem(const std::string& what, const std::string& name) {
    const int number = errno;
    if (number == ENOENT || number == ENOTDIR) {
      return Fail("HM-01", "there is no such file", base::Concat("no ", name),
                  "an installed module file",
                  "install the module, or correct or remove the line that loads it");
    }
    return Fail("HM-05", what, strerror(number), base::Concat("access to ", name),
                number == EACCES ? base::Concat("chmod a+rX ", base::ShellWord(name)) : "");
  }

  void Push(std::string_view path) {
    const std::vector<std::string_view> parts = base::Split(path, "/");
    pending_.insert(pending_.end(), parts.rbegin(), parts.rend());
  }

  // Refuses what others can write (`fd`, or `below` in it); remembers that the next component
  // decides in a sticky directory.
  bool CheckWriters(int fd, const struct stat& facts, const std::string& name,
                    const std::string& below = "") {
    sticky_ = false;
    const bool everybody = (facts.st_mode & S_IWOTH) != 0;
    const bool group_bit = (facts.st_mode & S_IWGRP) != 0;
    const bool listed = group_bit && HasAccessList(fd, below);
    const bool group = group_bit && (listed || !IsPrivateGroup(facts.st_uid, facts.st_gid));
    if (!everybody && !group) return true;
    if (S_ISDIR(facts.st_mode) && (facts.st_mode & S_ISVTX) != 0 && facts.st_uid == 0) {
      sticky_ = true;
      return true;
    }
    const struct group* entry = getgrgid(facts.st_gid);
    const std::string who =
        everybody ? "everybody"
        : listed  ? "those that its access list names"
                  : base::Concat("group ",
                                entry != nullptr ? entry->gr_name : std::to_string(facts.st_gid));
    return Fail("HM-02", "others could exchange this file",
                base::Concat(name, " is writable by ", who),
                "a path that only its owner can change",
                base::Concat("chmod ", group ? "g" : "", everybody ? "o" : "", "-w ",
                             base::ShellWord(name)));
  }

  bool CheckOwnerInSticky(const struct stat& facts, const std::string& name) {
    if (!sticky_ || facts.st_uid == 0 || facts.st_uid == user_) return true;
    return Fail("HM-02", "others could exchange this file",
                base::Concat(name, " belongs to ", UserName(facts.st_uid),
                             " and lies in a directory where everybody may create files"),
                base::Concat("something that belongs to root or ", UserName(user_)),
                base::Concat("chown ", UserName(user_), " ", name));
  }

  bool Step(const std::string& name, bool want_directory, base::UniqueFd* fd) {
    if (name == ".") return true;
    if (name == "..") return StepUp();
    const std::string here = base::Concat(at_, "/", name);
    struct stat facts;
    if (fstatat(directory_.get(), name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) {
      return FailSystem("this file cannot be reached", here);
    }
    if (!CheckOwnerInSticky(facts, here)) return false;
    if (S_ISLNK(facts.st_mode)) return FollowLink(name, here);
    if (S_ISDIR(facts.st_mode)) return StepInto(name, here, facts);
    if (!pending_.empty()) {
      errno = ENOTDIR;
      return FailSystem("this file cannot be reached", here);
    }
    if (want_directory) {
      return Fail("HM-03", "this is not a directory", here, "a directory", "");
    }
    return OpenFile(name, here, facts, fd);
  }

  bool StepUp() {
    base::UniqueFd parent(openat(directory_.get(), "..", kStep));
    struct stat facts;
    if (!parent || fstat(parent.get(), &facts) != 0) {
      return FailSystem("this directory cannot be opened", base::Concat(at_, "/.."));
    }
    directory_ = std::move(parent);
    const size_t slash = at_.rfind('/');
    at_.resize(slash == std::string::npos ? 0 : slash);
    return CheckWriters(directory_.get(), facts, at_.empty() ? "/" : at_);
  }

  bool FollowLink(const std::string& name, const std::string& here) {
    char target[PATH_MAX];
    const ssize_t length = readlinkat(directory_.get(), name.c_str(), target, sizeof(target));
    if (length < 0) return FailSystem("this link cannot be read", here);
    if (++links_ > kMaxLinks || length == static_cast<ssize_t>(sizeof(target))) {
      errno = ELOOP;
      return FailSystem("this path has too many symbolic links", here);
    }
    const std::string_view text(target, static_cast<size_t>(length));
    Push(text);
    return !text.starts_with('/') || Restart();
  }

  bool StepInto(const std::string& name, const std::string& here, const struct stat& seen) {
    base::UniqueFd next(openat(directory_.get(), name.c_str(), kStep));
    struct stat facts;
    if (!next || fstat(next.get(), &facts) != 0) {
      return FailSystem("this directory cannot be opened", here);
    }
    if (facts.st_dev != seen.st_dev || facts.st_ino != seen.st_ino) return Changed(here);
    if (!CheckWriters(next.get(), facts, here)) return false;
    directory_ = std::move(next);
    at_ = here;
    return true;
  }

  bool OpenFile(const std::string& name, const std::string& here, const struct stat& seen,
                base::UniqueFd* fd) {
    // Looked at before it is opened: opening a device can have effects.
    if (!S_ISREG(seen.st_mode)) {
      return NotRegular(S_ISFIFO(seen.st_mode)   ? "a FIFO"
                        : S_ISSOCK(seen.st_mode) ? "a socket"
                                                 : "a device");
    }
    if (looked_ != nullptr) {
      *looked_ = seen;
      return CheckWriters(directory_.get(), seen, here, name);
    }
    base::UniqueFd file(openat(directory_.get(), name.c_str(),
                               O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat facts;
    if (!file || fstat(file.get(), &facts) != 0) {
      return FailSystem("this file cannot be opened", here);
    }
    if (facts.st_dev != seen.st_dev || facts.st_ino != seen.st_ino) return Changed(here);
    if (!CheckWriters(file.get(), facts, here)) return false;
    *fd = std::move(file);
    return true;
  }

  bool Changed(const std::string& here) {
    return Fail("HM-08", "this file was exchanged while it was looked at", here,
                "a file that stays as it is", "try again when the installation has finished");
  }

  std::string path_;
  Finding* finding_;
  const uid_t user_;
  std::vector<std::string> pending_;  // components still to go, the next one last
  base::UniqueFd directory_;
  std::string at_;  // path of directory_ without symbolic links; "" for the root
  bool sticky_ = false;
  int links_ = 0;
  struct stat* looked_ = nullptr;  // set: the file is only to be looked at
};

bool SizeIsFine(const struct stat& facts, uint64_t max_bytes, const std::string& path,
                Finding* finding) {
  if (max_bytes == 0 || static_cast<uint64_t>(facts.st_size) <= max_bytes) return true;
  *finding = {FindingSeverity::kError,
              "HM-04",
              "this file is too large",
              base::Concat(facts.st_size, " bytes"),
              base::Concat("at most ", max_bytes, " bytes"),
              path,
              "give the path of the module file itself; strip(1) removes debug information"};
  return false;
}

}  // namespace

base::UniqueFd OpenTrusted(const std::string& path, uint64_t max_bytes, Finding* finding,
                           uid_t user) {
  Walk walk(path, finding, user);
  base::UniqueFd fd;
  if (!walk.Run(/*want_directory=*/false, &fd)) return {};
  struct stat facts;
  if (fstat(fd.get(), &facts) != 0) return {};
  if (!SizeIsFine(facts, max_bytes, path, finding)) return {};
  return fd;
}

base::UniqueFd OpenTrustedDirectory(const std::string& path, Finding* finding, uid_t user) {
  Walk walk(path, finding, user);
  base::UniqueFd fd;
  if (!walk.Run(/*want_directory=*/true, &fd)) return {};
  return fd;
}

const TrustedFolders::Folder* TrustedFolders::Find(const std::string& path, Finding* finding) {
  const auto found = folders_.find(path);
  if (found != folders_.end()) return &found->second;
  Walk walk(path, finding, geteuid());
  base::UniqueFd fd;
  if (!walk.Run(/*want_directory=*/true, &fd)) return nullptr;
  return &folders_.emplace(path, Folder{std::move(fd), walk.at(), walk.sticky()}).first->second;
}

int TrustedFolders::Open(const std::string& path, Finding* finding) {
  const Folder* folder = Find(path, finding);
  return folder != nullptr ? folder->fd.get() : -1;
}

bool TrustedFolders::Look(const std::string& path, uint64_t max_bytes, struct ::stat* facts,
                          Finding* finding) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos || slash == 0 || slash == path.size() - 1) {
    Walk walk(path, finding, geteuid());
    return walk.Restart() && walk.Look(facts) && SizeIsFine(*facts, max_bytes, path, finding);
  }
  const Folder* folder = Find(path.substr(0, slash), finding);
  if (folder == nullptr) {  // the whole walk tells of the file, not of its folder
    Walk walk(path, finding, geteuid());
    return walk.Restart() && walk.Look(facts);
  }
  return Walk(path, folder->fd, folder->path, folder->sticky, finding).Look(facts) &&
         SizeIsFine(*facts, max_bytes, path, finding);
}

bool ReadWhole(int fd, std::string* bytes) {
  struct stat facts;
  if (fstat(fd, &facts) != 0) return false;
  bytes->resize(static_cast<size_t>(facts.st_size));
  for (size_t done = 0; done < bytes->size();) {
    const ssize_t got =
        pread(fd, bytes->data() + done, bytes->size() - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) errno = ESTALE;
    if (got <= 0) return false;
    done += static_cast<size_t>(got);
  }
  char more;
  if (pread(fd, &more, 1, static_cast<off_t>(bytes->size())) == 0) return true;
  errno = ESTALE;
  return false;
}

}  // namespace httpd::module
