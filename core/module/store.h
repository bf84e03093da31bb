// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "module/file_identity.h"
#include "module/finding.h"
#include "module/index.h"
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
  FileIdentity identity;  // of the copy
  bool copied = false;    // false: an identical copy was there
};

// The private copies from which modules are inspected and opened, so that replacing a file below
// libexec/ cannot change or crash a running server. Owned by the supervisor's user; others read.
// Not thread-safe; runs in the supervisor and in checks only.
class ModuleStore {
 public:
  // `directory` is <ServerRoot>/run/modules; made (0755) by the first Add. `build` names the core:
  // what another one has written into the index is not used.
  explicit ModuleStore(std::string directory, std::string build = "");
  ~ModuleStore();
  ModuleStore(const ModuleStore&) = delete;
  ModuleStore& operator=(const ModuleStore&) = delete;

  const std::string& directory() const { return directory_; }

  // Before the first Add of a start or reload: looks at paths afresh, reads the index once, and
  // keeps others from pruning for as long as this process lives. Findings are warnings.
  void Open(std::vector<Finding>* findings);

  // Opens another store's copies and index for reading: what is there need not be copied here.
  void Borrow(const std::string& directory);

  // Checks the path of `original`, copies its bytes unless an identical copy is there. A file whose
  // device, inode, size and times are those of an earlier Add, or of the index, is not read again.
  // An existing copy is compared byte for byte before its first use; a damaged one is replaced.
  bool Add(const std::string& original, StoredModule* stored, Finding* finding);

  // Removes each copy whose hash is not in `keep`, and temporary files of crashed runs, unless
  // another process uses this store. Returns how many were removed. Files that this store did not
  // make are left alone.
  size_t Prune(const std::vector<std::string>& keep);

  // What was learned, for the next start; never of a store that borrows.
  bool Save(Finding* finding);

  Index& index() { return index_; }
  TrustedFolders& folders() { return folders_; }

  // A file larger than this is no module.
  static constexpr uint64_t kMaxBytes = 256ull << 20;

 private:
  bool Reuse(const FileIdentity& identity, const std::string& base_name, StoredModule* stored);
  bool Read(const std::string& original, std::string* bytes, FileIdentity* identity, bool* settled,
            Finding* finding) const;
  bool Prepare(const std::string& hash, base::UniqueFd* folder, Finding* finding);
  bool Write(int folder, const std::string& base_name, std::string_view bytes,
             const StoredModule& stored, struct ::stat* facts, Finding* finding);
  bool Lock();

  std::string directory_;
  std::string build_;
  std::string borrowed_;  // where copies lie that are not made here; "" = directory_
  bool loaded_ = false;
  base::UniqueFd users_;  // a shared lock on <directory>/users: copies are in use
  Index index_;
  TrustedFolders folders_;
};

// 128 bits of the content as 32 hexadecimal digits. Names copies; no protection against somebody
// who searches collisions: contents are compared before a copy is used.
std::string ContentHash(std::string_view bytes);

}  // namespace httpd::module
