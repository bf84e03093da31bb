// SPDX-License-Identifier: Apache-2.0
//
// Private copies of module files. A file that is mapped must never change: `cp` onto it would crash
// every process that runs its code. So modules are mapped only from copies that nobody else writes,
// named by their content, and put in place by rename.

#include "module/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

#include "base/concat.h"

namespace httpd::module {
namespace {

constexpr mode_t kMode = 0755;
constexpr std::string_view kTemporary = ".new-";

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool Fail(const std::string& what, const std::string& where, Finding* finding) {
  const int number = errno;
  std::string fix = base::Concat("make ", where, " writable for the user that starts the server");
  if (number == ENOSPC || number == EDQUOT) fix = base::Concat("make room on the disk of ", where);
  if (number == EROFS) fix = "put ServerRoot on a file system that can be written";
  *finding = {FindingSeverity::kError,
              "HM-06",
              what,
              strerror(number),
              "a private copy of each module file",
              where,
              std::move(fix)};
  return false;
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(put));
  }
  return true;
}

// Makes one directory of exactly kMode, whatever the umask; an existing one is left as it is.
bool MakeDirectory(const std::string& path) {
  if (mkdir(path.c_str(), 0700) != 0) return errno == EEXIST;
  return chmod(path.c_str(), kMode) == 0;
}

