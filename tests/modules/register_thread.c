/* SPDX-License-Identifier: Apache-2.0
 *
 * A module that starts a thread before workers are forked: a forked worker would hang on the locks
 * that the thread happened to hold, so it must be refused by name. */
#include <httpd/module.h>
#include <pthread.h>
#include <unistd.h>

static void* Run(void* user) {
  while (1) pause();
  return NULL;
}

static httpd_result Register(httpd_module_handle* self, void* user) {
  pthread_t thread;
  return pthread_create(&thread, NULL, Run, NULL) == 0 ? HTTPD_OK : HTTPD_ERR_NO_MEMORY;
}

HTTPD_MODULE(register_thread, "version=1.0.0\0description=Starts a thread while registering\0",
             .register_module = Register);
