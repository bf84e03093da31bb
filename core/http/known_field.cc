// SPDX-License-Identifier: Apache-2.0
//
// From a field name to its id in a few instructions: a hash over length and three letters into a
// small table made by the compiler, then one comparison of whole words.
#include "http/known_field.h"

#include "http/known_field_table.h"

namespace httpd::http {

KnownField LookupField(std::string_view name) {
  return static_cast<KnownField>(internal::FindField(name.data(), name.size(), internal::SameName));
}

std::string_view FieldName(KnownField id) {
  const auto index = static_cast<size_t>(id);
  return index < kKnownFieldCount ? internal::kFieldNames[index] : std::string_view();
}

}  // namespace httpd::http
