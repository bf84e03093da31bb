// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/same_name.h"
#include "config/diagnostic.h"
#include "config/source.h"

namespace httpd::config {

// One word of a directive. `text` has quotes and escapes removed; position and length cover the
// word as it stands in the source, quotes included.
struct Arg {
  std::string text;
  Position position;
  uint32_t length = 0;
  bool quoted = false;
  bool unterminated = false;  // the closing quote is missing
};

// What a section that the core does not know was written as. Its module decides later whether the
// lines are directives or something else, so what is wrong with them is kept until then.
struct SectionBody {
  std::string_view text;  // of the SourceMap: the lines between <Name> and </Name>
  Position opened_again;  // a line within that opens <Name>; nowhere: none
  Diagnostics findings;
};

// A directive or a section. For `<Directory "/srv">` name is "Directory", section is true, and
// args and raw end before the ">".
struct Node {
  std::string name;  // as written
  Position position;
  uint32_t name_length = 0;
  std::vector<Arg> args;
  std::string raw;  // everything after the name, continuation lines joined, quotes kept
  Position raw_position;
  bool section = false;
  std::vector<Node> children;         // of a section
  std::shared_ptr<SectionBody> body;  // of a section that the core does not know

  // The underline that covers all arguments, or the name when there are none.
  Position args_position() const { return args.empty() ? position : args.front().position; }
};

using Tree = std::vector<Node>;

// The sections whose lines the core itself reads as directives.
bool IsCoreSection(std::string_view name);

using base::SameName;  // directive names are compared so

// Calls visit(node, parents) for each node, parents first, in text order; `parents` holds the
// enclosing sections, outermost first.
template <typename Visit>
void VisitTree(const Tree& tree, Visit&& visit, std::vector<const Node*>* parents = nullptr) {
  std::vector<const Node*> own;
  if (parents == nullptr) parents = &own;
  for (const Node& node : tree) {
    visit(node, static_cast<const std::vector<const Node*>&>(*parents));
    if (node.children.empty()) continue;
    parents->push_back(&node);
    VisitTree(node.children, visit, parents);
    parents->pop_back();
  }
}

}  // namespace httpd::config
