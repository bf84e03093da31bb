// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace httpd::module {

// "`first` comes before `second`"; `by` is the caller's, for messages.
struct Demand {
  size_t first;
  size_t second;
  size_t by;
};

struct Order {
  std::vector<size_t> nodes;  // all of them, in an order that meets every demand outside of cycles
  // Each: demands that form a circle, in the direction of running, from the one whose `first` is
  // the lowest number of the circle.
  std::vector<std::vector<Demand>> cycles;
};

// Orders the nodes 0 … count-1: lower numbers first wherever the demands allow it. A cycle is
// reported, then broken in favour of its lowest number, so that all cycles are found at once.
Order StableOrder(size_t count, const std::vector<Demand>& demands);

}  // namespace httpd::module
