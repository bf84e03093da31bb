// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/regex.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/source.h"
#include "server/auth_rules.h"

// The evaluated configuration: servers (virtual hosts) with their sections, and for each of them
// one settings object per module, by slot. Built by config/evaluate, read by the request path.

namespace httpd::server {

// A value that knows whether it was configured, so that scopes can be merged.
template <typename T>
struct Setting {
  T value{};
  bool set = false;

  Setting() = default;
  Setting(T initial) : value(std::move(initial)) {}  // NOLINT: a default, not configured
  Setting& operator=(T v) {
    value = std::move(v);
    set = true;
    return *this;
  }
  void MergeFrom(const Setting& outer) {  // keeps its own value when it was set
    if (!set) *this = outer;
  }
};

enum class ServerTokens : uint8_t { kProd, kMajor, kMinor, kMin, kOs, kFull };
enum class ServerSignature : uint8_t { kOff, kOn, kEmail };

// Slot 0 of a server's settings: core directives of server scope. Times in milliseconds.
struct CoreServer {
  Setting<std::string> server_name;
  Setting<uint16_t> server_port{0};
  Setting<std::string> server_admin{"you@example.com"};
  std::vector<std::string> aliases;    // lower case, may hold * and ?
  Setting<std::string> document_root;  // absolute, without a slash at the end
  Setting<bool> keep_alive{true};
  Setting<uint32_t> keep_alive_timeout{5000};
  Setting<uint32_t> max_keep_alive_requests{0};  // 0: no limit
  Setting<uint32_t> timeout{60000};
  Setting<uint32_t> header_timeout{20000};  // RequestReadTimeout header=20-40,MinRate=500
  Setting<uint32_t> header_timeout_max{40000};
  Setting<uint32_t> header_min_rate{500};  // bytes per second; 0: no rate
  Setting<uint32_t> body_timeout{20000};   // RequestReadTimeout body=20,MinRate=500
  Setting<uint32_t> body_min_rate{500};
  Setting<uint32_t> limit_request_line{8190};
  Setting<uint32_t> limit_request_field_size{8190};
  Setting<uint32_t> limit_request_fields{100};
  Setting<ServerTokens> server_tokens{ServerTokens::kProd};
  Setting<bool> trace_enable{false};
  Setting<bool> allow_encoded_slashes{false};
  Setting<std::string> error_log;  // as written
  Setting<uint32_t> open_file_cache_valid{1000};
  Setting<uint32_t> max_connections{0};  // per worker; 0: as many as descriptors allow
  Setting<std::vector<std::string>> access_file_names{{".htaccess"}};
};

// Slot 0 of a section's settings: core directives that may stand in sections.
struct CoreLocation {
  static constexpr uint32_t kDefaultOptions = 2;  // FollowSymLinks, as Apache 2.4
  // Options given without + or - replace; with them they change the outer scope's.
  Setting<uint32_t> options{kDefaultOptions};
  uint32_t options_add = 0;
  uint32_t options_remove = 0;
  bool symlinks_if_owner_match = false;  // with FollowSymLinks off
  Setting<bool> granted{true};           // nothing that Require says has to be asked
  AuthRules* require = nullptr;          // null: nothing was configured
  Setting<AuthMerging> auth_merging{AuthMerging::kOff};
  Setting<Satisfy> satisfy{Satisfy::kUnset};
  Setting<std::string> auth_type;  // "none" removes it
  Setting<std::string> auth_name;
  std::map<uint32_t, std::string> error_documents;  // status -> text, /path or URL as written
  Setting<uint32_t> file_etag;                      // http::EtagPart bits; see http/etag.h
  Setting<bool> enable_sendfile{true};
  Setting<std::string> add_default_charset;         // empty: off
  Setting<int64_t> limit_request_body{1073741824};  // 0: no limit
  Setting<uint32_t> log_level{4};
  std::vector<std::pair<uint16_t, uint8_t>> module_log_levels;  // LogLevel MODULE:level, by slot
  Setting<ServerSignature> server_signature{ServerSignature::kOff};
  Setting<std::string> force_type;   // "none" removes it
  Setting<std::string> set_handler;  // "none" removes it
  // .htaccess files: HTTPD_OVERRIDE_* bits, and single directives beside them.
  Setting<uint32_t> allow_override{0};
  Setting<std::vector<std::string>> allow_override_list;

