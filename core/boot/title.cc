// SPDX-License-Identifier: Apache-2.0
// Process titles. Linux shows the memory in which the kernel put the arguments, so a title is
// written there, after arguments and environment have been copied elsewhere. BSDs have a call for
// it.

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "boot/boot.h"
#include "boot/environment.h"
#include "os/process.h"

extern char** environ;

namespace httpd::boot {
namespace {

char* area = nullptr;  // argv[0]; from here to area_end arguments and environment lie in a row
char* arguments_end = nullptr;  // behind the last argument's NUL
char* area_end = nullptr;

// The end of the strings that follow `end` without a gap.
char* ExtendOver(char** strings, char* end) {
  for (; strings != nullptr && *strings != nullptr; ++strings) {
    if (*strings == end) end += strlen(end) + 1;
  }
  return end;
}

// One block of pointers and strings, which lives until the process ends.
char** CopyStrings(char** strings) {
  size_t count = 0;
  size_t bytes = 0;
  for (; strings[count] != nullptr; ++count) bytes += strlen(strings[count]) + 1;
  char** copy = static_cast<char**>(malloc((count + 1) * sizeof(char*) + bytes));
  if (copy == nullptr) return nullptr;
  char* end = reinterpret_cast<char*>(copy + count + 1);
  for (size_t i = 0; i < count; ++i) {
    copy[i] = end;
    end = stpcpy(end, strings[i]) + 1;
  }
  copy[count] = nullptr;
  return copy;
}

}  // namespace

char** PrepareTitle(int argc, char** argv) {
  os::NameProcess("httpd");
#if defined(__linux__)
  if (argc < 1 || environ == nullptr) return argv;
  char** arguments = CopyStrings(argv);
  char** environment = CopyStrings(environ);
  if (arguments == nullptr || environment == nullptr) return argv;  // no memory: no titles
  arguments_end = ExtendOver(argv, argv[0]);
  area_end = ExtendOver(environ, arguments_end);
  area = argv[0];
  environ = environment;
#if defined(__GLIBC__)
  program_invocation_name = arguments[0];  // both pointed into the area
  static char short_name[] = "httpd";
  program_invocation_short_name = short_name;
#endif
  return arguments;
#else
  return argv;
#endif
}

void SetTitle(std::string_view role) {
  std::string title = "httpd: ";
  title += role;
  // A forked or renamed process keeps `comm`, but the bootstrap's exec made it "libhttpd.ep".
  os::NameProcess("httpd");
#if defined(__linux__)
  const size_t size = static_cast<size_t>(area_end - area);
  if (size < 2) return;
  const size_t length = title.size() < size - 1 ? title.size() : size - 1;
  memset(area, 0, size);
  memcpy(area, title.data(), length);
  // A last byte of the arguments that is not NUL tells the kernel that there is a title, which ends
  // at its first NUL (fs/proc/base.c, get_mm_cmdline); otherwise the padding would be shown too.
  if (area + length + 1 < arguments_end) arguments_end[-1] = '.';
#elif defined(__FreeBSD__) || defined(__NetBSD__) || defined(__OpenBSD__)
  setproctitle("-%s", title.c_str());
#endif
}

}  // namespace httpd::boot
