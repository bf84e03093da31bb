// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// Names of machines. Shared by the inspector and by the core, which must name a machine even when
// the inspector is not installed. Numbers: ELF gABI, registry of e_machine values.
namespace httpd::object {

struct MachineName {
  uint16_t number;
  std::string_view name;
};

inline constexpr MachineName kElfMachines[] = {
    {2, "SPARC"},      {3, "x86"},       {4, "m68k"},        {8, "MIPS"},       {15, "PA-RISC"},
    {18, "SPARC V8+"}, {20, "PowerPC"},  {21, "PowerPC"},    {22, "s390x"},     {40, "ARM"},
    {42, "SuperH"},    {43, "SPARC V9"}, {50, "Itanium"},    {62, "x86-64"},    {75, "VAX"},
    {92, "OpenRISC"},  {94, "Xtensa"},   {183, "AArch64"},   {195, "ARCv2"},    {243, "RISC-V"},
    {247, "BPF"},      {252, "C-SKY"},   {258, "LoongArch"}, {0x9026, "Alpha"},
};

inline std::string ElfMachineText(uint32_t number) {
  for (const MachineName& machine : kElfMachines) {
    if (machine.number == number) return std::string(machine.name);
  }
  return "machine number " + std::to_string(number);
}

// The target that this code is compiled for.
#if defined(__x86_64__)
inline constexpr uint16_t kHostMachine = 62;
#elif defined(__i386__)
inline constexpr uint16_t kHostMachine = 3;
#elif defined(__aarch64__)
inline constexpr uint16_t kHostMachine = 183;
#elif defined(__arm__)
inline constexpr uint16_t kHostMachine = 40;
#elif defined(__s390__)
inline constexpr uint16_t kHostMachine = 22;
#elif defined(__powerpc64__)
inline constexpr uint16_t kHostMachine = 21;
#elif defined(__powerpc__)
inline constexpr uint16_t kHostMachine = 20;
#elif defined(__riscv)
inline constexpr uint16_t kHostMachine = 243;
#elif defined(__loongarch__)
inline constexpr uint16_t kHostMachine = 258;
#elif defined(__mips__)
inline constexpr uint16_t kHostMachine = 8;
#elif defined(__sparc_v9__) || defined(__sparcv9)
inline constexpr uint16_t kHostMachine = 43;
#elif defined(__sparc__) || defined(__sparc)
inline constexpr uint16_t kHostMachine = 2;
#else
#error "name this machine in platform/object/machines.h"
#endif

inline constexpr uint32_t kHostBits = sizeof(void*) * 8;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
inline constexpr bool kHostBigEndian = true;
#else
inline constexpr bool kHostBigEndian = false;
#endif

// "s390x 64-bit big-endian"
inline std::string TargetText(std::string_view machine, uint32_t bits, bool big_endian) {
  std::string text(machine);
  if (bits != 0) text += ' ' + std::to_string(bits) + "-bit";
  text += big_endian ? " big-endian" : " little-endian";
  return text;
}

inline std::string HostTargetText() {
  return TargetText(ElfMachineText(kHostMachine), kHostBits, kHostBigEndian);
}

}  // namespace httpd::object
