// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "module/manifest.h"

namespace httpd::module {

// True when the module answers the reference, by its name or by what it provides. Of a provider
// ("store.memory/1") the major version has to be the same and the minor one, where both are given,
// at least the wanted one, as httpd_provider_find() has it.
bool Answers(const Manifest& manifest, const ModuleReference& wanted);

// The module has that name, or provides something of that name, in whatever version.
bool HasName(const Manifest& manifest, const ModuleReference& wanted);

// What the module offers under that name: "sql 1.0", "store.memory/2 of module cache"; "" nothing.
std::string OfferedVersions(const Manifest& manifest, const ModuleReference& wanted);

// As in a manifest: "sql>=1.2".
std::string ReferenceText(const ModuleReference& reference);

// "1.2" → "1".
std::string_view MajorVersion(std::string_view version);

}  // namespace httpd::module
