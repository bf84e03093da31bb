// SPDX-License-Identifier: Apache-2.0
//
// Kind and machine of objects that this system cannot load, from their first header: enough to say
// "a Mach-O bundle for AArch64" instead of "invalid". Every read is range-checked here.

#include <llvm/BinaryFormat/COFF.h>
#include <llvm/BinaryFormat/MachO.h>
#include <llvm/BinaryFormat/XCOFF.h>

#include "object/object.h"

namespace httpd::object {
namespace {

// The unsigned number of `width` bytes at `offset`; 0 behind the end.
uint32_t Number(std::string_view bytes, uint64_t offset, unsigned width, bool big_endian) {
  if (offset > bytes.size() || bytes.size() - offset < width) return 0;
  uint32_t value = 0;
  for (unsigned i = 0; i < width; ++i) {
    const unsigned place = big_endian ? i : width - 1 - i;
    value = value << 8 | static_cast<unsigned char>(bytes[offset + place]);
  }
  return value;
}

std::string MachoMachine(uint32_t cpu) {
  switch (cpu) {
    case llvm::MachO::CPU_TYPE_X86:
      return "x86";
    case llvm::MachO::CPU_TYPE_X86_64:
      return "x86-64";
    case llvm::MachO::CPU_TYPE_ARM:
      return "ARM";
    case llvm::MachO::CPU_TYPE_ARM64:
      return "AArch64";
    case llvm::MachO::CPU_TYPE_POWERPC:
    case llvm::MachO::CPU_TYPE_POWERPC64:
      return "PowerPC";
    default:
      return "cpu type " + std::to_string(cpu);
  }
}

void SetMachoKind(View* view, uint32_t type) {
  view->kind = HTTPD_INSPECT_OTHER;
  view->kind_name = "Mach-O file of type " + std::to_string(type);
  if (type == llvm::MachO::MH_OBJECT) {
    view->kind = HTTPD_INSPECT_RELOCATABLE;
    view->kind_name = "Mach-O object file (.o)";
  } else if (type == llvm::MachO::MH_EXECUTE) {
    view->kind = HTTPD_INSPECT_EXECUTABLE;
    view->kind_name = "Mach-O executable";
  } else if (type == llvm::MachO::MH_DYLIB || type == llvm::MachO::MH_BUNDLE) {
    view->kind = HTTPD_INSPECT_SHARED;
    view->kind_name = type == llvm::MachO::MH_DYLIB ? "Mach-O dynamic library" : "Mach-O bundle";
  }
}

bool ReadMacho(View* view) {
  const uint32_t magic = Number(view->bytes, 0, 4, false);
  switch (magic) {
    case llvm::MachO::MH_MAGIC:
      view->bits = 32;
      break;
    case llvm::MachO::MH_MAGIC_64:
      view->bits = 64;
      break;
    case llvm::MachO::MH_CIGAM:
      view->bits = 32;
      view->big_endian = true;
      break;
    case llvm::MachO::MH_CIGAM_64:
      view->bits = 64;
      view->big_endian = true;
      break;
    default:
      return false;
  }
  view->format = HTTPD_INSPECT_FORMAT_MACHO;
  view->machine = Number(view->bytes, 4, 4, view->big_endian);
  view->machine_name = MachoMachine(view->machine);
  view->SetTarget();
  SetMachoKind(view, Number(view->bytes, 12, 4, view->big_endian));
  if (view->bytes.size() < 28) view->Truncated("the file ends inside its Mach-O header");
  return true;
}

bool SetCoffMachine(View* view, uint32_t machine) {
  view->machine = machine;
  view->bits = 64;
  switch (machine) {
    case llvm::COFF::IMAGE_FILE_MACHINE_AMD64:
      view->machine_name = "x86-64";
      break;
    case llvm::COFF::IMAGE_FILE_MACHINE_ARM64:
      view->machine_name = "AArch64";
      break;
    case llvm::COFF::IMAGE_FILE_MACHINE_I386:
      view->machine_name = "x86";
      view->bits = 32;
      break;
    case llvm::COFF::IMAGE_FILE_MACHINE_ARMNT:
      view->machine_name = "ARM";
      view->bits = 32;
      break;
    default:
      return false;
  }
  view->SetTarget();
  return true;
}

// PE: "MZ", at 0x3c the offset of "PE\0\0", then the COFF header (PE/COFF specification, section
// 3).
bool ReadPe(View* view) {
  if (!view->bytes.starts_with("MZ")) return false;
  const uint64_t header = Number(view->bytes, 0x3c, 4, false);
  if (header == 0 || view->bytes.size() < header + 24 ||
      view->bytes.substr(header, 4) != std::string_view("PE\0\0", 4)) {
    return false;
  }
  view->format = HTTPD_INSPECT_FORMAT_COFF;
  const uint32_t machine = Number(view->bytes, header + 4, 2, false);
  if (!SetCoffMachine(view, machine)) {
    view->bits = 0;
    view->machine_name = "machine number " + std::to_string(machine);
    view->SetTarget();
  }
  const bool dll = (Number(view->bytes, header + 22, 2, false) & llvm::COFF::IMAGE_FILE_DLL) != 0;
  view->kind = dll ? HTTPD_INSPECT_SHARED : HTTPD_INSPECT_EXECUTABLE;
  view->kind_name = dll ? "Windows DLL" : "Windows executable";
  return true;
}

// A COFF object has no magic but its machine; no symbol table entry may lie behind the end.
bool ReadCoff(View* view) {
  if (view->bytes.size() < 20 || !SetCoffMachine(view, Number(view->bytes, 0, 2, false))) {
    view->bits = 0;
    view->machine = 0;
    return false;
  }
  view->format = HTTPD_INSPECT_FORMAT_COFF;
  view->kind = HTTPD_INSPECT_RELOCATABLE;
  view->kind_name = "COFF object file (.obj)";
  return true;
}

bool ReadXcoff(View* view) {
  const uint32_t magic = Number(view->bytes, 0, 2, true);
  if (magic != llvm::XCOFF::XCOFF32 && magic != llvm::XCOFF::XCOFF64) return false;
  if (view->bytes.size() < 24) return false;
  view->format = HTTPD_INSPECT_FORMAT_XCOFF;
  view->big_endian = true;
  view->bits = magic == llvm::XCOFF::XCOFF64 ? 64 : 32;
  view->machine = magic;
  view->machine_name = "PowerPC";
  view->SetTarget();
  const uint32_t flags = Number(view->bytes, 18, 2, true);
  if ((flags & llvm::XCOFF::F_SHROBJ) != 0) {
    view->kind = HTTPD_INSPECT_SHARED;
    view->kind_name = "XCOFF shared object";
  } else if ((flags & llvm::XCOFF::F_EXEC) != 0) {
    view->kind = HTTPD_INSPECT_EXECUTABLE;
    view->kind_name = "XCOFF executable";
  } else {
    view->kind = HTTPD_INSPECT_RELOCATABLE;
    view->kind_name = "XCOFF object file (.o)";
  }
  return true;
}

}  // namespace

void ReadForeign(View* view) {
  if (ReadMacho(view) || ReadPe(view) || ReadXcoff(view)) return;
  ReadCoff(view);
}

}  // namespace httpd::object
