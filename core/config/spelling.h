// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace httpd::config {

// Number of insertions, deletions, replacements and swaps of neighbours between two words, ASCII
// case ignored; stops counting above `limit` and returns limit + 1.
int EditDistance(std::string_view a, std::string_view b, int limit);

// The known words that a writer of `word` may have meant, closest first, at most `max_results`;
// empty when none is close (a third of the length, at least one change).
std::vector<std::string> CloseSpellings(std::string_view word,
                                        const std::vector<std::string_view>& known,
                                        size_t max_results = 3);

}  // namespace httpd::config
