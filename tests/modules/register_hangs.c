/* SPDX-License-Identifier: Apache-2.0
 *
 * A module whose register function never returns. */
#include <httpd/module.h>
#include <unistd.h>

static httpd_result Register(httpd_module_handle* self, void* user) {
  while (1) pause();
  return HTTPD_OK;
}

HTTPD_MODULE(register_hangs, "version=1.0.0\0description=Never finishes registering\0",
             .register_module = Register);
