// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <llvm/ADT/StringExtras.h>
#include <llvm/Object/ELFTypes.h>

#include <string>
#include <string_view>
#include <vector>

#include "object/object.h"

namespace httpd::object {

inline std::string Hex(uint64_t value) { return "0x" + llvm::utohexstr(value, /*LowerCase=*/true); }

// The NUL-terminated string at `offset` of a string table. False, and the view is malformed, when
// there is none.
inline bool StringAt(View* view, std::string_view strings, uint64_t offset, const char* what,
                     std::string_view* out) {
  constexpr size_t kLongest = 64 * 1024;  // no compiler makes longer names; bounds the search
  const std::string_view rest =
      offset < strings.size() ? strings.substr(offset, kLongest) : std::string_view();
  const size_t end = rest.find('\0');
  if (end == std::string_view::npos) {
    view->Malformed(std::string("its ") + what + " lies outside of the string table (offset " +
                    Hex(offset) + ")");
    return false;
  }
  *out = rest.substr(0, end);
  return true;
}

// The names of symbol versions by index (GNU symbol versioning: .gnu.version_d, .gnu.version_r).
// libObject's own reader believes the counts of a file, so that a small hostile one can keep it
// busy for minutes; here every step moves forward or is counted.
template <class ELFT>
class ElfVersions {
 public:
  explicit ElfVersions(View* view) : view_(view) {}

  // Empty for 0 and 1, which mean "local" and "no version".
  std::string_view Name(uint32_t index) const {
    return index > 1 && index < names_.size() ? names_[index] : std::string_view();
  }

  bool ReadDefinitions(std::string_view section, std::string_view strings) {
    for (uint64_t offset = 0;;) {
      const auto* entry = At<typename ELFT::Verdef>(section, offset);
      if (entry == nullptr) return false;
      const auto* aux = At<typename ELFT::Verdaux>(section, offset + entry->vd_aux);
      std::string_view name;
      if (aux == nullptr || !StringAt(view_, strings, aux->vda_name, "version name", &name)) {
        return false;
      }
      SetName(entry->vd_ndx, name);
      if (entry->vd_next == 0) return true;
      offset += entry->vd_next;
    }
  }

  bool ReadNeeds(std::string_view section, std::string_view strings) {
    // The lists of two libraries may overlap in a hostile file: bound the whole.
    size_t steps = section.size() / sizeof(typename ELFT::Vernaux) + 1;
    for (uint64_t offset = 0;;) {
      const auto* entry = At<typename ELFT::Verneed>(section, offset);
      if (entry == nullptr || !ReadNeedsOf(section, strings, offset + entry->vn_aux, &steps)) {
        return false;
      }
      if (entry->vn_next == 0) return true;
      offset += entry->vn_next;
    }
  }

 private:
  bool ReadNeedsOf(std::string_view section, std::string_view strings, uint64_t offset,
                   size_t* steps) {
    for (;;) {
      const auto* aux = At<typename ELFT::Vernaux>(section, offset);
      std::string_view name;
      if (aux == nullptr || !StringAt(view_, strings, aux->vna_name, "version name", &name)) {
        return false;
      }
      if ((*steps)-- == 0) {
        view_->Malformed("its version needs refer to each other");
        return false;
      }
      SetName(aux->vna_other, name);
      if (aux->vna_next == 0) return true;
      offset += aux->vna_next;
    }
  }

  // The struct at `offset` of a section, or null and the view is malformed.
  template <class T>
  const T* At(std::string_view section, uint64_t offset) {
    if (offset <= section.size() && section.size() - offset >= sizeof(T)) {
      return reinterpret_cast<const T*>(section.data() + offset);
    }
    view_->Malformed("its version tables point outside of their section");
    return nullptr;
  }

  void SetName(uint32_t index, std::string_view name) {
    index &= llvm::ELF::VERSYM_VERSION;
    if (names_.size() <= index) names_.resize(index + 1);
    names_[index] = name;
  }

  View* view_;
  std::vector<std::string_view> names_;
};

}  // namespace httpd::object
