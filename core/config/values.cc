// SPDX-License-Identifier: Apache-2.0
// Values that several core directives read.
#include "config/values.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/concat.h"
#include "base/str.h"
#include "config/tree.h"

namespace httpd::config {

bool ParseUnsigned(std::string_view text, uint64_t highest, uint64_t* out) {
  if (text.empty() || text[0] < '0' || text[0] > '9') return false;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  return error == std::errc() && rest == text.data() + text.size() && *out <= highest;
}

bool ParseTime(std::string_view text, uint32_t unit_milliseconds, uint32_t* out) {
  constexpr uint64_t kHighest = uint64_t{31} * 24 * 3600 * 1000;
  const size_t digits = text.find_first_not_of("0123456789");
  uint64_t unit = unit_milliseconds;
  if (digits != text.npos) {
    const std::string_view suffix = text.substr(digits);
    if (SameName(suffix, "ms")) {
      unit = 1;
    } else if (SameName(suffix, "s")) {
      unit = 1000;
    } else if (SameName(suffix, "min") || SameName(suffix, "mi")) {
      unit = 60 * 1000;
    } else if (SameName(suffix, "h")) {
      unit = 3600 * 1000;
    } else {
      return false;
    }
  }
  uint64_t number = 0;
  if (!ParseUnsigned(text.substr(0, digits), kHighest, &number)) return false;
  if (number > kHighest / unit) return false;
  *out = static_cast<uint32_t>(number * unit);
  return true;
}

bool ParseOnOff(std::string_view text, bool* out) {
  *out = SameName(text, "on");
  return *out || SameName(text, "off");
}

bool ParseServerName(std::string_view text, std::string* host, uint16_t* port) {
  *port = 0;
  const size_t scheme = text.find("://");
  if (scheme != text.npos) {
    const std::string_view name = text.substr(0, scheme);
    if (!SameName(name, "http") && !SameName(name, "https")) return false;
    text.remove_prefix(scheme + 3);
  }
  size_t end = text.rfind(':');
  if (!text.empty() && text[0] == '[') {
    const size_t close = text.find(']');
    if (close == text.npos) return false;
    if (close + 1 == text.size()) end = text.npos;
    if (end != text.npos && end != close + 1) return false;
  }
  if (end != text.npos) {
    uint64_t number = 0;
    if (!ParseUnsigned(text.substr(end + 1), 65535, &number) || number == 0) return false;
    *port = static_cast<uint16_t>(number);
    text = text.substr(0, end);
  }
  if (text.empty() || text.size() > 255) return false;
  const bool bracketed = text[0] == '[';
  host->clear();
  for (char c : text) {
    const char lower = base::LowerAscii(c);
    const bool plain = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || static_cast<unsigned char>(c) >= 0x80;
    if (!plain && !(bracketed && (c == '[' || c == ']' || c == ':'))) return false;
    *host += lower;
  }
  return true;
}

bool ParseReadTimeout(std::string_view text, ReadTimeout* out) {
  *out = {};
  const size_t comma = text.find(',');
  std::string_view times = text.substr(0, comma);
  uint64_t number = 0;
  if (comma != text.npos) {
    const std::string_view rate = text.substr(comma + 1);
    if (rate.size() < 9 || !SameName(rate.substr(0, 8), "MinRate=")) return false;
    if (!ParseUnsigned(rate.substr(8), UINT32_MAX, &number) || number == 0) return false;
    out->rate = static_cast<uint32_t>(number);
  }
  const size_t dash = times.find('-');
  if (!ParseUnsigned(times.substr(0, dash), 86400, &number)) return false;
  out->initial = static_cast<uint32_t>(number);
  if (dash == times.npos) return true;
  if (!ParseUnsigned(times.substr(dash + 1), 86400, &number) || number <= out->initial) {
    return false;
  }
  out->max = static_cast<uint32_t>(number);
  return true;
}

bool CheckDirectory(const std::string& path, DirectoryProblem* problem) {
  for (size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    const std::string part = path.substr(0, slash);
    struct stat info;
    if (::stat(part.c_str(), &info) != 0) {
      problem->found = base::Concat(part, ": ", std::strerror(errno));
      problem->fix =
          errno == ENOENT ? base::Concat("mkdir -p ", path) : base::Concat("ls -ld ", part);
      return false;
    }
    if (!S_ISDIR(info.st_mode)) {
      problem->found = base::Concat(part, " is not a directory");
      problem->fix = base::Concat("name a directory, or: mkdir -p ", path, " after moving ", part);
      return false;
    }
    // The effective user counts: privileges are gone when this runs.
    if (::faccessat(AT_FDCWD, part.c_str(), X_OK, AT_EACCESS) != 0) {
      problem->found = base::Concat("user ", ::geteuid(), " may not enter ", part);
      problem->fix = base::Concat("chmod o+x ", part);
      return false;
    }
    if (slash == path.npos) return true;
  }
}

}  // namespace httpd::config
