// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/types.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/misuse.h"

// Structs that modules fill in, built with any version of the headers. Each begins with
// `uint32_t size`. Shorter than ours is zero-filled; longer is accepted when the tail is zero, and
// refused otherwise: the module then relies on something that this core does not know.
//
// In a public function, with the result that it answers:
//
//   httpd_result httpd_timer_add(…, const httpd_timer_options* raw, …) {
//     httpd_timer_options options;
//     HTTPD_READ_SIZED(httpd_timer_options, raw, &options);   // NULL: HTTPD_ERR_INVALID
//     HTTPD_READ_OPTIONS(httpd_timer_options, raw, &options);  // NULL: all zero, all defaults
//
// Each of them returns HTTPD_ERR_INVALID or HTTPD_ERR_UNSUPPORTED from the calling function after
// one line in the error log that names module, function, struct and byte. From then on only
// `options` is looked at. Where a sentence has to go elsewhere, call ReadSized() and
// SizedProblem(). A table of function pointers needs the same: a row the module's headers did not
// have is NULL.

namespace httpd::base {

inline constexpr uint32_t kLargestSized = 4096;  // larger: not a size but garbage

// True when a struct of `theirs` bytes can be read into one of `ours`. Sets *offset to the first
// byte of the tail that is not zero.
inline bool TailIsZero(const void* bytes, size_t theirs, size_t ours, size_t* offset) {
  const char* data = static_cast<const char*>(bytes);
  for (size_t i = ours; i < theirs; ++i) {
    if (data[i] == 0) continue;
    *offset = i;
    return false;
  }
  return true;
}

// HTTPD_OK and *out, zero-filled, with its own size; or HTTPD_ERR_INVALID, or with the first byte
// of the tail that is not zero in *offset HTTPD_ERR_UNSUPPORTED. Null is HTTPD_ERR_INVALID.
template <typename T>
httpd_result ReadSized(const T* raw, T* out, size_t* offset) {
  static_assert(offsetof(T, size) == 0 && sizeof(out->size) == sizeof(uint32_t));
  *out = T{};
  *offset = 0;
  if (raw == nullptr) return HTTPD_ERR_INVALID;
  const uint32_t theirs = raw->size;
  if (theirs < sizeof(uint32_t) || theirs > kLargestSized) return HTTPD_ERR_INVALID;
  if (!TailIsZero(raw, theirs, sizeof(T), offset)) return HTTPD_ERR_UNSUPPORTED;
  std::memcpy(static_cast<void*>(out), raw, std::min<size_t>(theirs, sizeof(T)));
  out->size = sizeof(T);
  return HTTPD_OK;
}

// What is wrong with a struct that ReadSized() refused.
template <typename T>
std::string SizedProblem(std::string_view name, const T* raw, size_t offset) {
  std::string text(name);
  if (raw == nullptr) return text + " is NULL";
  if (offset == 0) {
    return text + ".size is " + std::to_string(raw->size) + ", wanted " + std::to_string(sizeof(T));
  }
  return text + " sets the field at byte " + std::to_string(offset) +
         ", which this core does not know: its own ends at byte " + std::to_string(sizeof(T));
}

// ReadSized() with the line in the log.
template <typename T>
httpd_result ReadSizedOrReport(const char* function, const char* name, const T* raw, T* out) {
  size_t offset = 0;
  const httpd_result result = ReadSized(raw, out, &offset);
  if (result != HTTPD_OK) [[unlikely]] {
    ReportMisuse(function, result, SizedProblem(name, raw, offset));
  }
  return result;
}

}  // namespace httpd::base

#define HTTPD_READ_SIZED(type, raw, out)                                   \
  do {                                                                     \
    const httpd_result sized_result_ =                                     \
        ::httpd::base::ReadSizedOrReport<type>(__func__, #type, raw, out); \
    if (sized_result_ != HTTPD_OK) return sized_result_;                   \
  } while (0)

#define HTTPD_READ_OPTIONS(type, raw, out)                    \
  do {                                                        \
    *(out) = type{};                                          \
    (out)->size = sizeof(type);                               \
    if ((raw) != nullptr) HTTPD_READ_SIZED(type, (raw), out); \
  } while (0)
