// SPDX-License-Identifier: Apache-2.0
// The table of platforms for people and for programs.

#include "platform/targets/render.h"

#include <string_view>

#include "platform/targets/this_target.h"

namespace httpd::targets {
namespace {

// The fields of a row besides the paths, in the order in which they are shown.
struct Field {
  const char* name;
  const char* httpd_target::*value;
};
constexpr Field kBeforePaths[] = {
    {"name", &httpd_target::name},     {"title", &httpd_target::title},
    {"system", &httpd_target::system}, {"format", &httpd_target::format},
    {"suffix", &httpd_target::suffix}, {"library_suffix", &httpd_target::library_suffix},
};
constexpr Field kAfterPaths[] = {
    {"separators", &httpd_target::separators},
    {"pic", &httpd_target::pic},
    {"shared", &httpd_target::shared},
    {"exports", &httpd_target::exports},
    {"export_flags", &httpd_target::export_flags},
    {"list", &httpd_target::list},
    {"loader", &httpd_target::loader},
    {"underscore", &httpd_target::underscore},
    {"shared_core", &httpd_target::shared_core},
    {"shared_chain", &httpd_target::shared_chain},
    {"manifest", &httpd_target::manifest},
    {"state", &httpd_target::state},
    {"source", &httpd_target::source},
    {"note", &httpd_target::note},
};

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '\n') {
      quoted += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted += '"';
}

bool HasPath(const httpd_target& target, int at) { return *target.paths[at] != '\0'; }

std::string Paths(const httpd_target& target, std::string_view between) {
  std::string text = HasPath(target, 0) ? target.paths[0] : "none";
  if (HasPath(target, 1)) text += std::string(between) + target.paths[1];
  return text;
}

std::string ExportsInWords(const httpd_target& target) {
  const std::string_view exports = target.exports;
  if (exports == "always") return "exports its symbols without being asked";
  if (exports == "flag") return std::string("exports its symbols with ") + target.export_flags;
  if (exports == "list") return std::string("exports what a list names, ") + target.export_flags;
  if (exports == "cannot") return "cannot export symbols: only a shared core has modules";
  return "whether it exports symbols is not known: the shared core needs no such export";
}

std::string State(const httpd_target& target) {
  const std::string_view state = target.state;
  if (state == "built") return "built and tested with every release";
  if (state == "refused") return "modules are impossible";
  return "described by its sources, not tested";
}

void Pad(std::string* line, size_t width) {
  *line += ' ';
  if (line->size() < width) line->append(width - line->size(), ' ');
}

void AppendJson(const httpd_target& target, std::string* json) {
  *json += '{';
  for (const Field& field : kBeforePaths) {
    *json += Quoted(field.name) + ':' + Quoted(target.*field.value) + ',';
  }
  *json += "\"paths\":[";
  if (HasPath(target, 0)) *json += Quoted(target.paths[0]);
  if (HasPath(target, 1)) *json += ',' + Quoted(target.paths[1]);
  *json += ']';
  for (const Field& field : kAfterPaths) {
    *json += ',' + Quoted(field.name) + ':' + Quoted(target.*field.value);
  }
  *json += '}';
}

}  // namespace

const httpd_target& This() { return kThis; }

std::string Describe(const httpd_target& target) {
  std::string text =
      std::string("Target:         ") + target.name + " (" + target.title + "), " + State(target) +
      "\n Modules:       mod_x" + target.suffix + ", " + target.format + ", opened with " +
      target.loader + "\n Library path:  " + Paths(target, ", else ") +
      "\n Shared object: " + target.shared + "\n Executable:    " + ExportsInWords(target) +
      "\n Shared core:   " + target.shared_core + " in Apache 1.3\n";
  if (target.note[0] != '\0') text += std::string(" Note:          ") + target.note + "\n";
  return text + " Source:        " + target.source + "\n";
}

std::string TableText() {
  std::string text =
      "  name           format  suffix   library path       exports  shared core  loader\n";
  for (const httpd_target& target : kTargets) {
    std::string line = &target - kTargets == Find(HTTPD_TARGET_NAME) - kTargets ? "* " : "  ";
    line += target.name;
    Pad(&line, 17);
    line += target.format;
    Pad(&line, 25);
    line += target.suffix[0] != '\0' ? target.suffix : "none";
    Pad(&line, 34);
    line += HasPath(target, 0) ? target.paths[0] : "none";
    Pad(&line, 53);
    line += target.exports;
    Pad(&line, 62);
    line += target.shared_core;
    Pad(&line, 75);
    text += line + target.loader + "\n";
  }
  return text +
         "* this build; unknown: no source was found. All fields: --json; docs/porting.md.\n";
}

std::string TableJson() {
  std::string json =
      std::string("{\"ok\":true,\"target\":") + Quoted(HTTPD_TARGET_NAME) + ",\"platforms\":[";
  for (const httpd_target& target : kTargets) {
    if (&target != kTargets) json += ',';
    AppendJson(target, &json);
  }
  return json + "]}\n";
}

}  // namespace httpd::targets
