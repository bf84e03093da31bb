// SPDX-License-Identifier: Apache-2.0
// httpdctl deps: what modules need of each other and of the system.
#include <stdio.h>

#include <algorithm>

#include "base/concat.h"
#include "config/early.h"
#include "config/spelling.h"
#include "module_set.h"
#include "output.h"
#include "relations.h"

namespace httpd::ctl {
namespace {

constexpr OptionSpec kOptions[] = {
    kInstalledOption,
    {'t', "tree", "", "what each module requires and wants, and what those do"},
    {'r', "reverse", "", "who requires and wants each module, and who does them"},
};

bool Needs(const Relation& relation) {
  return relation.kind == Relation::kRequires || relation.kind == Relation::kWants;
}

std::string Title(const module::ModuleReport& report) {
  return base::Concat(Visible(report.name), report.manifest.version.empty() ? "" : " ",
                      Visible(report.manifest.version));
}

std::string NamesOf(const Relations& relations, const std::vector<size_t>& indices) {
  std::string out;
  for (const size_t index : indices) {
    base::Append(&out, out.empty() ? "" : ", ", Title(*relations.modules[index]));
  }
  return out;
}

std::vector<std::string> RequiredBy(const Relations& relations, size_t index) {
  std::vector<std::string> names;
  for (const Relation& relation : relations.all) {
    const bool means =
        std::find(relation.to.begin(), relation.to.end(), index) != relation.to.end();
    if (means && relation.kind == Relation::kRequires)
      names.push_back(relations.Name(relation.from));
  }
  return names;
}

void Line(std::string_view label, std::string_view value, std::string* out) {
  if (value.empty()) return;
  std::string left = base::Concat("  ", label);
  left.resize(14, ' ');
  base::Append(out, left, value, "\n");
}

std::string Flat(const Relations& relations, const std::vector<size_t>& shown, bool color) {
  std::string out;
  for (const size_t index : shown) {
    const module::ModuleReport& report = *relations.modules[index];
    base::Append(&out, Bold(Title(report), color), "\n");
    for (const Relation& relation : relations.all) {
      if (relation.from != index) continue;
      std::string value = Visible(relation.text);
      if (relation.to.empty()) {
        value += relation.kind == Relation::kRequires ? "  (missing)" : "  (not in this set)";
      } else if (NamesOf(relations, relation.to) != value) {
        base::Append(&value, "  (", NamesOf(relations, relation.to), ")");
      }
      Line(KindName(relation.kind), value, &out);
    }
    std::string provides;
    for (const auto& p : report.manifest.provides) {
      base::Append(&provides, provides.empty() ? "" : ", ", Visible(p.name), p.relation,
                   Visible(p.version));
    }
    Line("provides", provides, &out);
    Line("required by", Visible(base::Join(RequiredBy(relations, index), ", ")), &out);
    Line("libraries", Visible(base::Join(report.needed, ", ")), &out);
  }
  return out;
}

// Both trees: from a module along its needs, or against them.
class Tree {
 public:
  Tree(const Relations& relations, bool reverse) : relations_(relations), reverse_(reverse) {}

  std::string Draw(size_t root, bool color) {
    out_ = base::Concat(Bold(Title(*relations_.modules[root]), color), "\n");
    path_ = {root};
    Below(root, "");
    return std::move(out_);
  }

 private:
  struct Branch {
    std::string label;
    size_t to;
    bool missing;
  };

  std::vector<Branch> Branches(size_t index) const {
    std::vector<Branch> branches;
    for (const Relation& relation : relations_.all) {
      if (!Needs(relation)) continue;
      const std::string said =
          base::Concat(KindName(relation.kind), " ", Visible(relation.text), ": ");
      if (!reverse_ && relation.from == index) {
        if (relation.to.empty()) branches.push_back({said + "missing", 0, true});
        for (const size_t to : relation.to) {
          branches.push_back({said + Title(*relations_.modules[to]), to, false});
        }
      }
      const bool means =
          std::find(relation.to.begin(), relation.to.end(), index) != relation.to.end();
      if (reverse_ && means) {
        branches.push_back({base::Concat(Title(*relations_.modules[relation.from]), " ",
                                         KindName(relation.kind), " ", Visible(relation.text)),
                            relation.from, false});
      }
    }
    return branches;
  }

