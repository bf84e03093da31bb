// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <thread>

#include "integration/wait.h"
#include "load/load_client.h"

namespace httpd::testing {

// The load client in a thread of its own, while the test does things to the server.
class BackgroundLoad {
 public:
  explicit BackgroundLoad(uint16_t port, int connections = 32, int pipeline = 1) {
    options_.port = port;
    options_.path = "/1k.txt";
    options_.connections = connections;
    options_.pipeline = pipeline;
    options_.expected_body = std::string(1024, 'k');
    options_.duration = milliseconds(200000);
  }
  ~BackgroundLoad() { End(); }

  load::Options& options() { return options_; }

  // Returns once answers arrive.
  bool Begin() {
    thread_ = std::thread([this] { report_ = load::RunLoad(options_, &stop_, &answered_); });
    return WaitForMore(100);
  }
  // Waits until that many more answers have arrived.
  bool WaitForMore(uint64_t count) {
    uint64_t wanted = answered_ + count;
    return WaitUntil([&] { return answered_ >= wanted; });
  }
  uint64_t answered() const { return answered_; }
  const load::Report& End() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    return report_;
  }

 private:
  load::Options options_;
  std::atomic<bool> stop_{false};
  std::atomic<uint64_t> answered_{0};
  std::thread thread_;
  load::Report report_;
};

}  // namespace httpd::testing
