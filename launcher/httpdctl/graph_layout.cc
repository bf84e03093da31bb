// SPDX-License-Identifier: Apache-2.0
// Places boxes in columns, so that who needs whom can be followed by eye. See the header.
#include "graph_layout.h"

#include <algorithm>
#include <cstdint>
#include <numeric>

namespace httpd::ctl {
namespace {

constexpr double kColumnGap = 84, kRowGap = 18, kBendHeight = 8, kBelow = 44;
constexpr int kSweeps = 24;

// A box, or the place where a long link passes a column.
struct Item {
  size_t box = SIZE_MAX;  // SIZE_MAX: a bend
  size_t column = 0;
  double height = kBendHeight, y = 0, weight = 0;
  std::vector<size_t> before, behind;  // neighbours in the columns beside
};

class Layers {
 public:
  Layers(std::vector<Box>* boxes, std::vector<Link>* links) : boxes_(*boxes), links_(*links) {}

  Extent Run() {
    FindColumns();
    MakeItems();
    OrderColumns();
    PlaceRows();
    const Extent extent = Write();
    return Rows(extent);
  }

 private:
  size_t Low(const Link& link) const {
    return backward_[&link - links_.data()] ? link.second : link.first;
  }
  size_t High(const Link& link) const {
    return backward_[&link - links_.data()] ? link.first : link.second;
  }

  // Depth first: a link to a box that is on the present path closes a circle and is turned round.
  void Visit(size_t box, std::vector<int>* state) {
    (*state)[box] = 1;
    for (size_t i = 0; i < links_.size(); ++i) {
      if (links_[i].first != box) continue;
      const size_t next = links_[i].second;
      if ((*state)[next] == 1) backward_[i] = true;
      if ((*state)[next] == 0) Visit(next, state);
    }
    (*state)[box] = 2;
  }

  void FindColumns() {
    const size_t count = boxes_.size();
    backward_.assign(links_.size(), false);
    linked_.assign(count, false);
    column_.assign(count, 0);
    std::vector<int> state(count, 0);
    for (const Link& link : links_) linked_[link.first] = linked_[link.second] = true;
    for (size_t box = 0; box < count; ++box) {
      if (state[box] == 0) Visit(box, &state);
    }
    for (size_t round = 0; round < count; ++round) {
      bool changed = false;
      for (const Link& link : links_) {
        if (column_[High(link)] > column_[Low(link)]) continue;
        column_[High(link)] = column_[Low(link)] + 1;
        changed = true;
      }
      if (!changed) break;
    }
    // What waits for nothing stands as near as it can to what waits for it.
    for (size_t box = 0; box < count; ++box) {
      size_t nearest = SIZE_MAX;
      bool waits = false;
      for (const Link& link : links_) {
        waits |= High(link) == box;
        if (Low(link) == box) nearest = std::min(nearest, column_[High(link)]);
      }
      if (!waits && nearest != SIZE_MAX) column_[box] = nearest - 1;
    }
  }

  void Connect(size_t left, size_t right) {
    items_[left].behind.push_back(right);
    items_[right].before.push_back(left);
  }

  void MakeItems() {
    items_.resize(boxes_.size());
    for (size_t box = 0; box < boxes_.size(); ++box) {
      items_[box].box = box;
      items_[box].column = column_[box];
      items_[box].height = boxes_[box].height;
    }
    bends_.resize(links_.size());
    for (size_t i = 0; i < links_.size(); ++i) {
      size_t left = Low(links_[i]);
      for (size_t column = column_[left] + 1; column < column_[High(links_[i])]; ++column) {
        items_.emplace_back();
        items_.back().column = column;
        bends_[i].push_back(items_.size() - 1);
        Connect(left, items_.size() - 1);
        left = items_.size() - 1;
      }
      Connect(left, High(links_[i]));
    }
    for (size_t item = 0; item < items_.size(); ++item) {
      if (item < boxes_.size() && !linked_[item]) continue;
      columns_.resize(std::max(columns_.size(), items_[item].column + 1));
      columns_[items_[item].column].push_back(item);
    }
    SetRows();
  }

