// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace httpd::dl {

inline constexpr char kLoaderCacheFile[] = "/etc/ld.so.cache";

// The list of libraries that ldconfig(8) keeps for the loader of glibc ("glibc-ld.so.cache1.1",
// alone or behind the old format). Of a library that is there in builds for several processors the
// one for all is taken: its interface is the same. A file that is missing, damaged or of another
// format is an empty list, which is what other systems have.
class LoaderCache {
 public:
  explicit LoaderCache(const std::string& file);

  const std::string& file() const { return file_; }

  // Files with this name, in the loader's order, until `accept` answers true.
  bool Find(std::string_view name, const std::function<bool(std::string_view path)>& accept) const;

  // Every file of the list, until `visit` answers false.
  void Each(const std::function<bool(std::string_view path)>& visit) const;

 private:
  struct Entry {
    std::string_view name;
    std::string_view path;
  };
  void Parse();
  uint32_t Number(size_t offset) const;
  uint64_t Hwcap(size_t offset) const;
  bool Text(size_t offset, std::string_view* text) const;
  bool EntryAt(size_t index, Entry* entry) const;

  std::string file_;
  std::string bytes_;
  size_t begin_ = 0;  // of the new format
  size_t count_ = 0;
};

}  // namespace httpd::dl
