// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "object/inspect.h"

// For tests: one inspected file with all that it says, and its rendering as text.
namespace httpd::object {

inline std::string Fixture(const std::string& name) {
  return std::string(HTTPD_FIXTURES) + "/" + name;
}

inline bool Exists(const std::string& path) { return access(path.c_str(), R_OK) == 0; }

inline std::string Contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

inline std::string Text(httpd_inspect_str text) { return std::string(text.data, text.len); }

class Inspected {
 public:
  explicit Inspected(const std::string& path) {
    error_.size = sizeof(error_);
    code = httpd_inspect_open_path(path.c_str(), nullptr, &object_, &error_);
    Load();
  }
  Inspected(const void* data, size_t size) {
    error_.size = sizeof(error_);
    code = httpd_inspect_open_bytes(data, size, &object_, &error_);
    Load();
  }
  ~Inspected() { httpd_inspect_close(object_); }
  Inspected(const Inspected&) = delete;
  Inspected& operator=(const Inspected&) = delete;

  std::string error() const { return error_.text; }
  bool Has(uint32_t flag) const { return (facts.flags & flag) != 0; }

  // One line per fact and list entry. Of a build id only the length: compilers differ.
  std::string Render() const;

  int32_t code;
  httpd_inspect_facts facts = {};
  std::vector<std::string> needed, imports, exports;  // symbols as name@version
  std::vector<std::string> lines;                     // of the lists, rendered

 private:
  static int32_t AddNeeded(void* user, httpd_inspect_str name) {
    static_cast<Inspected*>(user)->needed.push_back(Text(name));
    static_cast<Inspected*>(user)->lines.push_back("needs " + Text(name));
    return 0;
  }
  static std::string Name(const httpd_inspect_symbol& symbol) {
    const std::string version = symbol.version.len != 0 ? "@" + Text(symbol.version) : "";
    return Text(symbol.name) + version;
  }
  static std::string Line(const httpd_inspect_symbol& symbol);
  static int32_t AddImport(void* user, const httpd_inspect_symbol* symbol) {
    static_cast<Inspected*>(user)->imports.push_back(Name(*symbol));
    static_cast<Inspected*>(user)->lines.push_back("imports" + Line(*symbol));
    return 0;
  }
  static int32_t AddExport(void* user, const httpd_inspect_symbol* symbol) {
    static_cast<Inspected*>(user)->exports.push_back(Name(*symbol));
    static_cast<Inspected*>(user)->lines.push_back("exports" + Line(*symbol));
    return 0;
  }
  static std::string Line(const httpd_inspect_version_entry& entry) {
    std::string line = " version " + Text(entry.version);
    if (entry.library.len != 0) line += " of " + Text(entry.library);
    if (entry.base != 0) line += ", its own name";
    return line + (entry.weak != 0 ? ", weak" : "");
  }
  static int32_t AddNeededVersion(void* user, const httpd_inspect_version_entry* entry) {
    static_cast<Inspected*>(user)->lines.push_back("needs" + Line(*entry));
    return 0;
  }
  static int32_t AddDefinedVersion(void* user, const httpd_inspect_version_entry* entry) {
    static_cast<Inspected*>(user)->lines.push_back("defines" + Line(*entry));
    return 0;
  }

  void Load() {
    if (code != HTTPD_INSPECT_OK) return;
    facts.size = sizeof(facts);
    EXPECT_EQ(httpd_inspect_get_facts(object_, &facts), HTTPD_INSPECT_OK);
    httpd_inspect_needed(object_, AddNeeded, this, nullptr);
    httpd_inspect_needed_versions(object_, AddNeededVersion, this, nullptr);
    httpd_inspect_defined_versions(object_, AddDefinedVersion, this, nullptr);
    httpd_inspect_imports(object_, AddImport, this, nullptr);
    httpd_inspect_exports(object_, AddExport, this, nullptr);
  }

  httpd_inspect_error error_ = {};
  httpd_inspect_object* object_ = nullptr;
};

inline std::string Inspected::Line(const httpd_inspect_symbol& symbol) {
  static constexpr const char* kTypes[] = {"", ", function", ", data", ", thread-local"};
  std::string line = " " + Name(symbol);
  if ((symbol.flags & HTTPD_INSPECT_SYMBOL_ORDINAL) != 0) {
    line += "#" + std::to_string(symbol.ordinal);
  }
  line += kTypes[symbol.type];
  if (symbol.weak != 0) line += ", weak";
  if ((symbol.flags & HTTPD_INSPECT_SYMBOL_LAZY) != 0) line += ", lazy";
  if ((symbol.flags & HTTPD_INSPECT_SYMBOL_OLD_VERSION) != 0) line += ", old version";
  if (symbol.library.len != 0) line += ", from " + Text(symbol.library);
  if (symbol.forward.len != 0) line += ", is " + Text(symbol.forward);
  return line;
}

inline std::string Inspected::Render() const {
  static constexpr const char* kFlags[] = {"manifest",
                                           "deep",
                                           "executable stack",
                                           "text relocations",
                                           "static TLS",
                                           "unique symbols",
                                           "no delete",
                                           "bind now",
                                           "relro",
                                           "rpath",
                                           "init first",
                                           "no open",
                                           "no stack note",
                                           "any address",
                                           "nx",
                                           "high entropy",
                                           "control flow guard",
                                           "flat namespace"};
  std::string out =
      Text(facts.kind_name) + ", " + Text(facts.target) + ", " + Text(facts.os_abi_name) + "\n";
  if (facts.reason.len != 0) out += "reason: " + Text(facts.reason) + "\n";
  out += "flags:";
  const char* separator = " ";
  for (size_t i = 0; i < std::size(kFlags); ++i) {
    if ((facts.flags >> i & 1) == 0) continue;
    out += separator + std::string(kFlags[i]);
    separator = ", ";
  }
  out += "\n";
  if (facts.slice_count != 0) {
    out += std::to_string(facts.slice_count) + " slices: " + Text(facts.slices) + "\n";
  }
  if (facts.soname.len != 0) out += "name: " + Text(facts.soname) + "\n";
  if (facts.run_path.len != 0) out += "run path: " + Text(facts.run_path) + "\n";
  if (facts.build_id.len != 0) {
    out += "build id of " + std::to_string(facts.build_id.len) + " digits\n";
  }
  if (facts.manifest.len != 0) {
    std::string manifest = Text(facts.manifest);
    std::replace(manifest.begin(), manifest.end(), '\0', '|');
    out += "manifest: " + manifest + "\n";
  }
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

}  // namespace httpd::object
