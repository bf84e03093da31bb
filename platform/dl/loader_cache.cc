// SPDX-License-Identifier: Apache-2.0
//
// Reads /etc/ld.so.cache (sysdeps/generic/dl-cache.h of glibc). The planner must find the very file
// that the loader will find, and most libraries are found here and nowhere else.

#include "dl/loader_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>

namespace httpd::dl {
namespace {

constexpr std::string_view kOldMagic = "ld.so-1.7.0";
constexpr std::string_view kNewMagic = "glibc-ld.so.cache1.1";
constexpr size_t kOldHeader = 16, kOldEntry = 12, kNewHeader = 48, kNewEntry = 24;
constexpr size_t kMostBytes = 64u << 20;

// What ldconfig notes for a library of this processor (FLAG_…_LIB… | FLAG_ELF_LIBC6).
#if defined(__x86_64__) && defined(__ILP32__)
constexpr uint32_t kFlags = 0x0803;
#elif defined(__x86_64__)
constexpr uint32_t kFlags = 0x0303;
#elif defined(__aarch64__)
constexpr uint32_t kFlags = 0x0a03;
#elif defined(__s390x__)
constexpr uint32_t kFlags = 0x0403;
#elif defined(__powerpc64__)
constexpr uint32_t kFlags = 0x0503;
#elif defined(__arm__) && defined(__ARM_PCS_VFP)
constexpr uint32_t kFlags = 0x0903;
#elif defined(__riscv) && __riscv_xlen == 64 && defined(__riscv_float_abi_double)
constexpr uint32_t kFlags = 0x1003;
#else
constexpr uint32_t kFlags = 0;  // whoever opens the file sees whether it is for this processor
#endif

bool ReadFile(const std::string& path, std::string* bytes) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return false;
  struct stat facts;
  bool good = fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_size >= 0 &&
              static_cast<uint64_t>(facts.st_size) <= kMostBytes;
  if (good) {
    bytes->resize(static_cast<size_t>(facts.st_size));
    good = pread(fd, bytes->data(), bytes->size(), 0) == static_cast<ssize_t>(bytes->size());
  }
  close(fd);
  return good;
}

}  // namespace

LoaderCache::LoaderCache(const std::string& file) : file_(file) {
  if (!file.empty() && ReadFile(file, &bytes_)) Parse();
}

void LoaderCache::Parse() {
  std::string_view bytes = bytes_;
  if (bytes.starts_with(kOldMagic) && bytes.size() >= kOldHeader) {
    const uint64_t end = kOldHeader + uint64_t{Number(12)} * kOldEntry;
    begin_ = static_cast<size_t>((end + 7) / 8 * 8);  // the new format follows, aligned
  }
  if (begin_ > bytes.size() || bytes.size() - begin_ < kNewHeader ||
      !bytes.substr(begin_).starts_with(kNewMagic)) {
    return;
  }
  const size_t count = Number(begin_ + kNewMagic.size());
  if (count <= (bytes.size() - begin_ - kNewHeader) / kNewEntry) count_ = count;
}

uint32_t LoaderCache::Number(size_t offset) const {
  uint32_t value;  // in this machine's byte order, as the loader takes it
  memcpy(&value, bytes_.data() + offset, sizeof(value));
  return value;
}

uint64_t LoaderCache::Hwcap(size_t offset) const {
  uint64_t value;
  memcpy(&value, bytes_.data() + offset, sizeof(value));
  return value;
}

bool LoaderCache::Text(size_t offset, std::string_view* text) const {
  if (offset >= bytes_.size() - begin_) return false;
  const char* start = bytes_.data() + begin_ + offset;
  const size_t room = bytes_.size() - begin_ - offset;
  const size_t length = strnlen(start, room);
  *text = {start, length};
  return length < room;
}

bool LoaderCache::EntryAt(size_t index, Entry* entry) const {
  const size_t at = begin_ + kNewHeader + index * kNewEntry;
  if (kFlags != 0 && Number(at) != kFlags) return false;
  if (Hwcap(at + 16) != 0) return false;
  return Text(Number(at + 4), &entry->name) && Text(Number(at + 8), &entry->path);
}

bool LoaderCache::Find(std::string_view name,
                       const std::function<bool(std::string_view)>& accept) const {
  Entry entry;
  for (size_t i = 0; i < count_; ++i) {
    if (EntryAt(i, &entry) && entry.name == name && accept(entry.path)) return true;
  }
  return false;
}

void LoaderCache::Each(const std::function<bool(std::string_view)>& visit) const {
  Entry entry;
  for (size_t i = 0; i < count_; ++i) {
    if (EntryAt(i, &entry) && !visit(entry.path)) return;
  }
}

}  // namespace httpd::dl
