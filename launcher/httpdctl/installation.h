// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "config/early.h"
#include "module/inspection.h"
#include "module/store.h"
#include "process/privileges.h"
#include "verb.h"

namespace httpd::ctl {

// What a verb works on: an installation and its configuration, found without starting anything.
struct Installation {
  std::string prefix;       // its root
  std::string libexec_dir;  // where its core and modules are
  std::string bootstrap;    // bin/httpd
  std::string inspector;    // libhttpd_inspect.so of this program's own installation, else of that
  process::Identity identity;  // who looks into files when the caller is root

  bool configured = false;  // there is a configuration file
  config::SourceMap sources;
  config::Diagnostics diagnostics;
  config::EarlyConfig early;
  std::vector<module::ModuleReport> builtin;  // compiled into the core: manifests only

  // Where LoadModule looks.
  module::SearchPath Search() const;
};

// Finds directories, inspector and identity. False after it has told why not.
bool FindInstallation(const Invocation& invocation, Installation* installation);

enum class Configuration { kWanted, kIfThere };

// The same, reads the configuration as far as it can be evaluated without modules, and asks the
// core's file which modules are compiled in. Errors of the configuration are told, and kept in
// `diagnostics`; the answer is false only when nothing can be done without it.
bool OpenInstallation(const Invocation& invocation, Configuration wanted,
                      Installation* installation);

}  // namespace httpd::ctl
