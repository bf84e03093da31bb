// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "module/registry.h"
#include "server/server_config.h"

namespace httpd::server {

// The merged settings of every combination of sections that requests have met so far, as a tree:
// an edge is a section, a node the merge of all sections on the way from a server's root. The
// second request that meets a combination finds it merged.
class LocationTree {
 public:
  explicit LocationTree(const module::Registry* modules) : modules_(modules) {}
  LocationTree(const LocationTree&) = delete;
  LocationTree& operator=(const LocationTree&) = delete;

  // Settings outside every section of `server`.
  const httpd_location* Root(const httpd_server* server);
  // `outer`, which is of this tree, with `section` merged over it; null when out of memory.
  const httpd_location* Enter(const httpd_location* outer, const Section* section);
  // The same in the tree that `outer` is of.
  static const httpd_location* EnterWhereItIs(const httpd_location* outer, const Section* section);

  size_t merges() const { return merges_; }

 private:
  struct Node : httpd_location {
    LocationTree* tree = nullptr;
    ModuleConfigs storage;
    std::vector<std::pair<const Section*, std::unique_ptr<Node>>> inner;
  };

  const module::Registry* modules_;
  httpd_pool pool_;
  std::vector<std::unique_ptr<Node>> roots_;  // by server index
  size_t merges_ = 0;
};

}  // namespace httpd::server
