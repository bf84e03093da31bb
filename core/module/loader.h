// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/module.h>

#include "config/diagnostic.h"
#include "module/hooks.h"
#include "module/registry.h"
#include "process/scoreboard.h"
#include "server/generation.h"

namespace httpd::module {

// What LoadModules works on and fills.
struct LoadTarget {
  httpd_generation* generation = nullptr;  // stored in every module, passed on, never looked into
  httpd_pool* pool = nullptr;              // likewise
  Registry* modules = nullptr;             // empty before; it must outlive `hooks`
  HookTable* hooks = nullptr;              // empty before; sorted afterwards
};

// Opens and registers the modules of the plan in the generation's process:
//   slot 0 is `core` (config::CoreModule()), then LoadFile libraries are opened, then each module's
//   private copy is opened and its record read; when all were tried, the register functions run in
//   load order, then the hooks are sorted.
// All modules are tried, so that every finding is there at once; each is a diagnostic at its
// LoadModule line. Nothing is registered when a module could not be opened. False when there was an
// error: the process must then end, for what was opened stays mapped.
//
// Before any code of a module can run, phase->Blame(slot, 0) names it, so that the supervisor can
// tell whose code crashed or did not return; core is blamed again afterwards. `phase` may be null.
// A module that leaves a thread or a child process behind is refused by name: workers are forked
// from here. The child that a module forked ends here and does not become a second generation.
bool LoadModules(const server::GenerationInput& input, const httpd_module* core,
                 process::ScoreboardSlot* phase, const LoadTarget& target,
                 config::Diagnostics* diagnostics);

// The finding for a module whose function (register, post_config …) answered `result`: with what it
// said by httpd_module_error(), or a text of ours when it said nothing. `function` is its name for
// messages: "register function", "post_config hook". Clears what the module said.
void ReportModuleError(Module* module, std::string_view function, httpd_result result,
                       config::Diagnostics* diagnostics);

// "HTTPD_ERR_INVALID (an argument is not acceptable)", for messages.
std::string ResultName(httpd_result result);

}  // namespace httpd::module
