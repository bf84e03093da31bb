// SPDX-License-Identifier: Apache-2.0
//
// Where the numbers lie. A worker adds to memory that no other process writes; whoever wants to
// know adds up. The shards outlive their workers, so that a crash does not set counters back.

#include "server/metrics.h"

#include <algorithm>

namespace httpd::server {

Metrics::Metrics(uint32_t workers, const process::ScoreboardSlot* slots)
    : workers_(workers),
      slots_(slots),
      memory_(sizeof(Cell) * kMaxCells * (size_t{workers} + 1)),
      cells_(static_cast<Cell*>(memory_.get())),
      own_(cells_ == nullptr ? nullptr : Shard(workers)) {
  using Slot = process::ScoreboardSlot;
  AddCore("requests_total", HTTPD_METRIC_COUNTER, "Requests answered",
          [](const Slot& slot) { return slot.requests.load(std::memory_order_relaxed); });
  AddCore("connections_total", HTTPD_METRIC_COUNTER, "Connections accepted",
          [](const Slot& slot) { return slot.connections.load(std::memory_order_relaxed); });
  AddCore("sent_bytes_total", HTTPD_METRIC_COUNTER, "Bytes of responses, with heads",
          [](const Slot& slot) { return slot.bytes_sent.load(std::memory_order_relaxed); });
  AddCore("open_connections", HTTPD_METRIC_GAUGE, "Connections that are open now",
          [](const Slot& s) { return uint64_t{s.active.load(std::memory_order_relaxed)}; });
  AddCore("log_drops_total", HTTPD_METRIC_COUNTER, "Lines of log files that were lost",
          [](const Slot& s) { return uint64_t{s.log_drops.load(std::memory_order_relaxed)}; });
  lost_ = AddCore("broadcasts_lost_total", HTTPD_METRIC_COUNTER,
                  "Broadcasts that workers were too slow for", nullptr);
}

httpd_metric* Metrics::AddCore(const char* name, uint32_t kind, const char* help,
                               uint64_t (*row)(const process::ScoreboardSlot&)) {
  httpd_metric metric;
  metric.kind = kind;
  metric.name = std::string("httpd_core_") + name;
  metric.help = help;
  metric.row = row;
  httpd_result why;
  return Add(std::move(metric), &why);
}

httpd_metric* Metrics::Add(httpd_metric metric, httpd_result* why) {
  for (const auto& other : metrics_) {
    if (other->name != metric.name) continue;
    *why = other->kind != metric.kind ? HTTPD_ERR_INVALID : HTTPD_ERR_EXISTS;
    if (other->kind != metric.kind || other->labels == metric.labels) return nullptr;
  }
  uint32_t wanted = 1;
  if (metric.kind == HTTPD_METRIC_HISTOGRAM)
    wanted = static_cast<uint32_t>(metric.bounds.size()) + 2;
  if (metric.row != nullptr) wanted = 0;
  *why = HTTPD_ERR_LIMIT;
  if (wanted > kMaxCells - used_) return nullptr;
  metric.owner = this;
  metric.cell = used_;
  used_ += wanted;
  metrics_.push_back(std::make_unique<httpd_metric>(std::move(metric)));
  *why = HTTPD_OK;
  return metrics_.back().get();
}

void Metrics::WorkerEnded(uint32_t index) {
  for (const auto& metric : metrics_) {
    if (metric->kind != HTTPD_METRIC_GAUGE || metric->row != nullptr) continue;
    Shard(index)[metric->cell].store(0, std::memory_order_relaxed);
  }
}

void Metrics::Observe(const httpd_metric& metric, uint64_t value) {
  const auto bucket = std::lower_bound(metric.bounds.begin(), metric.bounds.end(), value);
  Cell* first = own_ + metric.cell;
  first[bucket - metric.bounds.begin()].fetch_add(1, std::memory_order_relaxed);
  first[metric.bounds.size() + 1].fetch_add(static_cast<int64_t>(value), std::memory_order_relaxed);
}

int64_t Metrics::Sum(const httpd_metric& metric, uint32_t offset) const {
  uint64_t sum = 0;
  for (uint32_t i = 0; i <= workers_; ++i) {
    const int64_t part = Shard(i)[metric.cell + offset].load(std::memory_order_relaxed);
    sum += static_cast<uint64_t>(part);
  }
  return static_cast<int64_t>(sum);
}

int64_t Metrics::Value(const httpd_metric& metric) const {
  uint64_t sum = 0;
  if (metric.row != nullptr) {
    for (uint32_t i = 0; slots_ != nullptr && i < workers_; ++i) sum += metric.row(slots_[i]);
  } else if (metric.kind == HTTPD_METRIC_HISTOGRAM) {
    for (uint32_t i = 0; i <= metric.bounds.size(); ++i) {
      sum += static_cast<uint64_t>(Sum(metric, i));
    }
  } else {
    return Sum(metric, 0);
  }
  return static_cast<int64_t>(sum);
}

}  // namespace httpd::server
