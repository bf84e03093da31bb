// SPDX-License-Identifier: Apache-2.0
//
// The walk over a file name's extensions and the table behind it, kept free of the server's API so
// that tests can call them.
#include "extensions.h"

namespace mod_mime {
namespace {

constexpr char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool SameName(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (Lower(a[i]) != Lower(b[i])) return false;
  }
  return true;
}

void Put(std::string_view value, std::string_view* field) {
  if (value.data() != nullptr) *field = value;
}

void AddValue(std::string_view value, size_t* count, std::string_view* values) {
  if (!value.empty() && *count < Metadata::kMaxValues) values[(*count)++] = value;
}

// What one extension says, once it was found in the settings.
void Apply(const Extension& extension, Metadata* out) {
  if (!extension.type.empty()) out->type = extension.type;
  if (!extension.charset.empty()) out->charset = extension.charset;
  if (!extension.handler.empty()) out->handler = extension.handler;
  AddValue(extension.encoding, &out->encodings, out->encoding);
  AddValue(extension.language, &out->languages, out->language);
}

}  // namespace

// FNV-1a: extensions are a few bytes long.
uint32_t ExtensionTable::Hash(std::string_view name) {
  uint32_t hash = 2166136261u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(Lower(c))) * 16777619u;
  return hash;
}

const Extension* ExtensionTable::Find(std::string_view name, uint32_t hash) const {
  if (slots_.empty()) return nullptr;
  const size_t mask = slots_.size() - 1;
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    if (slots_[at] == 0) return nullptr;
    const Extension& entry = entries_[slots_[at] - 1];
    if (SameName(entry.name, name)) return &entry;
  }
}

void ExtensionTable::Grow() {
  slots_.assign(slots_.empty() ? 16 : slots_.size() * 2, 0);
  const size_t mask = slots_.size() - 1;
  for (size_t i = 0; i < entries_.size(); ++i) {
    size_t at = Hash(entries_[i].name) & mask;
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = static_cast<uint32_t>(i + 1);
  }
}

Extension* ExtensionTable::Add(std::string_view name) {
  const uint32_t hash = Hash(name);
  if (const Extension* found = Find(name, hash)) return const_cast<Extension*>(found);
  entries_.emplace_back().name = name;
  // At most half full, so that a name which is not there is found missing soon.
  if (entries_.size() * 2 > slots_.size()) {
    Grow();
  } else {
    const size_t mask = slots_.size() - 1;
    size_t at = hash & mask;
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = static_cast<uint32_t>(entries_.size());
  }
  return &entries_.back();
}

void ExtensionTable::Overlay(const ExtensionTable& inner) {
  for (const Extension& from : inner.entries_) {
    Extension* to = Add(from.name);
    Put(from.type, &to->type);
    Put(from.charset, &to->charset);
    Put(from.encoding, &to->encoding);
    Put(from.language, &to->language);
    Put(from.handler, &to->handler);
  }
}

void Examine(std::string_view file_name, const ExtensionTable* settings,
             const ExtensionTable& types, Metadata* out) {
  size_t at = file_name.find_first_not_of('.');
  if (at == std::string_view::npos) return;
  at = file_name.find('.', at);
  while (at != std::string_view::npos) {
    const size_t start = at + 1;
    at = file_name.find('.', start);
    const size_t end = at == std::string_view::npos ? file_name.size() : at;
    const std::string_view name = file_name.substr(start, end - start);
    if (name.empty()) continue;
    const uint32_t hash = ExtensionTable::Hash(name);
    const Extension* own = settings == nullptr ? nullptr : settings->Find(name, hash);
    if (own == nullptr || own->type.data() == nullptr) {
      const Extension* known = types.Find(name, hash);
      if (known != nullptr) out->type = known->type;
    }
    if (own != nullptr) Apply(*own, out);
  }
}

TypeParts WithoutCharset(std::string_view type) {
  constexpr std::string_view kCharset = "charset=";
  for (size_t at = type.find(';'); at != std::string_view::npos; at = type.find(';', at + 1)) {
    const size_t name = type.find_first_not_of(" \t", at + 1);
    if (name == std::string_view::npos) break;
    if (!SameName(type.substr(name, kCharset.size()), kCharset)) continue;
    const size_t next = type.find(';', name);
    size_t before = at;
    while (before > 0 && (type[before - 1] == ' ' || type[before - 1] == '\t')) --before;
    return {type.substr(0, before),
            next == std::string_view::npos ? std::string_view() : type.substr(next)};
  }
  return {type, {}};
}

}  // namespace mod_mime
