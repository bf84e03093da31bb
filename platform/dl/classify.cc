// SPDX-License-Identifier: Apache-2.0
//
// Understands what dynamic loaders say. Their texts are made for the authors of libraries; each
// known one is sorted into a kind with its subject, so that an operator gets our words and a cure.

#include <algorithm>
#include <array>
#include <optional>

#include "dl/dl.h"

namespace httpd::dl {
namespace {

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// What stands between the first `open` and the next `close` (or the end of the text).
std::optional<std::string> Between(std::string_view text, std::string_view open,
                                   std::string_view close) {
  const size_t begin = text.find(open);
  if (begin == std::string_view::npos) return std::nullopt;
  text.remove_prefix(begin + open.size());
  const size_t end = close.empty() ? std::string_view::npos : text.find(close);
  return std::string(text.substr(0, std::min(end, text.size())));
}

// The file that the text begins with; musl puts words before it.
std::string Subject(std::string_view text) {
  if (auto name = Between(text, "Error loading shared library ", ": ")) return *name;
  return std::string(text.substr(0, text.find(": ")));
}

// What stands before the first `mark`.
std::string Before(std::string_view text, std::string_view mark) {
  return std::string(text.substr(0, text.find(mark)));
}

Error Make(ErrorKind kind, std::string subject, std::string needed_by = {},
           std::string version = {}) {
  Error error;
  error.kind = kind;
  error.subject = std::move(subject);
  error.needed_by = std::move(needed_by);
  error.version = std::move(version);
  return error;
}

std::optional<Error> UndefinedSymbol(std::string_view text) {
  // glibc: FILE: undefined symbol: NAME[, version V][\t(FILE)]; FreeBSD: Undefined symbol "NAME"
  if (auto name = Between(text, ": undefined symbol: ", "")) {
    const std::string version = Between(*name, ", version ", "\t").value_or("");
    return Make(ErrorKind::kUndefinedSymbol, name->substr(0, name->find_first_of(",\t (")),
                Before(text, ": undefined symbol: "), version);
  }
  if (auto name = Between(text, "Undefined symbol \"", "\"")) {
    std::string version;
    if (const size_t at = name->find('@'); at != std::string::npos) {
      version = name->substr(at + 1);
      name->resize(at);
    }
    return Make(ErrorKind::kUndefinedSymbol, *name, Before(text, ": Undefined"), version);
  }
  // musl: Error relocating FILE: NAME: symbol not found; Symbol not found: NAME (dlsym)
  if (Has(text, "Error relocating ")) {
    const std::string rest = *Between(text, "Error relocating ", "");
    return Make(ErrorKind::kUndefinedSymbol, Between(rest, ": ", ":").value_or(""),
                Before(rest, ": "));
  }
  if (auto name = Between(text, "Symbol not found: ", "\n")) {
    // macOS prefixes names with an underscore and puts "Referenced from" on the next line.
    return Make(ErrorKind::kUndefinedSymbol, *name);
  }
  // illumos and Solaris: relocation error: file FILE: symbol NAME: referenced symbol not found
  if (Has(text, "referenced symbol not found")) {
    return Make(ErrorKind::kUndefinedSymbol, Between(text, ": symbol ", ":").value_or(""),
                Between(text, ": file ", ":").value_or(""));
  }
  return std::nullopt;
}

std::optional<Error> VersionNotFound(std::string_view text) {
  // glibc: LIBRARY: version `V' not found (required by FILE)
  if (Has(text, ": version `") && Has(text, "' not found")) {
    return Make(ErrorKind::kVersionNotFound, Before(text, ": version `"),
                Between(text, "(required by ", ")").value_or(""),
                *Between(text, ": version `", "'"));
  }
  // FreeBSD: LIBRARY: version V required by FILE not found / not defined
  if (Has(text, ": version ") && Has(text, " required by ") && Has(text, " not ")) {
    return Make(ErrorKind::kVersionNotFound, Before(text, ": version "),
                Between(text, " required by ", " not ").value_or(""),
                *Between(text, ": version ", " required by "));
  }
  return std::nullopt;
}

std::optional<Error> NotFound(std::string_view text) {
  if (auto name = Between(text, "Shared object \"", "\" not found")) {
    return Make(ErrorKind::kNotFound, *name, Between(text, "required by \"", "\"").value_or(""));
  }
  if (auto name = Between(text, "Library not loaded: ", "\n")) {
    return Make(ErrorKind::kNotFound, *name);
  }
  if (!Has(text, "No such file or directory")) return std::nullopt;
  // musl: Error loading shared library NAME: No such file … (needed by FILE)
  if (auto name = Between(text, "Error loading shared library ", ":")) {
    return Make(ErrorKind::kNotFound, *name, Between(text, "(needed by ", ")").value_or(""));
  }
  return Make(ErrorKind::kNotFound, Before(text, ": "));
}

bool IsPermission(std::string_view text) {
  // A file system mounted noexec lets a file be read but not mapped executable.
  return Has(text, "Permission denied") || Has(text, "Operation not permitted") ||
         Has(text, "failed to map segment from shared object") ||
         Has(text, "cannot enable executable stack");
}

bool IsWrongFormat(std::string_view text) {
  static constexpr std::array<std::string_view, 19> kTexts = {
      "invalid ELF header",
      "wrong ELF class",
      "file too short",
      "ELF file data encoding not",
      "ELF file OS ABI invalid",
      "ELF file ABI version invalid",
      "ELF file version ",
      "nonzero padding in e_ident",
      "internal error",
      "only ET_DYN and ET_EXEC can be loaded",
      "cannot dynamically load",
      "ELF file's phentsize not the expected size",
      "object file has no dynamic section",
      "object file has no loadable segments",
      "ELF load command",
      "Exec format error",
      "unsupported file layout",
      "invalid file format",
      "mach-o",
  };
  return std::any_of(kTexts.begin(), kTexts.end(),
                     [text](std::string_view part) { return Has(text, part); });
}

}  // namespace

Error Classify(const std::string& file, std::string_view loader_text) {
  Error error;
  if (auto found = UndefinedSymbol(loader_text)) {
    error = *std::move(found);
  } else if (auto version = VersionNotFound(loader_text)) {
    error = *std::move(version);
  } else if (auto missing = NotFound(loader_text)) {
    error = *std::move(missing);
  } else if (Has(loader_text, "cannot allocate memory in static TLS block")) {
    error = Make(ErrorKind::kNoThreadMemory, Subject(loader_text));
  } else if (IsPermission(loader_text)) {
    error = Make(ErrorKind::kNotPermitted, Subject(loader_text));
  } else if (IsWrongFormat(loader_text)) {
    error = Make(ErrorKind::kWrongFormat, Subject(loader_text));
  } else {
    error = Make(ErrorKind::kOther, file);
  }
  error.file = file;
  error.loader_text = loader_text;
  if (error.needed_by == file) error.needed_by.clear();
  return error;
}

std::string Describe(const Error& error) {
  const std::string& who = error.needed_by.empty() ? error.file : error.needed_by;
  switch (error.kind) {
    case ErrorKind::kNone:
      return "no error";
    case ErrorKind::kNotFound:
      if (error.subject == error.file) return "there is no file " + error.file;
      return who + " needs the library " + error.subject + ", which is not installed here";
    case ErrorKind::kUndefinedSymbol:
      return who + " uses " + error.subject +
             (error.version.empty() ? "" : " of version " + error.version) +
             ", which nothing that is loaded provides";
    case ErrorKind::kWrongFormat:
      return (error.subject.empty() ? error.file : error.subject) +
             " is not a shared object that this system can load";
    case ErrorKind::kVersionNotFound:
      return who + " needs version " + error.version + " of " + error.subject +
             "; the one installed here is older";
    case ErrorKind::kNotPermitted:
      return "the system does not let this process map " +
             (error.subject.empty() ? error.file : error.subject) +
             " as a program: no read permission, or a file system mounted noexec";
    case ErrorKind::kNoThreadMemory:
      return (error.subject.empty() ? error.file : error.subject) +
             " has thread variables of the static kind, and the loader has no room left for them";
    case ErrorKind::kInUse:
      return error.file + " stays loaded until this process ends";
    case ErrorKind::kOther:
      break;
  }
  return "the dynamic loader refused " + error.file +
         " for a reason this server has no words for (" +
         (error.loader_text.empty() ? "it gave none" : "it said: " + error.loader_text) + ")";
}

}  // namespace httpd::dl