bool IsHash(std::string_view name) {
  return name.size() == 32 && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// Names in an open directory, without . and ..
std::vector<std::string> List(int directory) {
  std::vector<std::string> names;
  const int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* stream = fd >= 0 ? fdopendir(fd) : nullptr;
  if (stream == nullptr) {
    if (fd >= 0) close(fd);
    return names;
  }
  while (const dirent* entry = readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  closedir(stream);
  return names;
}

// True when the file is ours, has our mode and these bytes.
bool IsIdentical(int folder, const std::string& name, std::string_view bytes, struct stat* facts) {
  base::UniqueFd fd(openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (!fd || fstat(fd.get(), facts) != 0 || !S_ISREG(facts->st_mode)) return false;
  if (facts->st_uid != geteuid() || (facts->st_mode & 07777) != kMode) return false;
  if (static_cast<uint64_t>(facts->st_size) != bytes.size()) return false;
  std::string present;
  return ReadWhole(fd.get(), &present) && present == bytes;
}

// A folder that only we write, and the file in it as it was left.
bool IsOurs(int store, const std::string& hash, const std::string& base_name,
            const FileIdentity& identity) {
  struct stat folder = {}, file = {};
  const std::string name = base::Concat(hash, "/", base_name);
  return fstatat(store, hash.c_str(), &folder, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISDIR(folder.st_mode) && folder.st_uid == geteuid() && (folder.st_mode & 022) == 0 &&
         fstatat(store, name.c_str(), &file, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(file.st_mode) &&
         FileIdentity::Of(file) == identity;
}

uint64_t Rotate(uint64_t value, int bits) { return value << bits | value >> (64 - bits); }

uint64_t Mix(uint64_t value) {
  value = (value ^ value >> 33) * 0xff51afd7ed558ccdull;
  value = (value ^ value >> 33) * 0xc4ceb9fe1a85ec53ull;
  return value ^ value >> 33;
}

}  // namespace

// MurmurHash3, x64 128 bits (A. Appleby, public domain): fast enough that hashing is not felt at
// start. The order of bytes within a word is the machine's; names are never compared across
// machines.
std::string ContentHash(std::string_view bytes) {
  constexpr uint64_t kFirst = 0x87c37b91114253d5ull;
  constexpr uint64_t kSecond = 0x4cf5ad432745937full;
  uint64_t h1 = 0, h2 = 0;
  const size_t size = bytes.size();
  while (!bytes.empty()) {
    uint64_t block[2] = {};
    const size_t taken = std::min(bytes.size(), sizeof(block));
    memcpy(block, bytes.data(), taken);
    bytes.remove_prefix(taken);
    h1 ^= Rotate(block[0] * kFirst, 31) * kSecond;
    h1 = (Rotate(h1, 27) + h2) * 5 + 0x52dce729;
    h2 ^= Rotate(block[1] * kSecond, 33) * kFirst;
    h2 = (Rotate(h2, 31) + h1) * 5 + 0x38495ab5;
  }
  h1 ^= size;
  h2 ^= size;
  h1 += h2;
  h2 += h1;
  h1 = Mix(h1);
  h2 = Mix(h2);
  h1 += h2;
  h2 += h1;
  std::string text;
  for (uint64_t half : {h1, h2}) {
    for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[half >> shift & 15];
  }
  return text;
}

ModuleStore::ModuleStore(std::string directory, std::string build)
    : directory_(std::move(directory)), build_(std::move(build)) {}

ModuleStore::~ModuleStore() = default;

// Locks of fcntl(2) belong to the process: children do not have them, and the end of the process,
// however it comes, is the end of the lock.
bool ModuleStore::Lock() {
  if (users_) return true;
  const bool borrows = !borrowed_.empty();
  const std::string path = base::Concat(borrows ? borrowed_ : directory_, "/users");
  base::UniqueFd fd(
      open(path.c_str(), (borrows ? O_RDONLY : O_RDWR | O_CREAT) | O_NOFOLLOW | O_CLOEXEC, 0600));
  struct flock lock = {};
  lock.l_type = F_RDLCK;
  lock.l_whence = SEEK_SET;
  // Whoever prunes holds the other lock for a moment.
  for (int tries = 0; fd && tries < 200; ++tries) {
    if (fcntl(fd.get(), F_SETLK, &lock) == 0) {
      users_ = std::move(fd);
      return true;
    }
    if (errno != EAGAIN && errno != EACCES) return false;
    const timespec pause = {0, 1'000'000};
    nanosleep(&pause, nullptr);
  }
  return false;
}

void ModuleStore::Open(std::vector<Finding>* findings) {
  folders_.Forget();
  Lock();  // fails as long as there is no folder: then there are no copies either
  if (loaded_) return;
  loaded_ = true;
  Finding finding;
  index_.Load(directory_, build_, &finding);
  if (!finding.code.empty()) findings->push_back(std::move(finding));
}

void ModuleStore::Borrow(const std::string& directory) {
  borrowed_ = directory;
  loaded_ = true;
  Finding ignored;
  if (Lock()) index_.Load(directory, build_, &ignored);
}

bool ModuleStore::Reuse(const FileIdentity& identity, const std::string& base_name,
                        StoredModule* stored) {
  const Index::Copy* known = index_.FindCopy({identity, base_name});
  if (known == nullptr) return false;
  for (const std::string& directory : {directory_, borrowed_}) {
    Finding ignored;
    const int store = directory.empty() ? -1 : folders_.Open(directory, &ignored);
    if (store < 0 || !IsOurs(store, known->hash, base_name, known->identity)) continue;
    stored->hash = known->hash;
    stored->copy = base::Concat(directory, "/", known->hash, "/", base_name);
    stored->identity = known->identity;
    return true;
  }
  return false;
}

// Whoever asks next must see each change: *settled tells whether the identity is good for that.
bool ModuleStore::Read(const std::string& original, std::string* bytes, FileIdentity* identity,
                       bool* settled, Finding* finding) const {
  base::UniqueFd source = OpenTrusted(original, kMaxBytes, finding);
  const int64_t now = RealTime();
  struct stat before = {}, after = {};
  if (!source || fstat(source.get(), &before) != 0) return false;
  *identity = FileIdentity::Of(before);
  *settled = IsSettled(*identity, now);
  if (ReadWhole(source.get(), bytes) && fstat(source.get(), &after) == 0 &&
      FileIdentity::Of(after) == *identity) {
    return true;
  }
  *finding = {FindingSeverity::kError,
              errno == EIO ? "HM-05" : "HM-08",
              "this file could not be read as a whole",
              errno == EIO ? strerror(errno) : "its size or time changed meanwhile",
              "a file that stays as it is",
              original,
              "try again when the installation has finished"};
  return false;
}

bool ModuleStore::Prepare(const std::string& hash, base::UniqueFd* folder, Finding* finding) {
  const std::string path = base::Concat(directory_, "/", hash);
  if (!MakeDirectory(path)) {
    const std::string parent = directory_.substr(0, directory_.rfind('/'));
    for (const std::string& part : {parent, directory_, path}) {
      if (!MakeDirectory(part)) {
        return Fail("the folder of module copies cannot be made", part, finding);
      }
    }
  }
  *folder = OpenTrustedDirectory(path, finding);
  return static_cast<bool>(*folder);
}

bool ModuleStore::Write(int folder, const std::string& base_name, std::string_view bytes,
                        const StoredModule& stored, struct ::stat* facts, Finding* finding) {
  const std::string temporary = base::Concat(kTemporary, getpid());
  unlinkat(folder, temporary.c_str(), 0);
  base::UniqueFd fd(openat(folder, temporary.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (fd && WriteAll(fd.get(), bytes) && fchmod(fd.get(), kMode) == 0 &&
      renameat(folder, temporary.c_str(), folder, base_name.c_str()) == 0 &&
      fstat(fd.get(), facts) == 0) {  // after the rename, which sets the change time
    return true;
  }
  Fail("the private copy of a module cannot be written", stored.copy, finding);
  unlinkat(folder, temporary.c_str(), 0);
  return false;
}

bool ModuleStore::Add(const std::string& original, StoredModule* stored, Finding* finding) {
  *stored = StoredModule();
  stored->original = original;
  const std::string base_name = BaseName(original);
  struct stat facts = {}, copy = {};
  if (!folders_.Look(original, kMaxBytes, &facts, finding)) return false;
  stored->bytes = static_cast<uint64_t>(facts.st_size);
  if (Reuse(FileIdentity::Of(facts), base_name, stored)) return true;

  std::string bytes;
  FileIdentity identity;
  bool settled = false;
  if (!Read(original, &bytes, &identity, &settled, finding)) return false;
  stored->bytes = bytes.size();
  stored->hash = ContentHash(bytes);
  stored->copy = base::Concat(directory_, "/", stored->hash, "/", base_name);
  base::UniqueFd folder;
  if (!Lock()) {  // there is no folder yet
    MakeDirectory(directory_.substr(0, directory_.rfind('/')));
    MakeDirectory(directory_);
    Lock();
  }
  if (!Prepare(stored->hash, &folder, finding)) return false;
  if (!IsIdentical(folder.get(), base_name, bytes, &copy)) {
    if (!Write(folder.get(), base_name, bytes, *stored, &copy, finding)) return false;
    stored->copied = true;
  }
  stored->identity = FileIdentity::Of(copy);
  if (settled) index_.PutCopy({identity, base_name}, {stored->hash, stored->identity});
  return true;
}

bool ModuleStore::Save(Finding* finding) {
  return !borrowed_.empty() || index_.Save(directory_, build_, finding);
}

size_t ModuleStore::Prune(const std::vector<std::string>& keep) {
  size_t removed = 0;
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  // A change of the lock that is refused leaves the shared one in place.
  if (!Lock() || fcntl(users_.get(), F_SETLK, &lock) != 0) return 0;
  base::UniqueFd store(open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!store) return 0;
  for (const std::string& name : List(store.get())) {
    if (name.starts_with(".index-")) unlinkat(store.get(), name.c_str(), 0);
    if (!IsHash(name)) continue;
    const bool kept = std::find(keep.begin(), keep.end(), name) != keep.end();
    base::UniqueFd folder(
        openat(store.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder) continue;
    for (const std::string& file : List(folder.get())) {
      if (!kept || file.starts_with(kTemporary)) unlinkat(folder.get(), file.c_str(), 0);
    }
    if (!kept && unlinkat(store.get(), name.c_str(), AT_REMOVEDIR) == 0) ++removed;
  }
  index_.Keep(keep);
  lock.l_type = F_RDLCK;
  fcntl(users_.get(), F_SETLK, &lock);
  return removed;
}

}  // namespace httpd::module
