// SPDX-License-Identifier: Apache-2.0
//
// Reads XCOFF, the format of AIX, of both widths; it is big-endian always. The structs are
// libObject's. What a file imports and exports is in its loader section, which XCOFFObjectFile only
// hands out as raw addresses. Layout: AIX files reference, "XCOFF Object File Format".

#include <llvm/BinaryFormat/XCOFF.h>
#include <llvm/Object/XCOFFObjectFile.h>

#include <string>

#include "object/bytes.h"
#include "object/object.h"

namespace httpd::object {
namespace {

namespace xcoff = llvm::XCOFF;
namespace obj = llvm::object;
using llvm::support::ubig32_t;

// The compiler makes a csect of each section that a program names (HTTPD_MANIFEST_SECTION); the
// linker puts it into .text or .data, and only the symbol table keeps its name.
constexpr std::string_view kManifestCsect(".httpd_manifest\0", 16);

// smtype of a loader symbol.
constexpr uint8_t kWeak = 0x08;
constexpr uint8_t kExport = 0x10;
constexpr uint8_t kImport = 0x40;

// Storage classes with this bit have their names in the .debug section.
constexpr uint8_t kDebug = 0x80;

struct Symbol32 {
  using Csect = obj::XCOFFCsectAuxEnt32;
  char name[xcoff::NameSize];
  ubig32_t value;
  llvm::support::big16_t section;
  llvm::support::ubig16_t type;
  uint8_t storage_class;
  uint8_t aux_count;
};

struct Symbol64 {
  using Csect = obj::XCOFFCsectAuxEnt64;
  llvm::support::ubig64_t value;
  ubig32_t name;
  llvm::support::big16_t section;
  llvm::support::ubig16_t type;
  uint8_t storage_class;
  uint8_t aux_count;
};

struct Format32 {
  using Header = obj::XCOFFFileHeader32;
  using Section = obj::XCOFFSectionHeader32;
  using Loader = obj::LoaderSectionHeader32;
  using LoaderSymbol = obj::LoaderSectionSymbolEntry32;
  using TableSymbol = Symbol32;
};

struct Format64 {
  using Header = obj::XCOFFFileHeader64;
  using Section = obj::XCOFFSectionHeader64;
  using Loader = obj::LoaderSectionHeader64;
  using LoaderSymbol = obj::LoaderSectionSymbolEntry64;
  using TableSymbol = Symbol64;
};

static_assert(sizeof(Symbol32) == xcoff::SymbolTableEntrySize);
static_assert(sizeof(Symbol64) == xcoff::SymbolTableEntrySize);

uint32_t SymbolType(uint32_t mapping_class) {
  switch (mapping_class) {
    case xcoff::XMC_PR:
    case xcoff::XMC_DS:
    case xcoff::XMC_GL:
    case xcoff::XMC_XO:
    case xcoff::XMC_SV:
    case xcoff::XMC_SV64:
    case xcoff::XMC_SV3264:
      return HTTPD_INSPECT_SYMBOL_FUNCTION;
    case xcoff::XMC_TL:
    case xcoff::XMC_UL:
      return HTTPD_INSPECT_SYMBOL_TLS;
    case xcoff::XMC_UA:
      return HTTPD_INSPECT_SYMBOL_OTHER;
    default:
      return HTTPD_INSPECT_SYMBOL_DATA;
  }
}

uint64_t CsectLength(const obj::XCOFFCsectAuxEnt32& csect) { return csect.SectionOrLength; }

uint64_t CsectLength(const obj::XCOFFCsectAuxEnt64& csect) {
  return uint64_t{csect.SectionOrLengthHighByte} << 32 | csect.SectionOrLengthLowByte;
}

template <class Format>
class XcoffReader {
 public:
  using Header = typename Format::Header;
  using Section = typename Format::Section;

  explicit XcoffReader(View* view) : view_(view), file_(view, view->bytes) {}

  void Read() {
    if (!file_.Take(0, "its XCOFF header", &header_)) return;
    SetKind();
    const uint64_t at = sizeof(header_) + header_.AuxHeaderSize;
    section_count_ = header_.NumberOfSections;
    if (!file_.Within(at, uint64_t{section_count_} * sizeof(Section), "the section table")) return;
    sections_ = reinterpret_cast<const Section*>(view_->bytes.data() + at);
    if (!CheckSections() || !ReadSymbolTable() || loader_ == nullptr) return;
    if (ReadLoader()) view_->flags |= HTTPD_INSPECT_DEEP;
  }

