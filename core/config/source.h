// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace httpd::config {

// A place in a configuration file. `file` is an index of the SourceMap; line and column count from
// one, columns in bytes. A default Position is "nowhere" (command line defaults, built-in values).
struct Position {
  static constexpr uint32_t kNoFile = UINT32_MAX;
  uint32_t file = kNoFile;
  uint32_t line = 0;
  uint32_t column = 0;

  bool valid() const { return file != kNoFile; }
  bool operator==(const Position&) const = default;
};

// The texts that were read, by index. A file included twice is there twice, so that each reading
// knows the line that included it. Texts never move: string_views into them stay valid.
class SourceMap {
 public:
  // `included_at` is the Include line; nowhere for the main file and command-line texts.
  uint32_t Add(std::string name, std::string text, Position included_at = {});

  uint32_t size() const { return static_cast<uint32_t>(files_.size()); }
  const std::string& name(uint32_t file) const { return files_[file].name; }
  std::string_view text(uint32_t file) const { return files_[file].text; }
  Position included_at(uint32_t file) const { return files_[file].included_at; }

  // One physical line without its end of line; empty when there is no such line.
  std::string_view Line(uint32_t file, uint32_t line) const;

  // "conf/httpd.conf:12:5", or "" for nowhere.
  std::string Describe(Position position) const;

 private:
  struct File {
    std::string name;
    std::string text;
    Position included_at;
    mutable std::vector<uint32_t> line_starts;  // computed by the first Line()
  };
  std::deque<File> files_;
};

}  // namespace httpd::config
