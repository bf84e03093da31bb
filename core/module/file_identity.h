// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <compare>
#include <cstdint>

namespace httpd::module {

// What tells whether a file is still the one that was looked at (stat(2)).
struct FileIdentity {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t size = 0;
  int64_t mtime_ns = 0;
  int64_t ctime_ns = 0;
  auto operator<=>(const FileIdentity&) const = default;

  static FileIdentity Of(const struct ::stat& facts) {
    const auto nanoseconds = [](const struct ::timespec& time) {
      return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
    };
#if defined(__APPLE__)
    const int64_t modified = nanoseconds(facts.st_mtimespec);
    const int64_t changed = nanoseconds(facts.st_ctimespec);
#else
    const int64_t modified = nanoseconds(facts.st_mtim);
    const int64_t changed = nanoseconds(facts.st_ctim);
#endif
    return {static_cast<uint64_t>(facts.st_dev), static_cast<uint64_t>(facts.st_ino),
            static_cast<uint64_t>(facts.st_size), modified, changed};
  }
};

}  // namespace httpd::module
