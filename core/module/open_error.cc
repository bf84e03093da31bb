// SPDX-License-Identifier: Apache-2.0
// What to say when the dynamic loader refuses a module. The planner's inspection finds most of it
// before; what is left is what only the loader of this very process can know.
#include "module/open_error.h"

#include <httpd/module.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "module/api_names.h"

namespace httpd::module {
namespace {

std::string Replace(std::string text, const std::string& from, const std::string& to) {
  if (from.empty()) return text;
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

Finding UndefinedSymbol(const dl::Error& error) {
  Finding finding;
  finding.code = "HM-41";
  std::string symbol = error.subject;
  if (!error.version.empty()) symbol += " (version " + error.version + ")";
  const absl::Span<const std::string_view> api = ApiNames();
  if (std::binary_search(api.begin(), api.end(), std::string_view(error.subject))) {
    finding.code = "HM-29";
    finding.what = "this httpd does not give its functions to modules";
    finding.found =
        "a core inside the executable, linked by a linker that does not export " + symbol;
    finding.wanted = "a core that exports its interface";
    finding.fix =
        "install the httpd whose core is libhttpd.so (built with -DSHARED_CORE=ON), or one that "
        "has "
        "the module compiled in";
    return finding;
  }
  if (std::string_view(error.subject).substr(0, 6) == "httpd_") {
    finding.what = "it needs a newer core";
    finding.found = "it uses " + symbol + "()";
    finding.wanted = "functions of ABI " + std::to_string(HTTPD_ABI_MAJOR) + "." +
                     std::to_string(HTTPD_ABI_MINOR);
    finding.fix = "upgrade httpd, or install a version of the module that was made for this one";
    return finding;
  }
  finding.what = "it uses a symbol that nothing provides";
  finding.found = symbol;
  finding.wanted = "a library that defines it";
  finding.fix = "LoadFile /path/of/the/library/that/defines/" + error.subject +
                " before the LoadModule line, or link the module with that library";
  return finding;
}

Finding NotFound(const dl::Error& error) {
  Finding finding;
  if (error.subject == error.file) {
    finding.code = "HM-40";
    finding.what = "the file is gone";
    finding.found = "no file " + error.file;
    finding.wanted = "the file that was there when the configuration was read";
    finding.fix = "start or reload again; if the file is missing then, install it again";
    return finding;
  }
  finding.code = "HM-42";
  finding.what = "a library that it needs is not installed";
  finding.found = "no " + error.subject +
                  (error.needed_by.empty() || error.needed_by == error.file
                       ? std::string()
                       : " (needed by " + error.needed_by + ")");
  finding.wanted = error.subject + " where the system looks for libraries";
  finding.fix = "install the package that holds " + error.subject + ", or LoadFile /path/of/" +
                error.subject + " before the LoadModule line";
  return finding;
}

}  // namespace

Finding ExplainOpenError(const dl::Error& error, const std::string& copy,
                         const std::string& original) {
  Finding finding;
  switch (error.kind) {
    case dl::ErrorKind::kUndefinedSymbol:
      finding = UndefinedSymbol(error);
      break;
    case dl::ErrorKind::kNotFound:
      finding = NotFound(error);
      break;
    case dl::ErrorKind::kWrongFormat:
      finding.code = "HM-43";
      finding.what = "it is not a shared object that this system can load";
      finding.found = error.subject.empty() ? error.file : error.subject;
      finding.wanted = "a shared object built for this system";
      finding.fix = "install the module built for this system, or build it with apxs -c";
      break;
    case dl::ErrorKind::kVersionNotFound:
      finding.code = "HM-44";
      finding.what = "it was built for a newer library than the one installed";
      finding.found = error.subject + " without " + error.version;
      finding.wanted = error.subject + " with " + error.version;
      finding.fix = "upgrade the package that holds " + error.subject +
                    ", or build the module on this system";
      break;
    case dl::ErrorKind::kNotPermitted:
      finding.code = "HM-45";
      finding.what = "the system does not let this process map it as a program";
      finding.found = error.subject.empty() ? error.file : error.subject;
      finding.wanted = "a readable file on a file system that is not mounted noexec";
      finding.fix = "mount -o remount,exec the file system of " + finding.found +
                    ", and make the file readable for the server's user";
      break;
    case dl::ErrorKind::kNoThreadMemory:
      finding.code = "HM-63";
      finding.what = "the loader has no room for its thread variables";
      finding.found = "static TLS in " + (error.subject.empty() ? error.file : error.subject);
      finding.wanted = "thread variables that are found when they are used";
      finding.fix =
          "compile it without -ftls-model=initial-exec, or start the server with "
          "GLIBC_TUNABLES=glibc.rtld.optional_static_tls=4096";
      break;
    default:
      finding.code = "HM-46";
      finding.what = dl::Describe(error);
      finding.fix = "see what ldd " + original + " prints";
      break;
  }
  for (std::string* text : {&finding.what, &finding.found, &finding.wanted, &finding.fix}) {
    *text = Replace(std::move(*text), copy, original);
  }
  return finding;
}

}  // namespace httpd::module
