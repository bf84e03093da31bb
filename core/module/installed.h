// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "module/manifest.h"

namespace httpd::module {

class InspectorLibrary;

// A file that LoadModule NAME would find: mod_NAME.so, in the first directory that has one.
struct ModuleFile {
  std::string name;  // "sql"
  std::string path;
};

// Sorted by name; at most kMaxInstalled.
std::vector<ModuleFile> FindModuleFiles(const std::vector<std::string>& directories);
inline constexpr size_t kMaxInstalled = 2048;

// What an installed module says about itself.
struct InstalledModule {
  std::string path;
  Manifest manifest;
};

// The installed modules in the order of their names, read by the inspector. A file that is damaged,
// made for another machine, or names itself otherwise than its file is left out: it answers
// nothing.
std::vector<InstalledModule> ReadInstalled(const InspectorLibrary& library,
                                           const std::vector<std::string>& directories);

// The same where there is no inspector (a generation): the manifest is found by its first bytes,
// "name=NAME\0abi=". Goes on until `each` answers true.
void ScanInstalled(const std::vector<std::string>& directories,
                   const std::function<bool(const InstalledModule&)>& each);

// The manifest within a file's bytes; false when there is none of that name.
bool ScanManifest(std::string_view bytes, std::string_view name, Manifest* manifest);

// "LoadModule sql_module libexec/mod_sql.so"; files below `server_root` are written relative to it.
std::string LoadModuleLine(std::string_view name, const std::string& path,
                           const std::string& server_root);

}  // namespace httpd::module
