// SPDX-License-Identifier: Apache-2.0
//
// httpd/chain.h: what modules may do with a chain. Whoever gives a release function is rid of it,
// whatever the answer is.

#include <httpd/chain.h>

#include "base/misuse.h"
#include "base/str.h"
#include "http/field.h"
#include "server/buffer.h"
#include "server/chain.h"

using httpd::base::Str;
using httpd::base::View;
using httpd::server::ChainItem;

#define HTTPD_CHECK_CHAIN(chain) HTTPD_REQUIRE_HANDLE(chain, HTTPD_ERR_INVALID)
#define HTTPD_CHECK_OPEN(chain)                                    \
  HTTPD_CHECK_CHAIN(chain);                                        \
  HTTPD_REQUIRE(!(chain)->ended, HTTPD_ERR_STATE, HTTPD_ERR_STATE, \
                "the chain has its EOS or ERROR item; nothing may follow it")

namespace {

// For the functions that own a release function from the moment they are called.
class Owned {
 public:
  Owned(httpd_destroy release, void* user) : release_(release), user_(user) {}
  ~Owned() { httpd::server::CallRelease(release_, user_); }
  httpd_destroy Take() {
    const httpd_destroy release = release_;
    release_ = nullptr;
    return release;
  }

 private:
  httpd_destroy release_;
  void* user_;
};

httpd_result Done(bool ok) { return ok ? HTTPD_OK : HTTPD_ERR_NO_MEMORY; }

bool Sound(httpd_str text) { return text.data != nullptr || text.len == 0; }

}  // namespace

httpd_chain* httpd_chain_create(httpd_pool* pool) {
  HTTPD_REQUIRE_HANDLE(pool, nullptr);
  return pool->New<httpd_chain>(pool);
}

httpd_result httpd_chain_write(httpd_chain* chain, httpd_str data) {
  HTTPD_CHECK_OPEN(chain);
  HTTPD_REQUIRE(Sound(data), HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "the data is NULL");
  return Done(chain->Write(View(data)));
}

httpd_result httpd_chain_write_static(httpd_chain* chain, httpd_str data, httpd_destroy release,
                                      void* user) {
  Owned owned(release, user);
  HTTPD_CHECK_OPEN(chain);
  HTTPD_REQUIRE(Sound(data), HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "the data is NULL");
  return Done(chain->AppendMemory(View(data), owned.Take(), user));
}

httpd_result httpd_chain_write_buffer(httpd_chain* chain, httpd_buffer* buffer, size_t offset,
                                      size_t length) {
  HTTPD_CHECK_OPEN(chain);
  HTTPD_REQUIRE_HANDLE(buffer, HTTPD_ERR_INVALID);
  HTTPD_REQUIRE(offset <= buffer->size && length <= buffer->size - offset, HTTPD_ERR_INVALID,
                HTTPD_ERR_INVALID, "the range is not within the buffer");
  httpd::server::Ref(buffer);
  return Done(
      chain->AppendMemory({buffer->data() + offset, length}, httpd::server::UnrefBuffer, buffer));
}

httpd_result httpd_chain_write_file(httpd_chain* chain, int32_t fd, int64_t offset, int64_t length,
                                    httpd_destroy release, void* user) {
  Owned owned(release, user);
  HTTPD_CHECK_OPEN(chain);
  HTTPD_REQUIRE(fd >= 0 && offset >= 0 && length >= 0 && length <= INT64_MAX - offset,
                HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "no descriptor, or no range of a file");
  return Done(chain->AppendFile(fd, offset, static_cast<uint64_t>(length), owned.Take(), user));
}

httpd_result httpd_chain_flush(httpd_chain* chain) {
  HTTPD_CHECK_OPEN(chain);
  return Done(chain->AppendMark(HTTPD_ITEM_FLUSH));
}

httpd_result httpd_chain_add_trailer(httpd_chain* chain, httpd_str name, httpd_str value) {
  HTTPD_CHECK_OPEN(chain);
  HTTPD_REQUIRE(Sound(name) && Sound(value) && httpd::http::IsToken(View(name)) &&
                    httpd::http::IsFieldValue(View(value)) && value.len <= UINT32_MAX,
                HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "not a field");
  return Done(chain->AppendTrailer(View(name), View(value)));
}

