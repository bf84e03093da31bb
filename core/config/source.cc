// SPDX-License-Identifier: Apache-2.0
// Keeps every text that was read, so that a diagnostic can show its line long after the file was
// changed or removed.
#include "config/source.h"

#include <cstring>
#include <utility>

#include "base/concat.h"

namespace httpd::config {

uint32_t SourceMap::Add(std::string name, std::string text, Position included_at) {
  files_.push_back({std::move(name), std::move(text), included_at, {}});
  return static_cast<uint32_t>(files_.size() - 1);
}

std::string_view SourceMap::Line(uint32_t file, uint32_t line) const {
  if (file >= files_.size() || line == 0) return {};
  const File& entry = files_[file];
  std::string_view text = entry.text;
  if (entry.line_starts.empty()) {
    entry.line_starts.push_back(0);
    for (size_t at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1)) {
      entry.line_starts.push_back(static_cast<uint32_t>(at + 1));
    }
  }
  if (line > entry.line_starts.size()) return {};
  std::string_view rest = text.substr(entry.line_starts[line - 1]);
  rest = rest.substr(0, rest.find('\n'));
  if (!rest.empty() && rest.back() == '\r') rest.remove_suffix(1);
  return rest;
}

std::string SourceMap::Describe(Position position) const {
  if (position.file >= files_.size()) return "";
  const std::string& name = files_[position.file].name;
  if (position.line == 0) return name;
  return base::Concat(name, ":", position.line, ":", position.column);
}

}  // namespace httpd::config
