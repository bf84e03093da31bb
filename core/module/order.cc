// SPDX-License-Identifier: Apache-2.0
// Topological sort for everything that modules may order: stable, so that an order which nobody
// asked for never changes between two starts, and telling the whole circle when there is one.
#include "module/order.h"

#include <algorithm>
#include <functional>
#include <queue>

namespace httpd::module {
namespace {

// Follows demands backwards from `start`, which waits for something; each node on the way waits as
// well, so that ends in a circle.
std::vector<Demand> FindCycle(const std::vector<Demand>& demands, const std::vector<bool>& done,
                              size_t start) {
  std::vector<Demand> path;
  std::vector<size_t> seen{start};
  for (;;) {
    const size_t at = seen.back();
    const auto back = std::find_if(demands.begin(), demands.end(), [&](const Demand& demand) {
      return demand.second == at && !done[demand.first];
    });
    if (back == demands.end()) return {};
    path.push_back(*back);
    const auto met = std::find(seen.begin(), seen.end(), back->first);
    if (met != seen.end()) {
      path.erase(path.begin(), path.begin() + (met - seen.begin()));
      break;
    }
    seen.push_back(back->first);
  }
  std::reverse(path.begin(), path.end());
  std::rotate(path.begin(),
              std::min_element(path.begin(), path.end(),
                               [](const Demand& a, const Demand& b) { return a.first < b.first; }),
              path.end());
  return path;
}

}  // namespace

Order StableOrder(size_t count, const std::vector<Demand>& demands) {
  std::vector<std::vector<size_t>> followers(count);
  std::vector<size_t> waits_for(count, 0);
  for (const Demand& demand : demands) {
    followers[demand.first].push_back(demand.second);
    ++waits_for[demand.second];
  }
  std::priority_queue<size_t, std::vector<size_t>, std::greater<>> ready;
  for (size_t node = 0; node < count; ++node) {
    if (waits_for[node] == 0) ready.push(node);
  }

  Order order;
  order.nodes.reserve(count);
  std::vector<bool> done(count, false);
  size_t lowest = 0;  // every node below is done
  while (order.nodes.size() < count) {
    if (ready.empty()) {
      while (done[lowest]) ++lowest;
      order.cycles.push_back(FindCycle(demands, done, lowest));
      ready.push(order.cycles.back().front().first);
    }
    const size_t node = ready.top();
    ready.pop();
    if (done[node]) continue;
    done[node] = true;
    order.nodes.push_back(node);
    for (const size_t follower : followers[node]) {
      if (--waits_for[follower] == 0 && !done[follower]) ready.push(follower);
    }
  }
  return order;
}

}  // namespace httpd::module
