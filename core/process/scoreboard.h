// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace httpd::process {

// One worker's row in the memory that supervisor, generations and workers share. Written by its
// worker only; everyone else reads it as hostile input: no pointers, every length and index
// checked.
struct alignas(64) ScoreboardSlot {
  static constexpr size_t kRequestLine = 160;
  static constexpr size_t kClient = 56;

  std::atomic<uint32_t> pid;
  std::atomic<uint32_t> generation;
  std::atomic<uint16_t> module;  // whose code runs: 0 core, else 1 + index of the loaded module
  std::atomic<uint16_t> hook;    // which hook, a HTTPD_HOOK_* number; 0 none
  std::atomic<uint16_t> request_length;
  std::atomic<uint16_t> client_length;
  std::atomic<uint64_t> requests;
  std::atomic<uint64_t> connections;  // accepted so far
  std::atomic<uint64_t> bytes_sent;
  std::atomic<uint32_t> active;  // connections open now
  std::atomic<uint32_t> log_drops;
  char request_line[kRequestLine];
  char client[kClient];

  void SetRequest(std::string_view line) {
    const size_t n = line.size() < kRequestLine ? line.size() : kRequestLine;
    std::memcpy(request_line, line.data(), n);
    request_length.store(static_cast<uint16_t>(n), std::memory_order_relaxed);
  }
  void SetClient(std::string_view address) {
    const size_t n = address.size() < kClient ? address.size() : kClient;
    std::memcpy(client, address.data(), n);
    client_length.store(static_cast<uint16_t>(n), std::memory_order_relaxed);
  }
  // Marks whose code runs next; cheap enough for every hook call.
  void Blame(uint16_t module_number, uint16_t hook_number) {
    module.store(module_number, std::memory_order_relaxed);
    hook.store(hook_number, std::memory_order_relaxed);
  }
};

}  // namespace httpd::process
