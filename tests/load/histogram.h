// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace httpd::load {

// Latencies in nanoseconds in log-linear buckets: sixteen per power of two, so that a percentile is
// off by at most 1/16 of its value. Fixed size, adding is a few instructions.
class Histogram {
 public:
  void Add(uint64_t nanoseconds) {
    ++buckets_[Index(nanoseconds)];
    ++count_;
    if (nanoseconds > max_) max_ = nanoseconds;
  }

  uint64_t count() const { return count_; }
  uint64_t max() const { return max_; }

  // The smallest bucket bound below which `part` (0 to 1) of the values lie; 0 when empty.
  uint64_t Percentile(double part) const {
    uint64_t wanted = static_cast<uint64_t>(part * static_cast<double>(count_));
    uint64_t seen = 0;
    for (size_t i = 0; i < buckets_.size(); ++i) {
      seen += buckets_[i];
      if (seen > wanted || (seen == count_ && count_ > 0)) {
        uint64_t bound = UpperBound(i);
        return bound < max_ ? bound : max_;
      }
    }
    return 0;
  }

 private:
  static constexpr int kSubBits = 4;
  static constexpr uint64_t kSub = 1u << kSubBits;

  static size_t Index(uint64_t v) {
    if (v < kSub) return static_cast<size_t>(v);
    int power = std::bit_width(v) - 1;
    return static_cast<size_t>(power - kSubBits + 1) * kSub +
           ((v >> (power - kSubBits)) & (kSub - 1));
  }
  static uint64_t UpperBound(size_t index) {
    if (index < kSub) return index;
    int power = static_cast<int>(index / kSub) + kSubBits - 1;
    uint64_t sub = index % kSub;
    return ((kSub + sub + 1) << (power - kSubBits)) - 1;
  }

  std::array<uint64_t, 61 * kSub> buckets_{};
  uint64_t count_ = 0;
  uint64_t max_ = 0;
};

}  // namespace httpd::load
