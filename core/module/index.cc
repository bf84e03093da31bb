// SPDX-License-Identifier: Apache-2.0
//
// The index of module copies and verdicts. It is a cache and nothing depends on it, so every doubt
// about it is answered by not believing it.

#include "module/index.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

#include "base/concat.h"
#include "module/store.h"
#include "module/wire.h"

namespace httpd::module {
namespace {

constexpr std::string_view kMagic = "HMX1";
constexpr uint32_t kHashSize = 32;

// Linux stamps files with the time of its last tick, 10 ms apart at most; a file system that stores
// whole seconds (or, as FAT, two of them) shows it by their being whole.
constexpr int64_t kTick = 20'000'000;
constexpr int64_t kCoarseTick = 2'100'000'000;
constexpr int64_t kSecond = 1'000'000'000;

Finding CannotBelieve(const std::string& path, std::string found) {
  return {FindingSeverity::kWarning,
          "HM-90",
          "the index of module copies is not used, others could have written it",
          std::move(found),
          "a file that only the user who starts the server can write",
          path,
          base::Concat("rm ", path)};
}

Finding Damaged(const std::string& path) {
  return {FindingSeverity::kNotice,
          "HM-91",
          "the index of module copies is damaged and is made anew",
          "other bytes than were written",
          "",
          path,
          ""};
}

Finding CannotSave(const std::string& path, int number) {
  const bool full = number == ENOSPC || number == EDQUOT;
  return {FindingSeverity::kWarning,
          "HM-92",
          "the index of module copies cannot be written, the next start takes longer",
          strerror(number),
          "",
          path,
          full ? base::Concat("make room on the disk of ", path)
               : base::Concat("make the folder of ", path,
                              " writable for the user that starts the server")};
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(put));
  }
  return true;
}

}  // namespace

int64_t RealTime() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return int64_t{now.tv_sec} * kSecond + now.tv_nsec;
}

bool IsSettled(const FileIdentity& identity, int64_t now_ns) {
  if (identity == FileIdentity()) return true;  // there was none: whatever comes looks different
  // The change time alone: the other one is anybody's to set.
  const bool coarse = identity.ctime_ns % kSecond == 0;
  return now_ns - identity.ctime_ns > (coarse ? kCoarseTick : kTick);
}

bool StillTheSame(const std::vector<Dependency>& files, TrustedFolders* folders) {
  for (const Dependency& file : files) {
    if (!file.path.starts_with('/')) return false;
    struct stat facts {};
    Finding finding;
    FileIdentity present;
    if (folders->Look(file.path, 0, &facts, &finding)) {
      present = FileIdentity::Of(facts);
    } else if (finding.code == "HM-03") {  // a directory: something was looked for in it
      const int fd = folders->Open(file.path, &finding);
      if (fd < 0 || fstat(fd, &facts) != 0) return false;
      present = FileIdentity::Of(facts);
    } else if (finding.code != "HM-01") {
      return false;
    }
    if (present != file.identity) return false;
  }
  return true;
}

template <class Wire, class Data>
bool Index::Visit(Wire& wire, Data& content) {
  return wire::Each(wire, content.verdicts, [](Wire& w, auto& verdict) {
    return w.Text(verdict.key) &&
           wire::Each(w, verdict.hashes, [](Wire& x, auto& hash) { return x.Text(hash); }) &&
           wire::Each(w, verdict.depends_on,
                      [](Wire& x, auto& file) { return wire::VisitDependency(x, file); }) &&
           w.Text(verdict.plan, kMaxPlanBytes);
  });
}

std::string Index::Render(const Content& content, std::string_view build) {
  wire::Writer writer("");
  writer.Text(std::string(build));
  writer.Number(static_cast<uint32_t>(content.copies.size()));
  for (const auto& [original, copy] : content.copies) {
    wire::VisitIdentity(writer, original.first);
    writer.Text(original.second);
    writer.Text(copy.hash);
    wire::VisitIdentity(writer, copy.identity);
  }
  Visit(writer, content);
  const std::string body = writer.Take();
  return base::Concat(kMagic, ContentHash(body), body);
}

bool Index::Parse(std::string_view bytes, std::string_view build, Content* content,
                  bool* foreign_build) {
  if (!bytes.starts_with(kMagic) || bytes.size() < kMagic.size() + kHashSize) return false;
  const std::string_view hash = bytes.substr(kMagic.size(), kHashSize);
  bytes.remove_prefix(kMagic.size() + kHashSize);
  if (ContentHash(bytes) != hash) return false;
  wire::Reader reader(bytes);
  std::string written_by;
  uint32_t copies = 0;
  if (!reader.Text(written_by)) return false;
  *foreign_build = written_by != build;
  if (*foreign_build) return true;
  if (!reader.Number(copies) || !reader.Plausible(copies)) return false;
  for (; copies > 0; --copies) {
    Original original;
    Copy copy;
    if (!wire::VisitIdentity(reader, original.first) || !reader.Text(original.second) ||
        !reader.Text(copy.hash) || copy.hash.size() != kHashSize ||
        !wire::VisitIdentity(reader, copy.identity)) {
      return false;
    }
    content->copies[std::move(original)] = std::move(copy);
  }
  return Visit(reader, *content) && reader.AtEnd() && content->verdicts.size() <= kMaxVerdicts;
}

