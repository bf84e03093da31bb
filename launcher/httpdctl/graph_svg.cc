// SPDX-License-Identifier: Apache-2.0
// The graph as a picture that needs no other program: SVG with its own layout, colours for light
// and dark pages, and what belongs together lit up under the pointer.
#include <stdio.h>

#include <algorithm>

#include "base/concat.h"
#include "graph.h"
#include "graph_layout.h"
#include "output.h"

namespace httpd::ctl {
namespace {

constexpr double kMargin = 28, kHead = 96, kCharacter = 7.25, kSmall = 6.05;
constexpr size_t kMostCharacters = 30;

// Every rule names real colours: renderers without custom properties show them as well.
constexpr std::string_view kStyle = R"(
svg{background:#ffffff}
text{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;fill:#1f2328}
.title{font-size:18px;font-weight:bold}.small{font-size:10px;fill:#57606a}
.name{font-size:12px;font-weight:bold}.page{fill:#ffffff}
.box{fill:#f6f8fa;stroke:#8c959f;stroke-width:1.2}
.refused .box{fill:#ffebe9;stroke:#cf222e;stroke-width:2}
.missing .box{fill:#ffffff;stroke:#cf222e;stroke-dasharray:5 4}
.edge{fill:none;stroke-width:1.6}
.requires{stroke:#0969da}.wants{stroke:#57606a;stroke-dasharray:7 4}
.order{stroke:#8250df;stroke-dasharray:2 4}
.conflicts{stroke:#cf222e;stroke-width:2.2;stroke-dasharray:11 4 2 4}
.frequires{fill:#0969da}.fwants{fill:#57606a}.forder{fill:#8250df}
.edge:hover{stroke-width:4}a:hover .box,g:target .box{stroke-width:3}
@media(prefers-color-scheme:dark){svg{background:#0d1117}.page{fill:#0d1117}
text{fill:#e6edf3}.small{fill:#9198a1}.box{fill:#161b22;stroke:#6e7681}
.refused .box{fill:#3c1618;stroke:#ff7b72}.missing .box{fill:#0d1117;stroke:#ff7b72}
.requires{stroke:#58a6ff}.wants{stroke:#9198a1}.order{stroke:#bc8cff}.conflicts{stroke:#ff7b72}
.frequires{fill:#58a6ff}.fwants{fill:#9198a1}.forder{fill:#bc8cff}}
)";

constexpr std::string_view kClasses[] = {"requires", "wants", "order", "conflicts"};
constexpr std::string_view kLegend[] = {"requires", "wants", "before / after", "conflicts"};

// For text and attributes; control characters have no place in XML at all.
std::string Escaped(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    out += c == '&'    ? "&amp;"
           : c == '<'  ? "&lt;"
           : c == '>'  ? "&gt;"
           : c == '"'  ? "&quot;"
           : c == '\n' ? "\n"
                       : Visible(text.substr(at, 1));
  }
  return out;
}

std::string Fixed(double value) {
  char text[40];
  snprintf(text, sizeof text, "%.1f", value);
  return text;
}

size_t Characters(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

std::string Cut(const std::string& text, size_t most) {
  if (Characters(text) <= most) return text;
  size_t end = 0;
  for (size_t left = most - 1; end < text.size(); ++end) {
    if ((static_cast<unsigned char>(text[end]) & 0xc0) != 0x80 && left-- == 0) break;
  }
  return text.substr(0, end) + "…";
}

std::string Under(const GraphNode& node) {
  if (node.missing) return "not installed";
  if (!node.provides.empty()) return Cut("provides " + node.provides, kMostCharacters + 4);
  return node.version.empty() ? "" : "version " + node.version;
}

Box BoxOf(const GraphNode& node) {
  const double name = static_cast<double>(Characters(Cut(node.name, kMostCharacters)));
  const double under = static_cast<double>(Characters(Under(node)));
  return {std::max({name * kCharacter, under * kSmall, 64.0}) + 24, 40, 0, 0};
}

// A smooth way through the points: curves where it changes its column, straight lines within one.
std::string Way(const std::vector<Point>& points) {
  std::string way = base::Concat("M", Fixed(points[0].x), " ", Fixed(points[0].y));
  for (size_t i = 1; i < points.size(); ++i) {
    const Point& a = points[i - 1];
    const Point& b = points[i];
    if (i % 2 == 0) {
      base::Append(&way, "L", Fixed(b.x), " ", Fixed(b.y));
      continue;
    }
    const double middle = (a.x + b.x) / 2;
    base::Append(&way, "C", Fixed(middle), " ", Fixed(a.y), " ", Fixed(middle), " ", Fixed(b.y),
                 " ", Fixed(b.x), " ", Fixed(b.y));
  }
  return way;
}

// Between two boxes wherever they stand: out of the right side of one, into that of the other.
std::string Arc(const Box& a, const Box& b) {
  const double ax = a.x + a.width, bx = b.x + b.width;
  const double ay = a.y + a.height * 0.85, by = b.y + b.height * 0.85;
  const double out = std::max(ax, bx) + 34;
  return base::Concat("M", Fixed(ax), " ", Fixed(ay), "C", Fixed(out), " ", Fixed(ay), " ",
                      Fixed(out), " ", Fixed(by), " ", Fixed(bx), " ", Fixed(by));
}

class Picture {
 public:
  explicit Picture(const Graph& graph) : graph_(graph) {
    for (const GraphNode& node : graph.nodes) boxes_.push_back(BoxOf(node));
    // What is loaded first stands left of what waits for it.
    for (const GraphEdge& edge : graph.edges) {
      if (edge.kind != GraphEdge::kConflicts) links_.push_back({edge.to, edge.from, {}});
    }
    extent_ = LayOut(&boxes_, &links_);
    for (Box& box : boxes_) {
      box.x += kMargin;
      box.y += kHead;
    }
    for (Link& link : links_) {
      for (Point& point : link.points) {
        point.x += kMargin;
        point.y += kHead;
      }
    }
  }

  std::string Draw() {
    const double title = static_cast<double>(Characters(graph_.title)) * 11;
    const double width = std::max({extent_.width, 560.0, title}) + 2 * kMargin + 20;
    const double height = extent_.height + kHead + kMargin;
    base::Append(&out_, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ", Fixed(width),
                 " ", Fixed(height), "\" width=\"", Fixed(width), "\" height=\"", Fixed(height),
                 "\" role=\"img\">\n<title>", Escaped(graph_.title), "</title>\n<style>", kStyle);
    Lights();
    base::Append(&out_, "</style>\n<defs>");
    for (size_t kind = 0; kind < 3; ++kind) {
      base::Append(&out_, "<marker id=\"m", kClasses[kind],
                   "\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"9\" "
                   "markerHeight=\"9\" markerUnits=\"userSpaceOnUse\" "
                   "orient=\"auto-start-reverse\"><path class=\"f",
                   kClasses[kind], "\" d=\"M0 1L10 5L0 9z\"/></marker>");
    }
    base::Append(&out_, "</defs>\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n");
    Head();
    Edges();
    for (size_t i = 0; i < boxes_.size(); ++i) Node(i);
    return std::move(out_) + "</svg>\n";
  }

 private:
  // With the pointer on a module, only its own lines stay strong.
  void Lights() {
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      const bool linked =
          std::any_of(graph_.edges.begin(), graph_.edges.end(),
                      [&](const GraphEdge& edge) { return edge.from == i || edge.to == i; });
      if (!linked) continue;
      base::Append(&out_, "svg:has(#m", i, ":hover) .edge:not(.e", i, "){opacity:.12}\n");
    }
  }

  void Head() {
    base::Append(&out_, "<text class=\"title\" x=\"", Fixed(kMargin), "\" y=\"34\">",
                 Escaped(graph_.title), "</text>\n");
    double x = kMargin;
    for (size_t kind = 0; kind < 4; ++kind) {
      base::Append(&out_, "<path class=\"edge ", kClasses[kind], "\"",
                   kind < 3 ? base::Concat(" marker-end=\"url(#m", kClasses[kind], ")\"") : "",
                   " d=\"M", Fixed(x), " 56H", Fixed(x + 36), "\"/><text class=\"small\" x=\"",
                   Fixed(x + 44), "\" y=\"59.5\">", kLegend[kind], "</text>\n");
      x += 44 + static_cast<double>(kLegend[kind].size()) * kSmall + 26;
    }
    base::Append(&out_, "<text class=\"small\" x=\"", Fixed(kMargin),
                 "\" y=\"77\">arrows point to what is loaded first, on the left; red boxes are "
                 "refused or missing</text>\n");
  }

  void Edge(const GraphEdge& edge, const std::string& way, bool arrow) {
    const std::string_view name = kClasses[edge.kind];
    base::Append(&out_, "<path class=\"edge ", name, " e", edge.from, " e", edge.to, "\"",
                 arrow ? base::Concat(" marker-start=\"url(#m", name, ")\"") : "", " d=\"", way,
                 "\"><title>", Escaped(edge.about), "</title></path>\n");
  }

  void Edges() {
    size_t link = 0;
    for (const GraphEdge& edge : graph_.edges) {
      if (edge.kind == GraphEdge::kConflicts) {
        Edge(edge, Arc(boxes_[edge.from], boxes_[edge.to]), false);
      } else {
        Edge(edge, Way(links_[link++].points), true);
      }
    }
  }

  void Node(size_t index) {
    const GraphNode& node = graph_.nodes[index];
    const Box& box = boxes_[index];
    const std::string under = Under(node);
    const std::string x = Fixed(box.x + box.width / 2);
    base::Append(&out_, "<g id=\"m", index, "\" class=\"module",
                 node.missing   ? " missing"
                 : node.refused ? " refused"
                                : "",
                 "\"><a href=\"#m", index, "\"><title>", Escaped(node.about),
                 "</title><rect class=\"box\" rx=\"7\" x=\"", Fixed(box.x), "\" y=\"", Fixed(box.y),
                 "\" width=\"", Fixed(box.width), "\" height=\"", Fixed(box.height),
                 "\"/><text class=\"name\" text-anchor=\"middle\" x=\"", x, "\" y=\"",
                 Fixed(box.y + (under.empty() ? 24.5 : 17.5)), "\">",
                 Escaped(Cut(node.name, kMostCharacters)), "</text>");
    if (!under.empty()) {
      base::Append(&out_, "<text class=\"small\" text-anchor=\"middle\" x=\"", x, "\" y=\"",
                   Fixed(box.y + 31), "\">", Escaped(under), "</text>");
    }
    base::Append(&out_, "</a></g>\n");
  }

  const Graph& graph_;
  std::vector<Box> boxes_;
  std::vector<Link> links_;
  Extent extent_;
  std::string out_;
};

}  // namespace

std::string GraphAsSvg(const Graph& graph) { return Picture(graph).Draw(); }

}  // namespace httpd::ctl
