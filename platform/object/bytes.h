// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "object/object.h"

namespace httpd::object {

// Reads structs out of bytes that nobody has checked. What lies behind the end makes the view
// truncated; nothing is read there. `T` may have any alignment need: it is copied.
class Bytes {
 public:
  Bytes(View* view, std::string_view bytes) : view_(view), bytes_(bytes) {}

  std::string_view all() const { return bytes_; }
  uint64_t size() const { return bytes_.size(); }

  bool Has(uint64_t offset, uint64_t size) const {
    return offset <= bytes_.size() && size <= bytes_.size() - offset;
  }

  // False, and the view is truncated, when the file ends before [offset, offset+size) does.
  bool Within(uint64_t offset, uint64_t size, const char* what) const {
    if (Has(offset, size)) return true;
    view_->Truncated(std::string(what) + " needs " + std::to_string(size) + " bytes at " +
                     Hex(offset) + ", but the file has " + std::to_string(bytes_.size()) +
                     " bytes");
    return false;
  }

  template <class T>
  bool Take(uint64_t offset, const char* what, T* out) const {
    if (!Within(offset, sizeof(T), what)) return false;
    memcpy(out, bytes_.data() + offset, sizeof(T));
    return true;
  }

  // Nothing where the bytes do not reach.
  std::string_view Part(uint64_t offset, uint64_t size) const {
    return Has(offset, size) ? bytes_.substr(offset, size) : std::string_view();
  }

 private:
  View* view_;
  std::string_view bytes_;
};

// A struct of LLVM's packed, byte-order-aware integers at the start of `bytes`, which are enough.
template <class T>
const T* Packed(std::string_view bytes) {
  static_assert(alignof(T) == 1);
  return bytes.size() < sizeof(T) ? nullptr : reinterpret_cast<const T*>(bytes.data());
}

// Text in an array of fixed size, which ends at a NUL or with the array.
inline std::string_view FixedText(const char* data, size_t size) {
  return {data, strnlen(data, size)};
}

}  // namespace httpd::object
