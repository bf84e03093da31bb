/* SPDX-License-Identifier: Apache-2.0
 *
 * A module whose code already runs while it is opened, before anybody called it: with ACT it starts
 * a thread (1), forks (2) or crashes (3). */
#include <httpd/module.h>
#include <pthread.h>
#include <unistd.h>

#if ACT == 1
static void* Run(void* user) {
  while (1) pause();
  return NULL;
}
#endif

__attribute__((constructor)) static void Act(void) {
#if ACT == 1
  pthread_t thread;
  (void)pthread_create(&thread, NULL, Run, NULL);
#elif ACT == 2
  (void)fork();
#else
  volatile int* volatile nowhere = NULL;
  *nowhere = 1;
#endif
}

#define MODULE(name) \
  HTTPD_MODULE(name, "version=1.0.0\0description=Acts while it is opened\0", .user = NULL)
MODULE(NAME);
