// SPDX-License-Identifier: Apache-2.0
// The graph in the language of graphviz, for those who want to draw it themselves.
#include "base/concat.h"
#include "graph.h"
#include "output.h"

namespace httpd::ctl {
namespace {

// A double-quoted ID of the DOT language; line ends are written \n.
std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\n') {
      out += "\\n";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else {
      out += Visible(text.substr(at, 1));
    }
  }
  return out + "\"";
}

constexpr std::string_view kStyles[] = {
    "color=\"#0969da\"", "color=\"#57606a\", style=dashed", "color=\"#8250df\", style=dotted",
    "color=\"#cf222e\", style=bold, dir=none, constraint=false"};

}  // namespace

std::string GraphAsDot(const Graph& graph) {
  std::string out = base::Concat("digraph modules {\n  label=", Quoted(graph.title),
                                 ";\n  labelloc=t;\n  rankdir=RL;\n"
                                 "  node [shape=box, style=rounded, fontname=monospace];\n");
  for (const GraphNode& node : graph.nodes) {
    std::string label = node.name;
    if (!node.version.empty()) base::Append(&label, " ", node.version);
    if (!node.provides.empty()) base::Append(&label, "\nprovides ", node.provides);
    base::Append(&out, "  ", Quoted(node.name), " [label=", Quoted(label),
                 ", tooltip=", Quoted(node.about), node.missing ? ", style=\"rounded,dashed\"" : "",
                 node.missing || node.refused ? ", color=\"#cf222e\"" : "", "];\n");
  }
  for (const GraphEdge& edge : graph.edges) {
    base::Append(&out, "  ", Quoted(graph.nodes[edge.from].name), " -> ",
                 Quoted(graph.nodes[edge.to].name), " [", kStyles[edge.kind],
                 ", tooltip=", Quoted(edge.about), "];\n");
  }
  return out + "}\n";
}

}  // namespace httpd::ctl
