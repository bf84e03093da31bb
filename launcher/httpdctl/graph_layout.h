// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace httpd::ctl {

struct Point {
  double x = 0, y = 0;
};

struct Box {
  double width = 0, height = 0;  // given
  double x = 0, y = 0;           // upper left corner: computed
};

// `first` stands in a column left of `second`, unless a circle forbids it.
struct Link {
  size_t first = 0, second = 0;
  std::vector<Point> points;  // computed: from a side of `first` to a side of `second`
};

struct Extent {
  double width = 0, height = 0;
};

// A layered drawing (Sugiyama, Tagawa and Toda 1981) from left to right: columns by longest path,
// few crossings by barycentres, long links bent around what is between. Boxes without links are put
// in rows below. Nothing overlaps.
Extent LayOut(std::vector<Box>* boxes, std::vector<Link>* links);

}  // namespace httpd::ctl