 private:
  void SetKind() {
    const uint32_t flags = header_.Flags;
    if ((flags & xcoff::F_SHROBJ) != 0) {
      view_->kind = HTTPD_INSPECT_SHARED;
      view_->kind_name = "XCOFF shared object";
    } else if ((flags & xcoff::F_EXEC) != 0) {
      view_->kind = HTTPD_INSPECT_EXECUTABLE;
      view_->kind_name = "XCOFF executable";
    } else {
      view_->kind = HTTPD_INSPECT_RELOCATABLE;
      view_->kind_name = "XCOFF object file (.o)";
    }
    if (view_->kind == HTTPD_INSPECT_SHARED) view_->flags |= HTTPD_INSPECT_ANY_ADDRESS;
  }

  bool CheckSections() {
    for (const Section* section = sections_; section != sections_ + section_count_; ++section) {
      const uint32_t type = static_cast<uint32_t>(section->Flags) & Section::SectionFlagsTypeMask;
      // In 32-bit files an overflow section holds counts where others have addresses.
      if (type == xcoff::STYP_OVRFLO || type == xcoff::STYP_BSS || type == xcoff::STYP_TBSS) {
        continue;
      }
      if (!file_.Within(Offset(*section), section->SectionSize, "a section")) return false;
      if (type == xcoff::STYP_LOADER && loader_ == nullptr) loader_ = section;
    }
    return true;
  }

  static uint64_t Offset(const Section& section) {
    return static_cast<uint64_t>(section.FileOffsetToRawData);
  }

  bool ReadSymbolTable() {
    using TableSymbol = typename Format::TableSymbol;
    const uint64_t at = header_.SymbolTableOffset;
    const int64_t count = header_.NumberOfSymTableEntries;
    if (at == 0 || count == 0) return true;
    if (count < 0) {
      view_->Malformed("its header claims " + std::to_string(count) + " symbols");
      return false;
    }
    const uint64_t size = static_cast<uint64_t>(count) * sizeof(TableSymbol);
    if (!file_.Within(at, size, "the symbol table")) return false;
    ubig32_t names_size;  // counts itself; there is no table when nothing has a long name
    std::string_view names;
    if (at + size != file_.size()) {
      if (!file_.Take(at + size, "the length of the string table", &names_size) ||
          !file_.Within(at + size, names_size, "the string table")) {
        return false;
      }
      names = file_.Part(at + size, names_size);
    }
    const auto* symbols = reinterpret_cast<const TableSymbol*>(view_->bytes.data() + at);
    for (int64_t i = 0; i < count; i += 1 + symbols[i].aux_count) {
      const uint64_t name = NameOffset(symbols[i]);
      if (name != 0 && names.empty()) {
        return file_.Take(at + size, "the length of the string table", &names_size);
      }
      const int64_t last = i + symbols[i].aux_count;
      if (!NameIs(names, name) || symbols[i].aux_count == 0 || last >= count) continue;
      // The auxiliary entry that describes the csect is the last one.
      using Csect = typename TableSymbol::Csect;
      return ReadManifest(symbols[i], CsectLength(*reinterpret_cast<const Csect*>(&symbols[last])));
    }
    return true;
  }

  static bool NameIs(std::string_view names, uint64_t offset) {
    return offset < names.size() && names.substr(offset).starts_with(kManifestCsect);
  }

  // 0 for a name that is not in the string table: too short, or a debugger's.
  static uint64_t NameOffset(const Symbol32& symbol) {
    const auto* words = Packed<ubig32_t>({symbol.name, sizeof(symbol.name)});
    return words[0] == 0 && (symbol.storage_class & kDebug) == 0 ? uint64_t{words[1]} : 0;
  }
  static uint64_t NameOffset(const Symbol64& symbol) {
    return (symbol.storage_class & kDebug) == 0 ? uint64_t{symbol.name} : 0;
  }

  template <class T>
  bool ReadManifest(const T& symbol, uint64_t length) {
    const int32_t number = symbol.section;
    if (number <= 0 || static_cast<uint32_t>(number) > section_count_) return true;
    const Section& section = sections_[number - 1];
    const uint64_t distance = symbol.value - section.VirtualAddress;
    if (distance > section.SectionSize || length > section.SectionSize - distance) {
      view_->Malformed("its manifest of " + std::to_string(length) +
                       " bytes is not within section " + std::to_string(number));
      return false;
    }
    view_->flags |= HTTPD_INSPECT_HAS_MANIFEST;
    view_->manifest = file_.Part(Offset(section) + distance, length);
    return true;
  }

  // False, and the view is malformed, when a table is not within the loader section.
  bool TakeTable(uint64_t offset, uint64_t size, const char* what, std::string_view* out) {
    const std::string_view loader = file_.Part(Offset(*loader_), loader_->SectionSize);
    if (offset > loader.size() || size > loader.size() - offset) {
      view_->Malformed("its loader section of " + std::to_string(loader.size()) +
                       " bytes does not hold its " + what + " of " + std::to_string(size) +
                       " bytes at " + Hex(offset));
      return false;
    }
    *out = loader.substr(offset, size);
    return true;
  }

