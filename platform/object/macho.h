// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <llvm/BinaryFormat/MachO.h>

#include <string>
#include <string_view>
#include <vector>

#include "object/bytes.h"
#include "object/object.h"

namespace httpd::object {

// A stretch of memory that a Mach-O section describes; tells code from data.
struct MachoRange {
  uint64_t begin = 0;
  uint64_t end = 0;
  uint32_t type = HTTPD_INSPECT_SYMBOL_OTHER;
};

// What the load commands of a Mach-O file said, for those who read what is in __LINKEDIT.
struct MachoLayout {
  bool swap = false;  // the file's byte order is not this machine's
  bool is64 = false;
  bool two_level = false;
  uint64_t base = 0;                     // where the header is mapped
  std::vector<std::string_view> dylibs;  // by ordinal, which counts from 1
  std::vector<MachoRange> ranges;        // by section number, which counts from 1
  llvm::MachO::symtab_command symbols = {};
  llvm::MachO::dyld_info_command info = {};
  llvm::MachO::linkedit_data_command fixups = {};
  llvm::MachO::linkedit_data_command trie = {};

  // Empty for "this file", "the main program" and "anybody", which the small negative numbers mean.
  std::string_view Library(int64_t ordinal) const {
    return ordinal > 0 && static_cast<uint64_t>(ordinal) <= dylibs.size() ? dylibs[ordinal - 1]
                                                                          : std::string_view();
  }
};

// "AArch64", or "cpu type 77".
std::string MachoMachineName(uint32_t cpu);

// `image` begins with a Mach-O magic; its offsets count from there.
void ReadMachoImage(View* view, std::string_view image);

// Fill view->imports and view->exports. False when the view is truncated or malformed.
bool ReadMachoImports(View* view, const Bytes& image, MachoLayout* layout);
bool ReadMachoExports(View* view, const Bytes& image, MachoLayout* layout);

}  // namespace httpd::object
