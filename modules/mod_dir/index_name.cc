// SPDX-License-Identifier: Apache-2.0
//
// What mod_dir reads from its directives, kept free of the server's API so that tests can call it.
#include "index_name.h"

#include <strings.h>

namespace mod_dir {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool HasDotSegment(std::string_view path) {
  while (true) {
    const size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    if (segment == "." || segment == "..") return true;
    if (slash == std::string_view::npos) return false;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

std::string ParseIndexName(std::string_view text, IndexName* out) {
  const size_t mark = text.find('?');
  if (mark != std::string_view::npos) out->query = text.substr(mark + 1);
  const std::string_view path = text.substr(0, mark);
  if (path.empty()) return "found no file name";
  if (path.find("://") != std::string_view::npos) return "found the address of another server";
  if (path.front() == '/' && path.size() > 1 && path[1] == '/') return "found two slashes";
  for (size_t i = 0; i < path.size(); ++i) {
    char c = path[i];
    if (c == '%') {
      const int high = i + 1 < path.size() ? HexDigit(path[i + 1]) : -1;
      const int low = i + 2 < path.size() ? HexDigit(path[i + 2]) : -1;
      if (high < 0 || low < 0) return "found a % without two hexadecimal digits";
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0') return "found a NUL";
    out->path += c;
  }
  if (HasDotSegment(out->path)) return "found a \".\" or \"..\" segment";
  return "";
}

int RedirectStatus(std::string_view text) {
  const auto is = [text](std::string_view name) {
    return text.size() == name.size() && strncasecmp(text.data(), name.data(), name.size()) == 0;
  };
  if (is("off")) return 0;
  if (is("on") || is("temp")) return 302;
  if (is("permanent")) return 301;
  if (is("seeother")) return 303;
  for (const int status : {300, 301, 302, 303, 307, 308}) {
    if (text == std::to_string(status)) return status;
  }
  return -1;
}

}  // namespace mod_dir
