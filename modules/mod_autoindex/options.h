// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mod_autoindex {

// IndexOptions that do something here.
enum Option : uint32_t {
  kFancyIndexing = 1u << 0,
  kFoldersFirst = 1u << 1,
  kIgnoreCase = 1u << 2,
  kIgnoreClient = 1u << 3,
  kVersionSort = 1u << 4,
  kShowForbidden = 1u << 5,
  kIconsAreLinks = 1u << 6,
  kSuppressColumnSorting = 1u << 7,
  kSuppressDescription = 1u << 8,
  kSuppressPreamble = 1u << 9,
  kSuppressIcon = 1u << 10,
  kSuppressLastModified = 1u << 11,
  kSuppressSize = 1u << 12,
};
inline constexpr uint32_t kDefaultOptions = kFancyIndexing | kFoldersFirst;

// The options of a scope: replaced as a whole, or changed by + and -.
struct Options {
  bool replaced = false;
  uint32_t value = 0;  // when replaced
  uint32_t add = 0;
  uint32_t remove = 0;

  uint32_t Effective() const { return ((replaced ? value : kDefaultOptions) | add) & ~remove; }
};
Options MergeOptions(const Options& outer, const Options& inner);

// One word of an IndexOptions line.
enum class OptionResult : uint8_t {
  kUsed,
  kNoEffect,  // an option of Apache's that changes nothing here
  kCharset,   // Charset=…: the value is in *value
  kType,      // Type=…
  kUnknown,
};
OptionResult ApplyOption(std::string_view word, Options* options, std::string_view* value);

// What a listing is sorted by.
struct Order {
  char column = 'N';  // N name, M last modified, S size, D description
  bool descending = false;
};

// IndexOrderDefault's arguments; false when they are none.
bool ParseOrder(std::string_view direction, std::string_view column, Order* order);

// What a client may choose by its query: "C=M;O=D;P=*.txt", also with "&".
struct Choice {
  Order order;
  std::string_view pattern;  // still encoded; empty: everything
};
Choice ParseQuery(std::string_view query, Order standard);

// Whether `name` matches `pattern` of "*" and "?"; takes at most name times pattern steps, whatever
// a client sends.
bool MatchWildcard(std::string_view name, std::string_view pattern);

}  // namespace mod_autoindex
