// SPDX-License-Identifier: Apache-2.0
//
// Decides from its first bytes what a file is, before any parser of a format sees it. People load
// scripts, archives and text files by mistake more often than broken objects; each gets its name.

#include <llvm/ADT/StringExtras.h>
#include <llvm/ADT/StringRef.h>
#include <llvm/BinaryFormat/Magic.h>

#include <algorithm>
#include <cstring>

#include "object/machines.h"
#include "object/object.h"

namespace httpd::object {
namespace {

// Enough to tell text from data; the rest of a large file is not looked at.
constexpr size_t kSample = 4096;

bool LooksLikeText(std::string_view bytes) {
  bytes = bytes.substr(0, kSample);
  return std::all_of(bytes.begin(), bytes.end(), [](char c) {
    const unsigned char u = static_cast<unsigned char>(c);
    return u >= 0x20 ? u != 0x7f : (u >= '\t' && u <= '\r');
  });
}

void SetKind(View* view, uint32_t kind, std::string_view name) {
  view->kind = kind;
  view->kind_name = name;
}

bool SetPlainKind(View* view) {
  const std::string_view bytes = view->bytes;
  if (bytes.empty()) {
    SetKind(view, HTTPD_INSPECT_EMPTY, "empty file");
  } else if (bytes.starts_with("#!")) {
    SetKind(view, HTTPD_INSPECT_SCRIPT, "script");
  } else if (bytes.starts_with("!<arch>\n") || bytes.starts_with("<bigaf>\n") ||
             bytes.starts_with("<aiaff>\n")) {
    SetKind(view, HTTPD_INSPECT_ARCHIVE, "archive");
  } else if (bytes.starts_with("!<thin>\n")) {
    SetKind(view, HTTPD_INSPECT_ARCHIVE, "thin archive");
  } else if (LooksLikeText(bytes)) {
    SetKind(view, HTTPD_INSPECT_TEXT, "text file");
  } else {
    return false;
  }
  return true;
}

}  // namespace

void View::SetTarget() { target = TargetText(machine_name, bits, big_endian); }

// The first reason stays: what follows from it would only confuse.
void View::Truncated(std::string why) {
  if (state != HTTPD_INSPECT_WHOLE) return;
  state = HTTPD_INSPECT_TRUNCATED;
  reason = std::move(why);
}

void View::Malformed(std::string why) {
  if (state != HTTPD_INSPECT_WHOLE) return;
  state = HTTPD_INSPECT_MALFORMED;
  reason = std::move(why);
}

std::string_view TextArena::Keep(std::string_view text) {
  constexpr size_t kBlock = 16 * 1024;
  if (text.empty()) return {};
  if (text.size() > left_) {
    left_ = std::max(kBlock, text.size());
    blocks_.push_back(std::make_unique<char[]>(left_));
    free_ = blocks_.back().get();
  }
  char* start = free_;
  memcpy(start, text.data(), text.size());
  free_ += text.size();
  left_ -= text.size();
  return {start, text.size()};
}

// Names in string tables share their tails, so an honest file is read more than once; sixteen times
// is far more than any linker makes of it.
bool View::Spend(uint64_t units) {
  const uint64_t most = 16 * uint64_t{bytes.size()} + (1u << 20);
  if (units <= most - work) {
    work += units;
    return true;
  }
  Malformed("its tables overlap: reading them takes more than " + std::to_string(most) + " steps");
  return false;
}

bool View::StringAt(std::string_view strings, uint64_t offset, const char* what,
                    std::string_view* out) {
  constexpr size_t kLongest = 64 * 1024;  // no compiler makes longer names; bounds the search
  const std::string_view rest =
      offset < strings.size() ? strings.substr(offset, kLongest) : std::string_view();
  const size_t end = rest.find('\0');
  if (end == std::string_view::npos) {
    Malformed(std::string("its ") + what + " lies outside of the string table (offset " +
              Hex(offset) + ")");
    return false;
  }
  *out = rest.substr(0, end);
  return Spend(end + 1);
}

std::string Hex(uint64_t value) { return "0x" + llvm::utohexstr(value, /*LowerCase=*/true); }

std::string HexOfBytes(std::string_view bytes) {
  return llvm::toHex(llvm::StringRef(bytes.data(), bytes.size()), /*LowerCase=*/true);
}

std::string ElfMachineName(uint32_t machine) { return ElfMachineText(machine); }

std::string_view HostTarget() {
  static const std::string text = HostTargetText();
  return text;
}

void Examine(View* view) {
  if (view->bytes.starts_with("\177ELF")) {
    view->format = HTTPD_INSPECT_FORMAT_ELF;
    ReadElf(view);
    return;
  }
  const llvm::file_magic magic =
      llvm::identify_magic(llvm::StringRef(view->bytes.data(), view->bytes.size()));
  switch (magic) {
    case llvm::file_magic::bitcode:
      view->format = HTTPD_INSPECT_FORMAT_BITCODE;
      SetKind(view, HTTPD_INSPECT_OTHER, "LLVM bitcode");
      return;
    case llvm::file_magic::wasm_object:
      view->format = HTTPD_INSPECT_FORMAT_WASM;
      SetKind(view, HTTPD_INSPECT_OTHER, "WebAssembly object");
      return;
    case llvm::file_magic::coff_import_library:
      view->format = HTTPD_INSPECT_FORMAT_COFF;
      SetKind(view, HTTPD_INSPECT_OTHER, "COFF import library");
      return;
    default:
      break;
  }
  if (SetPlainKind(view)) return;
  ReadMacho(view);
  if (view->format == HTTPD_INSPECT_FORMAT_NONE) ReadPe(view);
  if (view->format == HTTPD_INSPECT_FORMAT_NONE) ReadXcoff(view);
  if (view->format == HTTPD_INSPECT_FORMAT_NONE) ReadCoffObject(view);
  if (view->format == HTTPD_INSPECT_FORMAT_NONE) {
    SetKind(view, HTTPD_INSPECT_DATA, "data of no known object format");
  }
}

}  // namespace httpd::object
