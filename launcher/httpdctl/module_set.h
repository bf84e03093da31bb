// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "installation.h"
#include "module/plan.h"

namespace httpd::ctl {

// A module that a verb is asked about.
struct Wanted {
  std::string name;
  std::string file;    // "" = search mod_NAME.so
  std::string record;  // "" = NAME_module
};

// The same plan that a start of the server would make, with what could not even be found.
struct PlannedSet {
  module::ModulePlan plan;                 // those that were inspected
  std::vector<module::ModuleReport> lost;  // not found, or not safe to read: with their finding
  std::vector<module::Requirement> added;  // installed modules that were loaded by themselves
  std::vector<std::string> asked;          // names, in the order of the text

  bool ok() const { return plan.ok() && lost.empty(); }
  // Compiled-in modules left out: they are there anyway.
  std::vector<const module::ModuleReport*> Modules() const;
};

// True for an operand that names a file, not a module: it has a slash, ends in .so or .la, or is a
// file in the present directory.
bool IsFile(std::string_view operand);

// The LoadModule lines of the configuration; every module in ModulePath and libexec; what operands
// name. The last reads the name of a module in its file.
std::vector<Wanted> ConfiguredModules(const Installation& installation);
std::vector<Wanted> InstalledModules(const Installation& installation);
std::vector<Wanted> NamedModules(const Installation& installation,
                                 const std::vector<std::string>& operands);

// Copies, inspects and plans them as the server does, in processes of their own. Returns false with
// a finding when no plan could be made at all: no inspector, no room for copies.
bool PlanSet(const Installation& installation, const std::vector<Wanted>& wanted, PlannedSet* set,
             module::Finding* finding);

// What deps, order and graph work on: operands, else --installed, else the configuration. Answers
// an exit status when there is nothing to go on with.
bool OpenSet(const Invocation& invocation, Installation* installation, PlannedSet* set,
             int* exit_status);

// Every finding about the set, one after the other.
std::vector<module::Finding> AllFindings(const PlannedSet& set);

// Shows those that are errors or warnings on standard error, when there are any.
void TellFindings(const Invocation& invocation, const PlannedSet& set);

inline constexpr OptionSpec kInstalledOption = {0, "installed", "",
                                                "all modules in ModulePath and libexec"};

}  // namespace httpd::ctl
