// SPDX-License-Identifier: Apache-2.0
// One pass over a text before it is parsed: a section of a module may hold anything, so its end
// must be known before its lines are looked at.
#include "config/section_ends.h"

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "config/tree.h"

namespace httpd::config {
namespace {

bool IsBlank(char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); }

std::string_view Trimmed(std::string_view line) {
  while (!line.empty() && IsBlank(line.front())) line.remove_prefix(1);
  while (!line.empty() && IsBlank(line.back())) line.remove_suffix(1);
  return line;
}

// The name that follows `prefix`, up to a blank or ">"; empty when the line does not begin so.
std::string_view NameBehind(std::string_view prefix, std::string_view line) {
  if (line.substr(0, prefix.size()) != prefix) return {};
  line.remove_prefix(prefix.size());
  size_t end = 0;
  while (end < line.size() && !IsBlank(line[end]) && line[end] != '>') ++end;
  return line.substr(0, end);
}

std::string Lower(std::string_view name) {
  return absl::AsciiStrToLower(absl::string_view(name.data(), name.size()));
}

// "</Name>" and nothing else.
bool IsClosingLine(std::string_view line, std::string_view name) {
  return Trimmed(line.substr(2 + name.size())) == ">";
}

}  // namespace

bool IsCoreSection(std::string_view name) {
  static constexpr std::string_view kNames[] = {
      "VirtualHost",   "Directory",  "DirectoryMatch", "Location", "Files",
      "LocationMatch", "FilesMatch", "IfModule",       "IfDefine", "IfFile"};
  for (const std::string_view known : kNames) {
    if (SameName(known, name)) return true;
  }
  return false;
}

SectionEnds::SectionEnds(std::string_view text) {
  absl::flat_hash_map<std::string, std::vector<size_t>> open;  // lines, by lower-case name
  size_t at = text.substr(0, 3) == "\xef\xbb\xbf" ? 3 : 0;
  for (uint32_t number = 1; at < text.size(); ++number) {
    const size_t start = at;
    const size_t newline = text.find('\n', at);
    const size_t end = newline == text.npos ? text.size() : newline;
    at = newline == text.npos ? end : newline + 1;
    const std::string_view line = Trimmed(text.substr(start, end - start));
    if (line.size() < 2 || line.front() != '<') continue;
    if (const std::string_view name = NameBehind("</", line); !name.empty()) {
      const auto found = open.find(Lower(name));
      if (found == open.end() || found->second.empty() || !IsClosingLine(line, name)) continue;
      ends_[found->second.back()].offset = start;
      found->second.pop_back();
    } else if (const std::string_view opened = NameBehind("<", line);
               !opened.empty() && opened.front() != '/' && !IsCoreSection(opened)) {
      std::vector<size_t>& outer = open[Lower(opened)];
      // Only the innermost is told; those around it have an earlier line of their own.
      if (!outer.empty()) {
        uint32_t& again = ends_[outer.back()].opened_again;
        if (again == 0) again = number;
      }
      outer.push_back(start);
    }
  }
  for (const auto& [name, left] : open) {
    for (const size_t offset : left) ends_.erase(offset);
  }
}

const SectionEnds::End* SectionEnds::Of(size_t offset) const {
  const auto found = ends_.find(offset);
  return found == ends_.end() ? nullptr : &found->second;
}

}  // namespace httpd::config
