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

// Texts that a file does not hold in one piece. They stay where they are until the arena ends.
class TextArena {
 public:
  std::string_view Keep(std::string_view text);

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;
  size_t left_ = 0;
};

// Ends what the bytes of a file lie in.
struct FreeBytes {
  size_t mapped = 0;  // bytes of a mapping; 0: from new char[]
  void operator()(char* bytes) const;
};

// Everything known about one file. Views point into `bytes`, `texts` or the strings below.
struct View {
  std::string_view bytes;
  std::unique_ptr<char[], FreeBytes> storage;  // null when the bytes are the caller's

  uint32_t kind = HTTPD_INSPECT_DATA;
  uint32_t format = HTTPD_INSPECT_FORMAT_NONE;
  uint32_t state = HTTPD_INSPECT_WHOLE;
  uint32_t flags = 0;
  uint32_t machine = 0;
  uint32_t bits = 0;
  bool big_endian = false;
  uint32_t os_abi = 0;
  uint32_t slice_count = 0;
  uint64_t tls_bytes = 0;
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
  TextArena texts;
  uint64_t work = 0;  // see Spend()

  void SetTarget();  // from machine_name, bits and big_endian
  void Truncated(std::string why);
  void Malformed(std::string why);

  // Bounds what a small file can ask for: tables that overlap or refer to each other would else be
  // read again and again. False, and the view is malformed, when `units` more bytes are too many.
  bool Spend(uint64_t units);

  // The NUL-terminated string at `offset` of a string table. False, and the view is malformed, when
  // there is none.
  bool StringAt(std::string_view strings, uint64_t offset, const char* what, std::string_view* out);
};

std::string Hex(uint64_t value);                 // "0x1f"
std::string HexOfBytes(std::string_view bytes);  // "00ff1f"

// Decides what the bytes are and lets the reader of that format fill in the rest.
void Examine(View* view);

// Readers, one per format; `view->bytes` begins with the format's magic.
void ReadElf(View* view);
void ReadMacho(View* view);
void ReadPe(View* view);
void ReadCoffObject(View* view);
void ReadXcoff(View* view);

// "x86-64" for EM_X86_64 (e_machine of the ELF header); "machine number N" for one without a name.
std::string ElfMachineName(uint32_t machine);

// "x86-64 64-bit little-endian": what this library was compiled for.
std::string_view HostTarget();

}  // namespace httpd::object

struct httpd_inspect_object {
  httpd::object::View view;
};
