// SPDX-License-Identifier: Apache-2.0
// The frozen list of files that a generation may get from the supervisor, made from what the
// operator wrote and what manifests declare, never from what running code asks.
#include "process/grant_table.h"

#include "base/concat.h"

namespace httpd::process {
namespace {

// Arguments that name no file: a logger program, or the system's log.
bool NamesAFile(const std::string& argument) {
  return !argument.empty() && argument != "-" && !argument.starts_with('|') &&
         !argument.starts_with("syslog");
}

}  // namespace

void GrantTable::Add(std::string_view directive, const std::string& argument, OpenMode mode,
                     const std::string& server_root) {
  if (!NamesAFile(argument)) return;
  std::string path =
      argument.starts_with('/') ? argument : base::Concat(server_root, "/", argument);
  for (const Grant& grant : grants_) {
    if (config::SameName(grant.directive, directive) && grant.argument == argument &&
        grant.mode == mode) {
      return;
    }
  }
  grants_.push_back({std::string(directive), argument, mode, std::move(path)});
}

GrantTable GrantTable::Build(const config::EarlyConfig& early,
                             const std::vector<module::Manifest>& manifests) {
  GrantTable table;
  table.grants_.push_back(
      {"ErrorLog", early.error_log.value, OpenMode::kAppend, early.error_log.value});
  config::VisitTree(early.active, [&](const config::Node& node, const auto&) {
    if (config::SameName(node.name, "ErrorLog") && !node.args.empty()) {
      table.Add("ErrorLog", node.args[0].text, OpenMode::kAppend, early.server_root.value);
    }
    for (const module::Manifest& manifest : manifests) {
      for (const module::PrivilegedArgument& privileged : manifest.privileged) {
        const uint32_t index = privileged.argument;
        if (!config::SameName(node.name, privileged.directive) || index == 0 ||
            index > node.args.size() || privileged.mode == module::PrivilegedMode::kListen) {
          continue;
        }
        const bool append = privileged.mode == module::PrivilegedMode::kAppend;
        table.Add(privileged.directive, node.args[index - 1].text,
                  append ? OpenMode::kAppend : OpenMode::kRead, early.server_root.value);
      }
    }
  });
  return table;
}

size_t GrantTable::Find(std::string_view directive, std::string_view argument) const {
  for (size_t i = 0; i < grants_.size(); ++i) {
    if (config::SameName(grants_[i].directive, directive) &&
        (grants_[i].argument == argument || grants_[i].path == argument)) {
      return i;
    }
  }
  return kNone;
}

}  // namespace httpd::process
