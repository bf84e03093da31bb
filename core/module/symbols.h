// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "module/linked_objects.h"

namespace httpd::module {

// Who defines the names that matter to a plan: those that modules and their libraries import, and
// those that modules export. Each file's exports are gone through once, and only names that were
// asked for are kept, as views into the inspector's handles.
class Symbols {
 public:
  struct Definition {
    uint32_t object;
    uint32_t next;  // of the same name; kNone at the end
    bool weak;
    bool unique;  // one for the whole process, whoever defines it (STB_GNU_UNIQUE)
    std::string_view version;
  };
  struct Import {
    std::string_view name;
    std::string_view version;
    std::string_view library;  // whose version that is
  };
  static constexpr uint32_t kNone = UINT32_MAX;

  explicit Symbols(const LinkedObjects& objects) : objects_(objects) {}

  // What this object cannot do without: strong imports.
  std::vector<Import> ImportsOf(size_t object) const;

  void Want(std::string_view name) { first_.try_emplace(name, kNone); }
  // The names that the object defines for its own sake: neither weak nor a module's record.
  void WantExportsOf(size_t object);

  // After everything is wanted: notes who defines it.
  void Read(size_t object);

  const Definition* First(std::string_view name) const;
  const Definition* Next(const Definition& one) const {
    return one.next == kNone ? nullptr : &definitions_[one.next];
  }

  // Whether the loader takes this definition for that import.
  static bool Fits(const Definition& definition, const Import& import) {
    return import.version.empty() || definition.version.empty() ||
           definition.version == import.version;
  }

 private:
  void Add(uint32_t object, const httpd_inspect_symbol& symbol);

  const LinkedObjects& objects_;
  absl::flat_hash_map<std::string_view, uint32_t> first_;
  std::vector<Definition> definitions_;
};

// Whether anybody beside the module may care for this export of it.
bool IsOwnExport(const httpd_inspect_symbol& symbol);

}  // namespace httpd::module
