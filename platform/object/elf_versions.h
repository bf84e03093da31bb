// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <llvm/Object/ELFTypes.h>

#include <string>
#include <string_view>
#include <vector>

#include "object/object.h"

namespace httpd::object {

// The names of symbol versions by index (GNU symbol versioning: .gnu.version_d, .gnu.version_r).
// libObject's own reader believes the counts of a file, so that a small hostile one can keep it
// busy for minutes; here every step moves forward or is counted.
template <class ELFT>
class ElfVersions {
 public:
  explicit ElfVersions(View* view) : view_(view) {}

  // Empty for 0 and 1, which mean "local" and "no version". The library is that which a needed
  // version is asked of.
  Version At(uint32_t index) const {
    return index > 1 && index < versions_.size() ? versions_[index] : Version();
  }

  bool ReadDefinitions(std::string_view section, std::string_view strings) {
    for (uint64_t offset = 0;;) {
      const auto* entry = Struct<typename ELFT::Verdef>(section, offset);
      if (entry == nullptr) return false;
      const auto* aux = Struct<typename ELFT::Verdaux>(section, offset + entry->vd_aux);
      std::string_view name;
      if (aux == nullptr || !view_->StringAt(strings, aux->vda_name, "version name", &name)) {
        return false;
      }
      Version version;
      version.version = name;
      version.weak = (entry->vd_flags & llvm::ELF::VER_FLG_WEAK) != 0;
      version.base = (entry->vd_flags & llvm::ELF::VER_FLG_BASE) != 0;
      view_->defined_versions.push_back(version);
      Set(entry->vd_ndx, version);
      if (entry->vd_next == 0) return true;
      offset += entry->vd_next;
    }
  }

  bool ReadNeeds(std::string_view section, std::string_view strings) {
    // The lists of two libraries may overlap in a hostile file: bound the whole.
    size_t steps = section.size() / sizeof(typename ELFT::Vernaux) + 1;
    for (uint64_t offset = 0;;) {
      const auto* entry = Struct<typename ELFT::Verneed>(section, offset);
      std::string_view library;
      if (entry == nullptr ||
          !view_->StringAt(strings, entry->vn_file, "library of a version", &library) ||
          !ReadNeedsOf(section, strings, offset + entry->vn_aux, library, &steps)) {
        return false;
      }
      if (entry->vn_next == 0) return true;
      offset += entry->vn_next;
    }
  }

 private:
  bool ReadNeedsOf(std::string_view section, std::string_view strings, uint64_t offset,
                   std::string_view library, size_t* steps) {
    for (;;) {
      const auto* aux = Struct<typename ELFT::Vernaux>(section, offset);
      std::string_view name;
      if (aux == nullptr || !view_->StringAt(strings, aux->vna_name, "version name", &name)) {
        return false;
      }
      if ((*steps)-- == 0) {
        view_->Malformed("its version needs refer to each other");
        return false;
      }
      Version version;
      version.library = library;
      version.version = name;
      version.weak = (aux->vna_flags & llvm::ELF::VER_FLG_WEAK) != 0;
      view_->needed_versions.push_back(version);
      Set(aux->vna_other, version);
      if (aux->vna_next == 0) return true;
      offset += aux->vna_next;
    }
  }

  // The struct at `offset` of a section, or null and the view is malformed.
  template <class T>
  const T* Struct(std::string_view section, uint64_t offset) {
    if (offset <= section.size() && section.size() - offset >= sizeof(T)) {
      return reinterpret_cast<const T*>(section.data() + offset);
    }
    view_->Malformed("its version tables point outside of their section");
    return nullptr;
  }

  void Set(uint32_t index, const Version& version) {
    index &= llvm::ELF::VERSYM_VERSION;
    if (versions_.size() <= index) versions_.resize(index + 1);
    versions_[index] = version;
  }

  View* view_;
  std::vector<Version> versions_;
};

}  // namespace httpd::object
