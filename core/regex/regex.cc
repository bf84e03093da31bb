// SPDX-License-Identifier: Apache-2.0
// Regular expressions for directives (RedirectMatch, <LocationMatch>, rewriting), on PCRE2. They
// see what strangers send, so a match may neither take long nor ask for memory: each thread has one
// arena, made beforehand, in which PCRE2 keeps captures and backtracking points.
#include "regex/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/misuse.h"
#include "base/pool.h"

namespace httpd::regex {
namespace {

// Serves one thread's match data. Nothing is given back before the thread ends: PCRE2 keeps what it
// asked for and asks for at most twice the limit in all, since it doubles.
class Arena {
 public:
  static constexpr size_t kSize = 2 * 1024 * kMemoryLimit + 64 * 1024;

  ~Arena() {
    pcre2_match_data_free(match_data_);
    pcre2_match_context_free(context_);
    pcre2_jit_stack_free(jit_stack_);
    pcre2_general_context_free(general_);
    std::free(memory_);
  }

  bool Prepare() {
    if (match_data_ != nullptr) return true;
    if (memory_ == nullptr) memory_ = static_cast<char*>(std::malloc(kSize));
    if (memory_ == nullptr) return false;
    used_ = 0;
    general_ = pcre2_general_context_create(Allocate, Free, this);
    if (general_ == nullptr) return false;
    context_ = pcre2_match_context_create(general_);
    if (context_ == nullptr) return false;
    pcre2_set_match_limit(context_, kMatchLimit);
    pcre2_set_heap_limit(context_, kMemoryLimit);
    // Without it machine code has 32 KiB of the thread's stack; it is reserved, not touched.
    jit_stack_ = pcre2_jit_stack_create(32 * 1024, 1024 * kMemoryLimit, nullptr);
    if (jit_stack_ != nullptr) pcre2_jit_stack_assign(context_, nullptr, jit_stack_);
    match_data_ = pcre2_match_data_create(HTTPD_REGEX_CAPTURES, general_);
    return match_data_ != nullptr;
  }

  pcre2_match_data* match_data() const { return match_data_; }
  pcre2_match_context* context() const { return context_; }

 private:
  static void* Allocate(size_t size, void* self) {
    auto* arena = static_cast<Arena*>(self);
    constexpr size_t kAlign = alignof(std::max_align_t);
    if (size > kSize) return nullptr;
    const size_t rounded = (size + kAlign - 1) / kAlign * kAlign;
    if (rounded > kSize - arena->used_) return nullptr;
    void* memory = arena->memory_ + arena->used_;
    arena->used_ += rounded;
    return memory;
  }
  static void Free(void*, void*) {}

  char* memory_ = nullptr;
  size_t used_ = 0;
  pcre2_general_context* general_ = nullptr;
  pcre2_match_context* context_ = nullptr;
  pcre2_jit_stack* jit_stack_ = nullptr;
  pcre2_match_data* match_data_ = nullptr;
};

thread_local Arena arena;

httpd_regex* Fail(httpd_pool* pool, std::string_view reason, httpd_str* error) {
  if (error != nullptr) *error = pool->Copy(reason);
  return nullptr;
}

std::string CompileError(int code, size_t offset) {
  PCRE2_UCHAR text[256];
  if (pcre2_get_error_message(code, text, sizeof text) < 0) {
    std::snprintf(reinterpret_cast<char*>(text), sizeof text, "error %d", code);
  }
  return std::string(reinterpret_cast<const char*>(text)) + " at offset " + std::to_string(offset);
}

void FillCaptures(const pcre2_match_data* data, int groups, httpd_str subject,
                  httpd_str* captures) {
  const size_t* offsets = pcre2_get_ovector_pointer(const_cast<pcre2_match_data*>(data));
  // 0: the expression has more groups than there is room for; those there is room for are set.
  const size_t set = groups == 0 ? HTTPD_REGEX_CAPTURES : static_cast<size_t>(groups);
  for (size_t i = 0; i < HTTPD_REGEX_CAPTURES; ++i) {
    captures[i] = {nullptr, 0};
    if (i >= set || offsets[2 * i] == PCRE2_UNSET) continue;
    // \K in a lookahead can put the start behind the end; then the group took no part.
    if (offsets[2 * i] > offsets[2 * i + 1]) continue;
    captures[i] = {subject.data + offsets[2 * i], offsets[2 * i + 1] - offsets[2 * i]};
  }
}

}  // namespace

bool PrepareThread() { return arena.Prepare(); }

}  // namespace httpd::regex

uint32_t httpd_regex::capture_count() const {
  uint32_t count = 0;
  pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &count);
  return count;
}

