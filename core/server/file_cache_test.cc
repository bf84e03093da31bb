// SPDX-License-Identifier: Apache-2.0
#include "server/file_cache.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <string>

#include "http/etag.h"

namespace httpd::server {
namespace {

class FileCacheTest : public testing::Test {
 protected:
  FileCacheTest() {
    char name[] = "/tmp/httpd-file-cache-XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  ~FileCacheTest() override { (void)!std::system(("rm -rf " + folder_).c_str()); }

  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path, std::ios::trunc) << text;
    return path;
  }
  // Looks up and gives the reference back: for what the cache itself keeps.
  FileEntry* Peek(const std::string& path, uint64_t now) {
    FileEntry* entry = cache_.Lookup(path, now, 1000);
    const bool kept = entry->kind != HTTPD_FILE_NONE && entry->error == 0;
    cache_.Release(entry);
    return kept ? entry : nullptr;
  }

  std::string folder_;
  FileCache cache_;
};

TEST_F(FileCacheTest, SmallFilesAreInMemoryLargeOnesAreOpen) {
  FileEntry* small = Peek(Write("a", "hello"), 0);
  ASSERT_NE(small, nullptr);
  EXPECT_EQ(std::string(small->content, 5), "hello");
  FileEntry* large = Peek(Write("b", std::string(FileCache::kMaxContent + 1, 'x')), 0);
  EXPECT_EQ(large->content, nullptr);
  EXPECT_GE(large->fd, 0);
}

TEST_F(FileCacheTest, WithinItsTimeAnEntryIsNotLookedAtAgain) {
  const std::string path = Write("a", "one");
  FileEntry* entry = Peek(path, 0);
  ::unlink(path.c_str());
  EXPECT_EQ(Peek(path, 999), entry);
  EXPECT_EQ(Peek(path, 1000), nullptr);
}

TEST_F(FileCacheTest, AChangedFileIsReadAnew) {
  const std::string path = Write("a", "one");
  FileEntry* before = cache_.Lookup(path, 0, 1000);
  Write("new", "three");
  ASSERT_EQ(::rename((folder_ + "/new").c_str(), path.c_str()), 0);
  FileEntry* after = cache_.Lookup(path, 1000, 1000);
  EXPECT_EQ(after->size, 5);
  // What is still being sent keeps the old bytes.
  EXPECT_EQ(std::string(before->content, 3), "one");
  cache_.Release(before);
  cache_.Release(after);
}

TEST_F(FileCacheTest, AnUnchangedFileStays) {
  const std::string path = Write("a", "one");
  FileEntry* entry = Peek(path, 0);
  EXPECT_EQ(Peek(path, 5000), entry);
  EXPECT_EQ(entry->checked, 5000u);
}

TEST_F(FileCacheTest, KindsAndErrors) {
  EXPECT_EQ(Peek(folder_, 0)->kind, HTTPD_FILE_DIRECTORY);
  const std::string fifo = folder_ + "/fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(Peek(fifo, 0)->kind, HTTPD_FILE_OTHER);  // and does not wait for a writer
  FileEntry* none = cache_.Lookup(folder_ + "/none", 0, 1000);
  EXPECT_EQ(none->kind, HTTPD_FILE_NONE);
  EXPECT_EQ(none->error, ENOENT);
  cache_.Release(none);
  FileEntry* below = cache_.Lookup(Write("a", "x") + "/b", 0, 1000);
  EXPECT_EQ(below->error, ENOTDIR);
  cache_.Release(below);
}

TEST_F(FileCacheTest, TheLongestUnusedEntryGoesFirst) {
  rlimit descriptors;
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &descriptors), 0);
  const size_t room = std::min<size_t>(FileCache::kMaxEntries, descriptors.rlim_cur / 2);
  const std::string first = Write("first", "1");
  Peek(first, 0);
  for (size_t i = 0; i < room + 10; ++i) {
    Peek(Write("f" + std::to_string(i), "x"), 0);
    if (i % 100 == 0) Peek(first, 0);  // used all the time
  }
  EXPECT_EQ(cache_.size(), room);
  ::unlink(first.c_str());
  EXPECT_NE(Peek(first, 0), nullptr);
}

TEST_F(FileCacheTest, PreparedLinesFollowTheSetting) {
  FileEntry* entry = Peek(Write("a", "hello"), 0);
  FileCache::Prepare(entry, http::kETagSize, INT64_MAX / 1000000000);
  const std::string with(entry->prepared, entry->prepared_size);
  EXPECT_NE(with.find("ETag: \"5\"\r\n"), std::string::npos) << with;
  EXPECT_EQ(entry->etag(), "\"5\"");
  FileCache::Prepare(entry, http::kETagNone, INT64_MAX / 1000000000);
  const std::string without(entry->prepared, entry->prepared_size);
  EXPECT_EQ(without.find("ETag"), std::string::npos);
  EXPECT_TRUE(entry->etag().empty());
  EXPECT_EQ(without.substr(0, 15), "Last-Modified: ");
}

TEST_F(FileCacheTest, LastModifiedIsNeverInTheFuture) {
  const std::string path = Write("a", "x");
  const timeval times[2] = {{2000000000, 0}, {2000000000, 0}};
  ASSERT_EQ(::utimes(path.c_str(), times), 0);
  FileEntry* entry = Peek(path, 0);
  FileCache::Prepare(entry, http::kETagNone, 784111777);
  const std::string lines(entry->prepared, entry->prepared_size);
  EXPECT_NE(lines.find("Sun, 06 Nov 1994 08:49:37 GMT"), std::string::npos) << lines;
}

}  // namespace
}  // namespace httpd::server
