// SPDX-License-Identifier: Apache-2.0
// Which modules a configuration has and in which order: LoadModule in both ancestors' spellings,
// ProFTPD's ModuleOrder, and Apache 1.3's list of active modules.
#include <algorithm>
#include <iterator>

#include "base/concat.h"
#include "config/early_evaluator.h"

namespace httpd::config {
namespace {

// Apache's modules whose work the core does itself: a LoadModule line for them is skipped.
constexpr std::string_view kPartsOfTheCore[] = {"so",         "unixd", "authz_core",
                                                "reqtimeout", "core",  "http_core"};
// Those that the process model replaces: skipped too, but <IfModule> does not find them, as their
// directives do not exist.
constexpr std::string_view kProcessModels[] = {"mpm_event", "mpm_worker", "mpm_prefork"};

bool Contains(const auto& names, std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool IsModuleName(std::string_view name) {
  return !name.empty() && name.size() <= 128 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// What no list of modules can leave out.
bool IsOfTheCore(std::string_view name) {
  return name == "http" || Contains(kPartsOfTheCore, name) || Contains(kProcessModels, name);
}

}  // namespace

void EarlyEvaluator::LoadModule(const Node& node) {
  const Arg& first = node.args[0];
  ModuleRequest request;
  request.name = ModuleShortName(first.text);
  request.record = base::Concat(request.name, "_module");
  request.position = first.position;
  request.length = first.length;
  if (node.args.size() == 2) {
    request.file = node.args[1].text;
    request.path = ServerPath(request.file);
  }
  const bool apache = node.args.size() == 2;
  if (!IsModuleName(request.name) || (apache && first.text != request.record)) {
    const size_t slash = first.text.rfind('/');
    const std::string name =
        ModuleShortName(slash == first.text.npos ? first.text : first.text.substr(slash + 1));
    Diagnostic& error =
        ErrorAt("HC-10", first, base::Concat("\"", first.text, "\" does not name a module"));
    error.wanted = "LoadModule name_module file, or LoadModule mod_name.c, or LoadModule name";
    if (IsModuleName(name)) {
      error.fix = base::Concat("LoadModule ", name, "_module ",
                               slash != first.text.npos ? first.text
                               : apache                 ? request.file
                                        : base::Concat("libexec/mod_", name, ".so"));
    }
    return;
  }
  AddRequest(std::move(request));
}

// Leaves out what is there already.
void EarlyEvaluator::AddRequest(ModuleRequest request) {
  const auto skip = [&](std::string why) {
    diagnostics_->Warning("HC-19", request.position, request.length, std::move(why)).fix =
        "remove this line";
  };
  if (Contains(kProcessModels, request.name)) {
    skip(base::Concat("mod_", request.name,
                      " is skipped: processes are the core's own, see Workers"));
    return;
  }
  const auto same = std::find_if(out_.modules.begin(), out_.modules.end(),
                                 [&](const auto& module) { return module.name == request.name; });
  if (same != out_.modules.end()) {
    if (same->path == request.path) {
      skip(base::Concat("module ", request.name, " is loaded already"));
    } else {
      Diagnostic& error = diagnostics_->Error(
          "HC-19", request.position, request.length,
          base::Concat("module ", request.name, " is loaded twice, from different files"));
      error.fix = "remove one of the two lines";
    }
    diagnostics_->Last().notes.push_back({"it is loaded first here", same->position, same->length});
    return;
  }
  if (Contains(kPartsOfTheCore, request.name)) {
    skip(base::Concat("mod_", request.name, " is part of the core; its LoadModule is skipped"));
    loaded_.insert(request.name);
    return;
  }
  const auto builtin =
      std::any_of(input_.builtin_modules.begin(), input_.builtin_modules.end(),
                  [&](const std::string& name) { return ModuleShortName(name) == request.name; });
  if (builtin && Activate(request.name)) return;
  if (builtin) {
    skip(base::Concat("module ", request.name, " is compiled in; its LoadModule is skipped"));
    return;
  }
  std::erase_if(inactive_, [&](const auto& module) { return module.name == request.name; });
  loaded_.insert(request.name);
  out_.modules.push_back(std::move(request));
}

// Makes active again what ClearModuleList had taken off the list; false when it had not.
bool EarlyEvaluator::Activate(std::string_view name) {
  const auto found = std::find_if(inactive_.begin(), inactive_.end(),
                                  [&](const ModuleRequest& module) { return module.name == name; });
  if (found != inactive_.end()) {
    out_.modules.push_back(std::move(*found));
    inactive_.erase(found);
  } else if (std::erase(out_.inactive_builtin, name) == 0) {
    return false;
  }
  loaded_.emplace(name);
  return true;
}

// Apache 1.3: nothing but the core is active from here on, until AddModule or LoadModule says so.
void EarlyEvaluator::ClearModuleList(const Node&) {
  std::move(out_.modules.begin(), out_.modules.end(), std::back_inserter(inactive_));
  out_.modules.clear();
  out_.inactive_builtin.clear();
  for (const std::string& written : input_.builtin_modules) {
    const std::string name = ModuleShortName(written);
    if (!IsOfTheCore(name)) out_.inactive_builtin.push_back(name);
  }
  std::erase_if(loaded_, [](const std::string& name) { return !IsOfTheCore(name); });
}

void EarlyEvaluator::AddModule(const Node& node) {
  for (const Arg& arg : node.args) {
    const std::string name = ModuleShortName(arg.text);
    // Naming what is active already is usual in Apache 1.3's own files.
    if (IsOfTheCore(name) || loaded_.contains(name) || Activate(name)) continue;
    Diagnostic& error = ErrorAt(
        "HC-10", arg, base::Concat("AddModule names a module that is not there: ", arg.text));
    error.found = "no LoadModule line above, and not compiled in";
    error.wanted = "a module that is loaded or compiled in, by the name of its source";
    if (IsModuleName(name)) {
      error.fix = base::Concat("LoadModule ", name, "_module libexec/mod_", name, ".so");
    }
  }
}

// A wish: the plan follows it as far as the modules' demands allow, and warns of the rest.
void EarlyEvaluator::ModuleOrder(const Node& node) {
  for (const Arg& arg : node.args) {
    std::string name = ModuleShortName(arg.text);
    if (!IsOfTheCore(name)) out_.module_order.push_back({name, arg.position, arg.length});
  }
}

}  // namespace httpd::config
