// SPDX-License-Identifier: Apache-2.0
//
// Reads ELF objects of both classes and byte orders with LLVM's ELFFile. Every table is
// range-checked in 64 bits before libObject sees it, for two reasons: what lies behind the end of
// the file is a truncated file and gets that name, and libObject's own checks can wrap around.

#include <llvm/ADT/StringExtras.h>
#include <llvm/Object/ELF.h>

#include <string>

#include "object/bytes.h"
#include "object/elf_versions.h"
#include "object/object.h"

namespace httpd::object {
namespace {

namespace elf = llvm::ELF;

constexpr std::string_view kManifestSection(".httpd_manifest\0", 16);  // HTTPD_MANIFEST_SECTION

std::string_view View8(llvm::StringRef text) { return {text.data(), text.size()}; }

std::string_view View8(llvm::ArrayRef<uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

uint32_t SymbolType(unsigned type) {
  switch (type) {
    case elf::STT_FUNC:
    case elf::STT_GNU_IFUNC:
      return HTTPD_INSPECT_SYMBOL_FUNCTION;
    case elf::STT_OBJECT:
    case elf::STT_COMMON:
      return HTTPD_INSPECT_SYMBOL_DATA;
    case elf::STT_TLS:
      return HTTPD_INSPECT_SYMBOL_TLS;
    default:
      return HTTPD_INSPECT_SYMBOL_OTHER;
  }
}

// Names of EI_OSABI: gABI, registry of OSABI values. 0 is what all but a few write: "System V",
// also on Linux, where GNU's number only means that its extensions are used.
std::string OsAbiName(uint32_t number) {
  switch (number) {
    case elf::ELFOSABI_NONE:
      return "System V";
    case elf::ELFOSABI_HPUX:
      return "HP-UX";
    case elf::ELFOSABI_NETBSD:
      return "NetBSD";
    case elf::ELFOSABI_GNU:
      return "GNU/Linux";
    case elf::ELFOSABI_SOLARIS:
      return "Solaris";
    case elf::ELFOSABI_AIX:
      return "AIX";
    case elf::ELFOSABI_IRIX:
      return "IRIX";
    case elf::ELFOSABI_FREEBSD:
      return "FreeBSD";
    case elf::ELFOSABI_OPENBSD:
      return "OpenBSD";
    default:
      return "OS ABI number " + std::to_string(number);
  }
}

template <class ELFT>
class ElfReader {
 public:
  using File = llvm::object::ELFFile<ELFT>;
  using Section = typename ELFT::Shdr;
  using Segment = typename ELFT::Phdr;
  using DynamicEntry = typename ELFT::Dyn;

  ElfReader(File file, View* view)
      : file_(std::move(file)), view_(view), bytes_(view, view->bytes), versions_(view) {}

  void Read() {
    SetKind();
    if (!ReadSegments() || !ReadSections()) return;
    if (view_->kind == HTTPD_INSPECT_RELOCATABLE || view_->kind == HTTPD_INSPECT_CORE) return;
    if (!ReadDynamic()) return;
    SetKindOfPositionIndependent();
    if (dynamic_symbols_ != nullptr && ReadVersions() && ReadSymbols()) {
      view_->flags |= HTTPD_INSPECT_DEEP;
    }
  }

 private:
  // The value, or nothing and the view is malformed with libObject's reason.
  template <class T>
  bool Take(llvm::Expected<T> expected, const char* what, T* out) {
    if (expected) {
      *out = *expected;
      return true;
    }
    view_->Malformed(std::string("its ") + what + ": " + llvm::toString(expected.takeError()));
    return false;
  }

  void SetKind() {
    const auto& header = file_.getHeader();
    view_->machine = header.e_machine;
    view_->machine_name = ElfMachineName(view_->machine);
    view_->bits = ELFT::Is64Bits ? 64 : 32;
    view_->big_endian = ELFT::Endianness == llvm::endianness::big;
    view_->SetTarget();
    view_->os_abi = header.e_ident[elf::EI_OSABI];
    view_->os_abi_name = OsAbiName(view_->os_abi);
    switch (header.e_type) {
      case elf::ET_REL:
        view_->kind = HTTPD_INSPECT_RELOCATABLE;
        view_->kind_name = "ELF object file (.o)";
        break;
      case elf::ET_EXEC:
        view_->kind = HTTPD_INSPECT_EXECUTABLE;
        view_->kind_name = "ELF executable";
        break;
      case elf::ET_DYN:
        view_->kind = HTTPD_INSPECT_SHARED;
        view_->kind_name = "ELF shared object";
        view_->flags |= HTTPD_INSPECT_ANY_ADDRESS;
        break;
      case elf::ET_CORE:
        view_->kind = HTTPD_INSPECT_CORE;
        view_->kind_name = "ELF core dump";
        break;
      default:
        view_->kind = HTTPD_INSPECT_OTHER;
        view_->kind_name = "ELF file of type " + std::to_string(header.e_type);
    }
  }

  // A position-independent executable has the type of a shared object; DF_1_PIE is what the loader
  // goes by, the interpreter what older linkers leave behind.
  void SetKindOfPositionIndependent() {
    if (view_->kind != HTTPD_INSPECT_SHARED) return;
    if (!pie_ && !(has_interpreter_ && view_->soname.empty())) return;
    view_->kind = HTTPD_INSPECT_EXECUTABLE;
    view_->kind_name = "ELF executable (position-independent)";
  }

  bool ReadSegments() {
    const auto& header = file_.getHeader();
    if (!bytes_.Within(header.e_phoff, uint64_t{header.e_phnum} * header.e_phentsize,
                       "the program header table")) {
      return false;
    }
    if (!Take(file_.program_headers(), "program header table", &segments_)) return false;
    bool has_stack_note = false;
    for (const Segment& segment : segments_) {
      if (segment.p_type == elf::PT_NULL) continue;
      if (!bytes_.Within(segment.p_offset, segment.p_filesz, "a segment")) return false;
      if (segment.p_type == elf::PT_INTERP) has_interpreter_ = true;
      if (segment.p_type == elf::PT_GNU_RELRO) view_->flags |= HTTPD_INSPECT_RELRO;
      if (segment.p_type == elf::PT_GNU_STACK) {
        has_stack_note = true;
        if ((segment.p_flags & elf::PF_X) != 0) view_->flags |= HTTPD_INSPECT_EXEC_STACK;
      }
      if (segment.p_type == elf::PT_NOTE && !ReadNotes(segment)) return false;
      if (segment.p_type == elf::PT_TLS) view_->tls_bytes = segment.p_memsz;
    }
    if (!has_stack_note && !segments_.empty()) view_->flags |= HTTPD_INSPECT_NO_STACK_NOTE;
    return true;
  }

  bool ReadNotes(const Segment& segment) {
    if (segment.p_align > 4 || !view_->build_id.empty()) return true;
    if (!view_->Spend(segment.p_filesz)) return false;
    llvm::Error error = llvm::Error::success();
    for (const auto& note : file_.notes(segment, error)) {
      if (note.getType() != elf::NT_GNU_BUILD_ID || note.getName() != "GNU") continue;
      view_->build_id = llvm::toHex(note.getDesc(4), /*LowerCase=*/true);
      break;
    }
    llvm::consumeError(std::move(error));  // a broken note hurts nobody
    return true;
  }

  bool ReadSections() {
    const auto& header = file_.getHeader();
    if (header.e_shoff == 0) return true;  // stripped of them; the loader does not need them
    if (!bytes_.Within(header.e_shoff, std::max<uint64_t>(header.e_shnum, 1) * sizeof(Section),
                       "the section header table") ||
        !Take(file_.sections(), "section header table", &sections_)) {
      return false;
    }
    llvm::StringRef names;
    if (!Take(file_.getSectionStringTable(sections_), "section names", &names)) return false;
    for (const Section& section : sections_) {
      if (section.sh_type == elf::SHT_NULL || section.sh_type == elf::SHT_NOBITS) continue;
      if (!bytes_.Within(section.sh_offset, section.sh_size, "a section")) return false;
      if (!NoteSection(section, names)) return false;
    }
    return true;
  }

  bool NoteSection(const Section& section, llvm::StringRef names) {
    switch (section.sh_type) {
      case elf::SHT_DYNSYM:
        dynamic_symbols_ = &section;
        return true;
      case elf::SHT_GNU_versym:
        symbol_versions_ = &section;
        return true;
      case elf::SHT_GNU_verdef:
        version_definitions_ = &section;
        return true;
      case elf::SHT_GNU_verneed:
        version_needs_ = &section;
        return true;
      default:
        break;
    }
    // Only compared, never measured: the names of hostile sections may be as long as the file.
    if (section.sh_name != 0 && section.sh_name >= names.size()) {
      view_->Malformed("its section names lie outside of their table (offset " +
                       Hex(section.sh_name) + ")");
      return false;
    }
    if (!View8(names.substr(section.sh_name)).starts_with(kManifestSection) ||
        (view_->flags & HTTPD_INSPECT_HAS_MANIFEST) != 0) {
      return true;
    }
    llvm::ArrayRef<uint8_t> contents;
    if (!Take(file_.getSectionContents(section), "manifest section", &contents)) return false;
    view_->flags |= HTTPD_INSPECT_HAS_MANIFEST;
    view_->manifest = View8(contents);
    return true;
  }

  // The bytes of the file from the one that is loaded at `address` to the end of its segment.
  std::string_view Mapped(uint64_t address) const {
    for (const Segment& segment : segments_) {
      if (segment.p_type != elf::PT_LOAD || address < segment.p_vaddr) continue;
      const uint64_t distance = address - segment.p_vaddr;
      if (distance >= segment.p_filesz) continue;
      return view_->bytes.substr(segment.p_offset + distance, segment.p_filesz - distance);
    }
    return {};
  }

  bool ReadDynamic() {
    llvm::ArrayRef<DynamicEntry> entries;
    if (!Take(file_.dynamicEntries(), "dynamic section", &entries)) return false;
    uint64_t strings_at = 0;
    uint64_t strings_size = 0;
    for (const DynamicEntry& entry : entries) {
      if (entry.getTag() == elf::DT_STRTAB) strings_at = entry.getPtr();
      if (entry.getTag() == elf::DT_STRSZ) strings_size = entry.getVal();
    }
    const std::string_view mapped = Mapped(strings_at);
    if (strings_size > mapped.size()) {
      view_->Malformed("its dynamic string table of " + std::to_string(strings_size) +
                       " bytes is not within a loaded segment");
      return false;
    }
    const std::string_view strings = mapped.substr(0, strings_size);
    for (const DynamicEntry& entry : entries) {
      if (entry.getTag() == elf::DT_NULL) break;
      if (!ReadDynamicEntry(entry, strings)) return false;
    }
    return true;
  }

  bool ReadDynamicEntry(const DynamicEntry& entry, std::string_view strings) {
    const uint64_t value = entry.getVal();
    std::string_view text;
    switch (entry.getTag()) {
      case elf::DT_NEEDED:
        if (!view_->StringAt(strings, value, "name of a needed library", &text)) return false;
        view_->needed.push_back(text);
        return true;
      case elf::DT_SONAME:
        return view_->StringAt(strings, value, "own library name", &view_->soname);
      case elf::DT_RUNPATH:
        has_run_path_ = true;
        view_->flags &= ~uint32_t{HTTPD_INSPECT_RPATH};
        return view_->StringAt(strings, value, "run path", &view_->run_path);
      case elf::DT_RPATH:  // ignored by the loader beside a RUNPATH
        if (has_run_path_) return true;
        view_->flags |= HTTPD_INSPECT_RPATH;
        return view_->StringAt(strings, value, "run path", &view_->run_path);
      case elf::DT_BIND_NOW:
        view_->flags |= HTTPD_INSPECT_BIND_NOW;
        return true;
      case elf::DT_TEXTREL:
        view_->flags |= HTTPD_INSPECT_TEXT_RELOCATIONS;
        return true;
      case elf::DT_FLAGS:
        if ((value & elf::DF_TEXTREL) != 0) view_->flags |= HTTPD_INSPECT_TEXT_RELOCATIONS;
        if ((value & elf::DF_STATIC_TLS) != 0) view_->flags |= HTTPD_INSPECT_STATIC_TLS;
        if ((value & elf::DF_BIND_NOW) != 0) view_->flags |= HTTPD_INSPECT_BIND_NOW;
        return true;
      case elf::DT_FLAGS_1:
        if ((value & elf::DF_1_NOW) != 0) view_->flags |= HTTPD_INSPECT_BIND_NOW;
        if ((value & elf::DF_1_NODELETE) != 0) view_->flags |= HTTPD_INSPECT_NODELETE;
        if ((value & elf::DF_1_INITFIRST) != 0) view_->flags |= HTTPD_INSPECT_INIT_FIRST;
        if ((value & elf::DF_1_NOOPEN) != 0) view_->flags |= HTTPD_INSPECT_NO_OPEN;
        pie_ = (value & elf::DF_1_PIE) != 0;
        return true;
      default:
        return true;
    }
  }

  bool ReadVersions() {
    std::string_view section, strings;
    if (version_definitions_ != nullptr &&
        (!TakeVersionSection(*version_definitions_, &section, &strings) ||
         !versions_.ReadDefinitions(section, strings))) {
      return false;
    }
    return version_needs_ == nullptr || (TakeVersionSection(*version_needs_, &section, &strings) &&
                                         versions_.ReadNeeds(section, strings));
  }

  bool TakeVersionSection(const Section& section, std::string_view* contents,
                          std::string_view* strings) {
    llvm::ArrayRef<uint8_t> bytes;
    llvm::StringRef table;
    if (!Take(file_.getSectionContents(section), "version sections", &bytes) ||
        !Take(file_.getLinkAsStrtab(section), "version names", &table)) {
      return false;
    }
    *contents = View8(bytes);
    *strings = View8(table);
    return true;
  }

  bool ReadSymbols() {
    llvm::ArrayRef<typename ELFT::Sym> symbols;
    llvm::ArrayRef<typename ELFT::Versym> versions;
    llvm::StringRef names;
    if (!Take(file_.symbols(dynamic_symbols_), "dynamic symbols", &symbols) ||
        !Take(file_.getStringTableForSymtab(*dynamic_symbols_, sections_), "symbol names",
              &names) ||
        (symbol_versions_ != nullptr &&
         !Take(file_.template getSectionContentsAsArray<typename ELFT::Versym>(*symbol_versions_),
               "symbol versions", &versions))) {
      return false;
    }
    for (size_t i = 1; i < symbols.size(); ++i) {
      const uint32_t version = i < versions.size() ? uint32_t{versions[i].vs_index} : 0u;
      if (!ReadSymbol(symbols[i], View8(names), version)) return false;
    }
    return true;
  }

  bool ReadSymbol(const typename ELFT::Sym& symbol, std::string_view names, uint32_t version) {
    const unsigned binding = symbol.getBinding();
    if (binding == elf::STB_LOCAL) return true;
    Symbol out;
    if (binding == elf::STB_GNU_UNIQUE) {
      view_->flags |= HTTPD_INSPECT_GNU_UNIQUE;
      out.flags |= HTTPD_INSPECT_SYMBOL_UNIQUE;
    }
    if (!view_->StringAt(names, symbol.st_name, "symbol name", &out.name)) return false;
    if (out.name.empty()) return true;
    const Version found = versions_.At(version & elf::VERSYM_VERSION);
    out.version = found.version;
    out.library = found.library;
    out.type = SymbolType(symbol.getType());
    out.weak = binding == elf::STB_WEAK;
    out.bytes = symbol.st_size;
    if (symbol.st_shndx == elf::SHN_UNDEF) {
      view_->imports.push_back(out);
    } else if (symbol.getVisibility() == elf::STV_DEFAULT ||
               symbol.getVisibility() == elf::STV_PROTECTED) {
      if ((version & elf::VERSYM_HIDDEN) != 0) out.flags |= HTTPD_INSPECT_SYMBOL_OLD_VERSION;
      view_->exports.push_back(out);
    }
    return true;
  }

  File file_;
  View* view_;
  Bytes bytes_;
  llvm::ArrayRef<Segment> segments_;
  llvm::ArrayRef<Section> sections_;
  const Section* dynamic_symbols_ = nullptr;
  const Section* symbol_versions_ = nullptr;
  const Section* version_definitions_ = nullptr;
  const Section* version_needs_ = nullptr;
  ElfVersions<ELFT> versions_;
  bool pie_ = false;
  bool has_interpreter_ = false;
  bool has_run_path_ = false;
};

template <class ELFT>
void ReadAs(View* view) {
  auto file =
      llvm::object::ELFFile<ELFT>::create(llvm::StringRef(view->bytes.data(), view->bytes.size()));
  if (!file) {
    llvm::consumeError(file.takeError());
    view->Truncated("the file ends inside its ELF header, after " +
                    std::to_string(view->bytes.size()) + " bytes");
    return;
  }
  ElfReader<ELFT>(std::move(*file), view).Read();
}

}  // namespace

void ReadElf(View* view) {
  view->kind = HTTPD_INSPECT_OTHER;
  view->kind_name = "ELF file";
  if (view->bytes.size() < elf::EI_NIDENT) {
    view->Truncated("the file ends inside its ELF header, after " +
                    std::to_string(view->bytes.size()) + " bytes");
    return;
  }
  const unsigned bits = static_cast<unsigned char>(view->bytes[elf::EI_CLASS]);
  const unsigned order = static_cast<unsigned char>(view->bytes[elf::EI_DATA]);
  if (bits == elf::ELFCLASS64 && order == elf::ELFDATA2LSB)
    return ReadAs<llvm::object::ELF64LE>(view);
  if (bits == elf::ELFCLASS64 && order == elf::ELFDATA2MSB)
    return ReadAs<llvm::object::ELF64BE>(view);
  if (bits == elf::ELFCLASS32 && order == elf::ELFDATA2LSB)
    return ReadAs<llvm::object::ELF32LE>(view);
  if (bits == elf::ELFCLASS32 && order == elf::ELFDATA2MSB)
    return ReadAs<llvm::object::ELF32BE>(view);
  view->Malformed("its ELF header names class " + std::to_string(bits) + " and byte order " +
                  std::to_string(order) + ", which do not exist");
}

}  // namespace httpd::object
