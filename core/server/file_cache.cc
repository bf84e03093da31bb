// SPDX-License-Identifier: Apache-2.0
//
// The open-file cache: a repeated request for a file costs no system call to find it. Workers do
// not share it, so there is no lock; the price is one descriptor per file and worker.

#include "server/file_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "http/date.h"
#include "http/etag.h"

namespace httpd::server {
namespace {

int64_t Nanoseconds(const timespec& t) { return t.tv_sec * int64_t{1000000000} + t.tv_nsec; }

#ifdef __APPLE__
#define st_mtim st_mtimespec
#define st_ctim st_ctimespec
#endif

void Fill(const struct stat& st, FileEntry* entry) {
  entry->kind = S_ISREG(st.st_mode)   ? HTTPD_FILE_REGULAR
                : S_ISDIR(st.st_mode) ? HTTPD_FILE_DIRECTORY
                                      : HTTPD_FILE_OTHER;
  entry->device = st.st_dev;
  entry->inode = st.st_ino;
  entry->size = st.st_size;
  entry->mtime_ns = Nanoseconds(st.st_mtim);
  entry->ctime_ns = Nanoseconds(st.st_ctim);
}

// Reads a small file; one that changes its size meanwhile is sent from its descriptor instead.
char* ReadAll(int fd, size_t size) {
  auto* content = static_cast<char*>(std::malloc(size == 0 ? 1 : size));
  if (content == nullptr) return nullptr;
  size_t have = 0;
  while (have < size) {
    const ssize_t n = ::pread(fd, content + have, size - have, static_cast<off_t>(have));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      std::free(content);
      return nullptr;
    }
    have += static_cast<size_t>(n);
  }
  return content;
}

}  // namespace

// Half of the descriptors are for connections, however few there are.
FileCache::FileCache() {
  rlimit descriptors;
  if (::getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return;
  max_entries_ = static_cast<size_t>(std::clamp<rlim_t>(descriptors.rlim_cur / 2, 1, kMaxEntries));
}

FileCache::~FileCache() {
  while (oldest_ != nullptr) Drop(oldest_);
}

FileEntry* FileCache::Open(std::string_view path) {
  auto* entry = new FileEntry;
  entry->path = path;
  struct stat st;
  // The kind first: opening a FIFO or a device could wait or have effects.
  if (::stat(entry->path.c_str(), &st) != 0) {
    entry->error = errno;
    return entry;
  }
  Fill(st, entry);
  if (entry->kind != HTTPD_FILE_REGULAR) return entry;
  entry->fd = ::open(entry->path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (entry->fd < 0 || ::fstat(entry->fd, &st) != 0) {
    entry->error = errno;
    return entry;
  }
  Fill(st, entry);
  if (entry->kind == HTTPD_FILE_REGULAR && entry->size <= kMaxContent) {
    entry->content = ReadAll(entry->fd, static_cast<size_t>(entry->size));
  }
  return entry;
}

bool FileCache::Unchanged(FileEntry* entry) const {
  struct stat st;
  if (entry->error != 0 || ::stat(entry->path.c_str(), &st) != 0) return false;
  FileEntry now;
  Fill(st, &now);
  return now.kind == entry->kind && now.device == entry->device && now.inode == entry->inode &&
         now.size == entry->size && now.mtime_ns == entry->mtime_ns &&
         now.ctime_ns == entry->ctime_ns;
}

FileEntry* FileCache::Lookup(std::string_view path, uint64_t now, uint32_t valid) {
  if (auto it = entries_.find(path); it != entries_.end()) {
    FileEntry* entry = it->second;
    const bool fresh = now - entry->checked < valid;
    if (fresh || Unchanged(entry)) {
      if (!fresh) entry->checked = now;
      if (entry != newest_) {
        Unlink(entry);
        Link(entry);
      }
      ++entry->references;
      return entry;
    }
    Drop(entry);
  }
  FileEntry* entry = Open(path);
  entry->checked = now;
  ++entry->references;
  if (entry->kind == HTTPD_FILE_NONE || entry->error != 0) {  // absence is not remembered
    --entry->references;
    return entry;
  }
  if (entry->content != nullptr) memory_ += static_cast<size_t>(entry->size);
  entries_.emplace(entry->path, entry);
  Link(entry);
  while (entries_.size() > max_entries_ || (memory_ > kMaxMemory && oldest_ != entry)) {
    Drop(oldest_);
  }
  return entry;
}

void FileCache::Release(FileEntry* entry) {
  if (--entry->references > 0) return;
  if (entry->fd >= 0) ::close(entry->fd);
  std::free(entry->content);
  delete entry;
}

void FileCache::Link(FileEntry* entry) {
  entry->older = newest_;
  entry->newer = nullptr;
  (newest_ == nullptr ? oldest_ : newest_->newer) = entry;
  newest_ = entry;
}

void FileCache::Unlink(FileEntry* entry) {
  (entry->newer == nullptr ? newest_ : entry->newer->older) = entry->older;
  (entry->older == nullptr ? oldest_ : entry->older->newer) = entry->newer;
}

void FileCache::Drop(FileEntry* entry) {
  entries_.erase(std::string_view(entry->path));
  Unlink(entry);
  if (entry->content != nullptr) memory_ -= static_cast<size_t>(entry->size);
  Release(entry);
}

void FileCache::Prepare(FileEntry* entry, uint32_t etag_parts, int64_t now_seconds) {
  if (entry->prepared_etag == etag_parts) return;
  entry->prepared_etag = etag_parts;
  char* p = entry->prepared;
  auto add = [&p](std::string_view text) {
    std::memcpy(p, text.data(), text.size());
    p += text.size();
  };
  // RFC 9110 §8.8.2.1: never later than the message itself.
  entry->last_modified = std::min(entry->mtime_ns / 1000000000, now_seconds);
  add("Last-Modified: ");
  http::FormatHttpDate(entry->last_modified, p);
  p += http::kHttpDateLength;
  add("\r\n");
  char etag[http::kMaxETagLength];
  const std::string_view tag = http::FormatETag(
      etag_parts, entry->inode, static_cast<uint64_t>(entry->size), entry->mtime_ns, false, etag);
  entry->etag_size = 0;
  if (!tag.empty()) {
    add("ETag: ");
    entry->etag_offset = static_cast<uint16_t>(p - entry->prepared);
    entry->etag_size = static_cast<uint16_t>(tag.size());
    add(tag);
    add("\r\n");
  }
  add("Accept-Ranges: bytes\r\n");
  entry->prepared_size = static_cast<uint16_t>(p - entry->prepared);
}

}  // namespace httpd::server
