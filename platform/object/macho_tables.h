// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <llvm/BinaryFormat/MachO.h>

#include <cstring>
#include <string_view>

#include "object/macho.h"

// How what is in __LINKEDIT is read: opcodes, tries and the symbol table.
namespace httpd::object {

// The numbers and names of variable length in opcodes and tries. Behind the end it yields nothing
// and has failed.
class Cursor {
 public:
  Cursor(std::string_view bytes, uint64_t at) : bytes_(bytes), at_(at) {}

  bool AtEnd() const { return at_ >= bytes_.size(); }
  bool failed() const { return failed_; }
  uint64_t at() const { return at_; }

  uint8_t Byte() {
    if (AtEnd()) return Fail();
    return static_cast<uint8_t>(bytes_[at_++]);
  }
  uint64_t Uleb() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      const uint8_t byte = Byte();
      if (failed_) return 0;
      if (shift < 64) value |= uint64_t{byte & 0x7fu} << shift;
      if ((byte & 0x80) == 0) return value;
    }
    return Fail();
  }
  std::string_view Text() {
    const std::string_view rest = AtEnd() ? std::string_view() : bytes_.substr(at_);
    const size_t end = rest.find('\0');
    if (end == std::string_view::npos) {
      Fail();
      return {};
    }
    at_ += end + 1;
    return rest.substr(0, end);
  }

 private:
  uint8_t Fail() {
    failed_ = true;
    at_ = bytes_.size();
    return 0;
  }

  std::string_view bytes_;
  uint64_t at_;
  bool failed_ = false;
};

// Calls each(symbol, name) for every symbol that is not only for the debugger or for this file.
template <class T, class Each>
bool EachGlobal(View* view, const Bytes& image, const MachoLayout& layout, Each each) {
  const llvm::MachO::symtab_command& table = layout.symbols;
  if (!image.Within(table.symoff, uint64_t{table.nsyms} * sizeof(T), "the symbol table") ||
      !image.Within(table.stroff, table.strsize, "the symbol names")) {
    return false;
  }
  const std::string_view names = image.Part(table.stroff, table.strsize);
  for (uint32_t i = 0; i < table.nsyms; ++i) {
    T symbol;
    memcpy(&symbol, image.all().data() + table.symoff + uint64_t{i} * sizeof(T), sizeof(T));
    if (layout.swap) llvm::MachO::swapStruct(symbol);
    const uint8_t type = symbol.n_type;
    if ((type & llvm::MachO::N_STAB) != 0 || (type & llvm::MachO::N_EXT) == 0 ||
        (type & llvm::MachO::N_PEXT) != 0) {
      continue;
    }
    std::string_view name;
    if (!view->StringAt(names, symbol.n_strx, "symbol name", &name)) return false;
    if (!name.empty()) each(symbol, name);
  }
  return true;
}

template <class Each>
bool EachGlobal(View* view, const Bytes& image, const MachoLayout& layout, Each each) {
  return layout.is64 ? EachGlobal<llvm::MachO::nlist_64>(view, image, layout, each)
                     : EachGlobal<llvm::MachO::nlist>(view, image, layout, each);
}

}  // namespace httpd::object
