// SPDX-License-Identifier: Apache-2.0
//
// Times in log lines. Local time costs a look at the time zone, so each text of whole seconds is
// made once and copied until the next second begins.
#include "time_text.h"

#include <cstring>

namespace mod_log_config {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;

// strftime's months depend on the locale, Apache's do not.
constexpr char kMonths[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

char* Copy(std::string_view text, char* to) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

char* WriteCommon(const tm& local, char* to) {
  *to++ = '[';
  to = WriteNumber(static_cast<uint64_t>(local.tm_mday), to, 2);
  *to++ = '/';
  to = Copy(std::string_view(kMonths + 3 * local.tm_mon, 3), to);
  *to++ = '/';
  to = WriteNumber(static_cast<uint64_t>(local.tm_year + 1900), to, 4);
  for (const int part : {local.tm_hour, local.tm_min, local.tm_sec}) {
    *to++ = ':';
    to = WriteNumber(static_cast<uint64_t>(part), to, 2);
  }
  const long offset = local.tm_gmtoff / 60;
  const auto minutes = static_cast<uint64_t>(offset < 0 ? -offset : offset);
  *to++ = ' ';
  *to++ = offset < 0 ? '-' : '+';
  to = WriteNumber(minutes / 60, to, 2);
  to = WriteNumber(minutes % 60, to, 2);
  *to++ = ']';
  return to;
}

}  // namespace

char* WriteNumber(uint64_t value, char* to, size_t width) {
  char digits[20];
  size_t count = 0;
  do {
    digits[count++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value > 0 || count < width);
  while (count > 0) *to++ = digits[--count];
  return to;
}

std::string TimeFormat::Parse(std::string_view text) {
  if (text.substr(0, 6) == "begin:") {
    text.remove_prefix(6);
  } else if (text.substr(0, 4) == "end:") {
    text.remove_prefix(4);
    at_end = true;
  }
  if (text.empty()) return "";
  kind = text == "sec"         ? Kind::kSeconds
         : text == "msec"      ? Kind::kMilliseconds
         : text == "usec"      ? Kind::kMicroseconds
         : text == "msec_frac" ? Kind::kMsecFraction
         : text == "usec_frac" ? Kind::kUsecFraction
                               : Kind::kStrftime;
  if (kind != Kind::kStrftime) return "";
  format = text;
  tm longest = {};
  longest.tm_mon = 8;   // September
  longest.tm_wday = 3;  // Wednesday
  longest.tm_mday = 30;
  if (std::strftime(rendered_, sizeof(rendered_), format.c_str(), &longest) > 0) return "";
  return "the time format makes no text, or more than 127 bytes of it";
}

void TimeFormat::Render(int64_t second) {
  const auto time = static_cast<time_t>(second);
  tm local;
  if (localtime_r(&time, &local) == nullptr) local = tm();
  rendered_second_ = second;
  rendered_size_ = kind == Kind::kCommon
                       ? static_cast<size_t>(WriteCommon(local, rendered_) - rendered_)
                       : std::strftime(rendered_, sizeof(rendered_), format.c_str(), &local);
}

char* TimeFormat::Write(int64_t nanoseconds, char* to) {
  if (nanoseconds < 0) nanoseconds = 0;
  const int64_t second = nanoseconds / kNanosPerSecond;
  const auto fraction = static_cast<uint64_t>(nanoseconds % kNanosPerSecond);
  switch (kind) {
    case Kind::kSeconds:
      return WriteNumber(static_cast<uint64_t>(second), to);
    case Kind::kMilliseconds:
      return WriteNumber(static_cast<uint64_t>(nanoseconds / 1'000'000), to);
    case Kind::kMicroseconds:
      return WriteNumber(static_cast<uint64_t>(nanoseconds / 1'000), to);
    case Kind::kMsecFraction:
      return WriteNumber(fraction / 1'000'000, to, 3);
    case Kind::kUsecFraction:
      return WriteNumber(fraction / 1'000, to, 6);
    case Kind::kCommon:
    case Kind::kStrftime:
      break;
  }
  if (second != rendered_second_) Render(second);
  return Copy({rendered_, rendered_size_}, to);
}

}  // namespace mod_log_config
