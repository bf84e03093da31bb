// SPDX-License-Identifier: Apache-2.0
//
// What a Mach-O file wants from others. dyld goes by the chained fixups or by the bind opcodes; the
// symbol table decides only in files that are older than those.

#include <llvm/BinaryFormat/MachO.h>

#include <algorithm>
#include <string>
#include <tuple>

#include "object/machines.h"
#include "object/macho.h"
#include "object/macho_tables.h"

namespace httpd::object {
namespace {

namespace macho = llvm::MachO;

// <mach-o/loader.h>, for arm64e; LLVM 19 does not name them.
constexpr uint8_t kBindThreaded = 0xd0;
constexpr uint8_t kThreadedTableSize = 0;

// The signed number that `bits` bits hold.
int64_t Signed(uint64_t value, unsigned bits) {
  const uint64_t sign = uint64_t{1} << (bits - 1);
  return static_cast<int64_t>((value ^ sign) - sign);
}

class Imports {
 public:
  Imports(View* view, const Bytes& image, const MachoLayout& layout)
      : view_(view), image_(image), layout_(layout) {}

  bool Read() {
    if (layout_.fixups.datasize != 0) return ReadFixups();
    const macho::dyld_info_command& info = layout_.info;
    if (info.bind_size == 0 && info.lazy_bind_size == 0) return ReadSymbols();
    return ReadOpcodes(info.bind_off, info.bind_size, false) &&
           ReadOpcodes(info.lazy_bind_off, info.lazy_bind_size, true) && DropTwins();
  }

 private:
  void Add(std::string_view name, int64_t ordinal, bool weak, bool lazy) {
    Symbol symbol;
    symbol.name = name;
    symbol.library = layout_.Library(ordinal);
    symbol.weak = weak;
    if (lazy) symbol.flags |= HTTPD_INSPECT_SYMBOL_LAZY;
    view_->imports.push_back(symbol);
  }

  // A state machine: the ordinal and the name stay until they are set again.
  bool ReadOpcodes(uint64_t offset, uint64_t size, bool lazy) {
    if (!image_.Within(offset, size, "the bind opcodes") || !view_->Spend(size)) return false;
    Cursor cursor(image_.Part(offset, size), 0);
    int64_t ordinal = 0;
    std::string_view name;
    bool weak = false;
    bool fresh = false;
    while (!cursor.AtEnd()) {
      const uint8_t byte = cursor.Byte();
      const uint8_t value = byte & macho::BIND_IMMEDIATE_MASK;
      const uint8_t opcode = byte & macho::BIND_OPCODE_MASK;
      switch (opcode) {
        case macho::BIND_OPCODE_DONE:
          if (!lazy) return !cursor.failed();  // in the lazy table each entry ends with one
          break;
        case macho::BIND_OPCODE_SET_DYLIB_ORDINAL_IMM:
          ordinal = value;
          break;
        case macho::BIND_OPCODE_SET_DYLIB_ORDINAL_ULEB:
          ordinal = static_cast<int64_t>(cursor.Uleb());
          break;
        case macho::BIND_OPCODE_SET_DYLIB_SPECIAL_IMM:
          ordinal = Signed(value, 4);
          break;
        case macho::BIND_OPCODE_SET_SYMBOL_TRAILING_FLAGS_IMM:
          name = cursor.Text();
          weak = (value & macho::BIND_SYMBOL_FLAGS_WEAK_IMPORT) != 0;
          fresh = true;
          break;
        case macho::BIND_OPCODE_SET_ADDEND_SLEB:
        case macho::BIND_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB:
        case macho::BIND_OPCODE_ADD_ADDR_ULEB:
          cursor.Uleb();
          break;
        case kBindThreaded:
          if (value == kThreadedTableSize) {
            cursor.Uleb();
          }
          break;
        case macho::BIND_OPCODE_DO_BIND_ULEB_TIMES_SKIPPING_ULEB:
          cursor.Uleb();
          [[fallthrough]];
        case macho::BIND_OPCODE_DO_BIND_ADD_ADDR_ULEB:
          cursor.Uleb();
          [[fallthrough]];
        case macho::BIND_OPCODE_DO_BIND_ADD_ADDR_IMM_SCALED:
        case macho::BIND_OPCODE_DO_BIND:
          if (fresh) Add(name, ordinal, weak, lazy);
          fresh = false;
          break;
        case macho::BIND_OPCODE_SET_TYPE_IMM:
          break;
        default:
          view_->Malformed("its bind opcodes contain " + Hex(opcode) + ", which does not exist");
          return false;
      }
    }
    if (cursor.failed()) view_->Malformed("its bind opcodes end inside an operand");
    return !cursor.failed();
  }

