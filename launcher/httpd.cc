// SPDX-License-Identifier: Apache-2.0
// The bootstrap: finds its libexec directory, puts it first in the run-time linker's search path
// and becomes libhttpd.ep. It knows none of the server's options and needs nothing but libc.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/targets/library_path.h"
#include "platform/targets/this_target.h"

extern "C" const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));  // by the linker

namespace {

using httpd::targets::ComposeLibraryPath, httpd::targets::kThis;

const char kWanted[] = "a file of this server, built for this machine";
const char kReinstall[] =
    "install bin/httpd, libhttpd.ep and libhttpd.so together, from one package, or name the "
    "directory that holds them: httpd -R DIR";

[[noreturn]] void Refuse(const char* code, const char* path, const char* found, const char* wanted,
                         const char* fix, int error = 0) {
  fprintf(stderr, "httpd: %s: %s: found %s%s%s, wanted %s\nfix: %s\n", code, path, found,
          error != 0 ? ": " : "", error != 0 ? strerror(error) : "", wanted, fix);
  exit(1);
}

// The ELF note in which cmake/UnitId.cmake stores the unit's name; the linkers put it in front.
struct UnitNote {
  ElfW(Nhdr) header = {6, 32, 1};
  char name[8] = "httpd";
  char id[33] = "";  // 32 characters in the file
};

// Refuses what the kernel or the run-time linker would refuse with less to say.
void CheckFile(const char* path, UnitNote* note) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  if (fd < 0 || fstat(fd, &status) != 0) {
    Refuse("HB-03", path, errno == ENOENT ? "nothing" : "it unreadable", kWanted,
           errno == EACCES ? "chmod a+rX the file and its directories" : kReinstall, errno);
  }
  alignas(16) char head[8192];
  const ssize_t size = S_ISREG(status.st_mode) ? pread(fd, head, sizeof head, 0) : -1;
  if (size < 0) Refuse("HB-03", path, "no readable regular file", kWanted, kReinstall);
  close(fd);
  const auto* elf = reinterpret_cast<const ElfW(Ehdr)*>(head);
  const char* found = nullptr;
  if (static_cast<size_t>(size) < sizeof *elf || memcmp(head, ELFMAG, SELFMAG) != 0) {
    found = size == 0 ? "an empty file" : "no ELF object";
  } else if (memcmp(head, __ehdr_start.e_ident, EI_VERSION) != 0 ||
             elf->e_machine != __ehdr_start.e_machine) {
    found = "an ELF object for another machine";
  } else if (elf->e_shoff >= static_cast<size_t>(status.st_size)) {
    found = "a truncated ELF object";
  } else if (elf->e_type != ET_EXEC && elf->e_type != ET_DYN) {
    found = "an ELF object that is neither program nor shared library";
  }
  if (found != nullptr) Refuse("HB-04", path, found, kWanted, kReinstall);
  const size_t fixed = offsetof(UnitNote, id);
  const void* at = memmem(head, static_cast<size_t>(size) - (sizeof note->id - 1), note, fixed);
  if (at == nullptr) Refuse("HB-05", path, "no build note of httpd", kWanted, kReinstall);
  memcpy(note->id, static_cast<const char*>(at) + fixed, sizeof note->id - 1);
}

// This program's own file, symbolic links resolved; without /proc by name, as a shell finds it.
bool FindSelf(const char* name, char (&self)[PATH_MAX]) {
  memset(self, 0, sizeof self);  // readlink leaves the end open
  if (readlink("/proc/self/exe", self, sizeof self - 1) > 0) return true;
  if (name == nullptr || strchr(name, '/') != nullptr) return name && realpath(name, self);
  for (const char* path = getenv("PATH"); path != nullptr && *path != '\0'; path += *path == ':') {
    char candidate[PATH_MAX];
    const int length = static_cast<int>(strcspn(path, ":"));
    snprintf(candidate, sizeof candidate, "%.*s/%s", length, path, name);
    if (access(candidate, X_OK) == 0) return realpath(candidate, self) != nullptr;
    path += length;
  }
  return false;
}

// Puts `libexec` first in the variable of this platform; keeps the user's own value for the core.
bool SetLibraryPath(const char* libexec) {
  static_assert(*kThis.paths[0] != '\0', "this platform has no library path variable");
  const char* const users[] = {getenv(kThis.paths[0]), getenv(kThis.paths[1])};
  size_t size = strlen(libexec) + 3;
  for (const char* user : users) size += user != nullptr ? strlen(user) : 0;
  char* value = static_cast<char*>(malloc(2 * size));
  if (value == nullptr || !ComposeLibraryPath(kThis, libexec, users, value, size)) return false;
  char* kept = value + size;
  snprintf(kept, size, "%s%s", users[0] ? "=" : "-", users[0] ? users[0] : "");
  return setenv(kThis.paths[0], value, 1) == 0 && setenv(HTTPD_BOOT_LIBRARY_PATH, kept, 1) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  char self[PATH_MAX] = "httpd", libexec[PATH_MAX + 16], entry[PATH_MAX + 32], core[PATH_MAX + 32];
  UnitNote entry_note, core_note;
  if (getauxval(AT_SECURE) != 0 || getuid() != geteuid() || getgid() != getegid()) {
    Refuse("HB-01", self, "set-user-id or set-group-id rights", "a plain executable",
           "chmod ug-s it; for a port below 1024 start the server as root");
  }
  if (!FindSelf(argv[0], self)) {
    Refuse("HB-02", self, "no way to this program's own file", "its absolute path",
           "mount /proc, or start it by its absolute path", errno);
  }
  if (argc >= 2 && strcmp(argv[1], "-R") == 0) {
    const char* named = argc >= 3 ? argv[2] : "";
    if (realpath(named, libexec) == nullptr) {
      Refuse("HB-02", *named != '\0' ? named : "-R", "no directory", "the one with libhttpd.ep",
             "httpd -R DIR ...", errno);
    }
  } else {
    strcpy(libexec, self);  // /opt/web/bin/httpd -> /opt/web/libexec
    *strrchr(libexec, '/') = '\0';
    if (char* slash = strrchr(libexec, '/')) *slash = '\0';
    strcat(libexec, "/libexec");
  }
  if (strpbrk(libexec, kThis.separators) != nullptr) {
    sprintf(entry, "a path without %s", kThis.separators);
    Refuse("HB-06", libexec, "a character that separates library directories", entry,
           "install into another directory");
  }
  sprintf(entry, "%s/libhttpd.ep", libexec);
  sprintf(core, "%s/libhttpd.so", libexec);
  CheckFile(entry, &entry_note);
  CheckFile(core, &core_note);
  if (strcmp(entry_note.id, core_note.id) != 0) {
    Refuse("HB-05", core, "another build", "the one of libhttpd.ep beside it", kReinstall);
  }
  if (setenv(HTTPD_BOOT_SELF, self, 1) != 0 || !SetLibraryPath(libexec)) {
    Refuse("HB-07", entry, "no memory to start it", "a few kilobytes", "raise the limit", errno);
  }
  execv(entry, argv);
  Refuse("HB-08", entry, "it refused by the system", "an executable file",
         "chmod a+x it, and mount its file system without noexec", errno);
}
