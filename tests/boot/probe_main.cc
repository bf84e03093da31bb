// SPDX-License-Identifier: Apache-2.0
// Stands in for the server behind the real boot code: prints what boot handed over, so that the
// scripts can compare it. It uses Abseil the way the core does.

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "boot/boot.h"

namespace httpd::process {
namespace {

std::string ReadProc(const char* name) {
  char text[4096] = "";
  const int fd = open(absl::StrCat("/proc/self/", name).c_str(), O_RDONLY | O_CLOEXEC);
  const ssize_t size = read(fd, text, sizeof text - 1);
  close(fd);
  for (ssize_t i = 0; i < size; ++i) {
    if (text[i] == '\0') text[i] = '|';
  }
  return text;
}

void ShowTitle(const char* role) {
  boot::SetTitle(role);
  printf("title=%s\ncomm=%s", ReadProc("cmdline").c_str(), ReadProc("comm").c_str());
  fflush(stdout);
}

int ShowTitles() {
  ShowTitle("supervisor");
  const pid_t child = fork();
  if (child == 0) {
    ShowTitle("worker 1.0");
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ShowTitle(std::string(60000, 'x').c_str());
  return status;
}

// Opens a module as the server does, lets it use its Abseil, and uses the tied one.
int UseBothAbseils(const char* file) {
  void* module = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) {
    printf("%s\n", dlerror());
    return 1;
  }
  auto report = reinterpret_cast<const char* (*)()>(dlsym(module, "AbseilModuleReport"));
  std::string (*escape)(absl::string_view) = &absl::CEscape;
  Dl_info found;
  if (dladdr(reinterpret_cast<void*>(escape), &found) == 0) return 1;
  printf("module=%s\ncore=%s by %s\n", report(), escape("a\tb").c_str(), found.dli_fname);
  return 0;
}

}  // namespace

int Main(int argc, char** argv, const boot::BootInfo& info) {
  absl::flat_hash_map<std::string, std::string> facts = {{"bootstrap", info.bootstrap}};
  if (argc > 1 && strcmp(argv[1], "--environment") == 0) {
    execlp("env", "env", nullptr);
    return 1;
  }
  if (argc > 1 && strcmp(argv[1], "--titles") == 0) return ShowTitles();
  if (argc > 2 && strcmp(argv[1], "--module") == 0) return UseBothAbseils(argv[2]);
  printf("bootstrap=%s\nlibexec=%s\nprefix=%s\nversion=%s\nunit=%s\n", facts["bootstrap"].c_str(),
         info.libexec_dir.c_str(), info.prefix.c_str(), info.version.c_str(), info.unit_id.c_str());
  for (int i = 0; i < argc; ++i) printf("argument=%s\n", argv[i]);
  for (int i = 0; i < info.original_argc; ++i) printf("original=%s\n", info.original_argv[i]);
  printf("status=%s\n", absl::InternalError("tied").ToString().c_str());
  return 0;
}

}  // namespace httpd::process