  bool ReadLoader() {
    using LoaderSymbol = typename Format::LoaderSymbol;
    std::string_view bytes, files, symbols;
    if (!TakeTable(0, sizeof(typename Format::Loader), "header", &bytes)) return false;
    const auto* loader = Packed<typename Format::Loader>(bytes);
    // Negative offsets turn into large ones, which no table reaches.
    const uint64_t files_at = static_cast<uint64_t>(int64_t{loader->OffsetToImpid});
    const uint64_t names_at = static_cast<uint64_t>(int64_t{loader->OffsetToStrTbl});
    const uint64_t count = loader->NumberOfSymTabEnt;
    if (!TakeTable(files_at, loader->LengthOfImpidStrTbl, "list of imported files", &files) ||
        !TakeTable(names_at, loader->LengthOfStrTbl, "names", &names_) ||
        !TakeTable(loader->getOffsetToSymTbl(), count * sizeof(LoaderSymbol), "symbols",
                   &symbols) ||
        !ReadImportFiles(files, loader->NumberOfImpid)) {
      return false;
    }
    for (uint64_t i = 0; i < count; ++i) {
      if (!ReadSymbol(*Packed<LoaderSymbol>(symbols.substr(i * sizeof(LoaderSymbol)))))
        return false;
    }
    return true;
  }

  // Three texts each: path, file, member of an archive. The first is where to search for the
  // others.
  bool ReadImportFiles(std::string_view table, uint64_t count) {
    uint64_t at = 0;
    for (uint64_t i = 0; i < count; ++i) {
      std::string_view part[3];
      for (std::string_view& text : part) {
        if (!view_->StringAt(table, at, "list of imported files", &text)) return false;
        at += text.size() + 1;
      }
      if (i == 0) {
        view_->run_path = part[0];
        libraries_.push_back({});
        continue;
      }
      std::string name;
      if (!part[0].empty()) name = std::string(part[0]) + "/";
      name += part[1];
      if (!part[2].empty()) name += "(" + std::string(part[2]) + ")";
      libraries_.push_back(view_->texts.Keep(name));
      view_->needed.push_back(libraries_.back());
    }
    return true;
  }

  bool TakeName(const obj::LoaderSectionSymbolEntry32& from, std::string_view* out) {
    const auto* words = Packed<ubig32_t>({from.SymbolName, sizeof(from.SymbolName)});
    if (words[0] == 0) return view_->StringAt(names_, words[1], "symbol name", out);
    *out = FixedText(from.SymbolName, sizeof(from.SymbolName));
    return true;
  }
  bool TakeName(const obj::LoaderSectionSymbolEntry64& from, std::string_view* out) {
    return view_->StringAt(names_, from.Offset, "symbol name", out);
  }

  template <class T>
  bool ReadSymbol(const T& from) {
    Symbol symbol;
    if (!TakeName(from, &symbol.name)) return false;
    symbol.type = SymbolType(from.StorageClass);
    symbol.weak = (from.SymbolType & kWeak) != 0;
    if ((from.SymbolType & kImport) != 0) {
      const uint32_t file = from.ImportFileID;
      if (file < libraries_.size()) symbol.library = libraries_[file];
      view_->imports.push_back(symbol);
    }
    if ((from.SymbolType & kExport) != 0) {
      // Imported and exported: passed on.
      if (!symbol.library.empty()) symbol.forward = symbol.name;
      view_->exports.push_back(symbol);
    }
    return true;
  }

  View* view_;
  Bytes file_;
  Header header_ = {};
  const Section* sections_ = nullptr;
  uint32_t section_count_ = 0;
  const Section* loader_ = nullptr;
  std::string_view names_;
  std::vector<std::string_view> libraries_;
};

}  // namespace

void ReadXcoff(View* view) {
  const auto* magic = Packed<llvm::support::ubig16_t>(view->bytes);
  if (magic == nullptr) return;
  const bool is64 = *magic == xcoff::XCOFF64;
  if (!is64 && *magic != xcoff::XCOFF32) return;
  if (view->bytes.size() < sizeof(obj::XCOFFFileHeader32)) return;  // two bytes are no evidence
  view->format = HTTPD_INSPECT_FORMAT_XCOFF;
  view->kind = HTTPD_INSPECT_OTHER;
  view->kind_name = "XCOFF file";
  view->big_endian = true;
  view->bits = is64 ? 64 : 32;
  view->machine = *magic;
  view->machine_name = "PowerPC";
  view->os_abi_name = "AIX";
  view->SetTarget();
  if (is64) return XcoffReader<Format64>(view).Read();
  XcoffReader<Format32>(view).Read();
}

}  // namespace httpd::object
