// SPDX-License-Identifier: Apache-2.0
// httpdctl graph: modules and what they say about each other as a picture.
#include "graph.h"

#include <stdio.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "base/concat.h"
#include "module_set.h"
#include "output.h"
#include "relations.h"

namespace httpd::ctl {
namespace {

constexpr OptionSpec kOptions[] = {
    kInstalledOption,
    {0, "svg", "", "a picture for browsers (the default of -o FILE.svg)"},
    {0, "dot", "", "the language of graphviz (the default)"},
    {'o', "output", "FILE", "write there instead of to standard output"},
};

std::string Provided(const module::Manifest& manifest) {
  std::string out;
  for (const auto& p : manifest.provides) {
    base::Append(&out, out.empty() ? "" : ", ", p.name, p.relation, p.version);
  }
  return out;
}

GraphNode NodeOf(const module::ModuleReport& report) {
  const module::Manifest& manifest = report.manifest;
  GraphNode node;
  node.name = report.name;
  node.version = manifest.version;
  node.provides = Provided(manifest);
  node.refused = module::HasErrors(report.findings);
  node.about = report.name;
  const auto line = [&](std::string_view label, std::string_view value) {
    if (!value.empty()) base::Append(&node.about, "\n", label, value);
  };
  line("version ", manifest.version);
  line("", manifest.description);
  line("provides ", node.provides);
  line("directives ", base::Join(manifest.directives, ", "));
  line("file ", report.original);
  for (const module::Finding& finding : report.findings) {
    line(finding.code + " ", finding.what);
  }
  return node;
}

// Arrows point to who is loaded first: "a before b" is an arrow from b to a.
class Builder {
 public:
  explicit Builder(const Relations& relations) : relations_(relations) {
    for (size_t i = 0; i < relations.modules.size(); ++i) {
      const bool builtin = relations.modules[i]->copy.empty();
      if (!builtin || Meant(i)) Node(i);
    }
    for (const Relation& relation : relations.all) Add(relation);
  }

  Graph Take(std::string title) {
    graph_.title = std::move(title);
    for (auto& [ends, edge] : edges_) graph_.edges.push_back(std::move(edge));
    return std::move(graph_);
  }

 private:
  bool Meant(size_t index) const {
    return std::any_of(relations_.all.begin(), relations_.all.end(), [&](const Relation& r) {
      return std::find(r.to.begin(), r.to.end(), index) != r.to.end();
    });
  }

  size_t Node(size_t index) {
    const auto [place, fresh] = numbers_.try_emplace(index, graph_.nodes.size());
    if (fresh) graph_.nodes.push_back(NodeOf(*relations_.modules[index]));
    return place->second;
  }

  size_t Missing(const std::string& text) {
    const auto [place, fresh] = missing_.try_emplace(text, graph_.nodes.size());
    if (fresh) {
      GraphNode& node = graph_.nodes.emplace_back();
      node.name = text;
      node.about = base::Concat(text, "\nno module of this set answers this");
      node.missing = true;
    }
    return place->second;
  }

  void Add(const Relation& relation) {
    if (!numbers_.contains(relation.from)) return;
    const size_t from = Node(relation.from);
    const std::string said = base::Concat(relations_.Name(relation.from), " ",
                                          KindName(relation.kind), " ", relation.text);
    if (relation.to.empty() && relation.kind == Relation::kRequires) {
      Join(from, Missing(relation.text), GraphEdge::kRequires, said);
    }
    for (const size_t index : relation.to) {
      const size_t to = Node(index);
      switch (relation.kind) {
        case Relation::kRequires:
          Join(from, to, GraphEdge::kRequires, said);
          break;
        case Relation::kWants:
          Join(from, to, GraphEdge::kWants, said);
          break;
        case Relation::kAfter:
          Join(from, to, GraphEdge::kOrder, said);
          break;
        case Relation::kBefore:
          Join(to, from, GraphEdge::kOrder, said);
          break;
        case Relation::kConflicts:
          Join(std::min(from, to), std::max(from, to), GraphEdge::kConflicts, said);
          break;
      }
    }
  }

