// SPDX-License-Identifier: Apache-2.0
// The core's entry: whatever must happen before the server proper. It gives the user's environment
// back, makes sure that entry program and core belong together, and finds the installation.

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <string>

#include "boot/boot.h"
#include "boot/environment.h"
#include "os/features.h"

extern "C" const char httpd_unit_id[];
extern "C" __attribute__((visibility("default"))) int httpd_main(int argc, char** argv,
                                                                 const char* unit_id);

namespace httpd::boot {
namespace {

std::string AbsolutePath(const char* path) {
  char resolved[PATH_MAX];
  return realpath(path, resolved) != nullptr ? resolved : "";
}

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos || slash == 0 ? "/" : path.substr(0, slash);
}

// The file that holds this function: libhttpd.so, or the executable of a static core.
std::string CoreFile() {
  Dl_info found;
  void* here = reinterpret_cast<void*>(&httpd_main);
  if (dladdr(here, &found) == 0 || found.dli_fname == nullptr) return "";
  return AbsolutePath(found.dli_fname);
}

// "" where the system does not tell.
std::string ExecutableFile() { return HTTPD_HAVE_PROC ? AbsolutePath("/proc/self/exe") : ""; }

bool UnitMatches(const char* entry_id) {
  if (strcmp(entry_id, httpd_unit_id) == 0) return true;
  const std::string core = CoreFile();
  const std::string entry = ExecutableFile();
  fprintf(stderr,
          "httpd: HB-10: %s: found the core of build %.12s, wanted the one of build %.12s that %s "
          "was built with\n"
          "fix: install libhttpd.ep and libhttpd.so together, from one package, and start the "
          "server through bin/httpd\n",
          core.empty() ? "libhttpd.so" : core.c_str(), httpd_unit_id, entry_id,
          entry.empty() ? "libhttpd.ep" : entry.c_str());
  return false;
}

// libexec, from where the running files are; `-R DIR` counts when there is no bootstrap to obey it.
bool FindLibexec(const char* named, BootInfo* info) {
  if (info->shared_core) {
    const std::string executable = ExecutableFile();
    info->libexec_dir = ParentOf(executable.empty() ? CoreFile() : executable);
    return true;
  }
  info->bootstrap = ExecutableFile();
  if (info->bootstrap.empty()) info->bootstrap = CoreFile();
  info->libexec_dir = ParentOf(ParentOf(info->bootstrap)) + "/libexec";
  if (named == nullptr) return true;
  info->libexec_dir = AbsolutePath(named);
  if (!info->libexec_dir.empty()) return true;
  fprintf(stderr,
          "httpd: HB-11: -R %s: found no such directory, wanted the one that holds the modules\n"
          "fix: name an existing directory, or leave -R out\n",
          named);
  return false;
}

}  // namespace
}  // namespace httpd::boot

int httpd_main(int argc, char** argv, const char* unit_id) {
  using httpd::boot::BootInfo;
  static BootInfo info;  // forked children use it too
  char** arguments = httpd::boot::PrepareTitle(argc, argv);
  info.bootstrap = httpd::boot::RestoreEnvironment();
  info.shared_core = HTTPD_SHARED_CORE != 0;
  info.version = HTTPD_VERSION;
  info.unit_id = httpd_unit_id;
  if (!httpd::boot::UnitMatches(unit_id)) return 1;

  info.original_argc = argc;
  info.original_argv = arguments;
  const char* named = nullptr;
  const int skip = argc >= 2 && strcmp(arguments[1], "-R") == 0 ? 2 : 0;
  if (skip != 0) {
    named = arguments[2];
    if (named == nullptr) {
      fprintf(stderr,
              "httpd: HB-12: -R: found nothing behind it, wanted a directory\n"
              "fix: httpd -R DIR ...\n");
      return 1;
    }
  }
  info.argc = argc - skip;
  info.argv = static_cast<char**>(malloc((argc - skip + 1) * sizeof(char*)));
  if (info.argv == nullptr) {
    fprintf(stderr, "httpd: HB-13: found no memory to start\nfix: raise the memory limit\n");
    return 1;
  }
  for (int from = 0, to = 0; from <= argc; ++from) {
    if (skip == 0 || from == 0 || from > skip) info.argv[to++] = arguments[from];
  }
  if (!httpd::boot::FindLibexec(named, &info)) return 1;
  info.prefix = httpd::boot::ParentOf(info.libexec_dir);
  return httpd::process::Main(info.argc, info.argv, info);
}
