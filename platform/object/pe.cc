// SPDX-License-Identifier: Apache-2.0
//
// Reads Windows images (PE). The structs are libObject's; the reading is not, because
// COFFObjectFile follows names and tables of an image to whatever its addresses say, without asking
// where the file ends.

#include <llvm/BinaryFormat/COFF.h>
#include <llvm/Object/COFF.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "object/coff.h"

namespace httpd::object {
namespace {

namespace coff = llvm::COFF;
using llvm::object::coff_file_header;
using llvm::object::coff_import_directory_table_entry;
using llvm::object::coff_section;
using llvm::object::data_directory;
using llvm::object::debug_directory;
using llvm::object::delay_import_directory_table_entry;
using llvm::object::export_directory_table_entry;
using llvm::object::pe32_header;
using llvm::object::pe32plus_header;
using llvm::support::ulittle16_t;
using llvm::support::ulittle32_t;
using llvm::support::ulittle64_t;

std::string SubsystemName(uint32_t number) {
  switch (number) {
    case coff::IMAGE_SUBSYSTEM_NATIVE:
      return "Windows native";
    case coff::IMAGE_SUBSYSTEM_WINDOWS_GUI:
      return "Windows GUI";
    case coff::IMAGE_SUBSYSTEM_WINDOWS_CUI:
      return "Windows console";
    case coff::IMAGE_SUBSYSTEM_EFI_APPLICATION:
    case coff::IMAGE_SUBSYSTEM_EFI_BOOT_SERVICE_DRIVER:
    case coff::IMAGE_SUBSYSTEM_EFI_RUNTIME_DRIVER:
      return "EFI";
    default:
      return "Windows subsystem " + std::to_string(number);
  }
}

class PeReader : public CoffReader {
 public:
  using CoffReader::CoffReader;

  void Read(uint64_t header_at) {
    coff_file_header header;
    view_->kind = HTTPD_INSPECT_OTHER;
    view_->kind_name = "Windows program file";
    if (!file_.Take(header_at + sizeof(coff::PEMagic), "the COFF header", &header)) return;
    SetCoffMachine(view_, header.Machine);
    view_->SetTarget();
    const bool dll = (header.Characteristics & coff::IMAGE_FILE_DLL) != 0;
    view_->kind = dll ? HTTPD_INSPECT_SHARED : HTTPD_INSPECT_EXECUTABLE;
    view_->kind_name = dll ? "Windows DLL" : "Windows executable";
    const uint64_t optional_at = header_at + sizeof(coff::PEMagic) + sizeof(header);
    if (!file_.Within(optional_at, header.SizeOfOptionalHeader, "the optional header") ||
        !ReadOptionalHeader(file_.Part(optional_at, header.SizeOfOptionalHeader)) ||
        !ReadSections(optional_at + header.SizeOfOptionalHeader, header.NumberOfSections) ||
        !CheckSymbols(header.PointerToSymbolTable, header.NumberOfSymbols, coff::Symbol16Size) ||
        !CheckOrder()) {
      return;
    }
    ReadBuildId();
    if (ReadImports() && ReadDelayImports() && ReadExports() && CheckSignature()) {
      view_->flags |= HTTPD_INSPECT_DEEP;
    }
  }

 private:
  struct Directory {
    uint64_t address = 0;
    uint64_t size = 0;
  };

  bool Broken(const std::string& what, uint64_t address) {
    view_->Malformed("its " + what + " is outside of its sections, at address " + Hex(address));
    return false;
  }

  bool ReadOptionalHeader(std::string_view optional) {
    const auto* magic = Packed<ulittle16_t>(optional);
    if (magic != nullptr && *magic == coff::PE32Header::PE32_PLUS) {
      view_->bits = 64;
      return ReadOptionalHeaderAs<pe32plus_header>(optional);
    }
    if (magic != nullptr && *magic == coff::PE32Header::PE32) {
      view_->bits = 32;
      return ReadOptionalHeaderAs<pe32_header>(optional);
    }
    view_->Malformed("its optional header of " + std::to_string(optional.size()) +
                     " bytes is neither PE32 nor PE32+");
    return false;
  }