  void SetRows() {
    for (const auto& column : columns_) {
      for (size_t row = 0; row < column.size(); ++row)
        items_[column[row]].y = static_cast<double>(row);
    }
  }

  size_t Crossings() const {
    size_t count = 0;
    for (const auto& column : columns_) {
      std::vector<std::pair<double, double>> lines;
      for (const size_t item : column) {
        for (const size_t next : items_[item].behind)
          lines.emplace_back(items_[item].y, items_[next].y);
      }
      for (size_t a = 0; a < lines.size(); ++a) {
        for (size_t b = 0; b < a; ++b) {
          count += (lines[a].first - lines[b].first) * (lines[a].second - lines[b].second) < 0;
        }
      }
    }
    return count;
  }

  double Mean(const std::vector<size_t>& neighbours, double otherwise) const {
    if (neighbours.empty()) return otherwise;
    double sum = 0;
    for (const size_t item : neighbours) sum += items_[item].y;
    return sum / static_cast<double>(neighbours.size());
  }

  void OrderColumns() {
    auto best = columns_;
    size_t fewest = Crossings();
    for (int sweep = 0; sweep < kSweeps && fewest > 0; ++sweep) {
      const bool forward = sweep % 2 == 0;
      for (size_t step = 0; step < columns_.size(); ++step) {
        auto& column = columns_[forward ? step : columns_.size() - 1 - step];
        for (const size_t item : column) {
          items_[item].weight =
              Mean(forward ? items_[item].before : items_[item].behind, items_[item].y);
        }
        std::stable_sort(column.begin(), column.end(),
                         [&](size_t a, size_t b) { return items_[a].weight < items_[b].weight; });
        for (size_t row = 0; row < column.size(); ++row)
          items_[column[row]].y = static_cast<double>(row);
      }
      if (const size_t crossings = Crossings(); crossings < fewest) {
        fewest = crossings;
        best = columns_;
      }
    }
    columns_ = std::move(best);
  }

  double Distance(size_t above, size_t below) const {
    return (items_[above].height + items_[below].height) / 2 + kRowGap;
  }

  // Centres near the means of the neighbours', in order and without overlap: the middle between the
  // highest and the lowest places that keep the distances.
  void Settle(const std::vector<size_t>& column) {
    std::vector<double> down(column.size()), up(column.size());
    for (size_t i = 0; i < column.size(); ++i) {
      std::vector<size_t> neighbours = items_[column[i]].before;
      const auto& behind = items_[column[i]].behind;
      neighbours.insert(neighbours.end(), behind.begin(), behind.end());
      down[i] = up[i] = Mean(neighbours, items_[column[i]].y);
    }
    for (size_t i = 1; i < column.size(); ++i) {
      down[i] = std::max(down[i], down[i - 1] + Distance(column[i - 1], column[i]));
    }
    for (size_t i = column.size(); i-- > 1;) {
      up[i - 1] = std::min(up[i - 1], up[i] - Distance(column[i - 1], column[i]));
    }
    for (size_t i = 0; i < column.size(); ++i) items_[column[i]].y = (down[i] + up[i]) / 2;
  }

  void PlaceRows() {
    for (const auto& column : columns_) {
      double y = 0;
      for (size_t row = 0; row < column.size(); ++row) {
        if (row > 0) y += Distance(column[row - 1], column[row]);
        items_[column[row]].y = y;
      }
    }
    for (int round = 0; round < kSweeps; ++round) {
      for (const auto& column : columns_) Settle(column);
      for (size_t i = columns_.size(); i-- > 0;) Settle(columns_[i]);
    }
  }

