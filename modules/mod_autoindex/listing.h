// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "options.h"

namespace mod_autoindex {

// One name of a directory.
struct Entry {
  std::string_view name;  // bytes as in the directory, without a slash
  std::string_view description;
  int64_t size = 0;
  int64_t mtime = 0;  // nanoseconds since the epoch
  bool directory = false;
};

// Sorts in place. Names decide between entries that are otherwise equal.
void Sort(Entry* entries, size_t count, Order order, uint32_t options);

// Compares names: as bytes, without regard to case (kIgnoreCase), or so that file9 comes before
// file10 (kVersionSort).
int CompareNames(std::string_view a, std::string_view b, uint32_t options);

}  // namespace mod_autoindex
