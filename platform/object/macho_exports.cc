// SPDX-License-Identifier: Apache-2.0
//
// What a Mach-O file offers to others: the export trie, or in files that are older than it, the
// symbol table.

#include <llvm/BinaryFormat/MachO.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "object/macho.h"
#include "object/macho_tables.h"

namespace httpd::object {
namespace {

namespace macho = llvm::MachO;

// A node of the trie: what the symbol that ends here is, and the edges to longer names.
class Exports {
 public:
  Exports(View* view, std::string_view trie, MachoLayout* layout)
      : view_(view), trie_(trie), layout_(*layout) {
    std::sort(layout->ranges.begin(), layout->ranges.end(),
              [](const MachoRange& a, const MachoRange& b) { return a.begin < b.begin; });
  }

  bool Read() {
    // A node that is reached twice would be a loop, or an explosion of names.
    seen_.resize(trie_.size());
    struct Step {
      uint64_t node;
      size_t length;  // of the name before `edge`
      std::string_view edge;
    };
    std::vector<Step> steps = {{0, 0, {}}};
    std::string name;
    while (!steps.empty()) {
      const Step step = steps.back();
      steps.pop_back();
      name.resize(step.length);
      name += step.edge;
      if (step.node >= trie_.size() || seen_[step.node]) {
        return Broken("points to " + Hex(step.node) + " twice or from outside");
      }
      seen_[step.node] = true;
      Cursor cursor(trie_, step.node);
      const uint64_t size = cursor.Uleb();
      if (cursor.failed() || size > trie_.size() - cursor.at()) return Broken("is cut off");
      if (size != 0 && !AddSymbol(cursor, name)) return false;
      Cursor edges(trie_, cursor.at() + size);
      const size_t first = steps.size();
      for (uint8_t left = edges.Byte(); left > 0; --left) {
        const std::string_view edge = edges.Text();
        const uint64_t node = edges.Uleb();
        if (edges.failed()) break;
        if (!view_->Spend(edge.size() + 1)) return false;
        steps.push_back({node, name.size(), edge});
      }
      if (edges.failed()) return Broken("is cut off");
      std::reverse(steps.begin() + static_cast<ptrdiff_t>(first), steps.end());
    }
    return true;
  }

 private:
  bool Broken(const std::string& how) {
    view_->Malformed("its export trie " + how);
    return false;
  }

  bool AddSymbol(Cursor cursor, const std::string& name) {
    if (!view_->Spend(name.size())) return false;
    Symbol symbol;
    const uint64_t flags = cursor.Uleb();
    symbol.name = view_->texts.Keep(name);
    symbol.weak = (flags & macho::EXPORT_SYMBOL_FLAGS_WEAK_DEFINITION) != 0;
    if ((flags & macho::EXPORT_SYMBOL_FLAGS_REEXPORT) != 0) {
      symbol.library = layout_.Library(static_cast<int64_t>(cursor.Uleb()));
      symbol.forward = cursor.Text();
      if (symbol.forward.empty()) symbol.forward = symbol.name;
    } else {
      symbol.type = TypeAt(layout_.base + cursor.Uleb());
      if ((flags & macho::EXPORT_SYMBOL_FLAGS_KIND_MASK) ==
          macho::EXPORT_SYMBOL_FLAGS_KIND_THREAD_LOCAL) {
        symbol.type = HTTPD_INSPECT_SYMBOL_TLS;
      }
    }
    if (cursor.failed()) return Broken("is cut off");
    view_->exports.push_back(symbol);
    return true;
  }

  uint32_t TypeAt(uint64_t address) const {
    const auto after = std::upper_bound(
        layout_.ranges.begin(), layout_.ranges.end(), address,
        [](uint64_t value, const MachoRange& range) { return value < range.begin; });
    if (after == layout_.ranges.begin() || address >= std::prev(after)->end) {
      return HTTPD_INSPECT_SYMBOL_OTHER;
    }
    return std::prev(after)->type;
  }

  View* view_;
  std::string_view trie_;
  const MachoLayout& layout_;
  std::vector<bool> seen_;
};

bool ReadExportedSymbols(View* view, const Bytes& image, const MachoLayout& layout) {
  return EachGlobal(view, image, layout, [&](const auto& from, std::string_view name) {
    const uint8_t kind = from.n_type & macho::N_TYPE;
    if (kind == macho::N_UNDF || kind == macho::N_PBUD) return;
    Symbol symbol;
    symbol.name = name;
    symbol.weak = (static_cast<uint16_t>(from.n_desc) & macho::N_WEAK_DEF) != 0;
    if (kind == macho::N_SECT && from.n_sect != 0 && from.n_sect <= layout.ranges.size()) {
      symbol.type = layout.ranges[from.n_sect - 1].type;
    }
    view->exports.push_back(symbol);
  });
}

}  // namespace

bool ReadMachoExports(View* view, const Bytes& image, MachoLayout* layout) {
  uint64_t offset = layout->info.export_off;
  uint64_t size = layout->info.export_size;
  if (layout->trie.cmd != 0) {
    offset = layout->trie.dataoff;
    size = layout->trie.datasize;
  }
  if (layout->trie.cmd == 0 && layout->info.cmd == 0) {
    return ReadExportedSymbols(view, image, *layout);
  }
  if (!image.Within(offset, size, "the export trie")) return false;
  return size == 0 || Exports(view, image.Part(offset, size), layout).Read();
}

}  // namespace httpd::object
