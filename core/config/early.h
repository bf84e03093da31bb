// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/diagnostic.h"
#include "config/file_reader.h"
#include "config/source.h"
#include "config/tree.h"

namespace httpd::config {

// A value and the place that set it; nowhere when it is a default or came from the command line.
template <typename T>
struct Located {
  T value{};
  Position position;
  uint32_t length = 0;  // for the underline
};

struct ListenAddress {
  std::string text;      // as written, for messages and the state file
  std::string host;      // numeric address without brackets; "" = all addresses (v4 and v6)
  uint16_t port = 0;     // 0: the kernel chooses
  std::string protocol;  // "http" unless written
  bool ipv6 = false;     // host is an IPv6 address
  Position position;
  uint32_t length = 0;
};

struct ModuleRequest {
  std::string name;    // "mime"
  std::string record;  // "mime_module"
  std::string file;    // as written; "" = search mod_<name>.so in module_path
  std::string path;    // `file` made absolute against ServerRoot; "" when it is to be searched
  Position position;
  uint32_t length = 0;
};

struct Account {
  uint32_t id = 0;
  uint32_t group = 0;  // of a user: its primary group
};

// What the evaluation is given beside the files.
struct EarlyInput {
  std::string prefix;       // root of the installation, absolute: the default ServerRoot
  std::string server_root;  // -d; "" = not given
  std::string config_file;  // -f; "" = conf/httpd.conf; relative to ServerRoot as Apache does
  std::vector<std::string> defines;            // -D, in order; NAME or NAME=VALUE
  std::vector<std::string> directives_before;  // -C
  std::vector<std::string> directives_after;   // -c
  std::vector<std::string> builtin_modules;    // names of compiled-in modules: "mime", "so"

  // Replaced by tests; by default the process environment and the account database. Accounts are
  // asked for as written: a name or "#number".
  std::function<const char*(const char*)> environment;
  std::function<std::optional<Account>(const std::string&)> find_user;
  std::function<std::optional<Account>(const std::string&)> find_group;
};

// Everything the supervisor needs before any module is mapped.
struct EarlyConfig {
  std::string config_file;  // absolute path of the main file
  Located<std::string> server_root;
  Located<std::string> pid_file;                       // absolute
  Located<std::string> error_log;                      // absolute; of the main server
  std::vector<Located<std::string>> vhost_error_logs;  // absolute; ErrorLog within <VirtualHost>

  std::vector<ListenAddress> listen;
  std::vector<ModuleRequest> modules;              // in text order; active ones (ClearModuleList)
  std::vector<Located<std::string>> module_order;  // short names of ModuleOrder, as wished
  std::vector<std::string> inactive_builtin;       // compiled in, and not on Apache 1.3's list
  std::vector<Located<std::string>> load_files;    // absolute
  std::vector<Located<std::string>> module_path;   // absolute; default: prefix/libexec

  Located<std::string> user;             // "" = not set
  Located<std::string> group;            // "" = not set
  std::optional<Account> user_account;   // resolved `user`
  std::optional<Account> group_account;  // resolved `group`

  Located<uint32_t> workers;                    // 0 = auto: one per CPU
  Located<uint32_t> graceful_shutdown_timeout;  // seconds; 0 = wait as long as it takes
  Located<uint32_t> module_load_timeout;        // seconds

  // Names defined at the end of the text, sorted, with their values ("" for a bare Define).
  std::vector<std::pair<std::string, std::string>> defines;
  bool IsDefined(std::string_view name) const;

  // The active tree: Includes replaced by what they included, If-sections by their content or
  // nothing, variables expanded. Early directives keep their nodes.
  Tree active;
};

inline constexpr uint32_t kDefaultGracefulShutdownTimeout = 0;
inline constexpr uint32_t kDefaultModuleLoadTimeout = 30;

// Reads the configuration and evaluates its early directives in text order, running no module
// code. Returns false when diagnostics holds an error; `out` then holds what could be understood,
// so that later checks can report more. Everything read is in `sources` afterwards.
bool LoadEarly(const EarlyInput& input, FileReader* files, SourceMap* sources,
               Diagnostics* diagnostics, EarlyConfig* out);

// The same for a .htaccess file that is in `sources` already; no early directive may stand in it.
// `out` brings the ServerRoot and gets the active tree.
bool LoadAccessFile(const EarlyInput& input, FileReader* files, uint32_t file, SourceMap* sources,
                    Diagnostics* diagnostics, EarlyConfig* out);

// Names under which <IfModule> and LoadModule know a module: "mod_mime.c", "mime_module" and "mime"
// are all "mime".
std::string ModuleShortName(std::string_view written);

// True for directives that LoadEarly evaluates; the generation accepts them without a handler.
bool IsEarlyDirective(std::string_view name);

}  // namespace httpd::config
