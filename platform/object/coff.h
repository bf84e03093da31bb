// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <llvm/BinaryFormat/COFF.h>
#include <llvm/Object/COFF.h>

#include <algorithm>
#include <string_view>

#include "object/bytes.h"
#include "object/object.h"

namespace httpd::object {

// False, and the machine is only a number, when it has no name.
bool SetCoffMachine(View* view, uint32_t machine);

// What images and objects have in common: the table of sections.
class CoffReader {
 public:
  explicit CoffReader(View* view) : view_(view), file_(view, view->bytes) {}

 protected:
  bool ReadSections(uint64_t offset, uint32_t count) {
    if (!file_.Within(offset, uint64_t{count} * sizeof(llvm::object::coff_section),
                      "the section table")) {
      return false;
    }
    sections_ = reinterpret_cast<const llvm::object::coff_section*>(view_->bytes.data() + offset);
    section_count_ = count;
    for (const llvm::object::coff_section* section = sections_; section != sections_ + count;
         ++section) {
      if (!ReadSection(*section)) return false;
    }
    return true;
  }

  bool ReadSection(const llvm::object::coff_section& section) {
    const bool empty =
        (section.Characteristics & llvm::COFF::IMAGE_SCN_CNT_UNINITIALIZED_DATA) != 0 ||
        section.PointerToRawData == 0;
    if (empty) return true;
    if (!file_.Within(section.PointerToRawData, section.SizeOfRawData, "a section") ||
        !file_.Within(section.PointerToRelocations,
                      uint64_t{section.NumberOfRelocations} * sizeof(llvm::object::coff_relocation),
                      "a relocation table")) {
      return false;
    }
    if (FixedText(section.Name, sizeof(section.Name)) != kManifestName ||
        (view_->flags & HTTPD_INSPECT_HAS_MANIFEST) != 0) {
      return true;
    }
    view_->flags |= HTTPD_INSPECT_HAS_MANIFEST;
    // In an image the raw size is rounded up to the file's alignment.
    uint64_t size = section.SizeOfRawData;
    if (section.VirtualSize != 0) size = std::min<uint64_t>(size, section.VirtualSize);
    view_->manifest = file_.Part(section.PointerToRawData, size);
    return true;
  }

  // The symbols, then the string table behind them, which begins with its own length.
  bool CheckSymbols(uint64_t offset, uint64_t count, uint64_t one) {
    if (offset == 0) return true;
    if (!file_.Within(offset, count * one, "the symbol table")) return false;
    llvm::support::ulittle32_t names;
    return file_.Take(offset + count * one, "the length of the string table", &names) &&
           file_.Within(offset + count * one, names, "the string table");
  }

  static constexpr std::string_view kManifestName = ".httpdm";  // HTTPD_MANIFEST_SECTION

  View* view_;
  Bytes file_;
  const llvm::object::coff_section* sections_ = nullptr;
  uint32_t section_count_ = 0;
};

}  // namespace httpd::object
