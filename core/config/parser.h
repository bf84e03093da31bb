// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"
#include "config/source.h"
#include "config/tree.h"

namespace httpd::config {

struct ParserLimits {
  size_t max_file = 16u << 20;  // bytes of one file
  size_t max_line = 1u << 20;   // bytes of one line after joining its continuations
  int max_nesting = 64;         // sections within sections
};

// Parses one file of the SourceMap. Never stops at the first error: each is reported and skipped,
// the tree holds everything that could be read.
Tree Parse(const SourceMap& sources, uint32_t file, Diagnostics* diagnostics,
           const ParserLimits& limits = {});

// Splits text into words as Apache's ap_getword_conf does: blanks separate; a word that begins with
// " or ' runs to the same quote; \\ is a backslash, \" within "…" (and \' within '…') is the quote,
// every other backslash stays. Positions count from `start` on one line.
std::vector<Arg> SplitWords(std::string_view text, Position start);

// Reports a missing closing quote among the words of a directive; false when there is none. For
// those who use the words: directives that take their raw text may hold a lone quote.
bool ReportUnterminated(const Node& node, const SourceMap& sources, Diagnostics* diagnostics);

}  // namespace httpd::config
