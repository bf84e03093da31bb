// SPDX-License-Identifier: Apache-2.0
//
// Pools behind the public functions of httpd/pool.h. A pool never gives single pieces back, which
// is what makes an allocation a handful of instructions.

#include "base/pool.h"

#include <algorithm>
#include <cstdlib>

namespace {
constexpr size_t kBlockSize = 8192;
}

void* httpd_pool::AllocSlow(size_t size) {
  if (size > SIZE_MAX / 2) return nullptr;
  const size_t header = (sizeof(Block) + kAlign - 1) & ~(kAlign - 1);
  const size_t total = std::max(kBlockSize, header + size + kAlign);
  if (total > limit_ - std::min(limit_, used_)) return nullptr;
  auto* block = static_cast<Block*>(std::malloc(total));
  if (block == nullptr) return nullptr;
  used_ += total;
  block->previous = blocks_;
  block->size = total;
  blocks_ = block;
  char* start = reinterpret_cast<char*>(block) + header;
  char* end = reinterpret_cast<char*>(block) + total;
  // A large piece does not throw away what is left of the block in use.
  if (end - start - static_cast<ptrdiff_t>(size) > end_ - next_) {
    next_ = start + size;
    end_ = end;
  }
  return start;
}

bool httpd_pool::AddCleanup(httpd_cleanup fn, void* user) {
  auto* cleanup = static_cast<Cleanup*>(Alloc(sizeof(Cleanup)));
  if (cleanup == nullptr) return false;
  *cleanup = {cleanups_, fn, user};
  cleanups_ = cleanup;
  return true;
}

void httpd_pool::Clear() {
  while (cleanups_ != nullptr) {
    const Cleanup cleanup = *cleanups_;
    cleanups_ = cleanup.previous;
    cleanup.fn(cleanup.user);
  }
  while (blocks_ != nullptr) {
    Block* previous = blocks_->previous;
    std::free(blocks_);
    blocks_ = previous;
  }
  used_ = 0;
  next_ = first_;
  end_ = first_ == nullptr ? nullptr : first_ + first_size_;
}

void* httpd_pool_alloc(httpd_pool* pool, size_t size) {
  return pool == nullptr ? nullptr : pool->Alloc(size == 0 ? 1 : size);
}

void* httpd_pool_calloc(httpd_pool* pool, size_t size) {
  void* memory = httpd_pool_alloc(pool, size);
  if (memory != nullptr) std::memset(memory, 0, size);
  return memory;
}

httpd_str httpd_pool_copy(httpd_pool* pool, httpd_str text) {
  if (pool == nullptr) return {nullptr, 0};
  return pool->Copy(httpd::base::View(text));
}

httpd_str httpd_pool_join(httpd_pool* pool, const httpd_str* parts, size_t count) {
  if (pool == nullptr || (parts == nullptr && count > 0)) return {nullptr, 0};
  size_t total = 0;
  for (size_t i = 0; i < count; ++i) {
    if (__builtin_add_overflow(total, parts[i].len, &total)) return {nullptr, 0};
  }
  if (total == SIZE_MAX) return {nullptr, 0};
  char* text = pool->AllocText(total + 1);
  if (text == nullptr) return {nullptr, 0};
  size_t at = 0;
  for (size_t i = 0; i < count; ++i) {
    if (parts[i].len > 0) std::memcpy(text + at, parts[i].data, parts[i].len);
    at += parts[i].len;
  }
  text[total] = '\0';
  return {text, total};
}

httpd_result httpd_pool_cleanup_add(httpd_pool* pool, httpd_cleanup fn, void* user) {
  if (pool == nullptr || fn == nullptr) return HTTPD_ERR_INVALID;
  return pool->AddCleanup(fn, user) ? HTTPD_OK : HTTPD_ERR_NO_MEMORY;
}
