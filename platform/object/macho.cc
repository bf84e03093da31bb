// SPDX-License-Identifier: Apache-2.0
//
// Reads Mach-O files of both widths and byte orders: header and load commands. The structs are
// LLVM's; the reading is not, because MachOObjectFile ends the process on some bad files
// (report_fatal_error in its getStruct) and keeps much that nobody asks for.

#include "object/macho.h"

#include <algorithm>
#include <string>

#include "object/machines.h"
#include "object/object.h"

namespace httpd::object {
namespace macho = llvm::MachO;

std::string MachoMachineName(uint32_t cpu) {
  switch (cpu) {
    case macho::CPU_TYPE_X86:
      return "x86";
    case macho::CPU_TYPE_X86_64:
      return "x86-64";
    case macho::CPU_TYPE_ARM:
      return "ARM";
    case macho::CPU_TYPE_ARM64:
    case macho::CPU_TYPE_ARM64_32:
      return "AArch64";
    case macho::CPU_TYPE_POWERPC:
    case macho::CPU_TYPE_POWERPC64:
      return "PowerPC";
    default:
      return "cpu type " + std::to_string(cpu);
  }
}

namespace {

constexpr const char* kManifestSection = "__httpd_mani";  // HTTPD_MANIFEST_SECTION

std::string PlatformName(uint32_t platform) {
  switch (platform) {
    case macho::PLATFORM_MACOS:
      return "macOS";
    case macho::PLATFORM_IOS:
      return "iOS";
    case macho::PLATFORM_TVOS:
      return "tvOS";
    case macho::PLATFORM_WATCHOS:
      return "watchOS";
    case macho::PLATFORM_MACCATALYST:
      return "Mac Catalyst";
    case macho::PLATFORM_DRIVERKIT:
      return "DriverKit";
    default:
      return "Apple platform " + std::to_string(platform);
  }
}

bool IsZeroFill(uint32_t flags) {
  const uint32_t type = flags & macho::SECTION_TYPE;
  return type == macho::S_ZEROFILL || type == macho::S_GB_ZEROFILL ||
         type == macho::S_THREAD_LOCAL_ZEROFILL;
}

uint32_t SectionSymbolType(uint32_t flags) {
  const uint32_t type = flags & macho::SECTION_TYPE;
  if (type == macho::S_THREAD_LOCAL_VARIABLES) return HTTPD_INSPECT_SYMBOL_TLS;
  return (flags & (macho::S_ATTR_PURE_INSTRUCTIONS | macho::S_ATTR_SOME_INSTRUCTIONS)) != 0
             ? HTTPD_INSPECT_SYMBOL_FUNCTION
             : HTTPD_INSPECT_SYMBOL_DATA;
}

class MachoReader {
 public:
  MachoReader(View* view, std::string_view image) : view_(view), image_(view, image) {}

  void Read() {
    if (!ReadHeader()) return;
    uint64_t offset = header_size_;
    const uint64_t end = offset + header_.sizeofcmds;
    for (uint32_t i = 0; i < header_.ncmds; ++i) {
      macho::load_command command = {};
      if (end - offset >= sizeof(command) && !TakeSwapped(offset, "a load command", &command)) {
        return;
      }
      if (command.cmdsize < sizeof(command) || command.cmdsize > end - offset) {
        view_->Malformed("its load command " + std::to_string(i) + " has " +
                         std::to_string(command.cmdsize) + " bytes, and " +
                         std::to_string(end - offset) + " are left");
        return;
      }
      if (!ReadCommand(command, offset)) return;
      offset += command.cmdsize;
    }
    view_->run_path = view_->texts.Keep(run_paths_);
    if (view_->kind == HTTPD_INSPECT_RELOCATABLE) {
      CheckSymbolTable();
    } else if (linked_ && ReadMachoImports(view_, image_, &layout_) &&
               ReadMachoExports(view_, image_, &layout_)) {
      view_->flags |= HTTPD_INSPECT_DEEP;
    }
  }

 private:
  template <class T>
  bool TakeSwapped(uint64_t offset, const char* what, T* out) {
    if (!image_.Take(offset, what, out)) return false;
    if (layout_.swap) macho::swapStruct(*out);
    return true;
  }

  // A struct at the start of a load command, which must be as long.
  template <class T>
  bool TakeCommand(const macho::load_command& command, uint64_t offset, T* out) {
    if (command.cmdsize >= sizeof(T)) return TakeSwapped(offset, "a load command", out);
    view_->Malformed("its load command of type " + Hex(command.cmd) + " is only " +
                     std::to_string(command.cmdsize) + " bytes long");
    return false;
  }

  // The text of a load command, from `at` of it to a NUL or its end.
  bool TakeText(const macho::load_command& command, uint64_t offset, uint32_t at,
                std::string_view* out) {
    if (at < sizeof(command) || at >= command.cmdsize) {
      view_->Malformed("its load command of type " + Hex(command.cmd) +
                       " has its text outside of itself, at " + std::to_string(at));
      return false;
    }
    const std::string_view text = image_.Part(offset + at, command.cmdsize - at);
    *out = text.substr(0, text.find('\0'));
    return true;
  }

