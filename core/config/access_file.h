// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/diagnostic.h"
#include "config/evaluate.h"
#include "config/source.h"
#include "config/tree.h"
#include "server/server_config.h"

namespace httpd::config {

// What a .htaccess file is read with; everything but `tracked` outlives its settings.
struct AccessFileInput {
  EvaluateInput evaluate;  // `pool` lives as long as the settings
  httpd_server* server = nullptr;
  uint32_t overrides = 0;                                   // HTTPD_OVERRIDE_* of AllowOverride
  const std::vector<std::string>* override_list = nullptr;  // AllowOverrideList
  std::string directory;                                    // in which it lies
  server::Section* section = nullptr;                       // gets the settings
  std::vector<std::string>* tracked = nullptr;              // gets what modules read with it
};

// Reads the file, which is in `sources` as `file`. False after an error was reported. `tree` is
// what the settings refer to.
bool EvaluateAccessFile(const AccessFileInput& input, uint32_t file, SourceMap* sources,
                        Diagnostics* diagnostics, Tree* tree);

}  // namespace httpd::config
