// SPDX-License-Identifier: Apache-2.0
//
// The format of mime.types files, which Apache, Debian's mime-support and others share.
#include "types_file.h"

namespace mod_mime {
namespace {

constexpr std::string_view kBlanks = " \t\r\f\v";

// Takes the next word off the front of `line`; empty at its end.
std::string_view NextWord(std::string_view* line) {
  const size_t start = line->find_first_not_of(kBlanks);
  if (start == std::string_view::npos) return {};
  size_t end = line->find_first_of(kBlanks, start);
  if (end == std::string_view::npos) end = line->size();
  const std::string_view word = line->substr(start, end - start);
  line->remove_prefix(end);
  return word;
}

// RFC 9110 §5.6.2.
bool IsToken(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  if (text.empty()) return false;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && kOthers.find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool IsFieldText(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (c < 0x20 || c > 0x7e) return false;
  }
  return true;
}

bool IsMediaType(std::string_view text) {
  if (!IsFieldText(text)) return false;
  std::string_view essence = text.substr(0, text.find(';'));
  while (!essence.empty() && essence.back() == ' ') essence.remove_suffix(1);
  const size_t slash = essence.find('/');
  return slash != std::string_view::npos && IsToken(essence.substr(0, slash)) &&
         IsToken(essence.substr(slash + 1));
}

std::string ParseTypes(std::string_view text, ExtensionTable* types) {
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    line = line.substr(0, line.find('#'));
    const std::string_view type = NextWord(&line);
    if (type.empty()) continue;
    if (!IsMediaType(type)) {
      return "line " + std::to_string(number) + ": found \"" + std::string(type) +
             "\", wanted a media type such as text/html";
    }
    for (std::string_view name = NextWord(&line); !name.empty(); name = NextWord(&line)) {
      if (name.front() == '.') name.remove_prefix(1);
      if (!name.empty()) types->Add(name)->type = type;
    }
  }
  return "";
}

}  // namespace mod_mime
