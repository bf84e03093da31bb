// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/pool.h"
#include "config/diagnostic.h"
#include "config/early.h"
#include "module/registry.h"
#include "server/server_config.h"

namespace httpd::config {

// What an evaluation works on; everything lives as long as the generation.
struct EvaluateInput {
  const EarlyConfig* early = nullptr;
  const SourceMap* sources = nullptr;         // may be null; fix lines then say a little less
  const module::Registry* modules = nullptr;  // [0] is the core with CoreDirectives()
  httpd_generation* generation = nullptr;     // stored in each httpd_server
  httpd_pool* pool = nullptr;
  const server::AuthKinds* auth = nullptr;  // kinds of Require; null: only `all`
  // Name and state of an installed module that provides a directive nobody here knows, as a fix
  // line ("LoadModule rewrite_module libexec/mod_rewrite.so"); empty when there is none.
  std::function<std::string(std::string_view directive)> provider;
  // Told before a handler is called and, with null, after it: a crash or hang then has a name.
  std::function<void(const module::Module* module, const httpd_directive* directive)> entering;
};

// Walks the active tree, calls the handlers, merges servers with the main server. Reports all
// errors; false when there was one.
bool Evaluate(const EvaluateInput& input, Diagnostics* diagnostics, server::ServerSet* out);

// The record of the core as a module: its directives, create and merge functions (slot 0).
const httpd_module* CoreModule();

}  // namespace httpd::config
