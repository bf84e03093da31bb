/* SPDX-License-Identifier: Apache-2.0
 *
 * A module whose destructor, which runs at dlclose and at exit, leaves a line in the file that the
 * environment variable HTTPD_TEST_UNLOADED names; and one when its generation ends in order.
 * Whoever unloads it while the generation is alive is found out by the order of the lines. */
#include <fcntl.h>
#include <httpd/hooks.h>
#include <httpd/module.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void Record(const char* what) {
  char line[64];
  const char* path = getenv("HTTPD_TEST_UNLOADED");
  int fd = path == NULL ? -1 : open(path, O_WRONLY | O_APPEND);
  int length = snprintf(line, sizeof line, "%s %d\n", what, (int)getpid());
  if (fd < 0) return;
  if (write(fd, line, (size_t)length) != length) abort();
  close(fd);
}

__attribute__((destructor)) static void Destruct(void) { Record("destructor"); }

static httpd_result End(httpd_generation* generation, void* user) {
  Record("generation_end");
  return HTTPD_OK;
}

static httpd_result Stop(httpd_worker* worker, void* user) {
  Record("worker_stop");
  return HTTPD_OK;
}

static httpd_result Register(httpd_module_handle* self, void* user) {
  Record("register");
  httpd_hook_worker(self, HTTPD_HOOK_WORKER_STOP, Stop, NULL);
  return httpd_hook_generation(self, HTTPD_HOOK_GENERATION_END, End, NULL);
}

HTTPD_MODULE(unloaded, "version=1.0.0\0description=Records its unloading\0",
             .register_module = Register);
