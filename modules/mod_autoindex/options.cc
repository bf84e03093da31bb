// SPDX-License-Identifier: Apache-2.0
//
// IndexOptions, and the part of them that a client chooses by its query.
#include "options.h"

#include <strings.h>

namespace mod_autoindex {
namespace {

struct Name {
  std::string_view name;
  uint32_t bits;  // 0: accepted, changes nothing that a page of ours has
};

constexpr Name kNames[] = {
    {"FancyIndexing", kFancyIndexing},
    {"FoldersFirst", kFoldersFirst},
    {"IgnoreCase", kIgnoreCase},
    {"IgnoreClient", kIgnoreClient},
    {"VersionSort", kVersionSort},
    {"ShowForbidden", kShowForbidden},
    {"IconsAreLinks", kIconsAreLinks},
    {"SuppressColumnSorting", kSuppressColumnSorting},
    {"SuppressDescription", kSuppressDescription},
    {"SuppressHTMLPreamble", kSuppressPreamble},
    {"SuppressIcon", kSuppressIcon},
    {"SuppressLastModified", kSuppressLastModified},
    {"SuppressSize", kSuppressSize},
    {"HTMLTable", kFancyIndexing},
    {"AddAltClass", 0},
    {"DescriptionWidth", 0},
    {"IconHeight", 0},
    {"IconWidth", 0},
    {"NameWidth", 0},
    {"ScanHTMLTitles", 0},
    {"SuppressRules", 0},
    {"TrackModified", 0},
    {"UseOldDateFormat", 0},
    {"XHTML", 0},
};

bool Same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

// An option without a sign replaces what outer scopes said, and earlier signed ones of this scope.
void Replace(uint32_t bits, Options* options) {
  if (!options->replaced) *options = Options{true, 0, 0, 0};
  options->value |= bits;
}

}  // namespace

Options MergeOptions(const Options& outer, const Options& inner) {
  if (inner.replaced) return inner;
  Options merged = outer;
  merged.add = (outer.add & ~inner.remove) | inner.add;
  merged.remove = (outer.remove & ~inner.add) | inner.remove;
  return merged;
}

OptionResult ApplyOption(std::string_view word, Options* options, std::string_view* value) {
  const char sign = !word.empty() && (word[0] == '+' || word[0] == '-') ? word[0] : '\0';
  if (sign != '\0') word.remove_prefix(1);
  const size_t equals = word.find('=');
  const std::string_view name = word.substr(0, equals);
  *value = equals == std::string_view::npos ? std::string_view() : word.substr(equals + 1);
  if (Same(name, "None")) {
    *options = Options{true, 0, 0, 0};
    return OptionResult::kUsed;
  }
  if (Same(name, "Charset") && !value->empty()) return OptionResult::kCharset;
  if (Same(name, "Type") && !value->empty()) return OptionResult::kType;
  for (const Name& known : kNames) {
    if (!Same(name, known.name)) continue;
    if (known.bits == 0) return OptionResult::kNoEffect;
    if (sign == '+') {
      options->add |= known.bits;
      options->remove &= ~known.bits;
    } else if (sign == '-') {
      options->remove |= known.bits;
      options->add &= ~known.bits;
    } else {
      Replace(known.bits, options);
    }
    return OptionResult::kUsed;
  }
  return OptionResult::kUnknown;
}

bool ParseOrder(std::string_view direction, std::string_view column, Order* order) {
  if (Same(direction, "Ascending")) {
    order->descending = false;
  } else if (Same(direction, "Descending")) {
    order->descending = true;
  } else {
    return false;
  }
  if (Same(column, "Name")) {
    order->column = 'N';
  } else if (Same(column, "Date")) {
    order->column = 'M';
  } else if (Same(column, "Size")) {
    order->column = 'S';
  } else if (Same(column, "Description")) {
    order->column = 'D';
  } else {
    return false;
  }
  return true;
}

Choice ParseQuery(std::string_view query, Order standard) {
  Choice choice{standard, {}};
  while (!query.empty()) {
    const size_t end = query.find_first_of(";&");
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    if (pair.size() < 3 || pair[1] != '=') continue;
    const char value = pair[2];
    if (pair[0] == 'C' && std::string_view("NMSD").find(value) != std::string_view::npos) {
      choice.order.column = value;
    } else if (pair[0] == 'O' && (value == 'A' || value == 'D')) {
      choice.order.descending = value == 'D';
    } else if (pair[0] == 'P') {
      choice.pattern = pair.substr(2);
    }
  }
  return choice;
}

bool MatchWildcard(std::string_view name, std::string_view pattern) {
  size_t n = 0;
  size_t p = 0;
  size_t star = std::string_view::npos;  // the last "*" seen, and the name's part it stands for
  size_t resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace mod_autoindex
