// SPDX-License-Identifier: Apache-2.0
// What the server says about itself: -v, -V and -l. Bug reports begin with this.
#include <set>
#include <string>

#include "base/concat.h"
#include "config/core_directives.h"
#include "config/early.h"
#include "platform/targets/render.h"
#include "probe_report.h"
#include "process/listeners.h"
#include "process/options.h"
#include "server/generation.h"

namespace httpd::process {

std::string VersionText(const boot::BootInfo& info) {
  return base::Concat("Server version: httpd/", info.version, "\nServer unit:    ", info.unit_id,
                      "\n");
}

std::string BuildText(const boot::BootInfo& info) {
  std::string text = VersionText(info);
  base::Append(
      &text, "Prefix:         ", info.prefix, "\nLibexec:        ", info.libexec_dir,
      "\nBootstrap:      ", info.bootstrap.empty() ? "none (started by hand)" : info.bootstrap,
      "\nCompiler:       ", __VERSION__, "\nArchitecture:   ", sizeof(void*) * 8,
      "-bit\nModule ABI:     1\n", targets::Describe(targets::This()), "Compiled with:\n");
  base::Append(&text, " -D SHARED_CORE=\"", info.shared_core ? "ON" : "OFF", "\"\n");
#ifdef HTTPD_FAULTS
  base::Append(&text, " -D HTTPD_FAULTS (for tests only)\n");
#endif
  base::Append(&text, " -D LISTENERS=\"",
               ListenerSet::kKernelBalances ? "one per worker" : "shared by all workers",
               "\"\n -D SERVER_CONFIG_FILE=\"conf/httpd.conf\"\n"
               " -D MODULE_COPIES=\"run/modules\"\n -D STATE_FILE=\"run/httpd.state\"\n");
  base::Append(&text, "What the linker does:\n");
  for (const std::string_view line : base::Split(kProbeReport, "\n")) {
    base::Append(&text, "  ", line, "\n");
  }
  return text;
}

std::string ListText() {
  std::string text = "Compiled in modules:\n  core.c\n  mod_so.c\n  http_core.c\n";
  for (const server::StaticModule& module : server::StaticModules()) {
    base::Append(&text, "  mod_", module.name, ".c\n");
  }
  return text;
}

std::string DirectivesText() {
  // Those that the supervisor evaluates, so far as the core's table does not have them as well.
  static constexpr const char* kEarly[] = {"Define",
                                           "ErrorLog",
                                           "Group",
                                           "GracefulShutdownTimeout",
                                           "Include",
                                           "Listen",
                                           "IncludeOptional",
                                           "LoadFile",
                                           "LoadModule",
                                           "ModulePath",
                                           "ModuleLoadTimeout",
                                           "PidFile",
                                           "ServerRoot",
                                           "UnDefine",
                                           "User",
                                           "Workers"};
  std::set<std::string> names;
  for (const char* name : kEarly) {
    if (config::IsEarlyDirective(name)) names.insert(name);
  }
  std::string text;
  for (const httpd_directive* row = config::CoreDirectives(); row->name != nullptr; ++row) {
    names.insert(row->name);
  }
  for (const std::string& name : names) base::Append(&text, name, "\n");
  return text;
}

}  // namespace httpd::process
