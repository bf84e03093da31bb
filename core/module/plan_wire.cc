// SPDX-License-Identifier: Apache-2.0
//
// The planner's answer as bytes. The planner has read hostile files, so the supervisor, which may
// be root, believes nothing here: every length is checked against what is left, every count and
// text against a limit, and bytes that are left over make the whole answer worthless.

#include "module/plan.h"
#include "module/wire.h"

namespace httpd::module {
namespace {

constexpr std::string_view kMagic = "HMI5";

using wire::Choice;
using wire::Each;
using wire::Flag;
using wire::Reader;
using wire::Writer;

template <class Wire, class List>
bool Texts(Wire& wire, List& list) {
  return Each(wire, list, [](Wire& w, auto& text) { return w.Text(text); });
}

template <class Wire, class Value>
bool VisitFinding(Wire& wire, Value& finding) {
  return Choice(wire, finding.severity, FindingSeverity::kNotice) && wire.Text(finding.code) &&
         wire.Text(finding.what) && wire.Text(finding.found) && wire.Text(finding.wanted) &&
         wire.Text(finding.where) && wire.Text(finding.fix);
}

template <class Wire, class List>
bool Findings(Wire& wire, List& list) {
  return Each(wire, list, [](Wire& w, auto& finding) { return VisitFinding(w, finding); });
}

template <class Wire, class List>
bool References(Wire& wire, List& list) {
  return Each(wire, list, [](Wire& w, auto& reference) {
    return w.Text(reference.name) && w.Text(reference.relation) && w.Text(reference.version);
  });
}

template <class Wire, class Value>
bool VisitManifest(Wire& wire, Value& manifest) {
  return wire.Text(manifest.name) && wire.Text(manifest.version) &&
         wire.Number(manifest.abi_major) && wire.Number(manifest.abi_minor) &&
         wire.Text(manifest.description) && wire.Text(manifest.license) &&
         wire.Text(manifest.author) && References(wire, manifest.required) &&
         References(wire, manifest.wants) && References(wire, manifest.conflicts) &&
         References(wire, manifest.provides) && Texts(wire, manifest.before) &&
         Texts(wire, manifest.after) && Texts(wire, manifest.directives) &&
         Each(wire, manifest.privileged,
              [](Wire& w, auto& privileged) {
                return w.Text(privileged.directive) &&
                       Choice(w, privileged.mode, PrivilegedMode::kListen) &&
                       w.Number(privileged.argument);
              }) &&
         Each(wire, manifest.since,
              [](Wire& w, auto& since) { return w.Text(since.name) && w.Number(since.minor); }) &&
         Flag(wire, manifest.reloadable);
}

template <class Wire, class Value>
bool VisitReport(Wire& wire, Value& report) {
  return wire.Text(report.name) && wire.Text(report.original) && wire.Text(report.copy) &&
         Findings(wire, report.findings) && Flag(wire, report.has_manifest) &&
         VisitManifest(wire, report.manifest) && wire.Text(report.build_id) &&
         wire.Text(report.soname) && wire.Text(report.run_path) && Texts(wire, report.needed) &&
         Texts(wire, report.imports) && Texts(wire, report.records) &&
         wire.Number(report.inspect_us) && Texts(wire, report.preload);
}

template <class Wire, class Value>
bool VisitPlan(Wire& wire, Value& plan) {
  return Findings(wire, plan.general) &&
         Each(wire, plan.modules, [](Wire& w, auto& report) { return VisitReport(w, report); }) &&
         Each(wire, plan.also,
              [](Wire& w, auto& also) {
                return w.Text(also.name) && w.Text(also.required_by) &&
                       VisitFinding(w, also.notice);
              }) &&
         Each(wire, plan.depends_on,
              [](Wire& w, auto& dependency) { return wire::VisitDependency(w, dependency); }) &&
         wire.Number(plan.open_us);
}

}  // namespace

std::string SerializePlan(const ModulePlan& plan) {
  Writer writer(kMagic);
  VisitPlan(writer, plan);
  return writer.Take();
}

bool ParsePlan(std::string_view bytes, ModulePlan* plan) {
  *plan = ModulePlan();
  Reader reader(bytes);
  if (bytes.size() <= kMaxPlanBytes && reader.Magic(kMagic) && VisitPlan(reader, *plan) &&
      reader.AtEnd()) {
    return true;
  }
  *plan = ModulePlan();
  return false;
}

}  // namespace httpd::module
