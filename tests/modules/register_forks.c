/* SPDX-License-Identifier: Apache-2.0
 *
 * A module that forks while it registers and lets both processes go on: there must not be two
 * generations. */
#include <httpd/module.h>
#include <unistd.h>

static httpd_result Register(httpd_module_handle* self, void* user) {
  (void)fork();
  return HTTPD_OK;
}

HTTPD_MODULE(register_forks, "version=1.0.0\0description=Forks while registering\0",
             .register_module = Register);
