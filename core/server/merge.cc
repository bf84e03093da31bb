// SPDX-License-Identifier: Apache-2.0
//
// One module's settings of two scopes into one: the rule that configuration and requests share.

#include "module/registry.h"
#include "server/server_config.h"

namespace httpd::server {

void* MergeModuleConfig(httpd_pool* pool, const httpd_module_handle* module, bool location,
                        void* outer, void* inner) {
  if (outer == nullptr) return inner;
  if (inner == nullptr) return outer;
  const httpd_config_merge merge =
      location ? module->record.merge_location_config : module->record.merge_server_config;
  return merge == nullptr ? inner : merge(pool, outer, inner, module->record.user);
}

}  // namespace httpd::server
