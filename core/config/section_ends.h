// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>

namespace httpd::config {

// Where the sections that the core does not know end, found by their names alone: what stands
// between may be a program with "<" and "</" of its own. Offsets are those of lines in the text.
class SectionEnds {
 public:
  struct End {
    size_t offset = 0;          // of the line </Name>
    uint32_t opened_again = 0;  // number of the first line within that opens <Name>; 0: none
  };

  explicit SectionEnds(std::string_view text);

  // Of the section that the line at `offset` opens; null when no line closes it.
  const End* Of(size_t offset) const;

 private:
  std::map<size_t, End> ends_;
};

}  // namespace httpd::config
