// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace httpd::module {

// What a module says about itself without being run: "key=value" strings separated by NUL bytes, in
// the section .httpd_manifest (core/include/httpd/module.h). Keys that list things may be repeated,
// or hold several values separated by commas or blanks. An unknown key is ignored, unless it begins
// with '!': then a core that does not know it must refuse the module.

// "sql", "sql>=1.2", "sql=1.2" or, for a provider, "sql/1".
struct ModuleReference {
  std::string name;
  std::string relation;  // "", ">=", "=" or "/"
  std::string version;   // "" exactly when relation is ""

  bool operator==(const ModuleReference&) const = default;
};

enum class PrivilegedMode : uint8_t { kRead = 0, kAppend = 1, kListen = 2 };

// privileged=CustomLog:append:1 — the supervisor opens what the argument names.
struct PrivilegedArgument {
  std::string directive;
  PrivilegedMode mode = PrivilegedMode::kRead;
  uint32_t argument = 1;  // counts from one

  bool operator==(const PrivilegedArgument&) const = default;
};

// since=httpd_foo:1.1 — the version of the interface in which a function came.
struct FunctionSince {
  std::string name;
  uint32_t minor = 0;

  bool operator==(const FunctionSince&) const = default;
};

struct Manifest {
  std::string name;  // "mime"
  std::string version;
  uint32_t abi_major = 0;
  uint32_t abi_minor = 0;
  std::string description;
  std::string license;
  std::string author;
  std::vector<ModuleReference> required;  // requires
  std::vector<ModuleReference> wants;
  std::vector<ModuleReference> conflicts;
  std::vector<ModuleReference> provides;
  std::vector<std::string> before;
  std::vector<std::string> after;
  std::vector<std::string> directives;  // directive
  std::vector<PrivilegedArgument> privileged;
  std::vector<FunctionSince> since;
  bool reloadable = true;

  bool operator==(const Manifest&) const = default;
};

struct ManifestProblem {
  std::string what;
  std::string found;
  std::string wanted;
  std::string fix;
};

inline constexpr size_t kMaxManifestBytes = 64 * 1024;
inline constexpr size_t kMaxManifestEntries = 1024;

// Reads all of it and adds every problem to *problems. True when there was none; *manifest holds
// what could be understood in either case. The bytes may come from a hostile file.
bool ParseManifest(std::string_view bytes, Manifest* manifest,
                   std::vector<ManifestProblem>* problems);

// "read", "append", "listen".
std::string_view PrivilegedModeName(PrivilegedMode mode);

}  // namespace httpd::module
