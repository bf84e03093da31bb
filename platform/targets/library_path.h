// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_PLATFORM_TARGETS_LIBRARY_PATH_H_
#define HTTPD_PLATFORM_TARGETS_LIBRARY_PATH_H_

// The variable in which this platform's run-time linker looks for directories of shared libraries
// (dyld(1), AIX dlopen, HP-UX dld.sl(5), ld.so(8)), and the characters that separate them.
#if defined(__APPLE__)
#define HTTPD_LIBRARY_PATH_VARIABLE "DYLD_LIBRARY_PATH"
#define HTTPD_LIBRARY_PATH_SEPARATORS ":"
#elif defined(_AIX)
#define HTTPD_LIBRARY_PATH_VARIABLE "LIBPATH"
#define HTTPD_LIBRARY_PATH_SEPARATORS ":"
#elif defined(__hpux) && !defined(__LP64__)
#define HTTPD_LIBRARY_PATH_VARIABLE "SHLIB_PATH"
#define HTTPD_LIBRARY_PATH_SEPARATORS ":"
#else
#define HTTPD_LIBRARY_PATH_VARIABLE "LD_LIBRARY_PATH"
#define HTTPD_LIBRARY_PATH_SEPARATORS ":;"
#endif

// How the bootstrap hands over to the core; the core removes both before anything else runs.
// HTTPD_BOOT_LIBRARY_PATH is "=VALUE" when the user had the variable set, "-" when not.
#define HTTPD_BOOT_LIBRARY_PATH "HTTPD_BOOT_LIBRARY_PATH"
#define HTTPD_BOOT_SELF "HTTPD_BOOT_SELF"

#endif  // HTTPD_PLATFORM_TARGETS_LIBRARY_PATH_H_
