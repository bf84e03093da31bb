// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/unique_fd.h"
#include "module/file_identity.h"
#include "module/finding.h"
#include "module/trusted.h"

namespace httpd::module {

// Where LoadModule looks.
struct SearchPath {
  std::string server_root;               // relative files are below it
  std::vector<std::string> directories;  // ModulePath, absolute, in order
  std::string libexec_dir;               // searched last; "" = none
};

// Turns a LoadModule argument into the absolute path of a shared object. `file` is what the line
// gives (Apache: "libexec/mod_mime.so", also a libtool .la file, whose dlname is followed); when it
// is empty, mod_NAME.so (then mod_NAME.la) is searched. The file is not opened, apart from .la
// files.
bool ResolveModule(std::string_view name, std::string_view file, const SearchPath& search,
                   std::string* path, Finding* finding);

// One module file as it is opened later.
struct StoredModule {
  std::string original;  // what LoadModule resolved to, for messages
  std::string copy;      // <store>/<hash>/mod_foo.so
  std::string hash;      // 32 hexadecimal digits of the content
  uint64_t bytes = 0;
  bool copied = false;  // false: an identical copy was there
};

// The private copies from which modules are inspected and opened, so that replacing a file below
// libexec/ cannot change or crash a running server. Owned by the supervisor's user; others read.
// Not thread-safe; runs in the supervisor only.
class ModuleStore {
 public:
  // `directory` is <ServerRoot>/run/modules; made (0755) by the first Add.
  explicit ModuleStore(std::string directory) : directory_(std::move(directory)) {}

  const std::string& directory() const { return directory_; }

  // Checks the path of `original`, copies its bytes unless an identical copy is there. A file whose
  // device, inode, size and times are those of an earlier Add is not read again. An existing copy
  // is compared byte for byte before its first use in this process; a damaged one is replaced.
  bool Add(const std::string& original, StoredModule* stored, Finding* finding);

  // Removes each copy whose hash is not in `keep`, and temporary files of crashed runs. Returns how
  // many were removed. Files that this store did not make are left alone.
  size_t Prune(const std::vector<std::string>& keep);

  // A file larger than this is no module.
  static constexpr uint64_t kMaxBytes = 256ull << 20;

 private:
  struct Entry {
    std::string hash;
    FileIdentity copy;
  };

  bool Reuse(const FileIdentity& identity, const std::string& base_name,
             StoredModule* stored) const;
  bool Prepare(const std::string& hash, base::UniqueFd* folder, Finding* finding);
  bool Write(int folder, const std::string& base_name, std::string_view bytes,
             const StoredModule& stored, struct ::stat* facts, Finding* finding);

  std::string directory_;
  std::map<FileIdentity, Entry> index_;
};

// 128 bits of the content as 32 hexadecimal digits. Names copies; no protection against somebody
// who searches collisions: contents are compared before a copy is used.
std::string ContentHash(std::string_view bytes);

}  // namespace httpd::module
