// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/regex.h>

#include <cstdint>

// A compiled expression; lives in the pool it was compiled with. The C functions of httpd/regex.h
// are all there is to do with it; core code uses them too. Read only after it was compiled, so
// that any number of threads may match.
struct httpd_regex {
  struct pcre2_real_code_8* code = nullptr;
  bool jit = false;  // compiled to machine code

  uint32_t capture_count() const;  // groups of the expression, without $0
};

namespace httpd::regex {

// Steps (PCRE2's match limit) and KiB of backtracking memory that one match may use, so that no
// expression can hang a worker. Beyond: HTTPD_ERR_LIMIT.
inline constexpr uint32_t kMatchLimit = 1'000'000;
inline constexpr uint32_t kMemoryLimit = 4096;

// Prepares the calling thread's working memory, which its first compile or match does otherwise.
// False when memory is used up.
bool PrepareThread();

}  // namespace httpd::regex