bool Index::Read(const std::string& folder, std::string_view build, Content* content,
                 Finding* finding) {
  const std::string path = base::Concat(folder, "/index");
  Finding ignored;  // a folder that is not safe is refused when the copies in it are wanted
  const base::UniqueFd directory = OpenTrustedDirectory(folder, &ignored);
  if (!directory) return false;
  const base::UniqueFd fd(
      openat(directory.get(), "index", O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) {
    // Somebody else's (httpd -t of another user) is no business of this one.
    if (errno == ELOOP) *finding = CannotBelieve(path, "a symbolic link");
    return false;
  }
  struct stat facts {};
  if (fstat(fd.get(), &facts) != 0) return false;
  if (!S_ISREG(facts.st_mode)) {
    *finding = CannotBelieve(path, "something that is no file");
    return false;
  }
  if (facts.st_uid != geteuid()) {
    *finding = CannotBelieve(path, base::Concat("it belongs to user number ", facts.st_uid));
    return false;
  }
  if ((facts.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    *finding = CannotBelieve(
        path, (facts.st_mode & S_IWOTH) != 0 ? "everybody can write it" : "its group can write it");
    return false;
  }
  std::string bytes;
  bool foreign_build = false;
  if (static_cast<uint64_t>(facts.st_size) > kMaxBytes || !ReadWhole(fd.get(), &bytes) ||
      !Parse(bytes, build, content, &foreign_build)) {
    *content = Content();
    *finding = Damaged(path);
    return false;
  }
  file_ = FileIdentity::Of(facts);
  return !foreign_build;
}

bool Index::Load(const std::string& folder, std::string_view build, Finding* finding) {
  content_ = Content();
  changed_ = false;
  return Read(folder, build, &content_, finding);
}

// What this process knows is newer.
void Index::Merge(Content other) {
  content_.copies.merge(other.copies);
  for (Verdict& verdict : other.verdicts) {
    if (content_.verdicts.size() >= kMaxVerdicts) return;
    if (FindVerdict(verdict.key) == nullptr) content_.verdicts.push_back(std::move(verdict));
  }
}

bool Index::Save(const std::string& folder, std::string_view build, Finding* finding) {
  if (!changed_) return true;
  const std::string path = base::Concat(folder, "/index");
  struct stat facts {};
  if (lstat(path.c_str(), &facts) == 0 && FileIdentity::Of(facts) != file_) {
    Content other;
    Finding ignored;
    if (Read(folder, build, &other, &ignored)) Merge(std::move(other));
  }
  // One folder may be used by several servers, hence by several processes at the same time.
  const std::string temporary = base::Concat(folder, "/.index-", getpid());
  unlink(temporary.c_str());
  base::UniqueFd fd(
      open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (fd && WriteAll(fd.get(), Render(content_, build)) && fchmod(fd.get(), 0600) == 0 &&
      rename(temporary.c_str(), path.c_str()) == 0 && fstat(fd.get(), &facts) == 0) {
    file_ = FileIdentity::Of(facts);
    changed_ = false;
    return true;
  }
  *finding = CannotSave(path, errno);
  if (fd) unlink(temporary.c_str());
  return false;
}

const Index::Copy* Index::FindCopy(const Original& original) const {
  const auto found = content_.copies.find(original);
  return found != content_.copies.end() ? &found->second : nullptr;
}

void Index::PutCopy(const Original& original, Copy copy) {
  Copy& present = content_.copies[original];
  if (present == copy) return;
  present = std::move(copy);
  changed_ = true;
}

const Index::Verdict* Index::FindVerdict(std::string_view key) const {
  for (const Verdict& verdict : content_.verdicts) {
    if (verdict.key == key) return &verdict;
  }
  return nullptr;
}

void Index::PutVerdict(Verdict verdict) {
  std::erase_if(content_.verdicts, [&](const Verdict& old) { return old.key == verdict.key; });
  content_.verdicts.insert(content_.verdicts.begin(), std::move(verdict));
  if (content_.verdicts.size() > kMaxVerdicts) content_.verdicts.resize(kMaxVerdicts);
  changed_ = true;
}

void Index::Keep(const std::vector<std::string>& hashes) {
  const auto kept = [&](const std::string& hash) {
    return std::find(hashes.begin(), hashes.end(), hash) != hashes.end();
  };
  const size_t copies =
      std::erase_if(content_.copies, [&](const auto& copy) { return !kept(copy.second.hash); });
  const size_t verdicts = std::erase_if(content_.verdicts, [&](const Verdict& verdict) {
    return !std::all_of(verdict.hashes.begin(), verdict.hashes.end(), kept);
  });
  if (copies + verdicts > 0) changed_ = true;
}

}  // namespace httpd::module
