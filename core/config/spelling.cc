// SPDX-License-Identifier: Apache-2.0
// "Did you mean": most unknown directives are known ones with two letters swapped.
#include "config/spelling.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"

namespace httpd::config {

int EditDistance(std::string_view a, std::string_view b, int limit) {
  const int rows = static_cast<int>(a.size());
  const int columns = static_cast<int>(b.size());
  if (std::abs(rows - columns) > limit) return limit + 1;
  std::vector<int> before(columns + 1), above(columns + 1), row(columns + 1);
  for (int j = 0; j <= columns; ++j) above[j] = j;
  for (int i = 1; i <= rows; ++i) {
    row[0] = i;
    int best = row[0];
    for (int j = 1; j <= columns; ++j) {
      const bool same = absl::ascii_tolower(a[i - 1]) == absl::ascii_tolower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && absl::ascii_tolower(a[i - 1]) == absl::ascii_tolower(b[j - 2]) &&
          absl::ascii_tolower(a[i - 2]) == absl::ascii_tolower(b[j - 1])) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
      best = std::min(best, row[j]);
    }
    if (best > limit) return limit + 1;
    std::swap(before, above);
    std::swap(above, row);
  }
  return std::min(above[columns], limit + 1);
}

std::vector<std::string> CloseSpellings(std::string_view word,
                                        const std::vector<std::string_view>& known,
                                        size_t max_results) {
  // Words longer than any directive are not worth the quadratic comparison.
  if (word.size() > 64) return {};
  const int limit = std::max(1, static_cast<int>(word.size()) / 3);
  std::vector<std::pair<int, std::string_view>> close;
  for (std::string_view candidate : known) {
    const int distance = EditDistance(word, candidate, limit);
    if (distance <= limit) close.emplace_back(distance, candidate);
  }
  std::sort(close.begin(), close.end());
  close.erase(std::unique(close.begin(), close.end()), close.end());
  std::vector<std::string> result;
  for (const auto& [distance, candidate] : close) {
    // A second choice is only offered when it is about as close as the first.
    if (result.size() == max_results || distance > close.front().first + 1) break;
    result.emplace_back(candidate);
  }
  return result;
}

}  // namespace httpd::config
