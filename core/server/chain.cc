// SPDX-License-Identifier: Apache-2.0
//
// A piece of a body on its way: how items are made, taken and handed from chain to chain.

#include "server/chain.h"

#include <errno.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "log/error_log.h"
#include "server/buffer.h"

namespace httpd::server {

void CallRelease(httpd_destroy release, void* user) {
  if (release == nullptr) return;
  try {
    release(user);
  } catch (...) {
    log::Write(log::Level::kError, "core",
               "a C++ exception left the release function of a chain item [HS-02]");
  }
}

namespace {

// What two halves of a split item share.
struct Share {
  std::atomic<uint32_t> references{2};
  httpd_destroy release;
  void* user;
};

void ReleaseShare(void* user) {
  auto* share = static_cast<Share*>(user);
  if (share->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  CallRelease(share->release, share->user);
  delete share;
}

// Has a second item hold what `item` holds. False without memory.
bool ShareRelease(ChainItem* item) {
  if (item->release == nullptr) return true;
  if (item->release == UnrefBuffer) {
    Ref(static_cast<httpd_buffer*>(item->user));
  } else if (item->release == ReleaseShare) {
    static_cast<Share*>(item->user)->references.fetch_add(1, std::memory_order_relaxed);
  } else {
    auto* share = new (std::nothrow) Share{.release = item->release, .user = item->user};
    if (share == nullptr) return false;
    item->release = ReleaseShare;
    item->user = share;
  }
  return true;
}

}  // namespace
}  // namespace httpd::server

using httpd::server::ChainItem;

// Finds room for the text and copies it there.
bool httpd_chain::CopyInto(Item* item, std::string_view text) {
  using namespace httpd::server;
  char* to = nullptr;
  if (text.size() <= static_cast<size_t>(room_end_ - room_next_)) {
    to = room_next_;
    room_next_ += text.size();
    item->local = true;
  } else if (text.size() > kSlabSize / 2) {
    httpd_buffer* buffer = httpd_buffer_create(text.size());
    if (buffer == nullptr) return false;
    to = buffer->data();
    item->release = UnrefBuffer;
    item->user = buffer;
  } else {
    if (open_ != nullptr && text.size() > kSlabSize - open_used_) {
      Unref(open_);
      open_ = nullptr;
    }
    if (open_ == nullptr) {
      open_ = NewSlab();
      open_used_ = 0;
      if (open_ == nullptr) return false;
    }
    to = open_->data() + open_used_;
    open_used_ += text.size();
    Ref(open_);
    item->release = UnrefBuffer;
    item->user = open_;
  }
  if (!text.empty()) std::memcpy(to, text.data(), text.size());
  item->data = to;
  item->size = text.size();
  return true;
}

ChainItem* httpd_chain::NewCopy(uint8_t kind, std::string_view text) {
  Item* item = New(kind);
  if (item == nullptr || CopyInto(item, text)) return item;
  item->next = spare_;
  spare_ = item;
  return nullptr;
}

bool httpd_chain::Write(std::string_view data) {
  using namespace httpd::server;
  if (data.empty()) return true;
  // Right behind the last copy, if it lies there and there is room.
  if (last != nullptr && last->kind == HTTPD_ITEM_DATA && !last->framing) {
    const char* behind = last->data + last->size;
    char* to = nullptr;
    if (last->local && behind == room_next_ &&
        data.size() <= static_cast<size_t>(room_end_ - room_next_)) {
      to = room_next_;
      room_next_ += data.size();
    } else if (open_ != nullptr && last->user == open_ && last->release == UnrefBuffer &&
               behind == open_->data() + open_used_ && data.size() <= kSlabSize - open_used_) {
      to = open_->data() + open_used_;
      open_used_ += data.size();
    }
    if (to != nullptr) {
      std::memcpy(to, data.data(), data.size());
      last->size += data.size();
      bytes += data.size();
      weight_ += data.size();
      return true;
    }
  }
  Item* item = NewCopy(HTTPD_ITEM_DATA, data);
  if (item == nullptr) return false;
  Append(item);
  return true;
}

bool httpd_chain::AppendMemory(std::string_view data, httpd_destroy release, void* user) {
  if (data.empty()) {
    httpd::server::CallRelease(release, user);
    return true;
  }
  Item* item = New(HTTPD_ITEM_DATA);
  if (item == nullptr) {
    httpd::server::CallRelease(release, user);
    return false;
  }
  item->data = data.data();
  item->size = data.size();
  item->release = release;
  item->user = user;
  Append(item);
  return true;
}

bool httpd_chain::AppendFile(int fd, int64_t offset, uint64_t size, httpd_destroy release,
                             void* user) {
  Item* item = size == 0 ? nullptr : New(HTTPD_ITEM_FILE);
  if (item == nullptr) {
    httpd::server::CallRelease(release, user);
    return size == 0;
  }
  item->fd = fd;
  item->offset = offset;
  item->size = size;
  item->release = release;
  item->user = user;
  Append(item);
  return true;
}

bool httpd_chain::AppendMark(uint8_t kind, uint32_t extra) {
  Item* item = New(kind);
  if (item == nullptr) return false;
  item->extra = extra;
  Append(item);
  if (kind == HTTPD_ITEM_EOS || kind == HTTPD_ITEM_ERROR) ended = true;
  return true;
}

bool httpd_chain::AppendTrailer(std::string_view name, std::string_view value) {
  const size_t size = name.size() + value.size();
  char text[512];
  httpd_buffer* large = nullptr;
  if (size > sizeof(text) && (large = httpd_buffer_create(size)) == nullptr) return false;
  char* const whole = large == nullptr ? text : large->data();
  name.copy(whole, name.size());
  value.copy(whole + name.size(), value.size());
  Item* item = NewCopy(HTTPD_ITEM_TRAILER, {whole, size});
  if (large != nullptr) httpd::server::Unref(large);
  if (item == nullptr) return false;
  item->size = name.size();
  item->extra = static_cast<uint32_t>(value.size());
  Append(item);
  return true;
}

void httpd_chain::Pop() {
  Item* item = first;
  weight_ -= kItemWeight;
  if (!item->mark()) {
    if (!item->framing) bytes -= item->size;
    if (item->kind == HTTPD_ITEM_DATA) weight_ -= item->size;
  }
  first = item->next;
  if (first == nullptr) last = nullptr;
  const httpd_destroy release = item->release;
  void* const user = item->user;
  item->next = spare_;
  spare_ = item;
  httpd::server::CallRelease(release, user);
  if (first == nullptr) ResetRoom();
}

// Nothing is left that lies in the chain's own memory.
void httpd_chain::ResetRoom() {
  room_next_ = room_;
  if (open_ != nullptr && open_->references.load(std::memory_order_acquire) == 1) open_used_ = 0;
}

void httpd_chain::Clear() {
  while (first != nullptr) Pop();
  room_next_ = room_;
  ended = false;
  if (open_ == nullptr) return;
  httpd::server::Unref(open_);
  open_ = nullptr;
}

// The first `size` bytes of the first item of `from`, or all of a mark.
bool httpd_chain::TakeFrom(httpd_chain* from, uint64_t size) {
  Item* item = from->first;
  const bool whole = item->mark() || size == item->size;
  Item* taken = New(item->kind);
  if (taken == nullptr) return false;
  bool ok = true;
  if (item->local) {  // that memory is used again
    ok = CopyInto(taken, {item->data, static_cast<size_t>(size + item->extra)});
    taken->size = size;
    taken->extra = item->extra;
    taken->framing = item->framing;
  } else {
    const bool pinned = from->pin == nullptr || pool == from->pool || item->release != nullptr ||
                        item->mark() || from->pin(from->pinner, item);
    ok = pinned && (whole || httpd::server::ShareRelease(item));
    if (ok) {
      *taken = *item;
      taken->next = nullptr;
      taken->size = size;
      if (whole) item->release = nullptr;  // it goes along
    }
  }
  if (!ok) {
    taken->next = spare_;
    spare_ = taken;
    return false;
  }
  Append(taken);
  if (taken->kind == HTTPD_ITEM_EOS || taken->kind == HTTPD_ITEM_ERROR) ended = true;
  if (whole) {
    from->Pop();
  } else {
    from->Advance(size);
  }
  return true;
}

httpd_result httpd_chain::MoveFrom(httpd_chain* from, uint64_t limit) {
  const bool marks_alone = limit == 0;
  while (from->first != nullptr) {
    if (ended) return HTTPD_ERR_STATE;
    const Item* item = from->first;
    uint64_t size = item->size;
    if (limit == 0 && !(item->mark() && marks_alone)) break;
    if (!item->mark()) {
      size = std::min(size, limit);
      limit -= size;
    }
    if (!TakeFrom(from, size)) return HTTPD_ERR_NO_MEMORY;
  }
  return HTTPD_OK;
}

int64_t httpd_chain::Read(char* to, uint64_t size) {
  uint64_t done = 0;
  while (done < size && first != nullptr && !first->mark()) {
    const uint64_t n = std::min(size - done, first->size);
    if (first->kind == HTTPD_ITEM_DATA) {
      std::memcpy(to + done, first->data, n);
      done += n;
      Advance(n);
      continue;
    }
    ssize_t got = 0;
    do {
      got = ::pread(first->fd, to + done, n, first->offset);
    } while (got < 0 && errno == EINTR);
    if (got <= 0) return done > 0 ? static_cast<int64_t>(done) : HTTPD_ERR_IO;
    done += static_cast<uint64_t>(got);
    Advance(static_cast<uint64_t>(got));
  }
  return static_cast<int64_t>(done);
}
