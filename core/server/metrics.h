// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/metric.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "process/scoreboard.h"
#include "server/shared_memory.h"

namespace httpd::server {
class Metrics;
}

// A metric: where its numbers lie in every shard, and how it is shown.
struct httpd_metric {
  httpd::server::Metrics* owner = nullptr;
  uint32_t kind = 0;
  uint32_t cell = 0;             // first of its numbers
  std::vector<uint64_t> bounds;  // of a histogram; then one bucket for the rest, then the sum
  // Of the core: read from the rows of the workers instead.
  uint64_t (*row)(const httpd::process::ScoreboardSlot& slot) = nullptr;
  std::string name;  // as shown
  std::string help;
  std::vector<std::pair<std::string, std::string>> labels;
};

namespace httpd::server {

// The numbers of a generation, one shard per worker and one for the generation's own process.
class Metrics {
 public:
  static constexpr uint32_t kMaxCells = 4096;
  static constexpr uint32_t kMaxBuckets = 32;

  Metrics(uint32_t workers, const process::ScoreboardSlot* slots);
  bool good() const { return cells_ != nullptr; }

  // Null with the reason in *why.
  httpd_metric* Add(httpd_metric metric, httpd_result* why);
  const httpd_metric* at(uint32_t index) const {
    return index < metrics_.size() ? metrics_[index].get() : nullptr;
  }

  void EnterWorker(uint32_t index) { own_ = Shard(index); }
  // What it was part of has gone with it: its gauges. Counters stay.
  void WorkerEnded(uint32_t index);

  void Count(const httpd_metric& metric, int64_t delta) {
    own_[metric.cell].fetch_add(delta, std::memory_order_relaxed);
  }
  void Set(const httpd_metric& metric, int64_t value) {
    own_[metric.cell].store(value, std::memory_order_relaxed);
  }
  void Observe(const httpd_metric& metric, uint64_t value);

  // Number `offset` of the metric, over all shards.
  int64_t Sum(const httpd_metric& metric, uint32_t offset) const;
  int64_t Value(const httpd_metric& metric) const;

  void CountLost(uint32_t messages) { Count(*lost_, messages); }

 private:
  using Cell = std::atomic<int64_t>;
  Cell* Shard(uint32_t index) const { return cells_ + size_t{index} * kMaxCells; }
  httpd_metric* AddCore(const char* name, uint32_t kind, const char* help,
                        uint64_t (*row)(const process::ScoreboardSlot&));

  uint32_t workers_;
  const process::ScoreboardSlot* slots_;
  SharedMemory memory_;
  Cell* cells_;
  Cell* own_;
  uint32_t used_ = 0;
  std::vector<std::unique_ptr<httpd_metric>> metrics_;
  httpd_metric* lost_ = nullptr;
};

}  // namespace httpd::server
