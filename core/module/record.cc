// SPDX-License-Identifier: Apache-2.0
// Reads the record of a module built with any version of the headers. What a module says about
// sizes is not believed further than a sane module would go: the record comes out of a file that
// somebody installed, and a wrong one must end in a sentence, not in a crash.
#include "module/record.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "base/sized.h"

namespace httpd::module {
namespace {

using base::TailIsZero;

// What every version of the record has; fields up to `name` never move.
constexpr size_t kSmallestRecord = offsetof(httpd_module, name) + sizeof(const char*);
constexpr size_t kSmallestRow = offsetof(httpd_directive, name) + sizeof(const char*);
constexpr size_t kLargestStruct = base::kLargestSized;
constexpr size_t kMostDirectives = 4096;
constexpr size_t kLongestName = 128;

std::string Version(uint32_t major, uint32_t minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

std::string Core() { return "this core has ABI " + Version(HTTPD_ABI_MAJOR, HTTPD_ABI_MINOR); }

constexpr char kNewerCore[] =
    "upgrade httpd, or install a version of the module that was made for this one";
constexpr char kRebuild[] = "rebuild the module with HTTPD_MODULE() of <httpd/module.h>";

bool Refuse(Finding* finding, const char* code, std::string what, std::string found,
            std::string wanted, std::string fix) {
  *finding = {FindingSeverity::kError, code, std::move(what), std::move(found),
              std::move(wanted),       "",   std::move(fix)};
  return false;
}

// The text at `text`, or null when it is no name.
bool ReadName(const char* text, std::string* name) {
  if (text == nullptr) return false;
  const size_t length = strnlen(text, kLongestName + 1);
  if (length == 0 || length > kLongestName) return false;
  name->assign(text, length);
  return true;
}

bool ReadHead(const httpd_module* raw, httpd_module* record, Finding* finding) {
  constexpr size_t kMagicAndSize = offsetof(httpd_module, abi_major);
  std::memcpy(record, raw, kMagicAndSize);
  if (record->magic != HTTPD_MODULE_MAGIC) {
    return Refuse(finding, "HM-48", "what the module exports as its record is none",
                  "magic number " + std::to_string(record->magic),
                  std::to_string(HTTPD_MODULE_MAGIC), kRebuild);
  }
  if (record->size < kSmallestRecord || record->size > kLargestStruct) {
    return Refuse(
        finding, "HM-48", "the module's record has a size that cannot be",
        std::to_string(record->size) + " bytes",
        std::to_string(kSmallestRecord) + " to " + std::to_string(kLargestStruct) + " bytes",
        kRebuild);
  }
  const size_t theirs = record->size;
  std::memcpy(record, raw, std::min(theirs, sizeof *record));
  if (record->abi_major != HTTPD_ABI_MAJOR) {
    return Refuse(finding, "HM-49", "the module was made for another interface",
                  "ABI " + Version(record->abi_major, record->abi_minor), Core(),
                  record->abi_major > HTTPD_ABI_MAJOR
                      ? kNewerCore
                      : "install a version of the module that was made for this httpd");
  }
  size_t offset = 0;
  if (!TailIsZero(raw, theirs, sizeof *record, &offset)) {
    return Refuse(finding, "HM-50", "the module's record uses a field that this core does not know",
                  "a value at byte " + std::to_string(offset) + " of httpd_module (ABI " +
                      Version(record->abi_major, record->abi_minor) + ")",
                  Core() + ", whose httpd_module ends at byte " + std::to_string(sizeof *record),
                  kNewerCore);
  }
  if (record->flags != 0) {
    return Refuse(finding, "HM-50", "the module's record sets flags that this core does not know",
                  "httpd_module.flags = " + std::to_string(record->flags), "0", kNewerCore);
  }
  return true;
}

bool BadRow(Finding* finding, size_t row, const std::string& name, std::string what,
            std::string found, std::string wanted, std::string fix) {
  std::string where = "row " + std::to_string(row + 1) + " of the module's directives";
  if (!name.empty()) where += " (" + name + ")";
  return Refuse(finding, "HM-52", where + " " + std::move(what), std::move(found),
                std::move(wanted), std::move(fix));
}

// `stride` is 0 until the first row told it.
bool ReadRow(const char* bytes, size_t row, size_t* stride, std::vector<httpd_directive>* out,
             bool* end, Finding* finding) {
  httpd_directive directive = {};
  std::memcpy(&directive, bytes, kSmallestRow);
  *end = directive.name == nullptr;
  if (*end) return true;

  const size_t theirs = directive.size;
  if (theirs < kSmallestRow || theirs > kLargestStruct || theirs % alignof(httpd_directive) != 0) {
    return BadRow(finding, row, "", "has a size that cannot be", std::to_string(theirs) + " bytes",
                  "sizeof(httpd_directive), " + std::to_string(sizeof(httpd_directive)) + " here",
                  "set .size = sizeof(httpd_directive) in each row, and end the table with {0}");
  }
  if (*stride == 0) *stride = theirs;
  std::string name;
  if (theirs != *stride) {
    return BadRow(finding, row, "", "has another size than the first",
                  std::to_string(theirs) + " bytes", std::to_string(*stride) + " bytes",
                  "set .size = sizeof(httpd_directive) in each row, and end the table with {0}");
  }
  std::memcpy(&directive, bytes, std::min(theirs, sizeof directive));
  if (!ReadName(directive.name, &name)) {
    return BadRow(finding, row, "", "has no usable name", "an empty or endless text",
                  "a name of 1 to " + std::to_string(kLongestName) + " bytes", kRebuild);
  }
  size_t offset = 0;
  if (!TailIsZero(bytes, theirs, sizeof directive, &offset)) {
    return BadRow(finding, row, name, "uses a field that this core does not know",
                  "a value at byte " + std::to_string(offset) + " of httpd_directive", Core(),
                  kNewerCore);
  }
  if (directive.handler == nullptr) {
    return BadRow(finding, row, name, "has no handler", "NULL", "a function",
                  "set .handler in this row");
  }
  directive.size = sizeof directive;
  out->push_back(directive);
  return true;
}

bool ReadDirectives(const httpd_directive* table, std::vector<httpd_directive>* out,
                    Finding* finding) {
  if (table == nullptr) return true;
  const char* bytes = reinterpret_cast<const char*>(table);
  size_t stride = 0;
  for (size_t row = 0; row < kMostDirectives; ++row, bytes += stride) {
    bool end = false;
    if (!ReadRow(bytes, row, &stride, out, &end, finding)) return false;
    if (end) return true;
  }
  return Refuse(finding, "HM-52", "the module's table of directives has no end",
                std::to_string(kMostDirectives) + " rows", "a last row whose name is NULL",
                "end the table with {0}");
}

}  // namespace

bool NormalizeRecord(const httpd_module* raw, std::string_view expected_name, Module* module,
                     Finding* finding) {
  httpd_module record = {};
  if (!ReadHead(raw, &record, finding)) return false;
  std::string name;
  if (!ReadName(record.name, &name)) {
    return Refuse(finding, "HM-51", "the module's record has no usable name",
                  "an empty or endless text", "\"" + std::string(expected_name) + "\"", kRebuild);
  }
  if (name != expected_name) {
    return Refuse(finding, "HM-51", "the module's record has another name than its symbol",
                  "\"" + name + "\"", "\"" + std::string(expected_name) + "\"",
                  "LoadModule " + name + "_module FILE, or rebuild the module with HTTPD_MODULE(" +
                      std::string(expected_name) + ", …)");
  }
  std::vector<httpd_directive> directives;
  if (!ReadDirectives(record.directives, &directives, finding)) return false;

  record.size = sizeof record;
  record.directives = nullptr;  // its rows may have another layout: module->directives counts
  module->record = record;
  module->name = std::move(name);
  module->directives = std::move(directives);
  return true;
}

}  // namespace httpd::module
