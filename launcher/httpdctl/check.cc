// SPDX-License-Identifier: Apache-2.0
// httpdctl check: would this server load these files? The verdict of a start, without a start.
#include <stdio.h>

#include "base/concat.h"
#include "module_set.h"
#include "output.h"

namespace httpd::ctl {
namespace {

std::string Headline(const module::ModuleReport& report) {
  const bool bad = module::HasErrors(report.findings);
  return base::Concat("module ", report.name, bad ? " cannot be loaded" : " can be loaded",
                      report.original.empty() ? "" : " from ", report.original);
}

void ModuleJson(const module::ModuleReport& report, base::JsonWriter* json) {
  json->BeginObject().Member("name", report.name).Member("file", report.original);
  json->Key("ok").Bool(!module::HasErrors(report.findings)).Key("findings");
  FindingsJson(report.findings, json);
  json->EndObject();
}

std::string AsJson(const PlannedSet& set, bool ok) {
  base::JsonWriter json;
  json.BeginObject().Key("ok").Bool(ok).Key("modules").BeginArray();
  for (const module::ModuleReport* report : set.Modules()) ModuleJson(*report, &json);
  for (const module::ModuleReport& report : set.lost) ModuleJson(report, &json);
  json.EndArray().Key("findings");
  FindingsJson(set.plan.general, &json);
  json.Key("also_loaded").BeginArray();
  for (const module::Requirement& also : set.added) {
    json.BeginObject().Member("name", also.name).Member("required_by", also.required_by);
    json.EndObject();
  }
  return json.EndArray().EndObject().Take() + "\n";
}

std::string AsText(const PlannedSet& set, bool color) {
  std::string out;
  for (const module::ModuleReport* report : set.Modules()) {
    out += RenderColored(Headline(*report), report->findings, color);
  }
  for (const module::ModuleReport& report : set.lost) {
    out += RenderColored(Headline(report), report.findings, color);
  }
  for (const module::Requirement& also : set.added) {
    base::Append(&out, "  module ", Visible(also.name), " is loaded as well: module ",
                 Visible(also.required_by), " requires it\n");
  }
  if (!set.plan.general.empty()) {
    const bool bad = module::HasErrors(set.plan.general);
    out += RenderColored(bad ? "these modules cannot be loaded together" : "about all of them",
                         set.plan.general, color);
  }
  return out;
}

int Run(const Invocation& invocation) {
  Installation installation;
  PlannedSet set;
  int exit_status = kRefused;
  if (!OpenSet(invocation, &installation, &set, &exit_status)) return exit_status;
  // Where the configuration is what is checked, its own errors count.
  const bool configured = invocation.operands.empty() && !invocation.Has("installed");
  const bool ok = set.ok() && (!configured || installation.diagnostics.ok());
  if (!Print(invocation.json() ? AsJson(set, ok) : AsText(set, invocation.color))) return kRefused;
  return ok ? kGood : kRefused;
}

constexpr OptionSpec kOptions[] = {kInstalledOption};

}  // namespace

const Verb kCheck = {
    "check",
    "[FILE|NAME...]",
    "whether this server would load these modules",
    "Gives the verdict that a start of this server would give: whether the path is safe,\n"
    "what is wrong with each file, and with all of them together and the installed\n"
    "modules that they require. Without operands: the modules of the configuration. No\n"
    "code of them runs, and nothing of them is mapped executable. Exit status 0: all\n"
    "can be loaded; 1: refused; 2: wrong usage.\n",
    kOptions,
    Run};

}  // namespace httpd::ctl
