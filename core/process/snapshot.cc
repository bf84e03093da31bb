// SPDX-License-Identifier: Apache-2.0
// From configuration text to a plan that a generation can be started with. Start, reload and check
// take these steps alike, so that what -t accepts is what starts.
#include "process/snapshot.h"

#include <httpd/module.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "base/concat.h"
#include "config/core_parts.h"
#include "module/api_names.h"
#include "module/link_check.h"
#include "os/process.h"

namespace httpd::process {
namespace {

std::vector<module::ModuleReport> BuiltinReports(const std::vector<std::string>& inactive) {
  std::vector<module::ModuleReport> reports;
  for (const server::StaticModule& builtin : server::StaticModules()) {
    if (std::find(inactive.begin(), inactive.end(), builtin.name) != inactive.end()) continue;
    module::ModuleReport report;
    report.name = std::string(builtin.name);
    std::vector<module::ManifestProblem> problems;
    report.has_manifest = module::ParseManifest(builtin.manifest, &report.manifest, &problems);
    reports.push_back(std::move(report));
  }
  return reports;
}

const config::ModuleRequest* RequestOf(const Snapshot& snapshot, std::string_view name) {
  for (const config::ModuleRequest& request : snapshot.early.modules) {
    if (request.name == name) return &request;
  }
  return nullptr;
}

module::SearchPath SearchPathOf(const boot::BootInfo& info, const Snapshot& snapshot) {
  module::SearchPath search;
  search.server_root = snapshot.early.server_root.value;
  for (const auto& directory : snapshot.early.module_path) {
    search.directories.push_back(directory.value);
  }
  search.libexec_dir = info.libexec_dir;
  return search;
}

void AddFinding(const module::Finding& finding, config::Position position, uint32_t length,
                Snapshot* snapshot) {
  snapshot->diagnostics.Add(module::ToDiagnostic(finding, position, length));
}

// What is wrong with ModuleOrder has its place; what is wrong with a whole set has none.
void AddGeneral(const module::Finding& finding, Snapshot* snapshot) {
  const auto& order = snapshot->early.module_order;
  if ((finding.code != "HM-85" && finding.code != "HM-86") || order.empty()) {
    return AddFinding(finding, {}, 0, snapshot);
  }
  const auto named = std::find_if(order.begin(), order.end(), [&](const auto& name) {
    return finding.what.ends_with(base::Concat(" ", name.value));
  });
  const auto& at = named != order.end() ? *named : order.front();
  AddFinding(finding, at.position, at.length, snapshot);
}

}  // namespace

bool ReadConfiguration(const Options& options, const boot::BootInfo& info, Snapshot* snapshot) {
  config::EarlyInput input;
  input.prefix = info.prefix;
  input.server_root = options.server_root;
  input.config_file = options.config_file;
  input.defines = options.defines;
  input.directives_before = options.directives_before;
  input.directives_after = options.directives_after;
  for (const std::string_view part : config::kCoreParts) input.builtin_modules.emplace_back(part);
  for (const server::StaticModule& module : server::StaticModules()) {
    input.builtin_modules.emplace_back(module.name);
  }
  config::SystemFileReader files;
  const bool understood = config::LoadEarly(input, &files, &snapshot->sources,
                                            &snapshot->diagnostics, &snapshot->early);
  Problem problem;
  if (!ChooseIdentity(snapshot->early, geteuid(), &snapshot->identity, &problem)) {
    snapshot->diagnostics.Add(std::move(problem));
    return false;
  }
  snapshot->workers = snapshot->early.workers.value;
  if (snapshot->workers == 0) snapshot->workers = os::UsableProcessors();
  if (options.debug) snapshot->workers = 1;
  return understood;
}

bool CopyModule(const boot::BootInfo& info, const config::ModuleRequest& request,
                module::ModuleStore* store, Snapshot* snapshot, PlannerInput* input) {
  module::Finding finding;
  module::StoredModule stored;
  std::string path;
  const std::string& file = request.path.empty() ? request.file : request.path;
  if (!module::ResolveModule(request.name, file, SearchPathOf(info, *snapshot), &path, &finding) ||
      !store->Add(path, &stored, &finding)) {
    AddFinding(finding, request.position, request.length, snapshot);
    return false;
  }
  module::InspectionItem& item = input->plan.items.emplace_back();
  item.name = request.name;
  item.original = stored.original;
  item.copy = stored.copy;
  item.record = request.record;
  snapshot->copies.push_back(std::move(stored));
  return true;
}

bool CopyModules(const boot::BootInfo& info, module::ModuleStore* store, Snapshot* snapshot,
                 PlannerInput* input) {
  input->plan.inspector_path = info.libexec_dir + "/libhttpd_inspect.so";
  input->plan.program = info.shared_core ? info.libexec_dir + "/libhttpd.ep" : info.bootstrap;
  input->plan.library_path = module::LoaderPath(info.libexec_dir);
  input->plan.core.version = info.version;
  input->plan.core.abi_major = HTTPD_ABI_MAJOR;
  input->plan.core.abi_minor = HTTPD_ABI_MINOR;
  input->plan.core.api_names = module::ApiNames();
  input->identity = snapshot->identity;
  input->plan.builtin = BuiltinReports(snapshot->early.inactive_builtin);
  const module::SearchPath search = SearchPathOf(info, *snapshot);
  input->plan.directories = search.directories;
  input->plan.directories.push_back(info.libexec_dir);
  input->plan.server_root = search.server_root;
  for (const auto& name : snapshot->early.module_order) input->plan.order.push_back(name.value);
  for (const auto& file : snapshot->early.load_files) {
    // As safe as a module: it runs the same code. One that is not there is the loader's to explain.
    module::Finding finding;
    if (!module::OpenTrusted(file.value, module::ModuleStore::kMaxBytes, &finding) &&
        finding.code != "HM-01") {
      AddFinding(finding, file.position, file.length, snapshot);
      continue;
    }
    input->plan.load_files.push_back(file.value);
  }
  for (const config::ModuleRequest& request : snapshot->early.modules) {
    const auto builtin = [&](const module::ModuleReport& r) { return r.name == request.name; };
    if (config::IsCorePart(request.name) ||
        std::any_of(input->plan.builtin.begin(), input->plan.builtin.end(), builtin)) {
      continue;
    }
    CopyModule(info, request, store, snapshot, input);
  }
  return snapshot->diagnostics.ok();
}

namespace {

// Paths out of the planner's answer are only passed on to a process that has the same rights as the
// planner, and only when nobody but the server's user or root can change what they lead to.
void AcceptPreload(const module::ModuleReport& report, config::Position position, uint32_t length,
                   server::ModuleToLoad* load, Snapshot* snapshot) {
  for (const std::string& path : report.preload) {
    module::Finding finding;
    if (!module::OpenTrusted(path, module::ModuleStore::kMaxBytes, &finding)) {
      AddFinding(finding, position, length, snapshot);
      continue;
    }
    load->preload.push_back(path);
  }
}

}  // namespace

bool AcceptPlan(const module::ModulePlan& plan, Snapshot* snapshot) {
  for (const module::Finding& finding : plan.general) AddGeneral(finding, snapshot);
  std::vector<module::Manifest> manifests;
  // The plan comes from a process that may have been taken over: copies are taken from what the
  // supervisor made itself, by name, and never from the answer.
  std::map<std::string, const module::StoredModule*> copies;
  for (const module::StoredModule& stored : snapshot->copies) copies[stored.copy] = &stored;
  for (const module::ModuleReport& report : plan.modules) {
    const config::ModuleRequest* request = RequestOf(*snapshot, report.name);
    const config::Position position = request != nullptr ? request->position : config::Position();
    const uint32_t length = request != nullptr ? request->length : 0;
    for (const module::Finding& finding : report.findings) {
      AddFinding(finding, position, length, snapshot);
    }
    server::ModuleToLoad load;
    load.name = report.name;
    load.directive = request == nullptr      ? report.name
                     : request->file.empty() ? request->name
                                             : request->file;
    load.position = position;
    if (const auto found = copies.find(report.copy); found != copies.end()) {
      load.file = found->second->original;
      load.copy = found->second->copy;
      AcceptPreload(report, load.position, length, &load, snapshot);
    } else if (!report.copy.empty()) {
      snapshot->diagnostics.Add(MakeProblem(
          "HP-25", "the planner's answer cannot be believed",
          base::Concat("it names ", report.copy, ", which nobody copied"), "the modules asked for",
          "httpd -t   # and look for a module file that was tampered with"));
    }
    snapshot->modules.push_back(std::move(load));
    manifests.push_back(report.manifest);
  }
  snapshot->grants = GrantTable::Build(snapshot->early, manifests);
  return snapshot->diagnostics.ok();
}

std::string RenderFindings(const Snapshot& snapshot) {
  return snapshot.diagnostics.Render(snapshot.sources, false);
}

}  // namespace httpd::process