  template <class T>
  bool ReadOptionalHeaderAs(std::string_view optional) {
    const auto* header = Packed<T>(optional);
    if (header == nullptr ||
        header->NumberOfRvaAndSize > (optional.size() - sizeof(T)) / sizeof(data_directory)) {
      view_->Malformed("its optional header has only " + std::to_string(optional.size()) +
                       " bytes");
      return false;
    }
    view_->SetTarget();
    headers_size_ = header->SizeOfHeaders;
    view_->os_abi = header->Subsystem;
    view_->os_abi_name = SubsystemName(view_->os_abi);
    const uint32_t flags = header->DLLCharacteristics;
    const auto map = [&](uint32_t from, uint32_t to) {
      if ((flags & from) != 0) view_->flags |= to;
    };
    map(coff::IMAGE_DLL_CHARACTERISTICS_DYNAMIC_BASE, HTTPD_INSPECT_ANY_ADDRESS);
    map(coff::IMAGE_DLL_CHARACTERISTICS_NX_COMPAT, HTTPD_INSPECT_NX);
    map(coff::IMAGE_DLL_CHARACTERISTICS_HIGH_ENTROPY_VA, HTTPD_INSPECT_HIGH_ENTROPY);
    map(coff::IMAGE_DLL_CHARACTERISTICS_GUARD_CF, HTTPD_INSPECT_CONTROL_FLOW_GUARD);
    for (uint32_t i = 0; i < std::min<uint32_t>(header->NumberOfRvaAndSize, 16); ++i) {
      const auto* entry =
          Packed<data_directory>(optional.substr(sizeof(T) + i * sizeof(data_directory)));
      directories_[i] = {entry->RelativeVirtualAddress, entry->Size};
    }
    return true;
  }

  // Windows refuses an image whose sections are not in the order of their addresses; finding one by
  // halving relies on it.
  bool CheckOrder() {
    for (uint32_t i = 1; i < section_count_; ++i) {
      if (sections_[i - 1].VirtualAddress < sections_[i].VirtualAddress) continue;
      view_->Malformed("its section " + std::to_string(i + 1) +
                       " does not lie behind the one before");
      return false;
    }
    return true;
  }

  const coff_section* SectionAt(uint64_t address) const {
    const auto* after = std::upper_bound(
        sections_, sections_ + section_count_, address,
        [](uint64_t value, const coff_section& section) { return value < section.VirtualAddress; });
    if (after == sections_) return nullptr;
    const coff_section* section = after - 1;
    return address - section->VirtualAddress < section->SizeOfRawData ? section : nullptr;
  }

  // The bytes of the file that are mapped from `address` on, to the end of their section.
  std::string_view Mapped(uint64_t address) const {
    if (address < headers_size_) {
      return address < file_.size() ? file_.all().substr(0, headers_size_).substr(address)
                                    : std::string_view();
    }
    const coff_section* section = SectionAt(address);
    if (section == nullptr || section->PointerToRawData == 0) return {};
    const uint64_t distance = address - section->VirtualAddress;
    return file_.Part(section->PointerToRawData + distance, section->SizeOfRawData - distance);
  }

  bool TakeText(uint64_t address, const char* what, std::string_view* out) {
    const std::string_view mapped = Mapped(address);
    if (mapped.empty()) return Broken(what, address);
    return view_->StringAt(mapped, 0, what, out);
  }

  bool ReadImports() {
    const Directory& table = directories_[coff::IMPORT_TABLE];
    if (table.address == 0) return true;
    std::string_view left = Mapped(table.address);
    for (;; left.remove_prefix(sizeof(coff_import_directory_table_entry))) {
      const auto* entry = Packed<coff_import_directory_table_entry>(left);
      if (entry == nullptr) return Broken("import table", table.address);
      if (entry->isNull()) return true;
      const uint64_t names = entry->ImportLookupTableRVA != 0 ? entry->ImportLookupTableRVA
                                                              : entry->ImportAddressTableRVA;
      if (!ReadLibrary(entry->NameRVA, names, false)) return false;
    }
  }

