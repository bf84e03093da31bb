// SPDX-License-Identifier: Apache-2.0
// What can only be done when the whole configuration was read: virtual hosts inherit from the main
// server, sections get their order, hosts are checked against each other and against Listen.
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/concat.h"
#include "config/early_evaluator.h"
#include "config/evaluator.h"

namespace httpd::config {
namespace {

using server::Section;

// Apache applies <Directory> sections from the shortest path to the longest.
size_t Components(const Section& section) {
  if (section.pattern == "/") return 0;
  return static_cast<size_t>(std::count(section.pattern.begin(), section.pattern.end(), '/'));
}

std::vector<Section*> Joined(const std::vector<Section*>& main, const std::vector<Section*>& own) {
  std::vector<Section*> all = main;
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

bool SameAddress(const server::VirtualHostAddress& a, const server::VirtualHostAddress& b) {
  return a.host == b.host && a.port == b.port;
}

// What a server without ServerName calls itself.
std::string HostName() {
  char name[256] = "";
  return ::gethostname(name, sizeof(name) - 1) == 0 && name[0] != '\0' ? name : "localhost";
}

}  // namespace

void Evaluator::MergeServers() {
  httpd_server& main = *servers_[0];
  // Never empty by default: an empty one stands for the root of the file system.
  auto* core = static_cast<server::CoreServer*>(main.server_configs[0]);
  if (!core->document_root.set) {
    core->document_root.value = JoinPath(input_.early->server_root.value, "htdocs");
  }
  if (!core->server_name.set) core->server_name.value = HostName();
  auto* base = static_cast<server::CoreLocation*>(main.location_configs[0]);
  // Nothing lies outside the main server that "default" could take out.
  std::erase_if(base->error_documents, [](const auto& entry) { return entry.second.empty(); });
  for (auto& server : servers_) {
    if (!server->is_main) {
      for (const auto& module : *input_.modules) {
        const auto merge = [&](bool location, void* outer, void*& inner) {
          void* result =
              server::MergeModuleConfig(input_.pool, module.get(), location, outer, inner);
          if (result == nullptr && (outer != nullptr || inner != nullptr)) {
            OutOfMemory(*server_nodes_[server->index]);
            result = outer;
          }
          inner = result;
        };
        merge(false, main.server_configs[module->slot], server->server_configs[module->slot]);
        merge(true, main.location_configs[module->slot], server->location_configs[module->slot]);
      }
    }
    server->core = static_cast<const server::CoreServer*>(server->server_configs[0]);
  }
}

void Evaluator::OrderSections() {
  uint32_t next = 0;
  for (const auto& section : out_.sections) section->id = next++;
  for (const auto& section : out_.sections) {
    for (const auto& files : section->files) files->id = next++;
  }
  const OwnSections& main = own_[0];
  for (auto& server : servers_) {
    const OwnSections& own = own_[server->index];
    const bool inherits = !server->is_main;
    const std::vector<Section*> none;
    server->directories = Joined(inherits ? main.directories : none, own.directories);
    std::stable_sort(
        server->directories.begin(), server->directories.end(),
        [](const Section* a, const Section* b) { return Components(*a) < Components(*b); });
    server->directory_matches =
        Joined(inherits ? main.directory_matches : none, own.directory_matches);
    server->files = Joined(inherits ? main.files : none, own.files);
    server->locations = Joined(inherits ? main.locations : none, own.locations);
    for (const Section* section : server->directories) {
      const auto* core = static_cast<const server::CoreLocation*>(section->configs[0]);
      out_.reads_access_files |= core != nullptr && core->reads_access_files();
    }
    out_.needs_directory_walk |= !server->directories.empty() ||
                                 !server->directory_matches.empty() || !server->files.empty();
  }
}

void Evaluator::CheckHosts() {
  for (size_t i = 1; i < servers_.size(); ++i) {
    const httpd_server& server = *servers_[i];
    WarnPortWithoutListen(server);
    if (!server.core->server_name.set) continue;
    for (size_t j = 1; j < i; ++j) {
      const httpd_server& other = *servers_[j];
      const bool same_place =
          std::any_of(server.addresses.begin(), server.addresses.end(), [&](const auto& address) {
            return std::any_of(other.addresses.begin(), other.addresses.end(),
                               [&](const auto& a) { return SameAddress(a, address); });
          });
      if (!same_place || other.core->server_name.value != server.core->server_name.value) continue;
      const Node& node = *server_nodes_[i];
      const Node& first = *server_nodes_[j];
      Diagnostic& warning = diagnostics_.Warning(
          "HC-29", node.position, node.name_length,
          base::Concat("this <VirtualHost> is never chosen: another has the name ",
                       server.core->server_name.value, " at the same address"));
      warning.notes.push_back({"the other one", first.position, first.name_length});
      warning.fix = "give it a ServerName of its own";
      break;
    }
  }
}

void Evaluator::WarnPortWithoutListen(const httpd_server& server) {
  const std::vector<ListenAddress>& listen = input_.early->listen;
  for (size_t i = 0; i < server.addresses.size(); ++i) {
    const uint16_t port = server.addresses[i].port;
    const bool served = port == 0 || std::any_of(listen.begin(), listen.end(), [&](const auto& l) {
                          return l.port == port || l.port == 0;
                        });
    if (served || i >= server_nodes_[server.index]->args.size()) continue;
    const Arg& arg = server_nodes_[server.index]->args[i];
    Diagnostic& warning = diagnostics_.Warning(
        "HC-29", arg.position, arg.length,
        base::Concat("there is no Listen for port ", port, ": nothing arrives here"));
    warning.fix = base::Concat("Listen ", port);
  }
}

}  // namespace httpd::config
