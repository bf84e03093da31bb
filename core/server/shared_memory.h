// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/mman.h>

#include <cstddef>

namespace httpd::server {

// Zeroed memory that processes forked from now on share. Pages that nobody touches cost nothing.
class SharedMemory {
 public:
  SharedMemory() = default;
  explicit SharedMemory(size_t size) : size_(size) {
    void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory != MAP_FAILED) memory_ = memory;
  }
  ~SharedMemory() {
    if (memory_ != nullptr) ::munmap(memory_, size_);
  }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  // Null when the system gave none.
  void* get() const { return memory_; }

 private:
  void* memory_ = nullptr;
  size_t size_ = 0;
};

}  // namespace httpd::server
