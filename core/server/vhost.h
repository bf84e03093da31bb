// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "server/server_config.h"

namespace httpd::server {

// The virtual hosts of one address, in text order: the first is the default (name-based virtual
// hosting as Apache does it).
struct HostSet {
  httpd_server* fallback = nullptr;
  absl::flat_hash_map<std::string, httpd_server*> exact;         // ServerName, ServerAlias
  std::vector<std::pair<std::string, httpd_server*>> wildcards;  // ServerAlias with * or ?

  // By host name without port, any case; the fallback when none matches.
  httpd_server* Find(std::string_view host) const;
};

// Which virtual hosts answer at which local address.
class VhostTable {
 public:
  void Build(const ServerSet& servers);
  bool empty() const { return sets_.empty(); }

  // The set of the most specific <VirtualHost> address: host and port, host alone, port alone, any.
  // Null: the main server answers.
  const HostSet* Find(std::string_view address, uint16_t port) const;

  // For httpd -S.
  std::string Describe(const ServerSet& servers) const;

 private:
  struct Entry {
    VirtualHostAddress address;
    HostSet hosts;
  };
  std::vector<std::unique_ptr<Entry>> sets_;
};

}  // namespace httpd::server
