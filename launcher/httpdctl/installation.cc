// SPDX-License-Identifier: Apache-2.0
// Finds an installation as the bootstrap does, from the place of this very program, and reads its
// configuration as the supervisor does, up to the point where modules would be needed.
#include "installation.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/concat.h"
#include "config/core_parts.h"
#include "object_file.h"
#include "output.h"

namespace httpd::ctl {
namespace {

std::string RealPath(const std::string& path) {
  char resolved[PATH_MAX];
  return realpath(path.c_str(), resolved) != nullptr ? resolved : "";
}

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos || slash == 0 ? "/" : path.substr(0, slash);
}

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

bool NoDirectory(std::string_view option, const std::string& named) {
  PrintProblem(process::MakeProblem(
      "HT-03", base::Concat(option, " names no directory"),
      base::Concat(Visible(named), ": ", process::ErrnoText(errno)), "an existing directory",
      base::Concat("name the directory of the installation, or leave ", option, " out")));
  return false;
}

// The value of an option as an existing directory; untouched when it was not given.
bool TakeDirectory(const Invocation& invocation, std::string_view name, std::string* directory) {
  if (!invocation.Has(name)) return true;
  const std::string named = invocation.Value(name);
  std::string resolved = RealPath(named);
  if (resolved.empty()) return NoDirectory(base::Concat("--", name), named);
  *directory = std::move(resolved);
  return true;
}

// The manifests of a core file lie one behind the other in one section, each from its name on.
std::vector<module::ModuleReport> SplitManifests(std::string_view bytes) {
  std::vector<module::ModuleReport> reports;
  std::string one;
  const auto finish = [&] {
    if (one.empty()) return;
    module::ModuleReport& report = reports.emplace_back();
    std::vector<module::ManifestProblem> problems;
    report.has_manifest = module::ParseManifest(one, &report.manifest, &problems);
    report.name = report.manifest.name;
    one.clear();
  };
  const std::string_view nul("\0", 1);
  for (const std::string_view entry : base::Split(bytes, nul)) {
    if (entry.starts_with("name=")) finish();
    base::Append(&one, entry, nul);
  }
  finish();
  return reports;
}

bool FindBuiltin(Installation* installation) {
  std::string core = base::Concat(installation->libexec_dir, "/libhttpd.so");
  if (!Exists(core)) core = installation->bootstrap;  // one executable holds the core
  if (!Exists(core)) {
    PrintProblem(process::MakeProblem(
        "HT-03", "this is no installation of httpd",
        base::Concat("neither ", installation->libexec_dir, "/libhttpd.so nor ", core),
        "bin/httpd and libexec/ side by side", "httpdctl --prefix DIR ..."));
    return false;
  }
  std::vector<std::string> manifests;
  module::Finding finding;
  if (!ReadManifests(*installation, {core}, &manifests, &finding)) {
    fputs(module::RenderRefusal(base::Concat(core, " cannot be inspected"), {finding}).c_str(),
          stderr);
    return false;
  }
  installation->builtin = SplitManifests(manifests[0]);
  return true;
}

bool ReadConfiguration(const Invocation& invocation, Configuration wanted,
                       Installation* installation) {
  config::EarlyInput input;
  input.prefix = installation->prefix;
  if (!TakeDirectory(invocation, "root", &input.server_root)) return false;
  input.config_file = invocation.Value("config");
  input.defines = invocation.Values("define");
  for (const std::string_view part : config::kCoreParts) input.builtin_modules.emplace_back(part);
  for (const auto& report : installation->builtin) input.builtin_modules.push_back(report.name);
  const std::string root = input.server_root.empty() ? input.prefix : input.server_root;
  config::EarlyConfig* early = &installation->early;
  if (wanted == Configuration::kIfThere && input.config_file.empty() &&
      !Exists(root + "/conf/httpd.conf")) {
    early->server_root.value = root;
    return true;
  }
  config::SystemFileReader files;
  installation->configured = true;
  config::LoadEarly(input, &files, &installation->sources, &installation->diagnostics, early);
  if (!installation->diagnostics.all().empty()) {
    fputs(installation->diagnostics.Render(installation->sources, invocation.error_color).c_str(),
          stderr);
  }
  const auto& all = installation->diagnostics.all();
  const bool unreadable = std::any_of(all.begin(), all.end(), [](const config::Diagnostic& d) {
    return d.code == "HC-01" && d.severity == config::Severity::kError;
  });
  return wanted == Configuration::kIfThere || !unreadable;
}

}  // namespace

module::SearchPath Installation::Search() const {
  module::SearchPath search;
  search.server_root = early.server_root.value;
  for (const auto& directory : early.module_path) search.directories.push_back(directory.value);
  search.libexec_dir = libexec_dir;
  return search;
}

bool FindInstallation(const Invocation& invocation, Installation* installation) {
  const std::string self = RealPath("/proc/self/exe");
  installation->prefix = ParentOf(ParentOf(self));
  const std::string own = installation->prefix + "/libexec/libhttpd_inspect.so";
  if (self.empty() && !invocation.Has("prefix")) return NoDirectory("--prefix", "/proc/self/exe");
  if (!TakeDirectory(invocation, "prefix", &installation->prefix)) return false;
  installation->libexec_dir = installation->prefix + "/libexec";
  installation->bootstrap = installation->prefix + "/bin/httpd";
  if (!TakeDirectory(invocation, "libexec", &installation->libexec_dir)) return false;
  installation->inspector = installation->libexec_dir + "/libhttpd_inspect.so";
  if (Exists(own)) installation->inspector = own;
  process::Problem problem;
  if (!process::ChooseIdentity(installation->early, geteuid(), &installation->identity, &problem)) {
    PrintProblem(problem);
    return false;
  }
  return true;
}

bool OpenInstallation(const Invocation& invocation, Configuration wanted,
                      Installation* installation) {
  if (!FindInstallation(invocation, installation) || !FindBuiltin(installation) ||
      !ReadConfiguration(invocation, wanted, installation)) {
    return false;
  }
  process::Problem problem;
  if (process::ChooseIdentity(installation->early, geteuid(), &installation->identity, &problem)) {
    return true;
  }
  PrintProblem(problem);
  return false;
}

}  // namespace httpd::ctl
