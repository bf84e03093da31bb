/* SPDX-License-Identifier: Apache-2.0
 *
 * A module that starts a process of its own while it registers, as a badly written helper would: it
 * ignores every polite signal and must not outlive its generation. */
#include <httpd/module.h>
#include <signal.h>
#include <unistd.h>

static httpd_result Register(httpd_module_handle* self, void* user) {
  if (fork() == 0) {
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    while (1) pause();
  }
  return HTTPD_OK;
}

HTTPD_MODULE(register_daemon, "version=1.0.0\0description=Starts a helper while registering\0",
             .register_module = Register);
