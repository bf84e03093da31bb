// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace mod_mime {

// What one file name extension says. Of every field: data() == nullptr means nothing is said here,
// an empty text with data() != nullptr means a Remove directive took away what is said elsewhere.
struct Extension {
  std::string_view name;  // without the dot, in any case
  std::string_view type;
  std::string_view charset;
  std::string_view encoding;
  std::string_view language;
  std::string_view handler;
};

// Extensions by name, without regard to case. Filled while the configuration is read; Find neither
// allocates nor changes anything. The texts are the caller's and outlive the table.
class ExtensionTable {
 public:
  // The entry of that name, made if there is none. Valid until the next Add.
  Extension* Add(std::string_view name);
  const Extension* Find(std::string_view name, uint32_t hash) const;
  // Puts what `inner` says over what is here.
  void Overlay(const ExtensionTable& inner);

  bool empty() const { return entries_.empty(); }
  size_t size() const { return entries_.size(); }

  static uint32_t Hash(std::string_view name);

 private:
  void Grow();

  std::vector<Extension> entries_;
  std::vector<uint32_t> slots_;  // index + 1 into entries_, 0 for free; a power of two of them
};

// What all extensions of a file name say together.
struct Metadata {
  // More of one kind in one file name are left out.
  static constexpr size_t kMaxValues = 32;

  std::string_view type;
  std::string_view charset;
  std::string_view handler;
  size_t encodings = 0;
  size_t languages = 0;
  std::string_view encoding[kMaxValues];
  std::string_view language[kMaxValues];
};

// Looks at every extension of `file_name` (the last segment of a path) as Apache does: leading dots
// and what stands before the first dot after them are the base name; extensions may come in any
// order; for type, charset and handler the last one counts, encodings and languages add up in
// order. `settings` (may be null) is asked first, for the type then `types`.
void Examine(std::string_view file_name, const ExtensionTable* settings,
             const ExtensionTable& types, Metadata* out);

// `type` without its charset parameter, if it has one: what stands before it and what after.
struct TypeParts {
  std::string_view before;
  std::string_view after;
};
TypeParts WithoutCharset(std::string_view type);

}  // namespace mod_mime
