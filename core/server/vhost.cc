// SPDX-License-Identifier: Apache-2.0
//
// Which virtual host answers: by the local address of the connection, then by the name in Host
// (RFC 9110 §7.2), as Apache chooses.

#include "server/vhost.h"

#include <fnmatch.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "base/concat.h"

namespace httpd::server {
namespace {

constexpr size_t kMaxHost = 256;

void AddName(HostSet* set, const std::string& name, httpd_server* server) {
  if (name.empty()) return;
  std::string lower = absl::AsciiStrToLower(name);
  if (lower.find_first_of("*?") != std::string::npos) {
    set->wildcards.emplace_back(std::move(lower), server);
  } else {
    set->exact.emplace(std::move(lower), server);  // the first of two with one name wins
  }
}

// 3: host and port, 2: host, 1: port, 0: any; -1: no match.
int Specificity(const VirtualHostAddress& address, std::string_view host, uint16_t port) {
  if (!address.host.empty() && address.host != host) return -1;
  if (address.port != 0 && address.port != port) return -1;
  return (address.host.empty() ? 0 : 2) + (address.port == 0 ? 0 : 1);
}

std::string AddressText(const VirtualHostAddress& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return base::Concat(v6 ? "[" : "", address.host.empty() ? std::string("*") : address.host,
                      v6 ? "]" : "", ":",
                      address.port == 0 ? std::string("*") : base::Concat(address.port));
}

}  // namespace

httpd_server* HostSet::Find(std::string_view host) const {
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  if (host.empty() || host.size() >= kMaxHost) return fallback;
  char lower[kMaxHost];
  std::transform(host.begin(), host.end(), lower, absl::ascii_tolower);
  lower[host.size()] = '\0';
  const absl::string_view name(lower, host.size());
  if (auto it = exact.find(name); it != exact.end()) return it->second;
  for (const auto& [pattern, server] : wildcards) {
    if (::fnmatch(pattern.c_str(), lower, 0) == 0) return server;
  }
  return fallback;
}

void VhostTable::Build(const ServerSet& servers) {
  for (const auto& server : servers.servers) {
    if (server->is_main) continue;
    for (const VirtualHostAddress& address : server->addresses) {
      auto it = std::find_if(sets_.begin(), sets_.end(), [&](const auto& entry) {
        return entry->address.host == address.host && entry->address.port == address.port;
      });
      if (it == sets_.end()) {
        sets_.push_back(std::make_unique<Entry>(Entry{address, {}}));
        it = sets_.end() - 1;
        (*it)->hosts.fallback = server.get();
      }
      AddName(&(*it)->hosts, server->core->server_name.value, server.get());
      for (const std::string& alias : server->core->aliases) {
        AddName(&(*it)->hosts, alias, server.get());
      }
    }
  }
}

const HostSet* VhostTable::Find(std::string_view address, uint16_t port) const {
  const HostSet* best = nullptr;
  int best_score = -1;
  for (const auto& entry : sets_) {
    const int score = Specificity(entry->address, address, port);
    if (score <= best_score) continue;
    best_score = score;
    best = &entry->hosts;
  }
  return best;
}

std::string VhostTable::Describe(const ServerSet& servers) const {
  const auto& main = *servers.servers.front();
  std::string out = base::Concat("main server: ", main.core->server_name.value, ", DocumentRoot ",
                                 main.core->document_root.value, "\n");
  for (const auto& entry : sets_) {
    base::Append(&out, AddressText(entry->address), "\n");
    for (const auto& server : servers.servers) {
      for (const VirtualHostAddress& address : server->addresses) {
        if (address.host != entry->address.host || address.port != entry->address.port) continue;
        base::Append(&out, "    ", server->core->server_name.value,
                     server.get() == entry->hosts.fallback ? " (default)" : "", ", DocumentRoot ",
                     server->core->document_root.value, "\n");
        for (const std::string& alias : server->core->aliases) {
          base::Append(&out, "        alias ", alias, "\n");
        }
      }
    }
  }
  return out;
}

}  // namespace httpd::server
