// SPDX-License-Identifier: Apache-2.0
//
// Chains and counted memory (chain.h) with owners: a Buffer gives its reference back by itself, and
// strings are moved into a chain without copying. Nothing here is part of the ABI.
#ifndef HTTPD_CHAIN_HPP
#define HTTPD_CHAIN_HPP

#include <httpd/chain.h>

#include <httpd/cxx.hpp>
#include <string>

namespace httpd::api {

// A reference to counted memory. Copies refer to the same bytes; who shares them may only read. Any
// thread.
class Buffer {
 public:
  Buffer() = default;
  // Throws std::bad_alloc.
  explicit Buffer(size_t size) : buffer_(httpd_buffer_create(size)) {
    if (buffer_ == nullptr) throw std::bad_alloc();
  }
  Buffer(const Buffer& other) : buffer_(other.buffer_) {
    if (buffer_ != nullptr) httpd_buffer_ref(buffer_);
  }
  Buffer(Buffer&& other) noexcept : buffer_(std::exchange(other.buffer_, nullptr)) {}
  Buffer& operator=(Buffer other) noexcept {
    std::swap(buffer_, other.buffer_);
    return *this;
  }
  ~Buffer() {
    if (buffer_ != nullptr) httpd_buffer_unref(buffer_);
  }

  explicit operator bool() const { return buffer_ != nullptr; }
  char* data() { return buffer_ == nullptr ? nullptr : httpd_buffer_data(buffer_); }
  size_t size() const { return buffer_ == nullptr ? 0 : httpd_buffer_size(buffer_); }
  httpd_buffer* get() const { return buffer_; }

 private:
  httpd_buffer* buffer_ = nullptr;
};

// A chain that somebody else owns (a pool, a filter, a request). Every function answers as the one
// of chain.h that it stands for. Loop thread.
class Chain {
 public:
  Chain(httpd_chain* chain) : chain_(chain) {}  // NOLINT: a view, as std::string_view
  // A new one that ends with `pool`; throws std::bad_alloc.
  static Chain In(httpd_pool* pool) {
    httpd_chain* chain = httpd_chain_create(pool);
    if (chain == nullptr) throw std::bad_alloc();
    return chain;
  }
  httpd_chain* get() const { return chain_; }

  httpd_result Write(std::string_view data) { return httpd_chain_write(chain_, Str(data)); }
  // Without copying: the string is kept until nobody needs its bytes any more.
  httpd_result Give(std::string data) {
    auto* kept = new std::string(std::move(data));  // released also when nothing was appended
    return httpd_chain_write_static(
        chain_, Str(*kept), [](void* user) { delete static_cast<std::string*>(user); }, kept);
  }
  httpd_result Write(const Buffer& buffer, size_t offset, size_t length) {
    return httpd_chain_write_buffer(chain_, buffer.get(), offset, length);
  }
  httpd_result Flush() { return httpd_chain_flush(chain_); }
  httpd_result AddTrailer(std::string_view name, std::string_view value) {
    return httpd_chain_add_trailer(chain_, Str(name), Str(value));
  }
  httpd_result End() { return httpd_chain_end(chain_); }
  httpd_result Fail(uint32_t status) { return httpd_chain_fail(chain_, status); }

  uint32_t kind() const { return httpd_chain_kind(chain_); }
  bool empty() const { return kind() == HTTPD_ITEM_NONE; }
  uint64_t bytes() const { return httpd_chain_bytes(chain_); }
  std::string_view data() const { return View(httpd_chain_data(chain_)); }
  uint64_t Consume(uint64_t bytes) { return httpd_chain_consume(chain_, bytes); }
  httpd_result Pop() { return httpd_chain_pop(chain_); }
  httpd_result Take(Chain from, uint64_t bytes = UINT64_MAX) {
    return httpd_chain_move(chain_, from.chain_, bytes);
  }

 private:
  httpd_chain* chain_;
};

}  // namespace httpd::api

#endif  // HTTPD_CHAIN_HPP