  void Below(size_t index, const std::string& indent) {
    const std::vector<Branch> branches = Branches(index);
    for (size_t i = 0; i < branches.size(); ++i) {
      const Branch& branch = branches[i];
      const bool last = i + 1 == branches.size();
      const bool again =
          !branch.missing && std::find(path_.begin(), path_.end(), branch.to) != path_.end();
      base::Append(&out_, indent, last ? "└─ " : "├─ ", branch.label, again ? " (a circle)" : "",
                   "\n");
      if (branch.missing || again) continue;
      path_.push_back(branch.to);
      Below(branch.to, indent + (last ? "   " : "│  "));
      path_.pop_back();
    }
  }

  const Relations& relations_;
  bool reverse_;
  std::string out_;
  std::vector<size_t> path_;
};

std::string AsJson(const Relations& relations, const std::vector<size_t>& shown,
                   const PlannedSet& set) {
  base::JsonWriter json;
  json.BeginObject().Key("ok").Bool(set.ok()).Key("modules").BeginArray();
  for (const size_t index : shown) {
    const module::ModuleReport& report = *relations.modules[index];
    json.BeginObject().Member("name", report.name).Member("version", report.manifest.version);
    json.Member("file", report.original);
    json.Key("relations").BeginArray();
    for (const Relation& relation : relations.all) {
      if (relation.from != index) continue;
      json.BeginObject().Member("kind", KindName(relation.kind)).Member("what", relation.text);
      json.Key("modules").BeginArray();
      for (const size_t to : relation.to) json.Text(relations.Name(to));
      json.EndArray().EndObject();
    }
    json.EndArray().Key("provides").BeginArray();
    for (const auto& p : report.manifest.provides) {
      json.Text(base::Concat(p.name, p.relation, p.version));
    }
    json.EndArray().Key("required_by").Texts(RequiredBy(relations, index));
    json.Key("libraries").Texts(report.needed).EndObject();
  }
  json.EndArray().Key("findings");
  FindingsJson(AllFindings(set), &json);
  return json.EndObject().Take() + "\n";
}

// Which modules of the set are shown; all without names. False after it has told who is not there.
bool Choose(const Invocation& invocation, const Relations& relations, std::vector<size_t>* shown) {
  std::vector<std::string_view> known;
  for (const auto* report : relations.modules) known.push_back(report->name);
  for (const std::string& operand : invocation.operands) {
    const std::string name = config::ModuleShortName(operand);
    const auto found = std::find(known.begin(), known.end(), name);
    if (found != known.end()) {
      shown->push_back(static_cast<size_t>(found - known.begin()));
      continue;
    }
    const auto close = config::CloseSpellings(name, known);
    PrintProblem(process::MakeProblem(
        "HT-07", "no module of this set has that name", Visible(name),
        known.empty() ? "a module, but there is none" : base::Join(known, ", "),
        close.empty() ? base::Concat("httpdctl deps --installed ", Visible(name))
                      : base::Concat("httpdctl deps ", close.front())));
    return false;
  }
  for (size_t i = 0; invocation.operands.empty() && i < relations.modules.size(); ++i) {
    if (!relations.modules[i]->copy.empty()) shown->push_back(i);
  }
  return true;
}

int Run(const Invocation& invocation) {
  // Names choose from the configuration; files are a set of their own.
  Invocation of_set = invocation;
  const bool files = std::any_of(invocation.operands.begin(), invocation.operands.end(), IsFile);
  Invocation choice = invocation;
  if (files) choice.operands.clear();
  if (!files) of_set.operands.clear();
  Installation installation;
  PlannedSet set;
  int exit_status = kRefused;
  if (!OpenSet(of_set, &installation, &set, &exit_status)) return exit_status;
  const Relations relations(set.plan);
  std::vector<size_t> shown;
  if (!Choose(choice, relations, &shown)) return kRefused;
  std::string out;
  if (invocation.json()) {
    out = AsJson(relations, shown, set);
  } else if (invocation.Has("tree") || invocation.Has("reverse")) {
    Tree tree(relations, invocation.Has("reverse"));
    for (const size_t index : shown) out += tree.Draw(index, invocation.color);
  } else {
    out = Flat(relations, shown, invocation.color);
  }
  if (!Print(out)) return kRefused;
  if (!invocation.json()) TellFindings(invocation, set);
  return set.ok() ? kGood : kRefused;
}

}  // namespace

const Verb kDeps = {
    "deps",
    "[NAME...|FILE...]",
    "what modules need of each other and of the system",
    "Shows for each module what it requires, wants, provides and conflicts with, who\n"
    "answers that, who requires it, and which libraries it needs. Without operands: the\n"
    "modules of the configuration. NAMEs choose from those (with --installed: from all\n"
    "that are installed); FILEs are looked at by themselves, with what they require.\n"
    "Findings about the set follow on standard error; the exit status is then 1.\n",
    kOptions,
    Run};

}  // namespace httpd::ctl
