// SPDX-License-Identifier: Apache-2.0
// A third party's shared object that brings the system's shared Abseil.

#include <dlfcn.h>

#include <string>

#include "absl/strings/escaping.h"

extern "C" __attribute__((visibility("default"))) const char* AbseilModuleReport() {
  static std::string report;
  Dl_info found;
  std::string (*escape)(absl::string_view) = &absl::CEscape;
  if (dladdr(reinterpret_cast<void*>(escape), &found) == 0) return "no file";
  report = escape("a\tb") + " by " + found.dli_fname;
  return report.c_str();
}
