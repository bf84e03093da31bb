// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httpd/regex.h>

#include <httpd/cxx.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace mod_alias {

// One Alias, ScriptAlias or Redirect line. Texts live as long as the generation.
struct Rule {
  std::string_view fake;               // path or expression as configured
  const httpd_regex* regex = nullptr;  // of the Match forms
  std::string_view target;             // file or URL; empty for statuses without one
  int status = 0;                      // of Redirect
  bool script = false;                 // ScriptAlias: its files are programs
  bool everything = false;  // Redirect in a section, without a path: whatever is asked for
};

// Of a server: what stands outside sections.
struct ServerSettings {
  std::vector<Rule> redirects;
  std::vector<Rule> aliases;
};

// Of a section.
struct Settings {
  std::vector<Rule> redirects;
};

// The row's `user`: what the different spellings of Redirect mean.
struct RedirectForm {
  int status;  // 302 also where the first argument may name another
  bool fixed;  // RedirectPermanent, RedirectTemp: it may not
  bool match;  // RedirectMatch
};
extern RedirectForm kRedirect, kRedirectMatch, kRedirectPermanent, kRedirectTemp;

// The handler of all of them (redirect_directive.cc).
httpd_result Redirect(httpd_directive_call* call, Settings& settings, void* form);

// Compiles argument `index`; NULL after the error was reported.
const httpd_regex* CompileArgument(httpd_directive_call* call, uint32_t index);

// Warns when an earlier rule takes every path of this one.
void WarnIfHidden(httpd_directive_call* call, uint32_t index, const std::vector<Rule>& earlier,
                  const Rule& rule);

// Warns when exactly one of path and target ends with a slash, which glues or drops names.
void WarnAboutSlashes(httpd_directive_call* call, uint32_t index, std::string_view fake,
                      std::string_view target);

}  // namespace mod_alias
