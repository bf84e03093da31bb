// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/provider.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "module/registry.h"

namespace httpd::server {

struct Provider {
  std::string group;
  std::string name;
  uint32_t version;
  const void* table;
  void* user;
  const module::Module* module;

  uint32_t major() const { return version >> 16; }
  uint32_t minor() const { return version & 0xffff; }
};

// What the modules of a generation offer each other, in load order.
class ProviderTable {
 public:
  // Whoever offers this name in this major version; null when nobody does.
  const Provider* Find(std::string_view group, std::string_view name, uint32_t major) const;
  void Add(Provider provider) { providers_.push_back(std::move(provider)); }
  auto begin() const { return providers_.begin(); }
  auto end() const { return providers_.end(); }

 private:
  std::vector<Provider> providers_;
};

}  // namespace httpd::server
