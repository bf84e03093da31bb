// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "object/inspect.h"

namespace httpd::object {

struct Symbol {
  std::string_view name;
  std::string_view version;
  std::string_view library;
  std::string_view forward;
  uint32_t type = HTTPD_INSPECT_SYMBOL_OTHER;
  uint32_t flags = 0;
  uint32_t ordinal = 0;
  bool weak = false;
  uint64_t bytes = 0;
};

struct Version {
  std::string_view library;
  std::string_view version;
  bool weak = false;
  bool base = false;
};

// Everything known about one file. Views point into `bytes` or into the strings below.
struct View {
  std::string_view bytes;
  std::unique_ptr<char[]> storage;  // null when the bytes are the caller's

  uint32_t kind = HTTPD_INSPECT_DATA;
  uint32_t format = HTTPD_INSPECT_FORMAT_NONE;
  uint32_t state = HTTPD_INSPECT_WHOLE;
  uint32_t flags = 0;
  uint32_t machine = 0;
  uint32_t bits = 0;
  bool big_endian = false;
  uint32_t os_abi = 0;
  uint32_t slice_count = 0;
  std::string os_abi_name;
  std::string slices;
  std::string kind_name;
  std::string machine_name;
  std::string target;
  std::string reason;
  std::string build_id;
  std::string_view soname;
  std::string_view run_path;
  std::string_view manifest;
  std::vector<std::string_view> needed;
  std::vector<Symbol> imports;
  std::vector<Symbol> exports;
  std::vector<Version> needed_versions;
  std::vector<Version> defined_versions;

  void SetTarget();  // from machine_name, bits and big_endian
  void Truncated(std::string why);
  void Malformed(std::string why);
};

// Decides what the bytes are and lets the reader of that format fill in the rest.
void Examine(View* view);

// Readers, one per format; `view->bytes` begins with the format's magic.
void ReadElf(View* view);
void ReadForeign(View* view);  // Mach-O, COFF/PE, XCOFF: kind and machine only

// "x86-64" for EM_X86_64 (e_machine of the ELF header); "machine number N" for one without a name.
std::string ElfMachineName(uint32_t machine);

// "x86-64 64-bit little-endian": what this library was compiled for.
std::string_view HostTarget();

}  // namespace httpd::object

struct httpd_inspect_object {
  httpd::object::View view;
};
