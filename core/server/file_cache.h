// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/request.h>
#include <httpd/resource.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"

namespace httpd::server {

// What is known of a path of the file system. Regular files are open; small ones are in memory.
// Entries are counted: a replaced file stays open for responses that are still being sent.
struct FileEntry {
  static constexpr size_t kMaxPrepared = 192;

  std::string path;
  uint32_t kind = HTTPD_FILE_NONE;
  int error = 0;  // errno of an open that failed although something is there
  int fd = -1;
  uint64_t device = 0;
  uint64_t inode = 0;
  int64_t size = 0;
  int64_t mtime_ns = 0;
  int64_t ctime_ns = 0;
  char* content = nullptr;  // `size` bytes when small
  uint64_t checked = 0;     // milliseconds of the loop's clock
  uint32_t references = 1;  // the cache's own included

  // "Last-Modified: …\r\nETag: …\r\nAccept-Ranges: bytes\r\n", for one FileETag setting.
  uint32_t prepared_etag = UINT32_MAX;
  int64_t last_modified = 0;  // seconds, as sent
  uint16_t prepared_size = 0;
  uint16_t etag_offset = 0;
  uint16_t etag_size = 0;
  char prepared[kMaxPrepared];

  FileEntry* newer = nullptr;  // use order
  FileEntry* older = nullptr;

  std::string_view etag() const { return {prepared + etag_offset, etag_size}; }
};

// The open-file cache of one worker. An entry is trusted for `valid` milliseconds, then the path is
// looked at again; unchanged (device, inode, size, mtime, ctime) it stays.
class FileCache {
 public:
  static constexpr int64_t kMaxContent = 32 * 1024;
  static constexpr size_t kMaxEntries = 2048;
  static constexpr size_t kMaxMemory = 32 << 20;

  FileCache();
  FileCache(const FileCache&) = delete;
  FileCache& operator=(const FileCache&) = delete;
  ~FileCache();

  // What lies at an absolute path; never null. The reference is the caller's: give it to Release().
  FileEntry* Lookup(std::string_view path, uint64_t now, uint32_t valid);
  void Release(FileEntry* entry);

  // Fills entry->prepared for the FileETag parts (http::ETagPart bits).
  static void Prepare(FileEntry* entry, uint32_t etag_parts, int64_t now_seconds);

  size_t size() const { return entries_.size(); }

 private:
  FileEntry* Open(std::string_view path);
  bool Unchanged(FileEntry* entry) const;
  void Link(FileEntry* entry);
  void Unlink(FileEntry* entry);
  void Drop(FileEntry* entry);

  absl::flat_hash_map<std::string_view, FileEntry*> entries_;
  FileEntry* newest_ = nullptr;
  FileEntry* oldest_ = nullptr;
  size_t memory_ = 0;
  size_t max_entries_ = kMaxEntries;
};

}  // namespace httpd::server
