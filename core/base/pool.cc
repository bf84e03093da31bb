// SPDX-License-Identifier: Apache-2.0
//
// Pools behind the public functions of httpd/pool.h. A pool never gives single pieces back, which
// is what makes an allocation a handful of instructions.

#include "base/pool.h"

#include <algorithm>
#include <cstdlib>

#include "base/concat.h"
#include "base/misuse.h"

namespace {
constexpr size_t kBlockSize = 8192;
}

size_t httpd_pool::Room() const {
  size_t room = SIZE_MAX;
  for (const httpd_pool* pool = this; pool != nullptr; pool = pool->parent_) {
    room = std::min(room, pool->limit_ - std::min(pool->limit_, pool->used_));
  }
  return room;
}

// Says once per pool whose limit it was.
void* httpd_pool::Exhausted(size_t needed) {
  httpd_pool* full = this;
  while (full != nullptr && needed <= full->limit_ - std::min(full->limit_, full->used_)) {
    full = full->parent_;
  }
  if (full == nullptr || full->told_) return nullptr;
  full->told_ = true;
  httpd::base::ReportMisuse(
      "httpd_pool_alloc", HTTPD_ERR_NO_MEMORY,
      httpd::base::Concat("the pool's limit of ", full->limit_, " bytes is used up"));
  return nullptr;
}

void* httpd_pool::AllocSlow(size_t size) {
  HTTPD_REQUIRE(!ended_, nullptr, HTTPD_ERR_STALE, "the pool has ended");
  if (size > SIZE_MAX / 2) return nullptr;
  const size_t header = (sizeof(Block) + kAlign - 1) & ~(kAlign - 1);
  const size_t needed = header + size;
  const size_t room = Room();
  if (needed > room) return Exhausted(needed);
  const size_t total = std::max(needed, std::min(kBlockSize, room));
  auto* block = static_cast<Block*>(std::malloc(total));
  if (block == nullptr) return nullptr;
  for (httpd_pool* pool = this; pool != nullptr; pool = pool->parent_) pool->used_ += total;
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
  Cleanup* cleanup = free_cleanups_;
  if (cleanup != nullptr) {
    free_cleanups_ = cleanup->previous;
  } else {
    cleanup = static_cast<Cleanup*>(Alloc(sizeof(Cleanup)));
    if (cleanup == nullptr) return false;
  }
  *cleanup = {cleanups_, fn, user};
  cleanups_ = cleanup;
  return true;
}

bool httpd_pool::RemoveCleanup(httpd_cleanup fn, void* user) {
  for (Cleanup** link = &cleanups_; *link != nullptr; link = &(*link)->previous) {
    Cleanup* cleanup = *link;
    if (cleanup->fn != fn || cleanup->user != user) continue;
    *link = cleanup->previous;
    cleanup->previous = free_cleanups_;
    free_cleanups_ = cleanup;
    return true;
  }
  return false;
}

void httpd_pool::Clear() {
  clearing_ = true;
  while (cleanups_ != nullptr) {
    const Cleanup cleanup = *cleanups_;
    cleanups_ = cleanup.previous;
    try {
      cleanup.fn(cleanup.user);
    } catch (...) {
      httpd::base::ReportException("cleanup");
    }
  }
  size_t freed = 0;
  while (blocks_ != nullptr) {
    Block* previous = blocks_->previous;
    freed += blocks_->size;
    std::free(blocks_);
    blocks_ = previous;
  }
  if (freed > 0) {
    for (httpd_pool* pool = this; pool != nullptr; pool = pool->parent_) pool->used_ -= freed;
  }
  free_cleanups_ = nullptr;
  free_children_ = nullptr;
  next_ = first_;
  end_ = first_ == nullptr ? nullptr : first_ + first_size_;
  clearing_ = told_ = false;
}

httpd_pool* httpd_pool::NewChild(size_t limit) {
  httpd_pool* child = free_children_;
  if (child == nullptr) {
    void* memory = Alloc(sizeof(httpd_pool));
    if (memory == nullptr) return nullptr;
    child = new (memory) httpd_pool;
    child->parent_ = this;
  } else {
    free_children_ = child->next_free_;
  }
  if (!AddCleanup(End, child)) {
    child->ended_ = true;
    child->next_free_ = free_children_;
    free_children_ = child;
    return nullptr;
  }
  child->limit_ = limit;
  child->ended_ = false;
  return child;
}

void httpd_pool::End(void* child) {
  auto* pool = static_cast<httpd_pool*>(child);
  pool->Clear();
  pool->ended_ = true;
}

httpd_result httpd_pool::EndChild() {
  if (parent_ == nullptr) return HTTPD_ERR_INVALID;
  if (ended_) return HTTPD_ERR_STALE;
  if (clearing_) return HTTPD_ERR_STATE;
  parent_->RemoveCleanup(End, this);
  End(this);
  next_free_ = parent_->free_children_;
  parent_->free_children_ = this;
  return HTTPD_OK;
}

void* httpd_pool_alloc(httpd_pool* pool, size_t size) {
  HTTPD_REQUIRE_HANDLE(pool, nullptr);
  return pool->Alloc(size == 0 ? 1 : size);
}

void* httpd_pool_calloc(httpd_pool* pool, size_t size) {
  HTTPD_REQUIRE_HANDLE(pool, nullptr);
  void* memory = httpd_pool_alloc(pool, size);
  if (memory != nullptr) std::memset(memory, 0, size);
  return memory;
}

httpd_str httpd_pool_copy(httpd_pool* pool, httpd_str text) {
  HTTPD_REQUIRE_HANDLE(pool, (httpd_str{nullptr, 0}));
  return pool->Copy(httpd::base::View(text));
}

httpd_str httpd_pool_join(httpd_pool* pool, const httpd_str* parts, size_t count) {
  HTTPD_REQUIRE_HANDLE(pool, (httpd_str{nullptr, 0}));
  HTTPD_REQUIRE(parts != nullptr || count == 0, (httpd_str{nullptr, 0}), HTTPD_ERR_INVALID,
                "`parts` is NULL");
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
  HTTPD_REQUIRE_HANDLE(pool, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE(fn != nullptr, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "`fn` is NULL");
  return pool->AddCleanup(fn, user) ? HTTPD_OK : HTTPD_ERR_NO_MEMORY;
}

httpd_result httpd_pool_cleanup_remove(httpd_pool* pool, httpd_cleanup fn, void* user) {
  HTTPD_REQUIRE_HANDLE(pool, HTTPD_ERR_INVALID);
  return pool->RemoveCleanup(fn, user) ? HTTPD_OK : HTTPD_ERR_NOT_FOUND;
}

httpd_pool* httpd_pool_create(httpd_pool* parent, size_t limit) {
  HTTPD_REQUIRE_HANDLE(parent, nullptr);
  return parent->NewChild(limit == 0 ? SIZE_MAX : limit);
}

httpd_result httpd_pool_destroy(httpd_pool* pool) {
  HTTPD_REQUIRE_HANDLE(pool, HTTPD_ERR_INVALID);
  const httpd_result result = pool->EndChild();
  if (result != HTTPD_OK) {
    httpd::base::ReportMisuse(__func__, result,
                              result == HTTPD_ERR_INVALID ? "httpd_pool_create() did not make it"
                              : result == HTTPD_ERR_STALE ? "the pool has ended"
                                                          : "called from a cleanup of that pool");
  }
  return result;
}

size_t httpd_pool_used(const httpd_pool* pool) {
  HTTPD_REQUIRE_HANDLE(pool, 0);
  return pool->used();
}
