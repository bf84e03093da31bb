// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <httpd/cxx.hpp>
#include <string>
#include <string_view>

namespace mod_alias {

// How many bytes of `path` the prefix `fake` matches, 0 for none. As Apache: whole segments only
// ("/icons" matches "/icons/a" and not "/iconsets"), any number of slashes matches any number.
size_t MatchPrefix(std::string_view path, std::string_view fake);

// The first word of a Redirect line, if it is a status: "permanent", "temp", "seeother", "gone" or
// digits; -1 when it is none of them.
int ParseStatus(std::string_view word);

// Statuses that Redirect may send: those with a target, and those without.
constexpr bool IsRedirectStatus(int status) {
  return status >= 300 && status <= 399 && status != 304 && status != 306;
}
constexpr bool IsErrorStatus(int status) { return status >= 400 && status <= 599; }

// Whether a path that was put together from parts of the request leaves its directory.
bool HasDotDotSegment(std::string_view path);

// Whether `target` names a scheme ("https://example.org/x", "mailto:me@example.org").
bool HasScheme(std::string_view target);

// Appends the value of Location: `target` as configured, the decoded rest of the request's path,
// and the request's query unless the target has its own; a fragment stays at the end.
template <typename Out>
void AppendLocation(std::string_view target, std::string_view rest, httpd_str query, Out* out) {
  const size_t mark = target.find_first_of("?#");
  std::string_view path = target.substr(0, mark);
  std::string_view tail = mark == std::string_view::npos ? std::string_view() : target.substr(mark);
  // "/" and "/a" make "/a": with two slashes at the front it would be the host "a".
  if (!path.empty() && path[0] == '/' && path.substr(0, 2) != "//") {
    while (path == "/" && !rest.empty() && rest[0] == '/') rest.remove_prefix(1);
  }
  out->append(path);
  httpd::api::AppendPath(rest, out);
  const size_t hash = tail.find('#');
  const std::string_view fragment =
      hash == std::string_view::npos ? std::string_view() : tail.substr(hash);
  tail = tail.substr(0, hash);
  out->append(tail);
  if (tail.empty() && query.data != nullptr) {
    out->push_back('?');
    out->append(httpd::api::View(query));
  }
  out->append(fragment);
}

}  // namespace mod_alias