  // One line between two modules says all that they have with each other; conflicts apart.
  void Join(size_t from, size_t to, GraphEdge::Kind kind, const std::string& said) {
    const bool conflict = kind == GraphEdge::kConflicts;
    GraphEdge& edge = edges_[{from, to, conflict}];
    edge.from = from;
    edge.to = to;
    edge.kind = edge.about.empty() ? kind : std::min(edge.kind, kind);
    base::Append(&edge.about, edge.about.empty() ? "" : "\n", said);
  }

  const Relations& relations_;
  Graph graph_;
  std::map<size_t, size_t> numbers_;       // of modules among the nodes
  std::map<std::string, size_t> missing_;  // likewise of what is not there
  std::map<std::tuple<size_t, size_t, bool>, GraphEdge> edges_;
};

std::string AsJson(const Graph& graph, bool ok) {
  constexpr std::string_view kKinds[] = {"requires", "wants", "order", "conflicts"};
  base::JsonWriter json;
  json.BeginObject().Key("ok").Bool(ok).Key("modules").BeginArray();
  for (const GraphNode& node : graph.nodes) {
    json.BeginObject().Member("name", node.name).Member("version", node.version);
    json.Key("refused").Bool(node.refused).Key("missing").Bool(node.missing).EndObject();
  }
  json.EndArray().Key("edges").BeginArray();
  for (const GraphEdge& edge : graph.edges) {
    json.BeginObject().Member("from", graph.nodes[edge.from].name);
    json.Member("to", graph.nodes[edge.to].name).Member("kind", kKinds[edge.kind]);
    json.Member("about", edge.about).EndObject();
  }
  return json.EndArray().EndObject().Take() + "\n";
}

bool WriteOut(const std::string& file, const std::string& text) {
  if (file.empty() || file == "-") return Print(text);
  FILE* out = fopen(file.c_str(), "we");
  const bool written = out != nullptr && fwrite(text.data(), 1, text.size(), out) == text.size();
  const int error = errno;
  if (out != nullptr && fclose(out) == 0 && written) return true;
  PrintProblem(process::MakeProblem("HT-09", "the output cannot be written",
                                    base::Concat(Visible(file), ": ", process::ErrnoText(error)),
                                    "a file that can be written",
                                    "httpdctl graph -o /tmp/modules.svg"));
  return false;
}

std::string Title(const Invocation& invocation, const Installation& installation) {
  if (invocation.Has("installed")) return "Modules installed in " + installation.libexec_dir;
  if (!invocation.operands.empty()) return "Modules " + base::Join(invocation.operands, ", ");
  return "Modules of " + installation.early.config_file;
}

int Run(const Invocation& invocation) {
  const std::string file = invocation.Value("output");
  if (invocation.Has("svg") && invocation.Has("dot")) {
    PrintProblem(process::MakeProblem("HT-02", "the graph can have one form", "--svg and --dot",
                                      "one of them", "httpdctl graph --svg -o modules.svg"));
    return kUsage;
  }
  const bool svg = invocation.Has("svg") || (file.ends_with(".svg") && !invocation.Has("dot"));
  Installation installation;
  PlannedSet set;
  int exit_status = kRefused;
  if (!OpenSet(invocation, &installation, &set, &exit_status)) return exit_status;
  const Relations relations(set.plan);
  const Graph graph = Builder(relations).Take(Title(invocation, installation));
  const std::string text = invocation.json() ? AsJson(graph, set.ok())
                           : svg             ? GraphAsSvg(graph)
                                             : GraphAsDot(graph);
  if (!WriteOut(file, text)) return kRefused;
  if (!invocation.json()) TellFindings(invocation, set);
  return set.ok() ? kGood : kRefused;
}

}  // namespace

const Verb kGraph = {
    "graph",
    "[NAME|FILE...]",
    "modules and what they need of each other as a picture",
    "Draws the modules of the configuration (or those named, or --installed) with what\n"
    "they require, want, conflict with, and in which order they are loaded. What is\n"
    "refused or missing is red. The SVG is drawn by httpdctl itself, shows details under\n"
    "the pointer, and follows the colours of light and dark pages.\n",
    kOptions,
    Run};

}  // namespace httpd::ctl
