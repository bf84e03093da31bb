// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace httpd::module {

// The LoadModule line of an installed module whose manifest declares `directive`; "" when there is
// none. Looks through mod_*.so in `directories`; runs and maps nothing. Files below `server_root`
// are written relative to it.
std::string FindProvider(std::string_view directive, const std::vector<std::string>& directories,
                         const std::string& server_root);

// The same for a provider as the manifest names it, "group.name/1".
std::string FindOffer(std::string_view offer, const std::vector<std::string>& directories,
                      const std::string& server_root);

// True when a manifest string within `bytes` declares the directive.
bool DeclaresDirective(std::string_view bytes, std::string_view directive);
bool DeclaresOffer(std::string_view bytes, std::string_view offer);

}  // namespace httpd::module
