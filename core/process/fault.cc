// SPDX-License-Identifier: Apache-2.0
// Fault switches: an invariant whose test cannot fail is not tested. Everything that breaks one on
// purpose is in this file, and none of it is in a release build.
#include "process/fault.h"

#ifdef HTTPD_FAULTS
#include <dlfcn.h>
#include <fcntl.h>

#include <cstdlib>
#include <string_view>
#endif

namespace httpd::process {

#ifdef HTTPD_FAULTS
namespace {
unsigned faults = 0;
int leaked = -1;

void Turn(std::string_view name) {
  if (name == "map-module-in-supervisor") faults |= 1u << int(Fault::kMapModuleInSupervisor);
  if (name == "root-module") faults |= 1u << int(Fault::kRootModule);
  if (name == "leak-descriptor") faults |= 1u << int(Fault::kLeakDescriptor);
  if (name == "dlclose") faults |= 1u << int(Fault::kDlclose);
}
}  // namespace

void ReadFaults() {
  const char* value = std::getenv("HTTPD_FAULT");
  if (value == nullptr) return;
  std::string_view list(value);
  while (!list.empty()) {
    const size_t end = list.find_first_of(", ");
    Turn(list.substr(0, end));
    list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
  }
  if (FaultOn(Fault::kLeakDescriptor)) leaked = open("/dev/zero", O_RDONLY);
}

bool FaultOn(Fault fault) { return (faults >> int(fault) & 1u) != 0; }
int LeakedDescriptor() { return leaked; }

void FaultMap(const std::string& copy) { dlopen(copy.c_str(), RTLD_NOW | RTLD_LOCAL); }

void FaultUnmap(const std::string& copy) {
  void* handle = dlopen(copy.c_str(), RTLD_NOW | RTLD_NOLOAD);
  if (handle == nullptr) return;
  dlclose(handle);
  dlclose(handle);
}
#else
void ReadFaults() {}
bool FaultOn(Fault) { return false; }
int LeakedDescriptor() { return -1; }
void FaultMap(const std::string&) {}
void FaultUnmap(const std::string&) {}
#endif

}  // namespace httpd::process