  bool ReadHeader() {
    const std::string_view bytes = image_.all();
    uint32_t magic = 0;
    memcpy(&magic, bytes.data(), sizeof(magic));
    layout_.swap = magic == macho::MH_CIGAM || magic == macho::MH_CIGAM_64;
    layout_.is64 = magic == macho::MH_MAGIC_64 || magic == macho::MH_CIGAM_64;
    header_size_ = layout_.is64 ? sizeof(macho::mach_header_64) : sizeof(macho::mach_header);
    view_->kind = HTTPD_INSPECT_OTHER;
    view_->kind_name = "Mach-O file";
    view_->big_endian = layout_.swap != kHostBigEndian;
    view_->bits = layout_.is64 ? 64 : 32;
    if (!image_.Within(0, header_size_, "its Mach-O header")) return false;
    if (!TakeSwapped(0, "its Mach-O header", &header_)) return false;
    view_->machine = header_.cputype;
    view_->machine_name = MachoMachineName(view_->machine);
    view_->SetTarget();
    view_->os_abi_name = "Darwin";  // until a load command says which
    SetKind();
    return image_.Within(header_size_, header_.sizeofcmds, "the table of load commands");
  }

  void SetKind() {
    switch (header_.filetype) {
      case macho::MH_OBJECT:
        view_->kind = HTTPD_INSPECT_RELOCATABLE;
        view_->kind_name = "Mach-O object file (.o)";
        return;
      case macho::MH_CORE:
        view_->kind = HTTPD_INSPECT_CORE;
        view_->kind_name = "Mach-O core dump";
        return;
      case macho::MH_EXECUTE:
        view_->kind = HTTPD_INSPECT_EXECUTABLE;
        view_->kind_name = "Mach-O executable";
        break;
      case macho::MH_DYLIB:
        view_->kind = HTTPD_INSPECT_SHARED;
        view_->kind_name = "Mach-O dynamic library";
        break;
      case macho::MH_BUNDLE:
        view_->kind = HTTPD_INSPECT_SHARED;
        view_->kind_name = "Mach-O bundle";
        break;
      default:
        view_->kind_name = "Mach-O file of type " + std::to_string(header_.filetype);
        return;
    }
    linked_ = true;
    layout_.two_level = (header_.flags & macho::MH_TWOLEVEL) != 0;
    const bool any_address =
        view_->kind == HTTPD_INSPECT_SHARED || (header_.flags & macho::MH_PIE) != 0;
    if (any_address) view_->flags |= HTTPD_INSPECT_ANY_ADDRESS;
    if (!layout_.two_level) view_->flags |= HTTPD_INSPECT_FLAT_NAMESPACE;
    if ((header_.flags & macho::MH_BINDATLOAD) != 0) view_->flags |= HTTPD_INSPECT_BIND_NOW;
    if ((header_.flags & macho::MH_ALLOW_STACK_EXECUTION) != 0) {
      view_->flags |= HTTPD_INSPECT_EXEC_STACK;
    }
  }

  bool ReadCommand(const macho::load_command& command, uint64_t offset) {
    switch (command.cmd) {
      case macho::LC_SEGMENT:
        return ReadSegment<macho::segment_command, macho::section>(command, offset);
      case macho::LC_SEGMENT_64:
        return ReadSegment<macho::segment_command_64, macho::section_64>(command, offset);
      case macho::LC_ID_DYLIB:
      case macho::LC_LOAD_DYLIB:
      case macho::LC_LOAD_WEAK_DYLIB:
      case macho::LC_REEXPORT_DYLIB:
      case macho::LC_LAZY_LOAD_DYLIB:
      case macho::LC_LOAD_UPWARD_DYLIB:
        return ReadDylib(command, offset);
      case macho::LC_RPATH:
        return ReadRunPath(command, offset);
      case macho::LC_UUID:
        return ReadUuid(command, offset);
      case macho::LC_SYMTAB:
        return TakeCommand(command, offset, &layout_.symbols);
      case macho::LC_DYLD_INFO:
      case macho::LC_DYLD_INFO_ONLY:
        return TakeCommand(command, offset, &layout_.info);
      case macho::LC_DYLD_CHAINED_FIXUPS:
        return ReadLinkEdit(command, offset, &layout_.fixups);
      case macho::LC_DYLD_EXPORTS_TRIE:
        return ReadLinkEdit(command, offset, &layout_.trie);
      case macho::LC_CODE_SIGNATURE:
      case macho::LC_FUNCTION_STARTS:
      case macho::LC_DATA_IN_CODE: {
        macho::linkedit_data_command ignored;
        return ReadLinkEdit(command, offset, &ignored);
      }
      case macho::LC_BUILD_VERSION:
        return ReadBuildVersion(command, offset);
      case macho::LC_VERSION_MIN_MACOSX:
        return SetPlatform(macho::PLATFORM_MACOS);
      case macho::LC_VERSION_MIN_IPHONEOS:
        return SetPlatform(macho::PLATFORM_IOS);
      case macho::LC_VERSION_MIN_TVOS:
        return SetPlatform(macho::PLATFORM_TVOS);
      case macho::LC_VERSION_MIN_WATCHOS:
        return SetPlatform(macho::PLATFORM_WATCHOS);
      default:
        return true;
    }
  }

