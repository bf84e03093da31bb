// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace httpd::ctl {

// What is drawn of a set of modules.
struct GraphNode {
  std::string name;
  std::string version;
  std::string provides;  // "sql.mysql/1, ..."
  std::string about;     // for the tooltip: lines
  bool refused = false;  // it has errors
  bool missing = false;  // required, but there is no such module
};

// From who says it to who is meant, who is loaded first; strongest kind of what is said.
struct GraphEdge {
  enum Kind : uint8_t { kRequires = 0, kWants = 1, kOrder = 2, kConflicts = 3 };
  size_t from = 0, to = 0;
  Kind kind = kRequires;
  std::string about;  // "sql_mysql requires sql>=1.2": all that is said, a line each
};

struct Graph {
  std::string title;
  std::vector<GraphNode> nodes;
  std::vector<GraphEdge> edges;
};

std::string GraphAsDot(const Graph& graph);
std::string GraphAsSvg(const Graph& graph);

}  // namespace httpd::ctl
