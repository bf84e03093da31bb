// SPDX-License-Identifier: Apache-2.0
//
// Reads COFF objects, which compilers for Windows write.

#include "object/coff.h"

#include <llvm/BinaryFormat/COFF.h>
#include <llvm/Object/COFF.h>

#include <cstring>
#include <string>

namespace httpd::object {

namespace coff = llvm::COFF;
using llvm::object::coff_bigobj_file_header;
using llvm::object::coff_file_header;

bool SetCoffMachine(View* view, uint32_t machine) {
  view->machine = machine;
  view->bits = 64;
  switch (machine) {
    case coff::IMAGE_FILE_MACHINE_AMD64:
      view->machine_name = "x86-64";
      break;
    case coff::IMAGE_FILE_MACHINE_ARM64:
    case coff::IMAGE_FILE_MACHINE_ARM64EC:
    case coff::IMAGE_FILE_MACHINE_ARM64X:
      view->machine_name = "AArch64";
      break;
    case coff::IMAGE_FILE_MACHINE_RISCV64:
      view->machine_name = "RISC-V";
      break;
    case coff::IMAGE_FILE_MACHINE_I386:
      view->machine_name = "x86";
      view->bits = 32;
      break;
    case coff::IMAGE_FILE_MACHINE_ARMNT:
      view->machine_name = "ARM";
      view->bits = 32;
      break;
    default:
      view->bits = 0;
      view->machine_name = "machine number " + std::to_string(machine);
      return false;
  }
  return true;
}

namespace {

class CoffObjectReader : public CoffReader {
 public:
  using CoffReader::CoffReader;

  void Read() {
    view_->format = HTTPD_INSPECT_FORMAT_COFF;
    view_->kind = HTTPD_INSPECT_RELOCATABLE;
    view_->kind_name = "COFF object file (.obj)";
    view_->os_abi_name = "Windows";
    view_->SetTarget();
    const auto* header = Packed<coff_file_header>(view_->bytes);
    ReadSections(sizeof(*header) + header->SizeOfOptionalHeader, header->NumberOfSections) &&
        CheckSymbols(header->PointerToSymbolTable, header->NumberOfSymbols, coff::Symbol16Size);
  }

  // For more than 65535 sections: the same behind a longer header.
  void ReadBig() {
    view_->format = HTTPD_INSPECT_FORMAT_COFF;
    view_->kind = HTTPD_INSPECT_RELOCATABLE;
    view_->kind_name = "COFF object file (.obj)";
    view_->os_abi_name = "Windows";
    coff_bigobj_file_header header;
    if (!file_.Take(0, "the COFF header", &header)) return;
    SetCoffMachine(view_, header.Machine);
    view_->SetTarget();
    ReadSections(sizeof(header), header.NumberOfSections) &&
        CheckSymbols(header.PointerToSymbolTable, header.NumberOfSymbols, coff::Symbol32Size);
  }
};

}  // namespace

// An object has no magic but its machine. Data that begins like one is told from it by the fields
// that a compiler leaves zero.
void ReadCoffObject(View* view) {
  const auto* big = Packed<coff_bigobj_file_header>(view->bytes);
  if (big != nullptr && memcmp(big->UUID, coff::BigObjMagic, sizeof(big->UUID)) == 0) {
    return CoffObjectReader(view).ReadBig();
  }
  const auto* header = Packed<coff_file_header>(view->bytes);
  if (header == nullptr || header->SizeOfOptionalHeader != 0 ||
      !SetCoffMachine(view, header->Machine)) {
    view->machine = 0;
    view->bits = 0;
    view->machine_name.clear();
    return;
  }
  CoffObjectReader(view).Read();
}

}  // namespace httpd::object
