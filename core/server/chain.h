// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/chain.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/pool.h"

// Counted memory; the bytes follow the object.
struct httpd_buffer {
  std::atomic<uint32_t> references{1};
  bool slab = false;  // one of those that chains copy into: kept for the next one
  size_t size = 0;

  char* data() { return reinterpret_cast<char*>(this + 1); }
};

namespace httpd::server {

struct ChainItem {
  ChainItem* next = nullptr;
  const char* data = nullptr;  // memory; of a trailer its name and, right behind, its value
  uint64_t size = 0;           // bytes of memory or file; of a trailer those of the name
  int64_t offset = 0;          // in the file
  httpd_destroy release = nullptr;
  void* user = nullptr;
  int32_t fd = -1;
  uint32_t extra = 0;  // status of an error, length of a trailer's value
  uint8_t kind = HTTPD_ITEM_NONE;
  bool framing = false;  // belongs to the protocol, not to the body
  bool local = false;    // lies in memory that the chain uses again

  bool mark() const { return kind > HTTPD_ITEM_FILE; }
};

}  // namespace httpd::server

// Items are taken from the pool once and used again by the chain, copies lie in memory of the
// chain's owner or in slabs that go back when they were sent: however long a stream is, it needs
// what it holds at one time.
struct httpd_chain {
  using Item = httpd::server::ChainItem;
  static constexpr uint64_t kItemWeight = sizeof(Item);

  explicit httpd_chain(httpd_pool* owner) : pool(owner) {}
  // `room` takes the first copies; it is the owner's and lives as long as the chain.
  httpd_chain(httpd_pool* owner, char* room, size_t size)
      : pool(owner), room_(room), room_next_(room), room_end_(room + size) {}
  httpd_chain(const httpd_chain&) = delete;
  httpd_chain& operator=(const httpd_chain&) = delete;
  ~httpd_chain() { Clear(); }

  bool empty() const { return first == nullptr; }
  // Memory that it holds on to: what back-pressure is measured by.
  uint64_t weight() const { return weight_; }

  // An item of the pool, not linked; null without memory.
  Item* New(uint8_t kind) {
    Item* item = spare_;
    if (item != nullptr) {
      spare_ = item->next;
    } else {
      item = static_cast<Item*>(pool->Alloc(sizeof(Item)));
      if (item == nullptr) return nullptr;
    }
    *item = {};
    item->kind = kind;
    return item;
  }
  void Append(Item* item) {
    (last == nullptr ? first : last->next) = item;
    last = item;
    Count(item);
  }
  // Behind `previous`, in front when it is null.
  void Insert(Item* previous, Item* item) {
    Item** link = previous == nullptr ? &first : &previous->next;
    item->next = *link;
    *link = item;
    if (item->next == nullptr) last = item;
    Count(item);
  }
  // An item with a copy of the text, not linked.
  Item* NewCopy(uint8_t kind, std::string_view text);

  // Copies; merges with what the last copy left. False without memory.
  bool Write(std::string_view data);
  bool AppendMemory(std::string_view data, httpd_destroy release = nullptr, void* user = nullptr);
  bool AppendFile(int fd, int64_t offset, uint64_t size, httpd_destroy release = nullptr,
                  void* user = nullptr);
  bool AppendMark(uint8_t kind, uint32_t extra = 0);
  bool AppendTrailer(std::string_view name, std::string_view value);

  // Drops `size` bytes of the first item, which has as many; the item with its last byte.
  void Advance(uint64_t size) {
    first->size -= size;
    if (!first->framing) bytes -= size;
    if (first->kind == HTTPD_ITEM_DATA) weight_ -= size;
    if (first->size == 0) return Pop();
    if (first->kind == HTTPD_ITEM_DATA) {
      first->data += size;
    } else {
      first->offset += static_cast<int64_t>(size);
    }
  }
  void Pop();
  void Clear();
  // The pool is about to take its memory back.
  void Abandon() {
    Clear();
    spare_ = nullptr;
  }

  // Takes the whole first item of `from`. False without memory.
  bool TakeFirst(httpd_chain* from) { return TakeFrom(from, from->first->size); }
  // As httpd_chain_move().
  httpd_result MoveFrom(httpd_chain* from, uint64_t limit);
  int64_t Read(char* to, uint64_t size);

  Item* first = nullptr;
  Item* last = nullptr;
  uint64_t bytes = 0;  // of memory and files, without framing
  bool ended = false;  // EOS or ERROR was appended
  httpd_pool* pool;
  // Makes an item independent of the owner's life before it moves to a chain of another pool; null
  // where nothing depends on it.
  bool (*pin)(void* pinner, Item* item) = nullptr;
  void* pinner = nullptr;

 private:
  void Count(const Item* item) {
    weight_ += kItemWeight;
    if (item->mark()) return;
    if (!item->framing) bytes += item->size;
    if (item->kind == HTTPD_ITEM_DATA) weight_ += item->size;
  }
  bool CopyInto(Item* item, std::string_view text);
  bool TakeFrom(httpd_chain* from, uint64_t size);
  void ResetRoom();

  Item* spare_ = nullptr;
  uint64_t weight_ = 0;
  char* room_ = nullptr;
  char* room_next_ = nullptr;
  char* room_end_ = nullptr;
  httpd_buffer* open_ = nullptr;  // the slab that copies go to
  size_t open_used_ = 0;
};
