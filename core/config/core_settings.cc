// SPDX-License-Identifier: Apache-2.0
// Settings of the core by server and by section: how they are made and merged. The core is a module
// like any other here, in slot 0.
#include <httpd/request.h>

#include <algorithm>

#include "config/core_directives.h"
#include "config/evaluate.h"
#include "config/require.h"
#include "server/server_config.h"

namespace httpd::config {
namespace {

using server::CoreLocation;
using server::CoreServer;

// SymLinksIfOwnerMatch while options are computed; it is a field of its own in the result.
constexpr uint32_t kOwnerMatch = kOptionOwnerMatch;

void* CreateServer(httpd_pool* pool, void* user) { return pool->New<CoreServer>(); }

void* CreateLocation(httpd_pool* pool, void* user) { return pool->New<CoreLocation>(); }

void* MergeServer(httpd_pool* pool, const void* outer_config, const void* inner_config,
                  void* user) {
  const auto& outer = *static_cast<const CoreServer*>(outer_config);
  auto* merged = pool->New<CoreServer>(*static_cast<const CoreServer*>(inner_config));
  if (merged == nullptr) return nullptr;
  // Name and port are one value: a name of its own does not get the outer one's port.
  if (!merged->server_name.set) merged->server_port.MergeFrom(outer.server_port);
  merged->server_name.MergeFrom(outer.server_name);
  merged->server_admin.MergeFrom(outer.server_admin);
  merged->document_root.MergeFrom(outer.document_root);
  merged->keep_alive.MergeFrom(outer.keep_alive);
  merged->keep_alive_timeout.MergeFrom(outer.keep_alive_timeout);
  merged->max_keep_alive_requests.MergeFrom(outer.max_keep_alive_requests);
  merged->timeout.MergeFrom(outer.timeout);
  merged->header_timeout.MergeFrom(outer.header_timeout);
  merged->header_timeout_max.MergeFrom(outer.header_timeout_max);
  merged->header_min_rate.MergeFrom(outer.header_min_rate);
  merged->body_timeout.MergeFrom(outer.body_timeout);
  merged->body_min_rate.MergeFrom(outer.body_min_rate);
  merged->limit_request_line.MergeFrom(outer.limit_request_line);
  merged->limit_request_field_size.MergeFrom(outer.limit_request_field_size);
  merged->limit_request_fields.MergeFrom(outer.limit_request_fields);
  merged->server_tokens.MergeFrom(outer.server_tokens);
  merged->trace_enable.MergeFrom(outer.trace_enable);
  merged->allow_encoded_slashes.MergeFrom(outer.allow_encoded_slashes);
  merged->error_log.MergeFrom(outer.error_log);
  merged->open_file_cache_valid.MergeFrom(outer.open_file_cache_valid);
  merged->max_connections.MergeFrom(outer.max_connections);
  merged->access_file_names.MergeFrom(outer.access_file_names);
  return merged;
}

// Options with + and - change what applies outside; without them they replace it.
void MergeOptions(const CoreLocation& outer, const CoreLocation& inner, CoreLocation* merged) {
  if (inner.options.set) return;
  const uint32_t base = outer.options.value | (outer.symlinks_if_owner_match ? kOwnerMatch : 0u);
  const uint32_t options = (base & ~inner.options_remove) | inner.options_add;
  merged->options.value = options & ~kOwnerMatch;
  merged->options.set = outer.options.set;
  merged->symlinks_if_owner_match = (options & kOwnerMatch) != 0;
  merged->options_add = (outer.options_add & ~inner.options_remove) | inner.options_add;
  merged->options_remove = (outer.options_remove & ~inner.options_add) | inner.options_remove;
}

void MergeErrorDocuments(const CoreLocation& outer, CoreLocation* merged) {
  for (const auto& [status, document] : outer.error_documents) {
    merged->error_documents.emplace(status, document);
  }
  std::erase_if(merged->error_documents, [](const auto& entry) { return entry.second.empty(); });
}

// A level for all modules takes back what an outer scope said of single ones.
void MergeModuleLogLevels(const CoreLocation& outer, const CoreLocation& inner,
                          CoreLocation* merged) {
  if (inner.log_level.set) return;
  for (const auto& [slot, level] : outer.module_log_levels) {
    const auto same = [slot = slot](const auto& entry) { return entry.first == slot; };
    if (std::none_of(inner.module_log_levels.begin(), inner.module_log_levels.end(), same)) {
      merged->module_log_levels.emplace_back(slot, level);
    }
  }
}

void* MergeLocation(httpd_pool* pool, const void* outer_config, const void* inner_config,
                    void* user) {
  const auto& outer = *static_cast<const CoreLocation*>(outer_config);
  const auto& inner = *static_cast<const CoreLocation*>(inner_config);
  auto* merged = pool->New<CoreLocation>(inner);
  if (merged == nullptr) return nullptr;
  MergeOptions(outer, inner, merged);
  MergeErrorDocuments(outer, merged);
  if (!MergeRequire(pool, outer, inner, merged)) return nullptr;
  merged->file_etag.MergeFrom(outer.file_etag);
  merged->enable_sendfile.MergeFrom(outer.enable_sendfile);
  merged->add_default_charset.MergeFrom(outer.add_default_charset);
  merged->limit_request_body.MergeFrom(outer.limit_request_body);
  MergeModuleLogLevels(outer, inner, merged);
  merged->log_level.MergeFrom(outer.log_level);
  merged->server_signature.MergeFrom(outer.server_signature);
  merged->force_type.MergeFrom(outer.force_type);
  merged->set_handler.MergeFrom(outer.set_handler);
  merged->allow_override.MergeFrom(outer.allow_override);
  merged->allow_override_list.MergeFrom(outer.allow_override_list);
  return merged;
}

}  // namespace

const httpd_module* CoreModule() {
  static const httpd_module module = [] {
    httpd_module record = {};
    record.magic = HTTPD_MODULE_MAGIC;
    record.size = sizeof(record);
    record.abi_major = HTTPD_ABI_MAJOR;
    record.abi_minor = HTTPD_ABI_MINOR;
    record.name = "core";
    record.directives = CoreDirectives();
    record.create_server_config = CreateServer;
    record.merge_server_config = MergeServer;
    record.create_location_config = CreateLocation;
    record.merge_location_config = MergeLocation;
    return record;
  }();
  return &module;
}

}  // namespace httpd::config
