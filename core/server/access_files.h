// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/pool.h"
#include "config/diagnostic.h"
#include "config/source.h"
#include "config/tree.h"
#include "server/location.h"
#include "server/request.h"

// .htaccess files: settings that are read by a worker while it serves, where AllowOverride says so.

namespace httpd::server {

// What tells whether a file is still the one that was read.
struct FileIdentity {
  uint64_t device = 0, inode = 0;
  int64_t size = 0, mtime_ns = 0, ctime_ns = 0;
  bool operator==(const FileIdentity&) const = default;
};

// One file as it was read under one AllowOverride, with everything that its settings refer to.
struct AccessFile {
  FileIdentity identity;
  std::vector<std::pair<std::string, FileIdentity>> tracked;  // what modules read with it
  config::SourceMap sources;
  config::Tree tree;
  Section section;
  httpd_result status = HTTPD_OK;  // or the error that answers requests
  std::string problem;             // its reason on one line
  uint64_t kept_by = 0;            // serial of the overlay that refers to it
  httpd_pool pool;                 // goes first: what is in it may refer to all else
};

// The files of one worker. What was looked at is believed for OpenFileCacheValid, then the path is
// looked at again. Settings that were merged with those of a file are kept together, and together
// they are given up when one of the files has changed: they live on until the last request that
// uses them has ended.
class AccessFiles {
 public:
  static constexpr size_t kMaxSize = 1 << 20;   // bytes of one file
  static constexpr size_t kMaxFiles = 4096;     // remembered, and as many absences
  static constexpr size_t kMaxMerges = 100000;  // combinations of sections with files

  explicit AccessFiles(httpd_worker* worker) : worker_(worker) {}
  ~AccessFiles();
  AccessFiles(const AccessFiles&) = delete;
  AccessFiles& operator=(const AccessFiles&) = delete;

  // Settings merged with those of files; one object until a file changes.
  struct Overlay {
    Overlay(const module::Registry* modules, uint64_t number) : serial(number), tree(modules) {}
    uint32_t references = 1;  // of requests, and one of AccessFiles
    const uint64_t serial;
    std::vector<std::shared_ptr<AccessFile>> files;  // that the tree refers to
    LocationTree tree;
  };

  // Where this request's settings are merged; it stays until the request ends. Null when out of
  // memory.
  Overlay* Enter(Request* request);

  // The file of `directory` (absolute, no slash at its end but for "/") under the AllowOverride of
  // `location`: HTTPD_OK, with null in `section` when there is none; else the status that ends the
  // request, after the reason was logged.
  httpd_result Find(Request* request, std::string_view directory, const httpd_location* location,
                    Overlay* overlay, const Section** section);

 private:
  struct Entry {
    uint64_t checked = 0;  // milliseconds of the loop's clock
    std::shared_ptr<AccessFile> file;
  };

  static void Release(Overlay* overlay);
  void Retire();
  std::shared_ptr<AccessFile> Look(Request* request, std::string_view directory,
                                   std::string_view name, const httpd_location* location);
  std::shared_ptr<AccessFile> Read(Request* request, std::string_view directory, const char* path,
                                   const httpd_location* location);
  void Evaluate(Request* request, std::string_view directory, const httpd_location* location,
                AccessFile* file);
  void Remember(std::string_view key, std::shared_ptr<AccessFile> file, uint64_t now);

  httpd_worker* worker_;
  Overlay* overlay_ = nullptr;
  uint64_t serial_ = 0;
  absl::flat_hash_map<std::string, Entry> files_;      // by path, server and AllowOverride
  absl::flat_hash_map<std::string, uint64_t> absent_;  // likewise; when it was looked at
};

}  // namespace httpd::server