  bool ReadDelayImports() {
    const Directory& table = directories_[coff::DELAY_IMPORT_DESCRIPTOR];
    if (table.address == 0) return true;
    std::string_view left = Mapped(table.address);
    for (;; left.remove_prefix(sizeof(delay_import_directory_table_entry))) {
      const auto* entry = Packed<delay_import_directory_table_entry>(left);
      if (entry == nullptr) return Broken("delay import table", table.address);
      if (entry->Name == 0) return true;
      // Bit 0: addresses relative to the image. Compilers before 2003 wrote absolute ones.
      if ((entry->Attributes & 1) == 0) continue;
      if (!ReadLibrary(entry->Name, entry->DelayImportNameTable, true)) return false;
    }
  }

  bool ReadLibrary(uint64_t name_at, uint64_t names_at, bool lazy) {
    std::string_view library;
    if (!TakeText(name_at, "name of a needed library", &library)) return false;
    if (std::find(view_->needed.begin(), view_->needed.end(), library) == view_->needed.end()) {
      if (!view_->Spend(view_->needed.size() * sizeof(library))) return false;
      view_->needed.push_back(library);
    }
    return view_->bits == 64 ? ReadNames<ulittle64_t>(library, names_at, lazy)
                             : ReadNames<ulittle32_t>(library, names_at, lazy);
  }

  // One number per symbol: with the highest bit an ordinal, else where its name is, behind a hint.
  template <class T>
  bool ReadNames(std::string_view library, uint64_t address, bool lazy) {
    constexpr unsigned kTop = sizeof(T) * 8 - 1;
    std::string_view left = Mapped(address);
    for (;; left.remove_prefix(sizeof(T))) {
      const auto* entry = Packed<T>(left);
      if (entry == nullptr) return Broken("list of imports from a library", address);
      const uint64_t value = *entry;
      if (value == 0) return true;
      if (!view_->Spend(sizeof(T))) return false;
      Symbol symbol;
      symbol.library = library;
      if (lazy) symbol.flags |= HTTPD_INSPECT_SYMBOL_LAZY;
      if (value >> kTop != 0) {
        symbol.flags |= HTTPD_INSPECT_SYMBOL_ORDINAL;
        symbol.ordinal = value & 0xffff;
      } else if (!TakeText((value & 0x7fffffff) + sizeof(ulittle16_t), "import name",
                           &symbol.name)) {
        return false;
      }
      view_->imports.push_back(symbol);
    }
  }

  bool ReadExports() {
    const Directory& where = directories_[coff::EXPORT_TABLE];
    if (where.address == 0) return true;
    const auto* table = Packed<export_directory_table_entry>(Mapped(where.address));
    if (table == nullptr) return Broken("export table", where.address);
    if (table->NameRVA != 0 && !TakeText(table->NameRVA, "own library name", &view_->soname)) {
      return false;
    }
    const uint64_t count = table->AddressTableEntries;
    const uint64_t names = table->NumberOfNamePointers;
    const std::string_view addresses = Mapped(table->ExportAddressTableRVA);
    const std::string_view name_table = Mapped(table->NamePointerRVA);
    const std::string_view ordinals = Mapped(table->OrdinalTableRVA);
    if (count * sizeof(ulittle32_t) > addresses.size() ||
        names * sizeof(ulittle32_t) > name_table.size() ||
        names * sizeof(ulittle16_t) > ordinals.size()) {
      view_->Malformed("its export table claims " + std::to_string(count) + " symbols and " +
                       std::to_string(names) + " names, which do not fit into its section");
      return false;
    }
    std::vector<bool> named(count);
    for (uint64_t i = 0; i < names; ++i) {
      const uint16_t index = Packed<ulittle16_t>(ordinals.substr(i * 2))[0];
      Symbol symbol;
      if (!TakeText(Packed<ulittle32_t>(name_table.substr(i * 4))[0], "export name",
                    &symbol.name)) {
        return false;
      }
      if (index >= count) {
        view_->Malformed("its export name " + std::to_string(i) + " belongs to symbol " +
                         std::to_string(index) + " of " + std::to_string(count));
        return false;
      }
      named[index] = true;
      if (!AddExport(*table, addresses, index, symbol)) return false;
    }
    for (uint64_t i = 0; i < count; ++i) {
      if (!named[i] && !AddExport(*table, addresses, i, Symbol())) return false;
    }
    return true;
  }

