// SPDX-License-Identifier: Apache-2.0
//
// The table behind the resolution of symbols. It is turned round: not the ten thousand names that
// the C and C++ libraries define are put into a table, but the few hundred that modules ask for,
// and every library is held against it once.

#include "module/symbols.h"

namespace httpd::module {
namespace {

constexpr size_t kMostSymbols = 1u << 18;  // of one file; more is made to use up memory

template <class Function>
int32_t Call(void* user, const httpd_inspect_symbol* symbol) {
  return (*static_cast<Function*>(user))(*symbol) ? 0 : 1;
}

template <class List, class Function>
void Each(List list, const httpd_inspect_object* object, Function function) {
  list(object, Call<Function>, &function, nullptr);
}

}  // namespace

bool IsOwnExport(const httpd_inspect_symbol& symbol) {
  const std::string_view name = ToView(symbol.name);
  const bool unique = (symbol.flags & HTTPD_INSPECT_SYMBOL_UNIQUE) != 0;
  return (symbol.weak == 0 || unique) && !name.ends_with("_module");
}

std::vector<Symbols::Import> Symbols::ImportsOf(size_t object) const {
  std::vector<Import> imports;
  Each(objects_.library().imports, objects_[object].object,
       [&imports](const httpd_inspect_symbol& symbol) {
         if (symbol.weak == 0) {
           imports.push_back({ToView(symbol.name), ToView(symbol.version), ToView(symbol.library)});
         }
         return imports.size() < kMostSymbols;
       });
  return imports;
}

void Symbols::WantExportsOf(size_t object) {
  size_t count = 0;
  Each(objects_.library().exports, objects_[object].object,
       [this, &count](const httpd_inspect_symbol& symbol) {
         if (IsOwnExport(symbol)) Want(ToView(symbol.name));
         return ++count < kMostSymbols;
       });
}

void Symbols::Read(size_t object) {
  Each(objects_.library().exports, objects_[object].object,
       [this, object](const httpd_inspect_symbol& symbol) {
         Add(static_cast<uint32_t>(object), symbol);
         return definitions_.size() < 4 * kMostSymbols;
       });
}

void Symbols::Add(uint32_t object, const httpd_inspect_symbol& symbol) {
  const auto wanted = first_.find(ToView(symbol.name));
  if (wanted == first_.end()) return;
  const auto index = static_cast<uint32_t>(definitions_.size());
  definitions_.push_back({object, wanted->second, symbol.weak != 0,
                          (symbol.flags & HTTPD_INSPECT_SYMBOL_UNIQUE) != 0,
                          ToView(symbol.version)});
  wanted->second = index;
}

const Symbols::Definition* Symbols::First(std::string_view name) const {
  const auto found = first_.find(name);
  return found == first_.end() || found->second == kNone ? nullptr : &definitions_[found->second];
}

}  // namespace httpd::module