  bool reads_access_files() const {
    return allow_override.value != 0 || !allow_override_list.value.empty();
  }
};

using ModuleConfigs = std::vector<void*>;  // by module slot; null where a module has none

enum class SectionKind : uint8_t {
  kDirectory,
  kDirectoryMatch,
  kFiles,
  kFilesMatch,
  kLocation,
  kLocationMatch,
  kAccessFile,  // what stands in a .htaccess file outside of <Files>
  kOfModule,    // httpd_call_new_section()
};

// One <Directory>, <Files> or <Location>; wildcards (fnmatch) when `wildcard`.
struct Section {
  SectionKind kind;
  uint32_t id = 0;      // unique within the generation, from 0
  std::string pattern;  // Directory: absolute, no slash at its end except "/" itself
  bool wildcard = false;
  httpd_regex* regex = nullptr;                 // the Match forms and `~`
  ModuleConfigs configs;                        // settings made in this section alone, unmerged
  std::vector<std::unique_ptr<Section>> files;  // <Files> nested in a <Directory>
  config::Position position;
  const httpd_generation* generation = nullptr;
};

struct VirtualHostAddress {
  std::string host;   // numeric; empty for * and _default_
  uint16_t port = 0;  // 0: any
};

}  // namespace httpd::server

// A virtual host; the first of a configuration is the main server.
struct httpd_server {
  uint32_t index = 0;
  bool is_main = false;
  httpd_generation* generation = nullptr;
  std::vector<httpd::server::VirtualHostAddress> addresses;  // empty for the main server
  const httpd::server::CoreServer* core = nullptr;           // == server_configs[0]
  httpd::server::ModuleConfigs server_configs;               // merged with the main server's
  httpd::server::ModuleConfigs location_configs;  // outside sections, merged with the main server's

  // In the order of merging: Directory by number of path components, then the others in text order.
  // Those of the main server come first in each list, as Apache merges them.
  std::vector<httpd::server::Section*> directories;  // kDirectory without regex
  std::vector<httpd::server::Section*> directory_matches;
  std::vector<httpd::server::Section*> files;
  std::vector<httpd::server::Section*> locations;
  httpd::config::Position position;  // of <VirtualHost>
  void** contexts = nullptr;         // by module slot; null until one was set
};

// A section that a module keeps.
struct httpd_section final : httpd::server::Section {};

// Merged settings of one combination of sections, one object per module slot.
struct httpd_location {
  const httpd::server::CoreLocation* core = nullptr;  // == configs[0]
  void** configs = nullptr;
  uint32_t slots = 0;
  void** contexts = nullptr;  // by module slot; null until one was set
  httpd_generation* generation = nullptr;
  httpd_pool* pool = nullptr;  // that lives as long as this
};

namespace httpd::server {

// What the evaluation of a configuration gives; owned by the generation.
struct ServerSet {
  std::vector<std::unique_ptr<httpd_server>> servers;  // [0] main
  std::vector<std::unique_ptr<Section>> sections;      // owns what the lists point to, by id
  bool needs_directory_walk = false;  // some server has Directory or Files sections
  bool reads_access_files = false;    // some <Directory> has an AllowOverride other than None
  std::deque<std::string> tracked;    // files that modules read beside the configuration
};

// Merges the settings of one module: core's merge for slot 0, the record's function otherwise; the
// inner one wins as a whole when the module has no merge function. Null stands for "nothing".
void* MergeModuleConfig(httpd_pool* pool, const struct httpd_module_handle* module, bool location,
                        void* outer, void* inner);

}  // namespace httpd::server
