// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "listing.h"
#include "options.h"
#include "text.h"

namespace mod_autoindex {

// Everything a page is made of.
struct Page {
  std::string_view path;  // decoded, ends with "/"
  std::string_view base;  // in front of each link: empty, or the last segment and "/"
  uint32_t options = kDefaultOptions;
  Order order;
  std::string_view pattern;  // as the client sent it, still encoded; empty: everything
  const Entry* entries = nullptr;
  size_t count = 0;
  size_t limit = 0;   // entries that are listed at most
  bool more = false;  // there are more
  std::string_view charset = "UTF-8";
  std::string_view style_sheet;
  std::string_view head_insert;  // HTML of the operator
  std::string_view header;       // text above the list: HTML, or text when header_is_text
  std::string_view readme;       // below it
  bool header_is_text = false;
  bool readme_is_text = false;
};

// A page stays below what a response may hold unsent; rows beyond are left out, and it says so.
inline constexpr size_t kMaxPage = 3u << 20;

void AppendPage(const Page& page, PoolText* out);

// The look of the page (style.cc).
std::string_view Style();
std::string_view Symbols();
// The symbol for a file of that name: "file", "image", "text" and so on.
std::string_view SymbolOf(const Entry& entry);

}  // namespace mod_autoindex
