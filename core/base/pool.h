// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/pool.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/str.h"

// Memory that is given back all at once. The first block may be part of the owner (a request), so
// that a small request allocates nothing; further blocks come from the heap.
struct httpd_pool {
 public:
  static constexpr size_t kAlign = alignof(std::max_align_t);

  explicit httpd_pool(size_t limit = SIZE_MAX) : limit_(limit) {}
  // `first` is the caller's memory and outlives the pool.
  httpd_pool(char* first, size_t size, size_t limit)
      : next_(first), end_(first + size), first_(first), first_size_(size), limit_(limit) {}
  httpd_pool(const httpd_pool&) = delete;
  httpd_pool& operator=(const httpd_pool&) = delete;
  ~httpd_pool() { Clear(); }

  void* Alloc(size_t size) {
    char* aligned = reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(next_) + kAlign - 1) &
                                            ~(uintptr_t{kAlign} - 1));
    if (aligned < next_ || aligned > end_ || size > static_cast<size_t>(end_ - aligned)) {
      return AllocSlow(size);
    }
    next_ = aligned + size;
    return aligned;
  }

  // Bytes without alignment, for text.
  char* AllocText(size_t size) {
    if (size > static_cast<size_t>(end_ - next_)) return static_cast<char*>(AllocSlow(size));
    char* text = next_;
    next_ += size;
    return text;
  }

  // A copy followed by a NUL; data is null when out of memory.
  httpd_str Copy(std::string_view text) {
    char* copy = AllocText(text.size() + 1);
    if (copy == nullptr) return {nullptr, 0};
    if (!text.empty()) std::memcpy(copy, text.data(), text.size());
    copy[text.size()] = '\0';
    return {copy, text.size()};
  }

  bool AddCleanup(httpd_cleanup fn, void* user);

  // Takes back the one added last with this `fn` and `user`; false when there is none.
  bool RemoveCleanup(httpd_cleanup fn, void* user);

  // Runs the cleanups, last added first, and gives everything back but the first block. A pool
  // below this one is a cleanup, too: it ends where it was made among them.
  void Clear();

  // A pool below this one, with a limit of its own; null when out of memory.
  httpd_pool* NewChild(size_t limit);
  // HTTPD_ERR_INVALID for a pool that NewChild() did not make, HTTPD_ERR_STALE when it has ended,
  // HTTPD_ERR_STATE while it ends.
  httpd_result EndChild();

  // Bytes of heap, those of pools below included.
  size_t used() const { return used_; }

  template <typename T, typename... Args>
  T* New(Args&&... args) {
    void* memory = Alloc(sizeof(T));
    if (memory == nullptr) return nullptr;
    T* object = new (memory) T(static_cast<Args&&>(args)...);
    if constexpr (!std::is_trivially_destructible_v<T>) {
      if (!AddCleanup([](void* p) { static_cast<T*>(p)->~T(); }, object)) {
        object->~T();
        return nullptr;
      }
    }
    return object;
  }

 private:
  struct Block {
    Block* previous;
    size_t size;
  };
  struct Cleanup {
    Cleanup* previous;
    httpd_cleanup fn;
    void* user;
  };

  void* AllocSlow(size_t size);
  void* Exhausted(size_t needed);
  // The bytes that this pool and those above may still take from the heap.
  size_t Room() const;
  static void End(void* child);

  char* next_ = nullptr;
  char* end_ = nullptr;
  char* first_ = nullptr;
  size_t first_size_ = 0;
  size_t limit_;
  size_t used_ = 0;
  Block* blocks_ = nullptr;
  Cleanup* cleanups_ = nullptr;
  Cleanup* free_cleanups_ = nullptr;  // removed ones, to be used again
  httpd_pool* parent_ = nullptr;
  httpd_pool* free_children_ = nullptr;  // ended ones, known as ended until they are used again
  httpd_pool* next_free_ = nullptr;      // in the parent's list
  bool clearing_ = false;
  bool ended_ = false;
  bool told_ = false;  // that the limit was reached
};

namespace httpd::base {
using Pool = ::httpd_pool;
}  // namespace httpd::base