extern "C" {

httpd_regex* httpd_regex_compile(httpd_pool* pool, httpd_str pattern, uint32_t flags,
                                 httpd_str* error) {
  using httpd::regex::Fail;
  HTTPD_REQUIRE_HANDLE(pool, nullptr);
  if (error != nullptr) *error = {nullptr, 0};
  if (pattern.data == nullptr && pattern.len != 0) Fail(pool, "no expression given", error);
  HTTPD_REQUIRE_TEXT(pattern, nullptr);
  if ((flags & ~HTTPD_REGEX_CASELESS) != 0) {
    return Fail(pool, "flags that this core does not know", error);
  }
  if (!httpd::regex::PrepareThread()) return Fail(pool, "out of memory", error);

  // "$" means the very end, so that "\.html$" does not accept a path that ends with %0a.
  uint32_t options = PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_UTF;
  if ((flags & HTTPD_REGEX_CASELESS) != 0) options |= PCRE2_CASELESS;
  int code = 0;
  size_t offset = 0;
  pcre2_code* compiled =
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data == nullptr ? "" : pattern.data),
                    pattern.len, options, &code, &offset, nullptr);
  if (compiled == nullptr) return Fail(pool, httpd::regex::CompileError(code, offset), error);

  auto* regex = pool->New<httpd_regex>();
  if (regex == nullptr ||
      !pool->AddCleanup([](void* p) { pcre2_code_free(static_cast<pcre2_code*>(p)); }, compiled)) {
    pcre2_code_free(compiled);
    return Fail(pool, "out of memory", error);
  }
  regex->code = compiled;
  // Refused on systems that forbid making code at run time; the interpreter then does the work.
  regex->jit = pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE) == 0;
  return regex;
}

httpd_result httpd_regex_match(const httpd_regex* regex, httpd_str subject, httpd_str* captures) {
  HTTPD_REQUIRE_HANDLE(regex, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE_TEXT(subject, HTTPD_ERR_INVALID);
  auto& arena = httpd::regex::arena;
  if (!arena.Prepare()) return HTTPD_ERR_NO_MEMORY;
  if (subject.data == nullptr) subject.data = "";
  const int result = pcre2_match(regex->code, reinterpret_cast<PCRE2_SPTR>(subject.data),
                                 subject.len, 0, 0, arena.match_data(), arena.context());
  if (result >= 0) {
    if (captures != nullptr) {
      httpd::regex::FillCaptures(arena.match_data(), result, subject, captures);
    }
    return HTTPD_OK;
  }
  switch (result) {
    case PCRE2_ERROR_NOMATCH:
      return HTTPD_DECLINED;
    case PCRE2_ERROR_MATCHLIMIT:
    case PCRE2_ERROR_DEPTHLIMIT:
    case PCRE2_ERROR_HEAPLIMIT:
    case PCRE2_ERROR_JIT_STACKLIMIT:
    case PCRE2_ERROR_NOMEMORY:
      return HTTPD_ERR_LIMIT;
    default:
      return HTTPD_ERR_INVALID;
  }
}

httpd_str httpd_regex_expand(httpd_pool* pool, httpd_str text, const httpd_str* captures) {
  HTTPD_REQUIRE_HANDLE(pool, {});
  HTTPD_REQUIRE_TEXT(text, {});
  // The piece that starts at `i`: which bytes it stands for, and how many of `text` it takes.
  const auto piece = [&](size_t i, size_t* taken) -> httpd_str {
    const char c = text.data[i];
    const char next = i + 1 < text.len ? text.data[i + 1] : '\0';
    *taken = 2;
    if (c == '\\' && next == '$') return {text.data + i + 1, 1};
    const bool digit = next >= '0' && next <= '9';
    if (c == '$' && (digit || next == '&')) {
      const size_t group = digit ? static_cast<size_t>(next - '0') : 0;
      return captures == nullptr ? httpd_str{nullptr, 0} : captures[group];
    }
    *taken = 1;
    return {text.data + i, 1};
  };

  size_t taken = 0;
  size_t size = 0;
  for (size_t i = 0; i < text.len; i += taken) size += piece(i, &taken).len;
  char* out = pool->AllocText(size + 1);
  if (out == nullptr) return {nullptr, 0};
  char* end = out;
  for (size_t i = 0; i < text.len; i += taken) {
    const httpd_str bytes = piece(i, &taken);
    if (bytes.len != 0 && bytes.data != nullptr) std::memcpy(end, bytes.data, bytes.len);
    end += bytes.len;
  }
  *end = '\0';
  return {out, size};
}

}  // extern "C"
