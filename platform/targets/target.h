/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTPD_PLATFORM_TARGETS_TARGET_H_
#define HTTPD_PLATFORM_TARGETS_TARGET_H_

#include <stddef.h>

/* What is known about a platform's linker and loader. table.inc has the rows, sources.txt says where
 * each value comes from. "unknown": no source was found, so a port has to find out. Usable from C99
 * and, without libstdc++, from C++20: the bootstrap takes its variable from here when it is compiled.
 */
typedef struct httpd_target {
  const char* name;           /* what -DHTTPD_TARGET= takes and httpd -V prints */
  const char* title;          /* for people */
  const char* system;         /* CMAKE_SYSTEM_NAME; "" where only -DHTTPD_TARGET= chooses the row */
  const char* format;         /* ELF, XCOFF, SOM, ECOFF, a.out, Mach-O, PE, LX, NLM */
  const char* suffix;         /* of modules */
  const char* library_suffix; /* of libraries */
  /* Where the loader looks for directories of libraries; the first is the one to set, a later one is
   * read in its place (or after it) when the user set only that. Unused ones are "". */
  const char* paths[2];
  const char* separators;   /* between directories; the first is the one to write */
  const char* pic;          /* flags for code of shared objects, with the platform's own compiler */
  const char* shared;       /* flags with which it links a shared object */
  const char* exports;      /* always: an executable exports without being asked; flag: with
                               export_flags; list: what a list names; cannot; unknown */
  const char* export_flags; /* of an executable's link */
  const char* list;         /* the rendering of cmake/ExportList.cmake that the linker reads */
  const char* loader;       /* dlopen, shl_load, load, NSLinkModule, DosLoadModule, LoadLibrary, none */
  const char* underscore;   /* yes: "_" stands before C names in the object; no; unknown */
  const char* shared_core;  /* Apache 1.3's rule: forced, optional, refused; none: no shared objects */
  const char* shared_chain; /* optional: modules may name the libraries they need; none; unknown */
  const char* manifest;     /* the section of module manifests (core/include/httpd/module.h) */
  const char* state;        /* built: with every release, tested; described: by its sources alone;
                               refused: the server cannot have modules there */
  const char* source;       /* in short; sources.txt has all of it */
  const char* note;         /* "" or what one has to know */
} httpd_target;

#ifdef __cplusplus
namespace httpd::targets {

inline constexpr httpd_target kTargets[] = {
#include "table.inc"
};
inline constexpr size_t kTargetCount = sizeof kTargets / sizeof kTargets[0];

constexpr bool Equal(const char* a, const char* b) {
  while (*a != '\0' && *a == *b) ++a, ++b;
  return *a == *b;
}

// The row of that name, or null.
constexpr const httpd_target* Find(const char* name) {
  for (const httpd_target& target : kTargets) {
    if (Equal(target.name, name)) return &target;
  }
  return nullptr;
}

}  // namespace httpd::targets
#endif

#endif /* HTTPD_PLATFORM_TARGETS_TARGET_H_ */
