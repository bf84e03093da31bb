// SPDX-License-Identifier: Apache-2.0
//
// Look-ups in a parsed head that are not a single load.
#include "http/request_head.h"

#include "http/field.h"

namespace httpd::http {

int RequestHead::NextSame(int index) const {
  const uint16_t id = fields[index].id;
  for (int i = index + 1; i < field_count; ++i) {
    if (fields[i].id == id) return i;
  }
  return -1;
}

int RequestHead::Find(std::string_view name, const char* data) const {
  const auto id = static_cast<size_t>(LookupField(name));
  if (id != 0 && id < kRequestFieldCount) return known[id];
  for (int i = 0; i < field_count; ++i) {
    if (fields[i].id == id && EqualsIgnoreCase(fields[i].name(data), name)) return i;
  }
  return -1;
}

bool FieldLines::Next(std::string_view* value) {
  if (has_only_) {
    has_only_ = false;
    *value = only_;
    return true;
  }
  if (index_ < 0) return false;
  *value = head_->fields[index_].value(data_);
  index_ = head_->NextSame(index_);
  return true;
}

}  // namespace httpd::http
