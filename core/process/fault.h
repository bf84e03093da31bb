// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace httpd::process {

// Deliberate violations of the invariants, so that the tests of those can be shown to fail. Only in
// builds with HTTPD_FAULTS; elsewhere every question is answered with no.
enum class Fault {
  kMapModuleInSupervisor,  // map-module-in-supervisor
  kRootModule,             // root-module: privileges are kept while modules run
  kLeakDescriptor,         // leak-descriptor: one descriptor survives every fork
  kDlclose,                // dlclose: the generation closes its modules when it drains
};

// Reads HTTPD_FAULT, a list of the names above; called once by the supervisor before it forks.
void ReadFaults();
bool FaultOn(Fault fault);

// The descriptor that kLeakDescriptor keeps open; -1 without the fault.
int LeakedDescriptor();

// Maps, or unmaps for good, a module's copy behind the loader's back.
void FaultMap(const std::string& copy);
void FaultUnmap(const std::string& copy);

}  // namespace httpd::process
