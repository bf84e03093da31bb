// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "module/manifest.h"

namespace httpd::module {

// The LoadModule line of an installed module whose manifest declares `directive`; "" when there is
// none. Runs and maps nothing. Files below `server_root` are written relative to it.
std::string FindProvider(std::string_view directive, const std::vector<std::string>& directories,
                         const std::string& server_root);

// The same for a provider as the manifest names it, "group.name/1".
std::string FindOffer(std::string_view offer, const std::vector<std::string>& directories,
                      const std::string& server_root);

// "Alias", or "Require group" for a kind of Require.
bool DeclaresDirective(const Manifest& manifest, std::string_view directive);

}  // namespace httpd::module