  template <class SegmentT, class SectionT>
  bool ReadSegment(const macho::load_command& command, uint64_t offset) {
    SegmentT segment;
    if (!TakeCommand(command, offset, &segment)) return false;
    if (segment.nsects > (command.cmdsize - sizeof(segment)) / sizeof(SectionT)) {
      view_->Malformed("its load command of " + std::to_string(command.cmdsize) +
                       " bytes claims to hold " + std::to_string(segment.nsects) + " sections");
      return false;
    }
    // The segments of a file of debug information are those of another file.
    if (header_.filetype == macho::MH_DSYM) return true;
    if (!image_.Within(segment.fileoff, segment.filesize, "a segment")) return false;
    if (segment.fileoff == 0 && segment.filesize != 0) layout_.base = segment.vmaddr;
    for (uint32_t i = 0; i < segment.nsects; ++i) {
      SectionT section;
      const uint64_t at = offset + sizeof(segment) + uint64_t{i} * sizeof(section);
      if (!TakeSwapped(at, "a section header", &section) || !ReadSection(section)) return false;
    }
    return true;
  }

  template <class SectionT>
  bool ReadSection(const SectionT& section) {
    const uint64_t size = section.size;
    layout_.ranges.push_back({section.addr, section.addr + size, SectionSymbolType(section.flags)});
    if (!image_.Within(section.reloff,
                       uint64_t{section.nreloc} * sizeof(macho::any_relocation_info),
                       "a relocation table")) {
      return false;
    }
    if (IsZeroFill(section.flags)) return true;
    if (!image_.Within(section.offset, size, "a section")) return false;
    const std::string_view segment = FixedText(section.segname, sizeof(section.segname));
    const std::string_view name = FixedText(section.sectname, sizeof(section.sectname));
    if (!segment.starts_with("__DATA") || name != kManifestSection) return true;
    if ((view_->flags & HTTPD_INSPECT_HAS_MANIFEST) != 0) return true;
    view_->flags |= HTTPD_INSPECT_HAS_MANIFEST;
    view_->manifest = image_.Part(section.offset, size);
    return true;
  }

  bool ReadDylib(const macho::load_command& command, uint64_t offset) {
    macho::dylib_command dylib;
    std::string_view name;
    if (!TakeCommand(command, offset, &dylib) ||
        !TakeText(command, offset, dylib.dylib.name, &name)) {
      return false;
    }
    if (command.cmd == macho::LC_ID_DYLIB) {
      view_->soname = name;
    } else {
      view_->needed.push_back(name);
      layout_.dylibs.push_back(name);
    }
    return true;
  }

  bool ReadRunPath(const macho::load_command& command, uint64_t offset) {
    macho::rpath_command run_path;
    std::string_view path;
    if (!TakeCommand(command, offset, &run_path) ||
        !TakeText(command, offset, run_path.path, &path)) {
      return false;
    }
    if (!run_paths_.empty()) run_paths_ += ':';
    run_paths_ += path;
    return true;
  }

  bool ReadUuid(const macho::load_command& command, uint64_t offset) {
    macho::uuid_command uuid;
    if (!TakeCommand(command, offset, &uuid)) return false;
    view_->build_id = HexOfBytes({reinterpret_cast<const char*>(uuid.uuid), sizeof(uuid.uuid)});
    return true;
  }

  bool ReadLinkEdit(const macho::load_command& command, uint64_t offset,
                    macho::linkedit_data_command* out) {
    return TakeCommand(command, offset, out) &&
           image_.Within(out->dataoff, out->datasize, "a table of the linker");
  }

  bool ReadBuildVersion(const macho::load_command& command, uint64_t offset) {
    macho::build_version_command version;
    return TakeCommand(command, offset, &version) && SetPlatform(version.platform);
  }

  bool SetPlatform(uint32_t platform) {
    view_->os_abi = platform;
    view_->os_abi_name = PlatformName(platform);
    return true;
  }

  bool CheckSymbolTable() {
    const uint64_t one = layout_.is64 ? sizeof(macho::nlist_64) : sizeof(macho::nlist);
    return image_.Within(layout_.symbols.symoff, layout_.symbols.nsyms * one, "the symbol table") &&
           image_.Within(layout_.symbols.stroff, layout_.symbols.strsize, "the symbol names");
  }

  View* view_;
  Bytes image_;
  MachoLayout layout_;
  macho::mach_header header_ = {};
  uint64_t header_size_ = 0;
  bool linked_ = false;
  std::string run_paths_;
};

}  // namespace

void ReadMachoImage(View* view, std::string_view image) { MachoReader(view, image).Read(); }

}  // namespace httpd::object