  // A function that is called and whose address is taken is bound in both tables.
  bool DropTwins() {
    std::vector<Symbol>& all = view_->imports;
    const auto key = [](const Symbol& s) { return std::tie(s.name, s.library); };
    std::stable_sort(all.begin(), all.end(),
                     [&](const Symbol& a, const Symbol& b) { return key(a) < key(b); });
    all.erase(std::unique(all.begin(), all.end(),
                          [&](const Symbol& a, const Symbol& b) { return key(a) == key(b); }),
              all.end());
    return true;
  }

  bool ReadFixups() {
    const Bytes table(view_, image_.Part(layout_.fixups.dataoff, layout_.fixups.datasize));
    macho::dyld_chained_fixups_header header;
    if (!table.Take(0, "the header of the chained fixups", &header)) return false;
    if (layout_.swap) SwapHeader(&header);
    if (header.symbols_format != 0) return ReadSymbols();  // compressed, which no linker does
    if (header.symbols_offset > table.size()) return Broken("names", header.symbols_offset);
    const std::string_view names = table.all().substr(header.symbols_offset);
    const uint64_t size = header.imports_format == macho::DYLD_CHAINED_IMPORT          ? 4
                          : header.imports_format == macho::DYLD_CHAINED_IMPORT_ADDEND ? 8
                                                                                       : 16;
    if (!table.Has(header.imports_offset, header.imports_count * size)) {
      return Broken("imports", header.imports_offset);
    }
    const bool wide = size == 16;
    for (uint64_t i = 0; i < header.imports_count; ++i) {
      // Bit fields from the low end: library 8, weak 1, name 23; or 16, 1, 15 unused, 32.
      const uint64_t at = header.imports_offset + i * size;
      const uint64_t bits = Number(table.Part(at, wide ? 8 : 4));
      std::string_view name;
      if (!view_->StringAt(names, wide ? bits >> 32 : bits >> 9, "import name", &name))
        return false;
      Add(name, wide ? Signed(bits & 0xffff, 16) : Signed(bits & 0xff, 8),
          (bits >> (wide ? 16 : 8) & 1) != 0, false);
    }
    return true;
  }

  bool Broken(const char* what, uint64_t offset) {
    view_->Malformed(std::string("its chained fixups have their ") + what +
                     " outside of themselves, at " + Hex(offset));
    return false;
  }

  static void SwapHeader(macho::dyld_chained_fixups_header* header) {
    for (uint32_t* field :
         {&header->fixups_version, &header->starts_offset, &header->imports_offset,
          &header->symbols_offset, &header->imports_count, &header->imports_format,
          &header->symbols_format}) {
      macho::swapStruct(*field);
    }
  }

  uint64_t Number(std::string_view bytes) const {
    uint64_t value = 0;
    const bool big = layout_.swap != kHostBigEndian;
    for (size_t i = 0; i < bytes.size(); ++i) {
      value = value << 8 | static_cast<uint8_t>(bytes[big ? i : bytes.size() - 1 - i]);
    }
    return value;
  }

  bool ReadSymbols();

  View* view_;
  const Bytes& image_;
  const MachoLayout& layout_;
};

bool Imports::ReadSymbols() {
  return EachGlobal(view_, image_, layout_, [&](const auto& symbol, std::string_view name) {
    if ((symbol.n_type & macho::N_TYPE) != macho::N_UNDF) return;
    const uint16_t about = static_cast<uint16_t>(symbol.n_desc);
    // 254 and 255 mean "anybody" and "the main program".
    const int64_t ordinal = layout_.two_level ? Signed(about >> 8, 8) : 0;
    Add(name, ordinal, (about & macho::N_WEAK_REF) != 0, (about & macho::REFERENCE_TYPE) == 1);
  });
}

}  // namespace

bool ReadMachoImports(View* view, const Bytes& image, MachoLayout* layout) {
  return Imports(view, image, *layout).Read();
}

}  // namespace httpd::object
