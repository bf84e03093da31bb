// SPDX-License-Identifier: Apache-2.0
//
// The order of a listing.
#include "listing.h"

#include <algorithm>

namespace mod_autoindex {
namespace {

constexpr unsigned char Lower(char c) {
  return static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int CompareBytes(std::string_view a, std::string_view b, bool fold) {
  if (!fold) return a.compare(b);
  const size_t size = std::min(a.size(), b.size());
  for (size_t i = 0; i < size; ++i) {
    const int difference = Lower(a[i]) - Lower(b[i]);
    if (difference != 0) return difference;
  }
  return a.size() < b.size() ? -1 : a.size() > b.size() ? 1 : 0;
}

// Takes a run of digits, or one run of other bytes, off the front.
std::string_view TakeRun(std::string_view* text) {
  const bool digits = IsDigit(text->front());
  size_t end = 1;
  while (end < text->size() && IsDigit((*text)[end]) == digits) ++end;
  const std::string_view run = text->substr(0, end);
  text->remove_prefix(end);
  return run;
}

int CompareNumbers(std::string_view a, std::string_view b) {
  while (a.size() > 1 && a.front() == '0') a.remove_prefix(1);
  while (b.size() > 1 && b.front() == '0') b.remove_prefix(1);
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

int CompareVersions(std::string_view a, std::string_view b, bool fold) {
  while (!a.empty() && !b.empty()) {
    const std::string_view run_a = TakeRun(&a);
    const std::string_view run_b = TakeRun(&b);
    const bool numbers = IsDigit(run_a.front()) && IsDigit(run_b.front());
    const int result = numbers ? CompareNumbers(run_a, run_b) : CompareBytes(run_a, run_b, fold);
    if (result != 0) return result;
  }
  return a.empty() ? (b.empty() ? 0 : -1) : 1;
}

template <typename T>
int Compare(T a, T b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

int CompareBy(const Entry& a, const Entry& b, Order order, uint32_t options) {
  int result = 0;
  if (order.column == 'M') result = Compare(a.mtime, b.mtime);
  if (order.column == 'S') {
    // A directory's own size says nothing: directories come before the smallest file.
    result = Compare(a.directory ? int64_t{-1} : a.size, b.directory ? int64_t{-1} : b.size);
  }
  if (order.column == 'D') result = a.description.compare(b.description);
  return result != 0 ? result : CompareNames(a.name, b.name, options);
}

}  // namespace

int CompareNames(std::string_view a, std::string_view b, uint32_t options) {
  const bool fold = (options & kIgnoreCase) != 0;
  const int result =
      (options & kVersionSort) != 0 ? CompareVersions(a, b, fold) : CompareBytes(a, b, fold);
  return result != 0 ? result : a.compare(b);
}

void Sort(Entry* entries, size_t count, Order order, uint32_t options) {
  std::sort(entries, entries + count, [order, options](const Entry& a, const Entry& b) {
    if ((options & kFoldersFirst) != 0 && a.directory != b.directory) return a.directory;
    const int result = CompareBy(a, b, order, options);
    return order.descending ? result > 0 : result < 0;
  });
}

}  // namespace mod_autoindex
