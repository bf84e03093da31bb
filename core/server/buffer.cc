// SPDX-License-Identifier: Apache-2.0
//
// Counted memory. Slabs are what chains copy into: each thread keeps some, so that a stream of
// copies does not go through the heap.

#include "server/buffer.h"

#include <cstdlib>
#include <new>

#include "base/misuse.h"

namespace httpd::server {
namespace {

constexpr size_t kKeptSlabs = 64;

struct Slabs {
  ~Slabs() {
    while (count > 0) std::free(kept[--count]);
  }
  size_t count = 0;
  httpd_buffer* kept[kKeptSlabs];
};
thread_local Slabs t_slabs;

httpd_buffer* Create(size_t size) {
  if (size > SIZE_MAX / 2) return nullptr;
  void* memory = std::malloc(sizeof(httpd_buffer) + size);
  if (memory == nullptr) return nullptr;
  auto* buffer = new (memory) httpd_buffer;
  buffer->size = size;
  return buffer;
}

}  // namespace

httpd_buffer* NewSlab() {
  if (t_slabs.count > 0) {
    httpd_buffer* slab = t_slabs.kept[--t_slabs.count];
    slab->references.store(1, std::memory_order_relaxed);
    return slab;
  }
  httpd_buffer* slab = Create(kSlabSize);
  if (slab != nullptr) slab->slab = true;
  return slab;
}

void Unref(httpd_buffer* buffer) {
  if (buffer->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (buffer->slab && t_slabs.count < kKeptSlabs) {
    t_slabs.kept[t_slabs.count++] = buffer;
  } else {
    std::free(buffer);
  }
}

void UnrefBuffer(void* buffer) { Unref(static_cast<httpd_buffer*>(buffer)); }

}  // namespace httpd::server

httpd_buffer* httpd_buffer_create(size_t size) { return httpd::server::Create(size); }

char* httpd_buffer_data(httpd_buffer* buffer) {
  HTTPD_REQUIRE_HANDLE(buffer, nullptr);
  return buffer->data();
}

size_t httpd_buffer_size(const httpd_buffer* buffer) {
  HTTPD_REQUIRE_HANDLE(buffer, 0);
  return buffer->size;
}

httpd_result httpd_buffer_ref(httpd_buffer* buffer) {
  HTTPD_REQUIRE_HANDLE(buffer, HTTPD_ERR_INVALID);
  httpd::server::Ref(buffer);
  return HTTPD_OK;
}

httpd_result httpd_buffer_unref(httpd_buffer* buffer) {
  HTTPD_REQUIRE_HANDLE(buffer, HTTPD_ERR_INVALID);
  httpd::server::Unref(buffer);
  return HTTPD_OK;
}
