// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/cxx.hpp>
#include <string>
#include <string_view>

namespace mod_dir {

// A resource that DirectoryIndex or FallbackResource names.
struct IndexName {
  std::string path;   // decoded; starts with "/" when it does not depend on the directory
  std::string query;  // without "?", still encoded
  bool operator==(const IndexName&) const = default;
};

// Reads a local URL ("index.html", "/cgi-bin/list?all", "a%20b.html"). Returns "" or what is wrong.
std::string ParseIndexName(std::string_view text, IndexName* out);

// Appends the value of Location for a directory that was asked for without its slash: one slash at
// the front whatever `path` begins with, since "//x" would be another host.
template <typename Out>
void AppendDirectoryUrl(std::string_view path, std::string_view query, bool has_query, Out* out) {
  while (path.size() > 1 && path[0] == '/' && path[1] == '/') path.remove_prefix(1);
  httpd::api::AppendPath(path, out);
  out->push_back('/');
  if (!has_query) return;
  out->push_back('?');
  out->append(query);
}

// The status that DirectoryIndexRedirect's argument means: 0 for off, -1 when it is not one.
int RedirectStatus(std::string_view text);

}  // namespace mod_dir