  bool AddExport(const export_directory_table_entry& table, std::string_view addresses,
                 uint64_t index, Symbol symbol) {
    const Directory& where = directories_[coff::EXPORT_TABLE];
    const uint64_t address = Packed<ulittle32_t>(addresses.substr(index * 4))[0];
    if (address == 0) return true;  // a number that nobody uses
    symbol.flags |= HTTPD_INSPECT_SYMBOL_ORDINAL;
    symbol.ordinal = static_cast<uint32_t>(table.OrdinalBase + index);
    // An address inside of the export table itself is that of a text: "OTHER.Function".
    if (address >= where.address && address - where.address < where.size) {
      if (!TakeText(address, "forwarder", &symbol.forward)) return false;
    } else if (const coff_section* section = SectionAt(address)) {
      const bool code = (section->Characteristics & coff::IMAGE_SCN_MEM_EXECUTE) != 0;
      symbol.type = code ? HTTPD_INSPECT_SYMBOL_FUNCTION : HTTPD_INSPECT_SYMBOL_DATA;
    }
    view_->exports.push_back(symbol);
    return true;
  }

  // The key under which symbol servers keep an image: the GUID, its first three parts as numbers,
  // then the age without leading zeros. A broken one hurts nobody.
  void ReadBuildId() {
    struct CodeView {
      char magic[4];
      ulittle32_t first;
      ulittle16_t second, third;
      char rest[8];
      ulittle32_t age;
    };
    const Directory& where = directories_[coff::DEBUG_DIRECTORY];
    std::string_view left = Mapped(where.address).substr(0, where.size);
    for (; left.size() >= sizeof(debug_directory); left.remove_prefix(sizeof(debug_directory))) {
      const auto* entry = Packed<debug_directory>(left);
      if (entry->Type != coff::IMAGE_DEBUG_TYPE_CODEVIEW) continue;
      const auto* id = Packed<CodeView>(file_.Part(entry->PointerToRawData, entry->SizeOfData));
      if (id == nullptr || std::string_view(id->magic, 4) != "RSDS") continue;
      char text[64];
      snprintf(text, sizeof(text), "%08x%04x%04x%s%x", static_cast<unsigned>(id->first),
               static_cast<unsigned>(id->second), static_cast<unsigned>(id->third),
               HexOfBytes({id->rest, sizeof(id->rest)}).c_str(), static_cast<unsigned>(id->age));
      view_->build_id = text;
      return;
    }
  }

  // The one directory whose address is a place in the file: it is not mapped.
  bool CheckSignature() {
    const Directory& where = directories_[coff::CERTIFICATE_TABLE];
    return file_.Within(where.address, where.size, "the signature");
  }

  uint64_t headers_size_ = 0;
  Directory directories_[16];
};

}  // namespace

// "MZ", at 0x3c where "PE\0\0" is, then the COFF header (PE/COFF specification, section 3).
void ReadPe(View* view) {
  if (!view->bytes.starts_with("MZ")) return;
  const auto* dos = Packed<llvm::object::dos_header>(view->bytes);
  const std::string_view magic(coff::PEMagic, sizeof(coff::PEMagic));
  if (dos == nullptr || view->bytes.size() - sizeof(*dos) < magic.size()) return;
  const uint64_t at = dos->AddressOfNewExeHeader;
  if (at > view->bytes.size()) {
    view->format = HTTPD_INSPECT_FORMAT_COFF;
    view->kind = HTTPD_INSPECT_OTHER;
    view->kind_name = "DOS or Windows program file";
    view->Truncated("its header should be at " + Hex(at) + ", but the file has " +
                    std::to_string(view->bytes.size()) + " bytes");
    return;
  }
  if (view->bytes.substr(at, magic.size()) != magic) return;
  view->format = HTTPD_INSPECT_FORMAT_COFF;
  PeReader(view).Read(at);
}

}  // namespace httpd::object
