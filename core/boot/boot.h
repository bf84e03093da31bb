// SPDX-License-Identifier: Apache-2.0
#ifndef HTTPD_CORE_BOOT_BOOT_H_
#define HTTPD_CORE_BOOT_BOOT_H_

#include <string>
#include <string_view>

namespace httpd::boot {

// What the boot chain (bin/httpd -> libexec/libhttpd.ep -> libexec/libhttpd.so) found out before
// the server proper began. When Main gets it, the environment is the user's own again.
struct BootInfo {
  // Absolute path of the bootstrap, for a later re-exec; empty when libhttpd.ep was started by
  // hand.
  std::string bootstrap;
  // Directory of libhttpd.ep; for a static core `../libexec` of the executable, or `-R DIR`.
  std::string libexec_dir;
  // The installation's root: the parent of libexec_dir. Default ServerRoot.
  std::string prefix;
  // "0.1.0"
  std::string version;
  // Names this very pair of libhttpd.ep and libhttpd.so; part of cache keys.
  std::string unit_id;
  // True for libhttpd.so, false for a static core (SHARED_CORE=OFF).
  bool shared_core = true;
  // Arguments without a leading `-R DIR`; argv[0] as the user gave it. NULL-terminated. The strings
  // are copies: SetTitle does not change them. Valid until the process ends.
  int argc = 0;
  char** argv = nullptr;
  // Exactly what the user gave, for a re-exec of the bootstrap (including `-R DIR`).
  int original_argc = 0;
  char** original_argv = nullptr;
};

// Shows "httpd: ROLE" as this process's title (ps, /proc/PID/cmdline); call it again after a fork.
// `comm` stays "httpd". Cut to the room that argv and the environment had; never fails.
void SetTitle(std::string_view role);

}  // namespace httpd::boot

namespace httpd::process {

// The server proper, in core/process. Returns the exit status.
int Main(int argc, char** argv, const boot::BootInfo& info);

}  // namespace httpd::process

#endif  // HTTPD_CORE_BOOT_BOOT_H_
