/* SPDX-License-Identifier: Apache-2.0
 *
 * A module that writes down as whom its code runs, each time it runs: a line "WHERE EUID" in the
 * file that the environment variable HTTPD_TEST_UIDS names. */
#include <fcntl.h>
#include <httpd/hooks.h>
#include <httpd/module.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void Record(const char* where) {
  char line[64];
  const char* path = getenv("HTTPD_TEST_UIDS");
  int fd = path == NULL ? -1 : open(path, O_WRONLY | O_APPEND);
  int length = snprintf(line, sizeof line, "%s %u\n", where, (unsigned)geteuid());
  if (fd < 0) return;
  if (write(fd, line, (size_t)length) != length) abort();
  close(fd);
}

__attribute__((constructor)) static void Construct(void) { Record("constructor"); }

static httpd_result PostConfig(httpd_generation* generation, void* user) {
  Record("post_config");
  return HTTPD_OK;
}

static httpd_result WorkerStart(httpd_worker* worker, void* user) {
  Record("worker_start");
  return HTTPD_OK;
}

static httpd_result Handle(httpd_request* request, void* user) {
  Record("handler");
  return HTTPD_DECLINED;
}

static httpd_result Register(httpd_module_handle* self, void* user) {
  Record("register");
  httpd_hook_generation(self, HTTPD_HOOK_POST_CONFIG, PostConfig, NULL);
  httpd_hook_worker(self, HTTPD_HOOK_WORKER_START, WorkerStart, NULL);
  return httpd_hook_request(self, HTTPD_HOOK_HANDLER, Handle, NULL);
}

HTTPD_MODULE(uids, "version=1.0.0\0description=Records effective user ids\0",
             .register_module = Register);