httpd_result httpd_chain_end(httpd_chain* chain) {
  HTTPD_CHECK_OPEN(chain);
  return Done(chain->AppendMark(HTTPD_ITEM_EOS));
}

httpd_result httpd_chain_fail(httpd_chain* chain, uint32_t status) {
  HTTPD_CHECK_OPEN(chain);
  HTTPD_REQUIRE(status >= 400 && status <= 599, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "the status is not one of 400 to 599");
  return Done(chain->AppendMark(HTTPD_ITEM_ERROR, status));
}

uint32_t httpd_chain_kind(const httpd_chain* chain) {
  HTTPD_REQUIRE_HANDLE(chain, HTTPD_ITEM_NONE);
  return chain->first == nullptr ? HTTPD_ITEM_NONE : chain->first->kind;
}

uint64_t httpd_chain_bytes(const httpd_chain* chain) {
  HTTPD_REQUIRE_HANDLE(chain, 0);
  return chain->bytes;
}

httpd_str httpd_chain_data(const httpd_chain* chain) {
  HTTPD_REQUIRE_HANDLE(chain, {});
  const ChainItem* item = chain->first;
  if (item == nullptr || item->kind != HTTPD_ITEM_DATA) return {nullptr, 0};
  return {item->data, static_cast<size_t>(item->size)};
}

httpd_result httpd_chain_file(const httpd_chain* chain, int32_t* fd, int64_t* offset,
                              int64_t* length) {
  HTTPD_CHECK_CHAIN(chain);
  const ChainItem* item = chain->first;
  if (item == nullptr || item->kind != HTTPD_ITEM_FILE) return HTTPD_ERR_NOT_FOUND;
  if (fd != nullptr) *fd = item->fd;
  if (offset != nullptr) *offset = item->offset;
  if (length != nullptr) *length = static_cast<int64_t>(item->size);
  return HTTPD_OK;
}

httpd_result httpd_chain_trailer(const httpd_chain* chain, httpd_str* name, httpd_str* value) {
  HTTPD_CHECK_CHAIN(chain);
  const ChainItem* item = chain->first;
  if (item == nullptr || item->kind != HTTPD_ITEM_TRAILER) return HTTPD_ERR_NOT_FOUND;
  if (name != nullptr) *name = {item->data, static_cast<size_t>(item->size)};
  if (value != nullptr) *value = {item->data + item->size, item->extra};
  return HTTPD_OK;
}

uint32_t httpd_chain_error(const httpd_chain* chain) {
  HTTPD_REQUIRE_HANDLE(chain, 0);
  const ChainItem* item = chain->first;
  return item == nullptr || item->kind != HTTPD_ITEM_ERROR ? 0 : item->extra;
}

uint64_t httpd_chain_consume(httpd_chain* chain, uint64_t bytes) {
  HTTPD_REQUIRE_HANDLE(chain, 0);
  uint64_t done = 0;
  while (done < bytes && chain->first != nullptr && !chain->first->mark()) {
    const uint64_t n = bytes - done < chain->first->size ? bytes - done : chain->first->size;
    chain->Advance(n);
    done += n;
  }
  return done;
}

httpd_result httpd_chain_pop(httpd_chain* chain) {
  HTTPD_CHECK_CHAIN(chain);
  if (chain->first == nullptr) return HTTPD_ERR_NOT_FOUND;
  chain->Pop();
  return HTTPD_OK;
}

int64_t httpd_chain_read(httpd_chain* chain, char* to, uint64_t size) {
  HTTPD_CHECK_CHAIN(chain);
  HTTPD_REQUIRE(to != nullptr || size == 0, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID,
                "there is nowhere to copy to");
  return chain->Read(to, size);
}

httpd_result httpd_chain_move(httpd_chain* to, httpd_chain* from, uint64_t bytes) {
  HTTPD_CHECK_CHAIN(to);
  HTTPD_CHECK_CHAIN(from);
  HTTPD_REQUIRE(to != from, HTTPD_ERR_INVALID, HTTPD_ERR_INVALID, "both chains are the same");
  HTTPD_REQUIRE(!to->ended || from->first == nullptr, HTTPD_ERR_STATE, HTTPD_ERR_STATE,
                "the chain has its EOS or ERROR item; nothing may follow it");
  return to->MoveFrom(from, bytes);
}
