// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "dl/loader_cache.h"

namespace httpd::dl {

// Where an object says that its libraries are.
struct RunPath {
  std::string directory;  // what $ORIGIN stands for
  std::string text;       // directories separated by ':'
  bool rpath = false;     // DT_RPATH: also for what its libraries need, and before LD_LIBRARY_PATH
  bool moved = false;     // it is opened from elsewhere: what $ORIGIN finds is not found then
};

// The object that needs the library, then the one that needed that, up to the program.
using RunPathChain = std::vector<const RunPath*>;

// A file that the loader would try.
struct Candidate {
  std::string path;
  bool by_origin = false;  // found by the $ORIGIN of an object that is moved
};

// Where the platform's run-time linker looks for a needed library (ld.so(8), dl_load of glibc):
// RPATH of the object and of those that need it unless it has a RUNPATH, the library path
// variable, its RUNPATH, the cache, the default directories. Nothing is opened but the cache.
class LibrarySearch {
 public:
  // `library_path`: the directories of the library path variable.
  explicit LibrarySearch(std::vector<std::string> library_path,
                         std::string cache_file = kLoaderCacheFile,
                         std::vector<std::string> defaults = DefaultDirectories());

  // Offers one candidate after the other until `accept` answers true. A name with a slash is a path
  // and is the only candidate.
  bool Find(std::string_view name, const RunPathChain& chain,
            const std::function<bool(const Candidate&)>& accept) const;

  // The directories that Find goes through, for messages.
  std::vector<std::string> Directories(const RunPathChain& chain) const;

  const LoaderCache& cache() const { return cache_; }

  static std::vector<std::string> DefaultDirectories();

 private:
  using Visit = std::function<bool(const Candidate& directory)>;
  bool EachDirectory(const RunPathChain& chain, bool with_defaults, const Visit& visit) const;

  std::vector<std::string> library_path_;
  std::vector<std::string> defaults_;
  LoaderCache cache_;
};

// One entry of a run path with $ORIGIN, $LIB and $PLATFORM (also ${…}) replaced as the loader does.
struct ExpandedEntry {
  std::string text;
  bool origin = false;  // it has $ORIGIN
};
ExpandedEntry ExpandEntry(std::string_view entry, std::string_view origin);

// The entries of a run path, empty ones included: the loader takes those as the current directory.
std::vector<std::string_view> SplitRunPath(std::string_view text);

}  // namespace httpd::dl