  Extent Write() {
    double top = 0, bottom = 0, x = 0;
    std::vector<double> left(columns_.size()), right(columns_.size());
    bool any = false;
    for (size_t c = 0; c < columns_.size(); ++c) {
      double width = 0;
      for (const size_t item : columns_[c]) {
        const Item& it = items_[item];
        if (it.box != SIZE_MAX) width = std::max(width, boxes_[it.box].width);
        top = any ? std::min(top, it.y - it.height / 2) : it.y - it.height / 2;
        bottom = any ? std::max(bottom, it.y + it.height / 2) : it.y + it.height / 2;
        any = true;
      }
      left[c] = x;
      right[c] = x + width;
      x += width + kColumnGap;
    }
    for (const auto& column : columns_) {
      for (const size_t item : column) {
        items_[item].y -= top;
        if (items_[item].box == SIZE_MAX) continue;
        Box& box = boxes_[items_[item].box];
        box.x = left[items_[item].column];
        box.width = right[items_[item].column] - box.x;  // one width per column reads best
        box.y = items_[item].y - box.height / 2;
      }
    }
    for (size_t i = 0; i < links_.size(); ++i) {
      Link& link = links_[i];
      const size_t low = Low(link), high = High(link);
      link.points.push_back({right[column_[low]], items_[low].y});
      for (const size_t bend : bends_[i]) {
        link.points.push_back({left[items_[bend].column], items_[bend].y});
        link.points.push_back({right[items_[bend].column], items_[bend].y});
      }
      link.points.push_back({left[column_[high]], items_[high].y});
    }
    Spread();
    for (size_t i = 0; i < links_.size(); ++i) {
      if (backward_[i]) std::reverse(links_[i].points.begin(), links_[i].points.end());
    }
    return {columns_.empty() ? 0 : x - kColumnGap, bottom - top};
  }

  // Links of one box do not all end at one point.
  void Spread() {
    for (size_t box = 0; box < boxes_.size(); ++box) {
      for (const bool right : {false, true}) {
        std::vector<Link*> ends;
        for (Link& link : links_) {
          if ((right ? Low(link) : High(link)) == box) ends.push_back(&link);
        }
        const auto other = [&](const Link* link) {
          return right ? link->points[1].y : link->points[link->points.size() - 2].y;
        };
        std::stable_sort(ends.begin(), ends.end(),
                         [&](const Link* a, const Link* b) { return other(a) < other(b); });
        const double step = boxes_[box].height * 0.7 / static_cast<double>(ends.size() + 1);
        for (size_t i = 0; i < ends.size(); ++i) {
          const double y =
              boxes_[box].y + boxes_[box].height * 0.15 + step * static_cast<double>(i + 1);
          (right ? ends[i]->points.front() : ends[i]->points.back()).y = y;
        }
      }
    }
  }

  // Boxes without links: rows below, about as wide as what is above.
  Extent Rows(Extent extent) {
    double width = 0, height = 0;
    size_t count = 0;
    for (size_t box = 0; box < boxes_.size(); ++box) {
      if (linked_[box]) continue;
      width = std::max(width, boxes_[box].width);
      height = std::max(height, boxes_[box].height);
      ++count;
    }
    if (count == 0) return extent;
    const double cell = width + 24;
    const size_t across = std::max<size_t>(std::min<size_t>(count, 5),
                                           static_cast<size_t>((extent.width + 24) / cell));
    const double top = extent.height == 0 ? 0 : extent.height + kBelow;
    size_t at = 0;
    for (size_t box = 0; box < boxes_.size(); ++box) {
      if (linked_[box]) continue;
      boxes_[box].width = width;
      boxes_[box].x = static_cast<double>(at % across) * cell;
      boxes_[box].y = top + static_cast<double>(at / across) * (height + kRowGap);
      ++at;
    }
    const size_t rows = (count + across - 1) / across;
    extent.width = std::max(extent.width, static_cast<double>(std::min(count, across)) * cell - 24);
    extent.height = top + static_cast<double>(rows) * (height + kRowGap) - kRowGap;
    return extent;
  }

  std::vector<Box>& boxes_;
  std::vector<Link>& links_;
  std::vector<bool> backward_, linked_;
  std::vector<size_t> column_;
  std::vector<Item> items_;  // boxes first, then bends
  std::vector<std::vector<size_t>> bends_, columns_;
};

}  // namespace

Extent LayOut(std::vector<Box>* boxes, std::vector<Link>* links) {
  return Layers(boxes, links).Run();
}

}  // namespace httpd::ctl
