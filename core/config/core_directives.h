// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/config.h>

#include <string>
#include <string_view>
#include <vector>

namespace httpd::config {

// The core's table, ended by an entry without a name.
const httpd_directive* CoreDirectives();

// Options, used while merging: SymLinksIfOwnerMatch has no public bit.
inline constexpr uint32_t kOptionOwnerMatch = 1u << 31;

// What Apache has and this server has not.
struct Unsupported {
  std::string_view name;
  bool harmless;         // without it the same is served: a warning is enough
  std::string_view why;  // continues "NAME is not supported: "
  std::string_view fix;
};
const Unsupported* FindUnsupported(std::string_view name);

// Names of directives that most configurations hold, whether their modules are loaded or not.
std::vector<std::string_view> CommonDirectives();

// Apache's module that provides a directive, "" when it is not known: for directives of modules
// that this server may not have.
std::string_view ApacheModuleOf(std::string_view directive);

}  // namespace httpd::config
