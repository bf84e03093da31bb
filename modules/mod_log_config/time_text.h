// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

namespace mod_log_config {

// %{…}t: which moment, and how it is written. Formats of whole seconds are rendered once per second
// and kept.
struct TimeFormat {
  enum class Kind : uint8_t {
    kCommon,        // [10/Oct/2000:13:55:36 -0700]
    kSeconds,       // sec
    kMilliseconds,  // msec
    kMicroseconds,  // usec
    kMsecFraction,  // msec_frac
    kUsecFraction,  // usec_frac
    kStrftime,
  };
  static constexpr size_t kMaxSize = 128;

  // Reads what stands between the braces; "" or what is wrong.
  std::string Parse(std::string_view text);

  // Writes the time; `to` has room for kMaxSize bytes. Returns the end.
  char* Write(int64_t nanoseconds, char* to);

  Kind kind = Kind::kCommon;
  bool at_end = false;  // end: when the response was done, not when the request came
  std::string format;   // of kStrftime

 private:
  void Render(int64_t second);

  int64_t rendered_second_ = INT64_MIN;
  size_t rendered_size_ = 0;
  char rendered_[kMaxSize];
};

// Decimal digits of `value`, at least `width` of them. Returns the end.
char* WriteNumber(uint64_t value, char* to, size_t width = 1);

}  // namespace mod_log_config
