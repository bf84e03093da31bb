// SPDX-License-Identifier: Apache-2.0
//
// Decides whether a file is Mach-O, and picks the slice of a universal binary that this machine
// would load: everything that is then said of the file is said of that slice.

#include <llvm/BinaryFormat/MachO.h>

#include <cstring>
#include <string>
#include <vector>

#include "object/machines.h"
#include "object/macho.h"
#include "object/object.h"

namespace httpd::object {
namespace {

namespace macho = llvm::MachO;

// Begins with one of the four magic numbers of a Mach-O file that is not universal.
bool IsMacho(std::string_view bytes) {
  uint32_t magic = 0;
  if (bytes.size() < sizeof(magic)) return false;
  memcpy(&magic, bytes.data(), sizeof(magic));
  return magic == macho::MH_MAGIC || magic == macho::MH_CIGAM || magic == macho::MH_MAGIC_64 ||
         magic == macho::MH_CIGAM_64;
}

struct Slice {
  uint32_t cpu;
  uint64_t offset;
  uint64_t size;
};

// The table of a universal binary is big-endian on every machine.
template <class T>
bool ReadSlices(View* view, const Bytes& file, uint32_t count, std::vector<Slice>* out) {
  const uint64_t table = sizeof(macho::fat_header);
  if (!file.Within(table, uint64_t{count} * sizeof(T), "the table of slices")) return false;
  for (uint32_t i = 0; i < count; ++i) {
    T entry;
    memcpy(&entry, file.all().data() + table + i * sizeof(T), sizeof(T));
    if (!kHostBigEndian) macho::swapStruct(entry);
    if (!file.Within(entry.offset, entry.size, "a slice")) return false;
    if (entry.offset < table + uint64_t{count} * sizeof(T)) {
      view->Malformed("its slice " + std::to_string(i) + " begins inside the table of slices");
      return false;
    }
    out->push_back({entry.cputype, entry.offset, entry.size});
  }
  return true;
}

void ReadUniversal(View* view, bool wide) {
  constexpr uint32_t kMostSlices = 64;  // dyld knows far fewer machines
  const Bytes file(view, view->bytes);
  view->kind = HTTPD_INSPECT_OTHER;
  view->kind_name = "Mach-O universal binary";
  macho::fat_header header;
  if (!file.Take(0, "its universal header", &header)) return;
  if (!kHostBigEndian) macho::swapStruct(header);
  if (header.nfat_arch == 0 || header.nfat_arch > kMostSlices) {
    view->Malformed("its universal header claims " + std::to_string(header.nfat_arch) + " slices");
    return;
  }
  std::vector<Slice> slices;
  if (!(wide ? ReadSlices<macho::fat_arch_64>(view, file, header.nfat_arch, &slices)
             : ReadSlices<macho::fat_arch>(view, file, header.nfat_arch, &slices))) {
    return;
  }
  view->slice_count = header.nfat_arch;
  const Slice* chosen = nullptr;
  for (const Slice& slice : slices) {
    const std::string machine = MachoMachineName(slice.cpu);
    view->slices += (view->slices.empty() ? "" : ", ") + machine;
    if (slice.cpu == macho::CPU_TYPE_ARM64_32) view->slices += " 32-bit";
    const bool is64 = (slice.cpu & macho::CPU_ARCH_ABI64) != 0;
    if (chosen == nullptr && is64 == (kHostBits == 64) && machine == ElfMachineText(kHostMachine)) {
      chosen = &slice;
    }
  }
  if (chosen == nullptr) chosen = slices.data();
  const std::string_view image = view->bytes.substr(chosen->offset, chosen->size);
  if (!IsMacho(image)) {
    view->kind_name = image.starts_with("!<arch>\n") ? "universal archive"
                                                     : "universal binary of no known object format";
    if (image.starts_with("!<arch>\n")) view->kind = HTTPD_INSPECT_ARCHIVE;
    return;
  }
  ReadMachoImage(view, image);
  view->kind_name += " (universal)";
}

}  // namespace

void ReadMacho(View* view) {
  const std::string_view bytes = view->bytes;
  const bool narrow = bytes.starts_with("\xca\xfe\xba\xbe");
  const bool wide = bytes.starts_with("\xca\xfe\xba\xbf");
  // A Java class file has the same magic; its version, from 43 on, is where the slices are counted.
  const bool java = narrow && bytes.size() >= 8 && static_cast<unsigned char>(bytes[7]) >= 43;
  if ((!narrow && !wide && !IsMacho(bytes)) || java) return;
  view->format = HTTPD_INSPECT_FORMAT_MACHO;
  if (narrow || wide) return ReadUniversal(view, wide);
  ReadMachoImage(view, bytes);
}

}  // namespace httpd::object
